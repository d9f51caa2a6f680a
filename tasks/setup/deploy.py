"""Register blocks, limits, automations and deployments on the Prefect server in use.

Run as `make deploy`; running it again changes nothing but what changed in the files.
With `HOME=… HOST=… FOLDER=…` it registers one home of a cluster and its deployments;
without, those of every home are renewed as well (docs/scaling.md).
"""

import argparse
import logging
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from shlex import quote
from typing import Final, cast

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import ObjectNotFound
from prefect.settings import temporary_settings
from pydantic import ValidationError

from connectors.settings.reading import SettingsProblem, read_settings
from connectors.settings.shop_environment import (
    handles_in_environment,
    shop_from_environment,
)
from connectors.settings.shop_variables import stem_of
from data.model.shops.shop import Shop, ShopHandle
from tasks.homes.blocks import JuchuHome, UnknownHome, home_of, homes, save_home
from tasks.homes.deployments import (
    deploy_home,
    machines_own,
    rest_of_machine,
    schedules_on,
    switch_on_again,
)
from tasks.runs.limits import ensure_limit
from tasks.runs.log import show_our_log
from tasks.setup.alarms import register_alarms, save_automation
from tasks.setup.future_runs import forget_runs_to_come
from tasks.setup.plain_forms import make_forms_plain
from tasks.setup.prefect_runs import client_settings
from tasks.setup.queues import MORNING, ensure_queue, ensure_work_pool
from tasks.setup.run_automations import run_automations
from tasks.setup.server_in_use import environment_of_server
from tasks.shops.blocks import RmsShop, homes_in_blocks, rakuten_shops

CORRECT_IT: Final = "対処: .env または環境変数を修正してください。"
log = logging.getLogger("juchu.deploy")


def save_shop(client: SyncPrefectClient, handle: str) -> None:
    """Create a block of the shop in the environment; leave an existing one as it is."""
    shop = shop_from_environment(handle)
    if shop is None:
        return
    try:
        client.read_block_document_by_name(handle, RmsShop.get_block_type_slug())
    except ObjectNotFound:
        RmsShop.from_shop(shop).save(handle)
    else:
        tell_what_is_left_out(shop)
    ensure_limit(handle)
    ensure_limit(handle, "stock")


def tell_what_is_left_out(shop: Shop) -> None:
    """Log what the environment says otherwise than the shop's block, which counts.

    Who renews a key in `.env` thinks that this is all, until the former one ends.
    """
    with suppress(ValidationError):  # a block that cannot be used says so in each run
        if others := other_than_block(shop, cast(RmsShop, RmsShop.load(shop.handle))):
            log.warning(
                "%s… の値は使用しません(ブロック rms-shop/%s と異なる項目: %s)。"
                "対処: この値に変える場合は、make shop SHOP=%s を実行してください。",
                stem_of(shop.handle),
                shop.handle,
                "、".join(others),
                shop.handle,
            )


def other_than_block(shop: Shop, block: RmsShop) -> list[str]:
    """Return the titles of what was set for a shop and is otherwise in its block."""
    return [
        field.title or name
        for name, field in RmsShop.model_fields.items()
        if name in shop.model_fields_set and getattr(shop, name) != getattr(block, name)
    ]


def shop_of_forms() -> ShopHandle:
    """Return the shop that the forms start with: JUCHU_SHOP, or the only one there is.

    The setting's default names a shop that is the demo's and nobody else's.
    """
    wanted, known = read_settings().shop, rakuten_shops()
    return known[0] if wanted not in known and len(known) == 1 else wanted


def main() -> None:
    """Register everything on the server in use, and deploy; refuse where none answers.

    Raises:
        SystemExit: with the status of `prefect deploy`, or a sentence that says why
            nothing was registered.

    """
    show_our_log("%(message)s")
    parser = argparse.ArgumentParser(prog="make deploy")
    for option in ("home", "host", "folder"):
        parser.add_argument(f"--{option}", default="")
    given = parser.parse_args()
    environment = environment_of_server()
    with temporary_settings(client_settings(environment)):
        if given.home:
            sys.exit(register_home(given.home, given.host, given.folder))
        try:
            register()
        except SettingsProblem as problem:
            sys.exit(f"{problem}\n{CORRECT_IT}")
        with get_client(sync_client=True) as client:
            on = schedules_on(client)
        deployed = subprocess.run(
            [sys.executable, "-m", "prefect", "deploy", "--all", "--no-prompt"],
            env=environment | words_of_yaml(shop_of_forms()),
            stdin=subprocess.DEVNULL,
            check=False,
        )
        with get_client(sync_client=True) as client:
            switch_on_again(client, on)
            if not deployed.returncode:
                make_forms_plain(client)
                deploy_homes(client, homes())
                forget_runs_to_come(client)
    sys.exit(deployed.returncode)


def words_of_yaml(shop: str, python: str = sys.executable) -> dict[str, str]:
    """Return what `prefect.yaml` asks the environment for.

    A worker takes the command of a run apart as a shell does: where the project's
    folder has a blank in its name, no run would start.
    """
    return {"JUCHU_SHOP": shop, "JUCHU_PYTHON": quote(python)}


def register_home(name: str, host: str, folder: str) -> str | None:
    """Register a home and make its deployments; return why not, if so.

    A home that is there keeps its host and folder: only `make move-home` changes them.
    """
    JuchuHome.register_type_and_schema()
    try:
        home = home_of(name)
    except UnknownHome:
        if not (host and folder):
            return (
                f"ホーム {name} のホストとフォルダーが指定されていません。"
                f"対処: make deploy HOME={name} HOST=host-a FOLDER=/srv/juchu/{name}"
            )
        home = JuchuHome(host=host, folder=folder)
        save_home(name, home)
    if (host or home.host, folder or home.folder) != (home.host, home.folder):
        return (
            f"ホーム {name} は、ホスト {home.host} の {home.folder} にあります。"
            "変更していません。対処: 別のホストに移す場合は、"
            f"make move-home HOME={name} TO={host or home.host} を実行してください。"
        )
    with get_client(sync_client=True) as client:
        deploy_homes(client, {name: home})
    return None


def deploy_homes(client: SyncPrefectClient, known: Mapping[str, JuchuHome]) -> None:
    """Renew the homes' deployments; let the machine's rest where no shop needs them."""
    if not known:
        return
    of_shops = homes_in_blocks()
    rest_of_machine(client, rests=bool(of_shops) and all(of_shops.values()))
    machine = machines_own(client)
    for name, home in known.items():
        shops = sorted(shop for shop, its in of_shops.items() if its == name)
        made = deploy_home(client, name, home, shops, machine)
        log.info("home %s on %s: %d deployments for %s", name, home.host, made, shops)


def register() -> None:
    """Register what deployments need, in the order that Prefect needs."""
    shop = read_settings().shop
    RmsShop.register_type_and_schema()
    with get_client(sync_client=True) as client:
        ensure_work_pool(client)
        ensure_queue(client, MORNING, priority=1)
        for handle in sorted({shop, *handles_in_environment()}):
            save_shop(client, handle)
        for automation in run_automations():
            save_automation(client, automation)
        alarms = register_alarms(client, read_settings().notify_address)
    log.info("work pool, block type, limits and automations are registered")
    if alarms:
        log.info("%d alarms are sent to JUCHU_NOTIFY", len(alarms))
    else:
        log.info("nobody is told of alarms: set JUCHU_NOTIFY and deploy again")


if __name__ == "__main__":
    main()
