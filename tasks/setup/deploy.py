"""Register blocks, limits, automations and deployments on the Prefect server in use.

Run as `make deploy`; running it again changes nothing but what changed in the files.
"""

import logging
import subprocess
import sys
from datetime import timedelta

from prefect.automations import AutomationCore
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
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
from tasks.limits import ensure_limit
from tasks.setup.plain_forms import make_forms_plain
from tasks.setup.server_in_use import environment_of_server
from tasks.shops.blocks import RmsShop
from tasks.stock.adjust_form import ANSWER_WITHIN_S, NOT_ANSWERED

WORK_POOL = "juchu"
AFTER_A_FORM = ("Resuming", "Cancelling", "Cancelled", "Failed", "Crashed")
"""States that a suspended run goes to: answered, or ended by a person."""
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


def zombie_guard() -> AutomationCore:
    """Return the automation that sets runs without a heartbeat to Crashed.

    Otherwise a run whose worker was stopped stays "Running" for ever. The heartbeat is
    sent every 180 s; three missed ones are enough.
    """
    return AutomationCore(
        name="juchu: crash runs without heartbeat",
        description="9分間応答のない実行を Crashed にします",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(minutes=9),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                name="Crashed",
                message="9分間応答がありませんでした。",
            )
        ],
    )


def unanswered_form(
    within: timedelta = timedelta(seconds=ANSWER_WITHIN_S),
) -> AutomationCore:
    """Return the automation that ends a form which nobody filled in, and says so.

    Prefect would end it in English. What happens to the run in time makes it rest.
    """
    return AutomationCore(
        name="juchu: end forms that nobody answers",
        description="8時間入力のないフォームの実行を「失敗」で終了します",
        trigger=EventTrigger(
            after={"prefect.flow-run.Suspended"},
            expect={f"prefect.flow-run.{name}" for name in AFTER_A_FORM},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            match_related={
                "prefect.resource.role": ["flow"],
                "prefect.resource.name": ["adjust-stock"],
            },
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.FAILED, name="Failed", message=NOT_ANSWERED
            )
        ],
    )


def save_automation(client: SyncPrefectClient, automation: AutomationCore) -> None:
    """Create the automation, or update the one of that name."""
    known = client.read_automations_by_name(automation.name)
    if known:
        client.update_automation(known[0].id, automation)
    else:
        client.create_automation(automation)


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
            | {"JUCHU_SHOP": read_settings().shop, "JUCHU_PYTHON": sys.executable},
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
        for handle in sorted({shop, *handles_in_environment()}):
            save_shop(client, handle)
        for automation in (zombie_guard(), unanswered_form()):
            save_automation(client, automation)
    log.info("work pool, block type, limits and automations are registered")


if __name__ == "__main__":
    main()
