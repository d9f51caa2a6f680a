"""接続チェック: try a shop's keys, judge the answers, store and report the finding."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event

from connectors.rms.check import Checked, check
from connectors.rms.sample import read_sample
from data.model.shops.connection import (
    LICENCE_FUNCTION,
    REFUSED,
    CallEnd,
    ConnectionStatus,
    Finding,
    KeyChoice,
    choose_key,
    explain,
    judge_check,
    needs_former_key,
    shop_in_use,
)
from data.model.shops.licence import (
    NO_END,
    days_left,
    licence_sentence,
    warning_due,
)
from data.model.shops.onboarding import Stage, StageStep, refusal
from data.model.shops.sample import MOST_NUMBERS, Sampled
from data.model.shops.shop import Shop, ShopHandle
from data.warehouse.session import Connection
from data.warehouse.shops import (
    delete_former_handles,
    facts_of,
    key_facts,
    key_in_use,
    last_warned,
    lift_stops,
    move_stage,
    record_connection,
    record_key,
    record_warning,
    stage_of,
    stop_function,
    stopped_functions,
)
from tasks.machine import now, our_warehouse
from tasks.rms import rms_client
from tasks.runs.report import ended, escape, page, section, see, table
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.blocks import described_shops, load_rakuten_shop
from tasks.shops.every_shop import flow_that_moves, move_if_due

LICENCE_ENDING: Final = "juchu.licence.ending"
"""The event of a warning, for automations that send it on."""
PASSES: Final = frozenset(
    {
        ConnectionStatus.OK,
        ConnectionStatus.FRESH_KEY,
        ConnectionStatus.MAINTENANCE,
        ConnectionStatus.BUSY,
    }
)
"""Findings that fail no run: all is well, or it ends by itself."""
STOPPED: Final = (
    "**この店舗のRMSの呼び出しを停止しました。** 接続チェックに成功すると再開します。"
    "ほかの店舗には影響しません。"
)
SAMPLE_COLUMNS: Final = ("機能", "結果", "内容")
SAMPLE_ODD: Final = "楽天のテスト用の応答に、読み取れないものがあります。"
FORMER_KEY: Final = (
    "現在は前のキーを使用しています。新しいキーが使えるようになると、"
    "接続チェックで自動的に切り替わります。"
)


class Checkup(NamedTuple):
    """What one check found and what came of it; no key and nothing of a buyer."""

    finding: Finding
    """Of the key that is used from now on."""
    new_key: Finding | None = None
    """Of the new key, while the former one is still used."""
    expires_at: datetime | None = None
    has_no_end: bool = False
    """Whether RMS said that the key never ends; then a day typed in warns of nothing.
    """
    warning: int | None = None
    """The warning of the key's end that is due now, in days."""
    stage: Stage | None = None
    moved: tuple[Stage, ...] = ()
    sampled: tuple[Sampled, ...] = ()
    """What Rakuten's test endpoint answered, if it was asked."""


class _Tried(NamedTuple):
    shop: Shop
    checked: Checked
    finding: Finding


@task(name="check-shop", **SAFE_TO_REPEAT)
def check_shop(shop: ShopHandle) -> Checkup:
    """Call each function once with the shop's key, and store the finding.

    While a key is being changed, the former one is tried as well if the new one is
    refused; the one that answers is used from now on. Moves that need no person are
    made.

    Raises:
        UnknownShop: no block and no environment describes the shop.

    """
    described, handles = load_rakuten_shop(shop), described_shops()
    with our_warehouse() as con:
        used = shop_in_use(described, key_in_use(con, shop))
        stopped = stopped_functions(con, shop)
    new = _tried(described, stopped)
    former = None
    if described.has_former_key and needs_former_key(new.finding):
        former = _tried(described.with_former_key(), stopped)
    choice = choose_key(new.finding, former.finding if former else None)
    chosen = former if former and choice is KeyChoice.FORMER else new
    in_use = used if choice is KeyChoice.AS_BEFORE else chosen.shop
    with our_warehouse() as con:
        if in_use != described:
            record_key(con, described, now())
        record_connection(
            con, in_use, chosen.finding.status, now(), chosen.checked.expires_at
        )
        delete_former_handles(con, described, handles)
        _stop_what_is_off(con, shop, chosen)
        moved = _moves(con, shop, now())
        return _checkup(con, shop, chosen, moved, now())._replace(
            new_key=new.finding if in_use != described else None
        )


def _tried(shop: Shop, stopped: Collection[str]) -> _Tried:
    with rms_client(shop) as rms:
        checked = check(rms, shop.shop_id, now(), stopped)
    with our_warehouse() as con:
        key = key_facts(con, shop, now(), checked.expires_at)
    return _Tried(shop, checked, judge_check(checked.probes, key, now()))


def _stop_what_is_off(con: Connection, shop: ShopHandle, tried: _Tried) -> None:
    """Lift the stop of each function that answered; stop one refused by itself."""
    probes = tried.checked.probes
    answered = [probe.function for probe in probes if probe.answer is CallEnd.OK]
    lift_stops(con, shop, answered)
    if not answered or tried.finding.status in REFUSED:
        return
    for probe in probes:
        if probe.answer is CallEnd.CREDENTIALS and probe.function != LICENCE_FUNCTION:
            stop_function(con, shop, probe.function, probe.codes, now())


