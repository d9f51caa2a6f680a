"""`make desk` as a process that cannot begin."""

import os
import socket
import subprocess
import sys


def test_a_taken_port_is_told_with_advice(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "tasks.desk"],
            env=os.environ
            | {"JUCHU_HOME": str(tmp_path), "JUCHU_DESK_PORT": f"{port}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    assert (done.returncode, done.stdout) == (1, "")
    assert f"127.0.0.1:{port} で待ち受けできません" in done.stderr
    assert "対処" in done.stderr
    assert "Traceback" not in done.stderr
