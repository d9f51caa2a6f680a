"""`make watch`: the warm process on the Prefect server in use.

Options behind it are its own: `--port` of its `/metrics`.
"""

import os
import sys

from tasks.setup.prefect_process import open_stdin
from tasks.setup.server_in_use import environment_of_server


def main() -> None:
    """Become the warm process, or refuse in a sentence without a server."""
    environment = environment_of_server()
    open_stdin()
    command = [sys.executable, "-m", "tasks.watch", *sys.argv[1:]]
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own words


if __name__ == "__main__":
    main()
