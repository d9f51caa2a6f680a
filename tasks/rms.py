"""Calls to RMS for a shop: paced, and stopped where RMS would refuse them.

All processes of this machine share one pace for a shop. A refusal stops the function
that was refused, or every call of the shop where the key itself proves to be at fault,
until a connection check succeeds; other shops go on (rule 6.7).
"""

import logging
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from prefect import runtime
from prefect.events import emit_event

from connectors.rms.check import probe_of, probe_shop_number, probes_of_others
from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    ClockWrong,
    CredentialsRefused,
    OutcomeUnknown,
    RmsTrouble,
    Unavailable,
)
from connectors.rms.http import Limits, RmsHttp
from connectors.rms.pace import Bucket, paces_for, slowness_of
from connectors.settings.reading import read_settings
from data.model.oversale import TroubleKind
from data.model.shops import rms_menus
from data.model.shops.connection import (
    MAINTENANCE_CODE,
    STOPS_CALLS,
    WHAT,
    ConnectionStatus,
    KeyFacts,
    judge_check,
    shop_in_use,
)
from data.model.shops.licence import key_fingerprint
from data.model.shops.onboarding import ShopFacts
from data.model.shops.shop import Shop, ShopHandle
from data.warehouse.errors import WarehouseClosed
from data.warehouse.session import Connection
from data.warehouse.shops import (
    facts_of,
    has_answered,
    key_facts,
    key_in_use,
    leave_ended_key,
    record_connection,
    record_key,
    stop_function,
    stopped_functions,
)
from data.warehouse.troubles import record_trouble
from tasks.machine import now, our_warehouse, refuse_another_hosts
from tasks.shops.blocks import UnknownShop, load_rakuten_shop

CREDENTIALS_REFUSED = "juchu.connection.refused"
"""The event after which a trigger in prefect.yaml starts a connection check."""
log = logging.getLogger("juchu.shops")


class ShopStopped(Exception):
    """No call was made, because RMS would refuse it; other shops are not concerned."""

    def __init__(self, handle: str, status: ConnectionStatus) -> None:
        super().__init__(handle, status)

    def __str__(self) -> str:
        handle, status = self.args
        return (
            f"店舗 {handle} のRMSの呼び出しを停止しています: {WHAT[status]}。"
            "対処: 接続チェック(check-connection)を実行し、結果に従って修正して"
            "ください。接続チェックに成功すると、呼び出しを再開します。"
        )


class FunctionStopped(ShopStopped):
    """A function was not called, because RMS would refuse it; the others go on."""

    def __init__(self, handle: str, function: str) -> None:
        super().__init__(handle, ConnectionStatus.FUNCTION)
        self.args = (handle, function)
        self.function = function

    def __str__(self) -> str:
        handle, function = self.args
        return (
            f"店舗 {handle} では、RMSの機能 {function} を使えないため、"
            "この機能の呼び出しだけを止めています。ほかの機能は動いています。"
            f"対処: RMSの「{rms_menus.FUNCTIONS}」で {function} をオンにし、"
            "接続チェック(check-connection)を実行してください。"
        )


class CallState(NamedTuple):
    """What the warehouse says of a shop's calls: its key, and functions stopped."""

    facts: ShopFacts
    key_in_use: str | None
    """The fingerprint of the key that calls use, if one is recorded."""
    stopped: frozenset[str]


@contextmanager
def open_rms(handle: ShopHandle, state: CallState | None = None) -> Iterator[RmsClient]:
    """Open the shop's client of RMS; its keys are kept nowhere else.

    `state` is what the caller has just read in a transaction of its own; else it is
    read here, in another one.

    Raises:
        UnknownShop: no block and no environment describes the shop.
        ShopStopped: its credentials were refused before, or its key has ended.
        FunctionStopped: this one function was refused before, while the key was good.
        CredentialsRefused: RMS refused them in this block; recorded, so that later
            calls of this function, or with this key, are stopped.

    """
    known = shop_of_now(handle)
    try:
        shop, stopped = shop_to_call(known, now(), state)
    except ShopStopped as stop:
        keep_trouble(known, stop)
        raise
    with rms_client(shop, stopped) as rms:
        try:
            yield rms
        except CredentialsRefused as refusal:
            keep_trouble(shop, refusal)
            record_refusal(shop, refusal, now())
            raise
        except (RmsTrouble, FunctionStopped) as trouble:
            keep_trouble(shop, trouble)
            raise


