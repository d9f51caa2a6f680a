"""Alarms that only this machine and its warehouse know: each raised and ended once.

A flow looks, the warehouse remembers what somebody was told, and Prefect's server sends
the message of the event (tasks/setup/alarms.py), so that no flow waits for a mail.
"""

import shutil
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from prefect import runtime, task
from prefect.client.schemas.objects import State
from prefect.events import emit_event

from connectors.ping import ping
from connectors.settings.fields import Settings
from connectors.settings.reading import read_settings
from data.model.alarm import (
    SEEN_BY_DRAIN,
    Alarm,
    AlarmKind,
    AlarmMessage,
    healed_message,
    is_low,
    raised_message,
)
from data.model.shops.shop import ShopHandle
from data.warehouse.alarms import (
    DueAlarm,
    find_alarms,
    made_at,
    mark_emitted,
    open_alarms,
    record_alarms,
)
from data.warehouse.invariants import violations
from data.warehouse.stock.speed import late_stock, stock_speeds
from tasks.house.backup import backup_is_old
from tasks.machine import now, our_warehouse
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.every_shop import is_only_live
from tasks.watch.alive import watch_lives

EVENT: Final = "juchu.alarm"
"""Begins the events `juchu.alarm.<kind>.raised` and `….healed`, and their resource."""
NET_S: Final = 90 * 60.0
"""An hour until the next hourly push, and half of one for it."""
_GIB: Final = 1024**3


@task(name="raise-alarms", **SAFE_TO_REPEAT)
def raise_alarms(
    day: Alarm | None = None, *, looked_for: Collection[AlarmKind] = SEEN_BY_DRAIN
) -> list[str]:
    """Find what broke and what healed, emit an event of each, and return the subjects.

    Of the kinds `looked_for` only; `day` is the trouble of a day that has ended. An
    event is emitted after the trouble is recorded and before it counts as told: a kill
    between makes somebody hear of it twice.
    """
    settings, at = read_settings(), now()
    with our_warehouse() as con:
        known = open_alarms(con)
        found = find_alarms(con, at, settings.silence.quiet_since(at))
        found += late_stock(stock_speeds(con, at), at, stock_target(settings))
        found += _backup(settings, at, made_at(con))
        found += _disk(settings, was_low=(AlarmKind.DISK_LOW, "") in known)
        found += [day] if day else []
        if AlarmKind.INVARIANT_BROKEN in looked_for:
            found += [
                Alarm(AlarmKind.INVARIANT_BROKEN, "", _broken(rule.rule, rule.count))
                for rule in [one for one in violations(con) if one.is_damage][:1]
            ]
        due = record_alarms(con, found, looked_for, at)
    for each in due:
        _emit(each)
    if due:
        with our_warehouse() as con:
            for each in due:
                mark_emitted(con, each)
    return [_message(each).subject for each in due]


def stock_target(settings: Settings) -> float:
    """Return the seconds that a level may wait, 0 for any number of them.

    Where no warm process lives the hourly push is all there is, and gets its time.
    """
    target_s = settings.stock_target_s
    if not target_s or watch_lives():
        return target_s
    return max(target_s, NET_S)


def _backup(settings: Settings, at: datetime, made: datetime) -> list[Alarm]:
    warning = backup_is_old(settings, at, made)
    return [Alarm(AlarmKind.BACKUP_OLD, "", warning)] if warning else []


def _disk(settings: Settings, *, was_low: bool) -> list[Alarm]:
    settings.home.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(settings.home)
    if not is_low(disk.free, disk.total, was_low=was_low):
        return []
    what = (
        f"空きは {disk.free / _GIB:.1f} GB({disk.free * 100 // disk.total} %)です。"
        "空きがなくなると、注文を保存できません。"
        "対処: 不要なファイルを削除するか、ディスクを増やしてください。"
    )
    return [Alarm(AlarmKind.DISK_LOW, "", what)]


def _broken(rule: str, count: int) -> str:
    return (
        f"規則 {rule} に合わないものが{count}件あります。"
        "対処: juchu.duckdb をコピーして保管し、開発者に連絡してください。"
    )


def _message(due: DueAlarm) -> AlarmMessage:
    alarm = due.alarm
    if due.is_healed:
        return healed_message(alarm.kind, alarm.shop, due.since)
    return raised_message(alarm)


def _emit(due: DueAlarm) -> None:
    kind, shop, _what = due.alarm
    emit_alarm(kind, shop, _message(due), is_healed=due.is_healed)


def emit_alarm(kind: str, shop: str, message: AlarmMessage, *, is_healed: bool) -> None:
    """Emit the event that an automation sends to staff; no shop means the machine."""
    emit_event(
        event=f"{EVENT}.{kind}.{'healed' if is_healed else 'raised'}",
        resource={
            "prefect.resource.id": f"{EVENT}.{kind}.{shop or 'machine'}",
            "prefect.resource.name": message.subject,
        },
        payload={"subject": message.subject, "body": message.body},
    )


def is_whole_run() -> bool:
    """Return whether this run is not one shop's part of a run for every shop."""
    return runtime.flow_run.parent_flow_run_id is None


def end_day(state: State[Any], shop: ShopHandle | None = None) -> State[Any]:
    """Raise the day's alarms, call the outside monitor, and return the day's state.

    A part of a run for every shop is not a day of its own. A good day of one `shop`
    among others ends no failed one, and is no sign of the day: nobody has run the
    others again.
    """
    if is_whole_run():
        is_good = state.is_completed()
        what = state.message or "対処: 実行の内容を確認してください。"
        day = None if is_good else Alarm(AlarmKind.DAY_FAILED, "", what)
        is_sign = not (is_good and shop) or is_only_live(shop)
        every = frozenset(AlarmKind)
        looked_for = every if is_sign else every - {AlarmKind.DAY_FAILED}
        looked = raise_alarms(day, looked_for=looked_for, return_state=True)
        if day and not looked.is_completed():  # a closed warehouse hides no failed day
            _emit(DueAlarm(day, now(), is_healed=False))
        if is_sign:
            ping_outside(is_good)
    return state


@task(name="ping-outside", **SAFE_TO_REPEAT)
def ping_outside(is_good: bool) -> None:
    """Call the address outside that waits for a sign of the day; never fail of it."""
    if (address := read_settings().ping_url).get_secret_value():
        ping(address, is_good=is_good)
