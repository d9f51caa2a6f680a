"""接続チェック: try a shop's keys, judge the answers, keep what they mean."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from prefect import task

from connectors.rms.check import Checked, check
from data.model.connection import Finding, find_fault
from data.model.guards import refusal
from data.model.key_change import (
    Verdict,
    choose_key,
    needs_former_key,
    shop_in_use,
)
from data.model.licence import days_left, warning_due
from data.model.onboarding import Stage, Step
from data.model.shop import Shop, ShopHandle
from data.warehouse.session import Connection
from data.warehouse.shop_keys import (
    key_facts,
    key_in_use,
    last_warned,
    record_connection,
    record_key,
)
from data.warehouse.shop_life import facts_of, move_stage, stage_of
from tasks.live import flow_that_moves, move_if_due
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now, rms_client
from tasks.shops import load_shop
from tasks.warehouse import our_warehouse


class Checkup(NamedTuple):
    """What one check found and what came of it; no key and nothing of a buyer."""

    finding: Finding
    """Of the key that is used from now on."""
    new_key: Finding | None = None
    """Of the new key, while the former one is still used."""
    expires_at: datetime | None = None
    warning: int | None = None
    """The warning of the key's end that is due now, in days."""
    stage: Stage | None = None
    moved: tuple[Stage, ...] = ()


class _Tried(NamedTuple):
    shop: Shop
    checked: Checked
    finding: Finding


@task(name="check-shop", **SAFE_TO_REPEAT)
def check_shop(shop: ShopHandle) -> Checkup:
    """Call each function once with the shop's key, and keep the verdict.

    While a key is changed the former one is tried as well if the new one is refused;
    whichever answers is used from now on. Moves that need no person are made.

    Raises:
        UnknownShop: no block and no environment describes the shop.

    """
    described = load_shop(shop)
    with our_warehouse() as con:
        used = shop_in_use(described, key_in_use(con, shop))
    new = _tried(described)
    former = None
    if described.has_former_key and needs_former_key(new.finding):
        former = _tried(described.with_former_key())
    verdict = choose_key(new.finding, former.finding if former else None)
    chosen = former if former and verdict is Verdict.FORMER else new
    in_use = used if verdict is Verdict.AS_BEFORE else chosen.shop
    with our_warehouse() as con:
        if in_use != described:
            record_key(con, described, now())
        record_connection(
            con, in_use, chosen.finding.fault, now(), chosen.checked.expires_at
        )
        moved = _moves(con, shop, now())
        return _checkup(con, shop, chosen.finding, moved, now())._replace(
            new_key=new.finding if in_use != described else None
        )


def _tried(shop: Shop) -> _Tried:
    with rms_client(shop) as rms:
        checked = check(rms, shop.shop_id, now())
    with our_warehouse() as con:
        key = key_facts(con, shop, now(), checked.expires_at)
    return _Tried(shop, checked, find_fault(checked.probes, key, now()))


def _moves(con: Connection, shop: ShopHandle, at: datetime) -> tuple[Stage, ...]:
    """Take the shop on where the check itself is the reason."""
    who, moves = flow_that_moves(), []
    standing = stage_of(con, shop)
    if (
        standing is not None
        and standing.stage is Stage.KEY_REGISTERED
        and refusal(standing, Stage.CONNECTED, facts_of(con, shop), at) is None
    ):
        step = Step(stage=Stage.CONNECTED, at=at, who=who, why="接続できた")
        move_stage(con, shop, step)
        moves.append(Stage.CONNECTED)
    if due := move_if_due(con, shop, at, who):
        moves.append(due)
    return tuple(moves)


def _checkup(
    con: Connection,
    shop: ShopHandle,
    finding: Finding,
    moved: Sequence[Stage],
    at: datetime,
) -> Checkup:
    standing = stage_of(con, shop)
    expires_at = facts_of(con, shop).license_expires_at
    warning = None
    if expires_at is not None:
        warned = last_warned(con, shop, expires_at)
        warning = warning_due(days_left(expires_at, at), warned)
    return Checkup(
        finding=finding,
        expires_at=expires_at,
        warning=warning,
        stage=standing.stage if standing else None,
        moved=tuple(moved),
    )