@contextmanager
def rms_client(
    shop: Shop, stopped: Collection[str] = frozenset()
) -> Iterator[RmsClient]:
    """Open a client with the key of `shop`, whatever else is recorded about it.

    A call of a function in `stopped` raises FunctionStopped instead. Where there are
    several hosts, a call of one that the home has left raises HomeMoved: the next owner
    calls for the shop, and keeps its pace alone.
    """

    def admit(function: str) -> None:
        refuse_another_hosts()
        if function in stopped:
            raise FunctionStopped(shop.handle, function)

    def undated() -> None:
        wrong.unlink(missing_ok=True)  # nobody says so any more
        warn_undated(settings.home, now())

    settings = read_settings()
    wrong = clock_is_wrong_sign(settings.home)
    rate, url = settings.rms_requests_per_second, settings.rms_url
    paces = paces_for(settings.home, shop, rate, url)
    http = RmsHttp(
        shop,
        url,
        paces[Bucket.ORDER],
        now,
        Limits(settings.rms_deadline_s),
        paces=paces,
        undated=undated,
        admit=admit,
        too_fast=slowness_of(settings.home, shop).too_fast,
    )
    with RmsClient(http) as rms:
        try:
            yield rms
        except ClockWrong:
            with suppress(OSError):  # the error itself says more than the sign
                wrong.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                wrong.touch(mode=0o600)
            raise
        if rms.clock_agrees:
            wrong.unlink(missing_ok=True)


def clock_is_wrong_sign(home: Path) -> Path:
    """Return the file that is there while RMS's last answer showed another time.

    What calls nobody at RMS and depends on the time looks for it, as a count does.
    """
    return home / "pace" / "clock-is-wrong"


def warn_undated(home: Path, at: datetime) -> None:
    """Warn once a day that RMS's answers show no time to compare our clock with.

    A file's time of change tells all processes of the machine when the last one was.
    """
    marker = home / "pace" / "undated"
    try:
        last = datetime.fromtimestamp(marker.stat().st_mtime, at.tzinfo)
    except OSError:
        last = None
    if last and last.date() == at.date():
        return
    marker.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.touch(mode=0o600)
    os.utime(marker, (at.timestamp(), at.timestamp()))
    log.warning(
        "RMSの応答に時刻(Date、Timestamp)がないため、このマシンの時計を確認できません。"
        "処理は続けます。対処: このマシンの時刻が正しいことを確認してください。"
    )


def keep_trouble(shop: Shop, trouble: RmsTrouble | ShopStopped) -> None:
    """Record that a call had no usable answer, so that a gap can be explained later.

    Nothing is recorded where the warehouse cannot be opened: the error is shown anyway.
    """
    function = getattr(trouble, "function", "")
    kind = TroubleKind.OTHER
    if isinstance(trouble, ShopStopped | CredentialsRefused):
        kind = TroubleKind.REFUSED
    elif isinstance(trouble, Unavailable | OutcomeUnknown) and _is_shut(trouble):
        kind = TroubleKind.MAINTENANCE
    try:
        with our_warehouse() as con:
            record_trouble(con, shop.shop_id, function, kind, mall=shop.mall, at=now())
    except WarehouseClosed as problem:
        log.warning("trouble of %s not kept: %s", shop.handle, problem)


def _is_shut(trouble: RmsTrouble) -> bool:
    """Return whether RMS answered as it does in maintenance, or when overloaded."""
    is_page = trouble.status == HTTPStatus.OK and not trouble.codes
    is_full = trouble.status == HTTPStatus.SERVICE_UNAVAILABLE
    return is_page or is_full or MAINTENANCE_CODE in trouble.codes


def refuse_stopped(shop: Shop, at: datetime, function: str) -> None:
    """Raise ShopStopped if the shop may not call this function now."""
    _, stopped = shop_to_call(shop, at)
    if function in stopped:
        raise FunctionStopped(shop.handle, function)


def call_state(con: Connection, shop: Shop, at: datetime) -> CallState:
    """Return what the warehouse says of a shop's calls; leave a key that has ended."""
    facts = facts_of(con, shop.handle)
    if facts.key_has_ended(at):
        leave_ended_key(con, shop, at)
        facts = facts_of(con, shop.handle)
    return CallState(
        facts, key_in_use(con, shop.handle), stopped_functions(con, shop.handle)
    )


