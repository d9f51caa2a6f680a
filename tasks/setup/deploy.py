"""Register blocks, limits, automations and deployments on the Prefect server in use.

Run as `make deploy`; running it again changes nothing but what changed in the files.
"""

import logging
import subprocess
import sys

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)
from prefect.workers.process import ProcessWorker

from connectors.prefect_env import API_URL, LOGIN
from connectors.settings import read_settings
from connectors.shop_environment import (
    handles_in_environment,
    shop_from_environment,
)
from data.model.shop import ShopHandle
from tasks.limits import ensure_limit
from tasks.setup.alarms import register_alarms, save_automation
from tasks.setup.guards import guards
from tasks.setup.plain_forms import make_forms_plain
from tasks.setup.server_in_use import environment_of_server
from tasks.shops.blocks import RmsShop, described_shops

WORK_POOL = "juchu"
MORNING = "morning"
"""The work queue of `daily`: a worker that comes back takes its runs first."""
log = logging.getLogger("juchu.deploy")


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


def save_shop(client: SyncPrefectClient, handle: str) -> None:
    """Create a block of the shop in the environment; leave an existing one as it is."""
    shop = shop_from_environment(handle)
    if shop is None:
        return
    try:
        client.read_block_document_by_name(handle, RmsShop.get_block_type_slug())
    except ObjectNotFound:
        RmsShop.from_shop(shop).save(handle)
    ensure_limit(handle)
    ensure_limit(handle, "stock")


def shop_of_forms() -> ShopHandle:
    """Return the shop that the forms start with: JUCHU_SHOP, or the only one there is.

    The setting's default names a shop that is the demo's and nobody else's.
    """
    wanted, known = read_settings().shop, described_shops()
    return known[0] if wanted not in known and len(known) == 1 else wanted


def main() -> None:
    """Register everything on the server in use, and deploy; refuse where none answers.

    Raises:
        SystemExit: with the status of `prefect deploy`, or a sentence that says why
            nothing was registered.

    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    environment = environment_of_server()
    with temporary_settings(
        {
            PREFECT_API_URL: environment[API_URL],
            PREFECT_API_AUTH_STRING: environment.get(LOGIN),
            PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
        }
    ):
        register()
        deployed = subprocess.run(
            [sys.executable, "-m", "prefect", "deploy", "--all", "--no-prompt"],
            env=environment
            | {"JUCHU_SHOP": shop_of_forms(), "JUCHU_PYTHON": sys.executable},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if not deployed.returncode:
            with get_client(sync_client=True) as client:
                make_forms_plain(client)
    sys.exit(deployed.returncode)


def register() -> None:
    """Register what deployments need, in the order that Prefect needs."""
    shop = read_settings().shop
    RmsShop.register_type_and_schema()
    with get_client(sync_client=True) as client:
        ensure_work_pool(client)
        ensure_queue(client, MORNING, priority=1)
        for handle in sorted({shop, *handles_in_environment()}):
            save_shop(client, handle)
        for guard in guards():
            save_automation(client, guard)
        alarms = register_alarms(client, read_settings().notify_address)
    log.info("work pool, block type, limits and automations are registered")
    if alarms:
        log.info("%d alarms are sent to JUCHU_NOTIFY", len(alarms))
    else:
        log.info("nobody is told of alarms: set JUCHU_NOTIFY and deploy again")


if __name__ == "__main__":
    main()
