"""Without a server that lets us in, deploy and worker refuse in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import API_URL, LOGIN, write_prefect_env
from tasks.setup import server_in_use
from tasks.setup.server import hold_home, port_of, refuse_taken
from tasks.setup.services import ROOT, free_port
from tests.rms.wire_server import WireServer, answer, reset
from tests.support.effort import first
from tests.support.small_files import small_files

NOBODY = "http://127.0.0.1:9/api"


def refused(target: str, home: Path, **env: str) -> tuple[int, str, str]:
    """Run a target as `make` does, with neither a terminal nor stdin."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    done = subprocess.run(
        ["sh", "-c", f"exec '{sys.executable}' -m tasks.setup.{target} <&-"],
        env=inherited | {"JUCHU_HOME": str(home), "PREFECT_HOME": str(home)} | env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@first()
@pytest.mark.parametrize("target", ["deploy", "worker", "shop"])
def test_a_stale_file_is_one_sentence(tmp_path, target):
    write_prefect_env(tmp_path, NOBODY, lambda: "juchu:stale")
    status, out, err = refused(target, tmp_path)

    assert (status, out) == (1, "")
    assert err.startswith(f"{NOBODY} に応答する Prefect サーバーがありません。対処: ")
    assert err.count("\n") == 1
    assert "stale" not in err
    assert [file.name for file in tmp_path.iterdir()] == ["prefect.env"]


def test_before_the_first_start_it_says_what_to_start(tmp_path):
    status, out, err = refused("worker", tmp_path / "home")

    assert (status, out) == (1, "")
    assert err.startswith("Prefect サーバーがまだ起動されていません。対処: make server")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_server_asked_to_start_where_one_listens_changes_no_file(tmp_path):
    with WireServer(answer(b"1")) as taken:
        port = taken.url.rpartition(":")[2]
        status, _, err = refused("server", tmp_path, PREFECT_SERVER_API_PORT=port)

    assert status == 1
    assert f":{port} で Prefect サーバーを起動できません" in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_second_server_leaves_the_first_ones_address(tmp_path):
    """Whatever port it is given; the lock ends with the process, however that ends."""
    holds = (
        "import sys; from pathlib import Path;"
        " from tasks.setup.server import hold_home; hold_home(Path(sys.argv[1]));"
        " import os; os.execv('/bin/sh', ['sh', '-c', 'echo held; read wait'])"
    )
    write_prefect_env(tmp_path, NOBODY, lambda: "juchu:first")
    written = (tmp_path / "prefect.env").read_bytes()
    first = subprocess.Popen(
        [sys.executable, "-c", holds, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with first:
        assert first.stdout.readline() == b"held\n"
        port = f"{free_port()}"
        status, _, err = refused("server", tmp_path, PREFECT_SERVER_API_PORT=port)
        first.kill()
    os.close(hold_home(tmp_path))

    assert (status, err.count("\n")) == (1, 1)
    assert "すでに起動しています" in err
    assert (tmp_path / "prefect.env").read_bytes() == written


def test_a_server_that_is_just_starting_is_waited_for(tmp_path, monkeypatch, capsys):
    for name in (API_URL, LOGIN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUCHU_HOME", str(tmp_path))
    monkeypatch.setattr(server_in_use, "LOOK_AGAIN_S", 0.01)
    with WireServer(reset, reset, answer(b"1")) as starting:
        write_prefect_env(tmp_path, f"{starting.url}/api", lambda: "juchu:first")
        lock = hold_home(tmp_path)
        known = server_in_use.environment_of_server()
        os.close(lock)
        starting.then(reset, reset)
        _ = why(f"{starting.url}/api")
        with pytest.raises(SystemExit, match="応答する Prefect サーバーがありません"):
            server_in_use.environment_of_server()

    assert known[API_URL] == f"{starting.url}/api"
    assert capsys.readouterr().err == "Prefect サーバーの起動を待っています …\n"


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path):
    port = f"{free_port()}"
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"
    status, _, err = refused("server", home, PREFECT_SERVER_API_PORT=port)

    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(f"{home} に書き込めません(")
    assert "対処: JUCHU_HOME" in err


def test_a_home_of_another_user_is_a_sentence(tmp_path, monkeypatch):
    """It said that no server was started yet, and to start one."""
    for name in (API_URL, LOGIN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUCHU_HOME", str(tmp_path))
    monkeypatch.chdir("/")  # the project may stand where its `.env` is another's, too
    write_prefect_env(tmp_path, NOBODY, lambda: "juchu:x")
    before, mode = os.geteuid(), tmp_path.stat().st_mode
    tmp_path.chmod(0)
    if before == 0:  # whom no mode keeps out
        os.seteuid(65534)
    try:
        with pytest.raises(SystemExit) as told:
            server_in_use.environment_of_server()
    finally:
        os.seteuid(before)
        tmp_path.chmod(mode)

    assert str(told.value) == (
        f"{tmp_path / 'prefect.env'} を読み取れません(Permission denied)。"
        "対処: juchu を動かしているユーザーで実行してください。"
    )


def test_a_disk_without_room_is_a_sentence(tmp_path):
    """It said "[Errno 28] No space left on device", of no file."""
    port = f"{free_port()}"
    with small_files(10):
        status, _, err = refused("server", tmp_path, PREFECT_SERVER_API_PORT=port)

    assert (status, err.count("\n")) == (1, 1), err
    assert err.startswith(
        f"{tmp_path / 'prefect.env'} に書き込めません(File too large)"
    )
    assert "対処: JUCHU_HOME" in err
    assert "空き容量" in err


@first()
@pytest.mark.parametrize("port", ["0", "70000", "abc", "-1"])
def test_a_port_that_is_none_is_named(tmp_path, port):
    status, _, err = refused("server", tmp_path, PREFECT_SERVER_API_PORT=port)

    assert (status, err.count("\n")) == (1, 1)
    assert "PREFECT_SERVER_API_PORT" in err


def test_a_free_port_is_taken_as_it_is():
    refuse_taken("127.0.0.1", port := free_port())

    assert port_of(f"{port}") == port
    assert port_of(None) == 4200


def why(url: str) -> str:
    return why_closed(api_of({API_URL: url, LOGIN: "juchu:CANARY"}))


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "ログインできません。対処: prefect.env の PREFECT_API_AUTH_STRING"),
        (404, "応答がありません(HTTP 404)。対処: PREFECT_API_URL"),
        (502, "応答がありません(HTTP 502)。対処: PREFECT_API_URL"),
    ],
)
def test_a_server_that_does_not_let_us_in_is_named(status, told):
    with WireServer(answer(b"", status)) as server:
        said = why(server.url)

    assert told in said
    assert "CANARY" not in said


def test_a_server_that_lets_us_in_is_no_trouble():
    with WireServer(answer(b"0")) as server:
        assert why(server.url) == ""
        (asked,) = server.requests

    assert b"Basic anVjaHU6Q0FOQVJZ" in asked


@pytest.mark.parametrize("url", ["nonsense", "http://[", NOBODY])
def test_an_address_where_nobody_is_is_named(url):
    assert why(url).startswith(f"{url} に応答する")
