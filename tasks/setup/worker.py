"""`make worker`: a worker that runs the deployments on the Prefect server in use.

Options behind it are `prefect worker start`'s: `--with-healthcheck` is for containers.
"""

import sys
from typing import Final

from tasks.setup.prefect_process import become_prefect
from tasks.setup.server_in_use import environment_of_server

COMMAND: Final = ("worker", "start", "--pool", "juchu", "--type", "process")


def main() -> None:
    """Start the worker in this process, or refuse in a sentence without a server."""
    become_prefect((*COMMAND, *sys.argv[1:]), environment_of_server())


if __name__ == "__main__":
    main()
