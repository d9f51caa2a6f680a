"""`make worker`: a worker that runs the deployments on the Prefect server in use.

Options behind it are `prefect worker start`'s: `--with-healthcheck` is for containers.
"""

import sys
from typing import Final

from connectors.settings import read_settings
from tasks.setup.become import become
from tasks.setup.server_in_use import environment_of_server

COMMAND: Final = ("worker", "start", "--pool", "juchu", "--type", "process")


def main() -> None:
    """Start the worker in this process, or refuse in a sentence without a server."""
    environment = environment_of_server()
    queues = queues_of(read_settings().host)
    become("prefect", (*COMMAND, *queues, *sys.argv[1:]), environment)


def queues_of(host: str) -> tuple[str, ...]:
    """Return the options for the queues of a host; none on the one machine.

    A worker of a host takes no run of a home that is elsewhere.
    """
    if not host:
        return ()
    from tasks.setup.queues import morning_of  # noqa: PLC0415 - Prefect makes folders

    return ("--work-queue", host, "--work-queue", morning_of(host))


if __name__ == "__main__":
    main()