def shop_to_call(
    shop: Shop, at: datetime, state: CallState | None = None
) -> tuple[Shop, frozenset[str]]:
    """Return the shop with the key that calls use now, and the functions stopped.

    Raises:
        ShopStopped: the latest check or call found its credentials refused, or its key
            has ended.

    """
    if state is None:
        with our_warehouse() as con:
            state = call_state(con, shop, at)
    facts, fingerprint, stopped = state
    used = shop_in_use(shop, fingerprint)
    if facts.connection in STOPS_CALLS:
        raise ShopStopped(shop.handle, facts.connection)
    if facts.key_has_ended(at) and fingerprint == key_fingerprint(used.license_key):
        raise ShopStopped(shop.handle, ConnectionStatus.KEY_ENDED)
    return used, stopped


def record_refusal(shop: Shop, refusal: CredentialsRefused, at: datetime) -> None:
    """Record that RMS refused a call, and ask for a connection check.

    Another function is tried: where it answers, only this one is stopped, else the key
    is to blame and every call of the shop is. The refusal of a key some minutes old
    stops nothing, nor that of one that the run began with and that was renewed since.
    Where the warehouse cannot be opened the log alone has it, because the refusal
    itself is the better error.
    """
    if not _is_renewed(shop):
        _stop_refused(shop, refusal, at)
    ask_for_check(shop.handle)


def ask_for_check(handle: ShopHandle) -> None:
    """Have the connection checked soon."""
    emit_event(
        CREDENTIALS_REFUSED,
        resource={"prefect.resource.id": f"juchu.shop.{handle}"},
        payload={"shop": handle},
    )


def _is_renewed(used: Shop) -> bool:
    """Return whether the shop has other keys by now than the one that was used."""
    try:
        known = load_rakuten_shop(used.handle)
    except UnknownShop:
        return False
    keys = [known, known.with_former_key()] if known.has_former_key else [known]
    return all(
        (used.service_secret, used.license_key) != (one.service_secret, one.license_key)
        for one in keys
    )


def _stop_refused(shop: Shop, refusal: CredentialsRefused, at: datetime) -> None:
    """Stop the function that was refused, or the shop whose key is to blame."""
    with rms_client(shop) as rms:
        others = probes_of_others(rms, shop.shop_id, at, refusal.function)
    try:
        with our_warehouse() as con:
            key = key_facts(con, shop, at)
            found = judge_check([probe_of(refusal), *others], key, at)
            if found.status is ConnectionStatus.FUNCTION:
                stop_function(con, shop.handle, refusal.function, refusal.codes, at)
            else:
                record_connection(con, shop, found.status, at)
    except WarehouseClosed as problem:
        log.warning("refused credentials of %s not kept: %s", shop.handle, problem)


def refuse_other_shops_key(handle: ShopHandle) -> None:
    """Raise ShopStopped if the shop's key is new and proves to be another shop's.

    Orders show whose they are. Stock and items do not: by such a key our levels would
    be told of the other shop's items, and read back as ours. One call at most; a key
    that has answered for this shop is not tried again.
    """
    known = shop_of_now(handle)
    with our_warehouse() as con:
        state = call_state(con, known, now())
        is_proven = has_answered(con, shop_in_use(known, state.key_in_use))
    shop, _ = shop_to_call(known, now(), state)
    if is_proven:
        return
    with rms_client(shop) as rms:
        probe = probe_shop_number(rms, shop.shop_id)
    at = now()
    finding = judge_check([probe], KeyFacts(at), at)
    with our_warehouse() as con:
        if finding.is_good:
            record_key(con, shop, at, answered_at=at)
        elif finding.status is ConnectionStatus.SHOP_NUMBER:
            record_connection(con, shop, finding.status, at)
    if finding.status is ConnectionStatus.SHOP_NUMBER:
        raise ShopStopped(handle, finding.status)


def shop_of_now(handle: ShopHandle) -> Shop:
    """Return the shop as the present run knows it."""
    return shop_of_run(handle, runtime.flow_run.id)


@lru_cache(maxsize=256)
def shop_of_run(handle: ShopHandle, flow_run_id: str | None) -> Shop:  # noqa: ARG001
    """Load a shop once a run, so that a run keeps the keys it began with."""
    return load_rakuten_shop(handle)


def with_code(code: str, reason: str) -> str:
    """Return RMS's own code before its text, as it is kept beside what was refused."""
    return f"{code}: {reason}" if code else reason
