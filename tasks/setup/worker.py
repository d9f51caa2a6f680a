"""`make worker`: a worker that runs the deployments on the Prefect server in use.

What a clock that was ahead has left there is taken away first. Options behind it are
`prefect worker start`'s: `--with-healthcheck` is for containers.
"""

import logging
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from connectors.settings.reading import read_settings
from tasks.setup.become import become
from tasks.setup.server_in_use import environment_of_server

log = logging.getLogger("juchu.setup")
COMMAND: Final = ("worker", "start", "--pool", "juchu", "--type", "process")
IN_FOLDER: Final = "prefect.deployments.steps.set_working_directory"
"""Prefect's step by which a run begins in the folder that was deployed."""


def main() -> None:
    """Start the worker in this process, or say in a sentence why it cannot work."""
    environment = environment_of_server()
    queues = queues_of(read_settings().host)
    if why := _look_through(environment, is_of_a_host=bool(queues)):
        sys.exit(why)
    become("prefect", (*COMMAND, *queues, *sys.argv[1:]), environment)


def _look_through(environment: Mapping[str, str], *, is_of_a_host: bool) -> str:
    """Delete runs left for days to come; return why every run would crash, or "".

    A failure here stops no worker.
    """
    # Prefect reads its settings, and makes its folders, when it is imported.
    from prefect.client.orchestration import get_client  # noqa: PLC0415
    from prefect.settings import temporary_settings  # noqa: PLC0415

    from tasks.homes.deployments import deployments_of  # noqa: PLC0415
    from tasks.setup.future_runs import forget_runs_to_come  # noqa: PLC0415
    from tasks.setup.prefect_runs import client_settings  # noqa: PLC0415

    try:
        with (
            temporary_settings(client_settings(environment)),
            get_client(sync_client=True) as client,
        ):
            forget_runs_to_come(client)
            if is_of_a_host:  # of a cluster, which the machine's own are not for
                return ""
            return why_all_crash(one.pull_steps for one in deployments_of(client, ""))
    except Exception:
        log.exception("the worker starts all the same")
        return ""


def why_all_crash(pulled: Iterable[list[dict[str, Any]] | None]) -> str:
    """Return what to do where no folder that was deployed is there any more, or "".

    Each run would crash, and Prefect's words for it name neither the folder nor a way
    on. `pulled` is how Prefect begins the runs of each deployment.
    """
    folders = {
        step[IN_FOLDER]["directory"]
        for steps in pulled
        for step in steps or ()
        if IN_FOLDER in step
    }
    if not folders or any(map(os.path.isdir, folders)):
        return ""
    return (
        f"登録されている処理は {'、'.join(sorted(folders))} のものですが、"
        "そのフォルダーがありません。このままでは、すべての実行が失敗します。"
        "対処: プロジェクトを移動した場合は、今のフォルダーで make deploy を実行して"
        "から、もう一度起動してください。"
    )


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
