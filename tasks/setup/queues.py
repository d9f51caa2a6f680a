"""The work pool and its queues: the machine's, and two for each host of a cluster."""

from typing import Final

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

WORK_POOL: Final = "juchu"
MORNING: Final = "morning"
"""The work queue of `daily`: a worker that comes back takes its runs first."""


def morning_of(host: str) -> str:
    """Return the queue of a host's mornings; the host's other queue has its name."""
    return f"{host}-{MORNING}"


def ensure_work_pool(client: SyncPrefectClient) -> None:
    """Create the work pool, without which `prefect deploy` refuses everything."""
    try:
        client.read_work_pool(WORK_POOL)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(
                name=WORK_POOL,
                type=ProcessWorker.type,
                base_job_template=ProcessWorker.get_default_base_job_template(),
            )
        )


def ensure_queue(client: SyncPrefectClient, name: str, priority: int) -> None:
    """Create the work queue, or put the existing one where it belongs."""
    try:
        known = client.read_work_queue_by_name(name, work_pool_name=WORK_POOL)
    except ObjectNotFound:
        client.create_work_queue(name, priority=priority, work_pool_name=WORK_POOL)
    else:
        client.update_work_queue(known.id, priority=priority)