def _moves(con: Connection, shop: ShopHandle, at: datetime) -> tuple[Stage, ...]:
    """Make the moves for which the check itself is the reason; return their stages."""
    who, moves = flow_that_moves(), []
    standing = stage_of(con, shop)
    if (
        standing is not None
        and standing.stage is Stage.KEY_REGISTERED
        and refusal(standing, Stage.CONNECTED, facts_of(con, shop), at) is None
    ):
        step = StageStep(stage=Stage.CONNECTED, at=at, who=who, why="接続できた")
        move_stage(con, shop, step)
        moves.append(Stage.CONNECTED)
    if due := move_if_due(con, shop, at, who):
        moves.append(due)
    return tuple(moves)


def _checkup(
    con: Connection,
    shop: ShopHandle,
    chosen: _Tried,
    moved: Sequence[Stage],
    at: datetime,
) -> Checkup:
    standing = stage_of(con, shop)
    has_no_end = chosen.checked.has_no_end
    expires_at = None if has_no_end else facts_of(con, shop).license_expires_at
    warning = None
    if expires_at is not None:
        warned = last_warned(con, shop, expires_at)
        warning = warning_due(days_left(expires_at, at), warned)
    return Checkup(
        finding=chosen.finding,
        expires_at=expires_at,
        has_no_end=has_no_end,
        warning=warning,
        stage=standing.stage if standing else None,
        moved=tuple(moved),
    )


@task(name="check-sample", **SAFE_TO_REPEAT)
def check_sample(shop: ShopHandle, typed: str = "") -> tuple[Sampled, ...]:
    """Read the fixed answers of Rakuten's test endpoint; nothing is stored.

    Whatever comes is a finding: no answer there is the connection's fault.
    """
    numbers = re.findall(r"[0-9A-Za-z-]+", typed)[:MOST_NUMBERS]
    with our_warehouse() as con:
        used = shop_in_use(load_rakuten_shop(shop), key_in_use(con, shop))
    with rms_client(used) as rms:
        return read_sample(rms.http, numbers, now)


@task(name="warn-of-licence-end", **SAFE_TO_REPEAT)
def warn_of_licence_end(shop: ShopHandle, checkup: Checkup) -> None:
    """Create the warning that is due, once: an artifact and an event."""
    if checkup.warning is None or checkup.expires_at is None:
        return
    at = now()
    sentence = licence_sentence(checkup.expires_at, at)
    create_markdown_artifact(
        key="licence-warning",
        markdown=page(f"ライセンスキーの期限 ({shop})", escape(sentence)),
        description="ライセンスキーの期限の警告",
    )
    emit_event(
        LICENCE_ENDING,
        resource={"prefect.resource.id": f"juchu.shop.{shop}"},
        payload={
            "shop": shop,
            "days_left": days_left(checkup.expires_at, at),
            "expires_at": checkup.expires_at.isoformat(),
            "message": f"{shop}: {sentence}",
        },
    )
    with our_warehouse() as con:
        record_warning(con, shop, checkup.expires_at, checkup.warning, at)


def conclude_check(shop: ShopHandle, checkup: Checkup) -> State[Any]:
    """Create the report and return the finding, Failed when a person has to act."""
    create_markdown_artifact(
        key="connection-report",
        markdown=connection_report(shop, checkup),
        description="接続チェックの結果",
    )
    explained = connection_sentence(checkup)
    if checkup.finding.status not in PASSES:
        return ended("", explained)
    is_odd = any(one.verdict.is_fault for one in checkup.sampled)
    return ended(explained, f"{SAMPLE_ODD}{see('connection-report')}" if is_odd else "")


def connection_sentence(checkup: Checkup) -> str:
    """Return what was found; of a new key that is not in use yet, why not."""
    sentence = explain(checkup.finding) + (NO_END if checkup.has_no_end else "")
    if checkup.new_key not in {None, checkup.finding}:
        sentence += f"ただし、{FORMER_KEY}新しいキー: {explain(checkup.new_key)}"
    return sentence


def sample_section(sampled: Sequence[Sampled]) -> str:
    """Return in Markdown what the test endpoint answered, "" if it was not asked."""
    rows = [(one.function, one.verdict.value, one.detail) for one in sampled]
    return section("楽天のテスト用の応答", table(SAMPLE_COLUMNS, rows)) if rows else ""


def connection_report(shop: ShopHandle, checkup: Checkup) -> str:
    """Return the report in Markdown; RMS's codes come from outside and stay text."""
    new, ends = checkup.new_key, checkup.expires_at
    return page(
        f"接続チェックの結果 ({shop})",
        escape(explain(checkup.finding)),
        STOPPED if checkup.finding.stops_calls else "",
        sample_section(checkup.sampled),
        section("新しいキー", FORMER_KEY, escape(explain(new))) if new else "",
        escape(licence_sentence(ends, now())) if ends else "",
        NO_END if checkup.has_no_end else "",
        f"段階: {checkup.stage}" if checkup.stage else "",
        f"移行した段階: {' → '.join(checkup.moved)}" if checkup.moved else "",
    )
