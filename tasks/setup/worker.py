"""`make worker`: a worker that runs the deployments on the Prefect server in use.

What a clock that was ahead has left there is taken away first. Options behind it are
`prefect worker start`'s: `--with-healthcheck` is for containers.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Final

from connectors.settings.reading import read_settings
from tasks.setup.become import become
from tasks.setup.server_in_use import environment_of_server

log = logging.getLogger("juchu.setup")
COMMAND: Final = ("worker", "start", "--pool", "juchu", "--type", "process")


def main() -> None:
    """Start the worker in this process, or refuse in a sentence without a server."""
    environment = environment_of_server()
    _tidy_up(environment)
    queues = queues_of(read_settings().host)
    become("prefect", (*COMMAND, *queues, *sys.argv[1:]), environment)


def _tidy_up(environment: Mapping[str, str]) -> None:
    """Delete runs left for days to come; a failure here stops no worker."""
    # Prefect reads its settings, and makes its folders, when it is imported.
    from prefect.client.orchestration import get_client  # noqa: PLC0415
    from prefect.settings import temporary_settings  # noqa: PLC0415

    from tasks.setup.future_runs import forget_runs_to_come  # noqa: PLC0415
    from tasks.setup.prefect_runs import client_settings  # noqa: PLC0415

    try:
        with (
            temporary_settings(client_settings(environment)),
            get_client(sync_client=True) as client,
        ):
            forget_runs_to_come(client)
    except Exception:
        log.exception("the worker starts all the same")


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
