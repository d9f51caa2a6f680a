"""`make watch`: the warm process on the Prefect server in use.

Options behind it are its own: `--port` of its `/metrics`.
"""

import sys

from tasks.setup.become import become
from tasks.setup.server_in_use import environment_of_server


def main() -> None:
    """Become the warm process, or refuse in a sentence without a server."""
    become("tasks.watch", sys.argv[1:], environment_of_server())


if __name__ == "__main__":
    main()
