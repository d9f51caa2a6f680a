"""Each trouble is found, told once when it breaks, and once when it is well again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from duckdb import DuckDBPyConnection

from data.model.alarm import (
    ALARM_WORDS,
    SEEN_BY_DAY,
    SEEN_BY_DRAIN,
    Alarm,
    AlarmKind,
    Silence,
    healed_message,
    is_low,
    raised_message,
)
from data.warehouse.alarms import find_alarms, mark_emitted, record_alarms
from data.warehouse.notices import record_notices
from data.warehouse.shops import forget_closed_shops_keys
from tests.support.effort import first
from tests.support.orders import NINE, SHOP_ID, at
from tests.support.planted import caught, planted_sql
from tests.warehouse.made_notices import a_notice
from tests.warehouse.test_matters import (
    a_shipment,
    csv_reject,
    notice_refused,
    order_refused,
    parcel_to_stop,
    shipment_reject,
    shop_stopped,
    stock_refused,
    store,
    tracking_refused,
)

Con = DuckDBPyConnection
NOW = 20
"""Minutes after nine, when the alarms here are looked for."""
SILENCE = Silence(hours=2, opens=9, closes=21)


def stopped(con: Con) -> None:
    shop_stopped(con)
    con.execute("UPDATE shops SET license_expires_at = NULL")


def licence_ending(con: Con, days: float = 13.9) -> None:
    shop_stopped(con, "ok")
    ends = at(NOW) + timedelta(days=days)
    con.execute("UPDATE shops SET license_expires_at = ?", [ends])


def notice_waiting(con: Con, minute: float = NOW - 11) -> None:
    record_notices(con, [a_notice(1, minute)], at(minute))


def unknown_push(con: Con, minute: float = NOW - 16) -> None:
    stock_refused(con, "p", minute, state="unknown")


def unknown_report(con: Con) -> None:
    store(con)
    a_shipment(con, "verified", None, 4)
    con.execute("UPDATE shipments SET state = 'unknown', sent_at = ?", [at(4)])


def notices_missed(con: Con, missed: int = 1) -> None:
    record_notices(con, [a_notice(None, 1)], at(1))
    con.execute(
        """INSERT INTO loads BY NAME SELECT
            'l' AS load_id, 'api' AS source, 'rakuten' AS mall, ? AS shop_id,
            ? AS started_at, ? AS finished_at, 3 AS found, 3 AS created, 0 AS changed,
            0 AS unchanged, 0 AS stale, 0 AS refused, ? AS found_without_notice""",
        [SHOP_ID, at(5), at(6), missed],
    )


def a_load(con: Con, source: str, hours: float) -> None:
    """Store that a run of the shop began so many hours after nine."""
    con.execute(
        """INSERT INTO loads BY NAME SELECT
            uuid()::VARCHAR AS load_id, ? AS source, 'rakuten' AS mall, ? AS shop_id,
            ? AS started_at, 0 AS found, 0 AS created, 0 AS changed,
            0 AS unchanged, 0 AS stale, 0 AS refused""",
        [source, SHOP_ID, at(60 * hours)],
    )


def day_missing(con: Con, day: float = -27, other: float = -1) -> None:
    """A live shop whose last morning was so long ago, and a drain since."""
    shop_stopped(con, "ok")
    con.execute("UPDATE shops SET license_expires_at = NULL")
    con.execute(
        """INSERT INTO shop_keys BY NAME SELECT
            'demo' AS shop, 'k' AS key_hash, ? AS first_seen_at, ? AS last_seen_at""",
        [at(0), at(0)],
    )
    a_load(con, "tracking", day)
    a_load(con, "notices", other)


def day_missing_at(stage: str | None, *, has_key: bool = True) -> Callable[[Con], None]:
    def make(con: Con) -> None:
        day_missing(con)
        con.execute("UPDATE shops SET stage = ?", [stage])
        if not has_key:
            con.execute("DELETE FROM shop_keys")

    return make


CASES: dict[str, tuple[AlarmKind, Callable[[Con], None]]] = {
    "shop stopped": (AlarmKind.SHOP_STOPPED, stopped),
    "licence": (AlarmKind.LICENCE_ENDING, licence_ending),
    "notice waits": (AlarmKind.NOTICE_WAITING, notice_waiting),
    "notices missed": (AlarmKind.NOTICES_MISSED, notices_missed),
    "day missing": (AlarmKind.DAY_MISSING, day_missing),
    "csv row": (AlarmKind.REJECTED, csv_reject),
    "shipment row": (AlarmKind.REJECTED, shipment_reject),
    "order": (AlarmKind.REJECTED, order_refused),
    "notice": (AlarmKind.REJECTED, notice_refused),
    "stock": (AlarmKind.PUSH_REFUSED, stock_refused),
    "tracking": (AlarmKind.PUSH_REFUSED, tracking_refused),
    "parcel": (AlarmKind.PARCEL_TO_STOP, parcel_to_stop),
    "push unknown": (AlarmKind.OUTCOME_UNKNOWN, unknown_push),
    "report unknown": (AlarmKind.OUTCOME_UNKNOWN, unknown_report),
}


def found(con: Con, minute: float = NOW, quiet: datetime | None = None) -> list[Alarm]:
    return find_alarms(con, at(minute), quiet)


def kinds(con: Con, minute: float = NOW) -> set[AlarmKind]:
    return {alarm.kind for alarm in found(con, minute)}


def told(con: Con, alarms: list[Alarm], minute: float) -> list[tuple[str, bool]]:
    """Record what was found at a minute; give what somebody is told of it."""
    untold = record_alarms(con, alarms, SEEN_BY_DRAIN, at(minute))
    for each in untold:
        mark_emitted(con, each)
    return [(each.alarm.kind, each.is_healed) for each in untold]


@first(3)
@pytest.mark.parametrize("case", CASES)
def test_a_trouble_is_found_with_its_shop_and_what_to_do(undone: Con, case: str):
    kind, make = CASES[case]
    quiet = found(undone)
    make(undone)
    (alarm,) = found(undone)

    assert quiet == []
    assert (alarm.kind, alarm.shop in {"demo", SHOP_ID}) == (kind, True)
    assert alarm.what.count("対処") == 1
    assert alarm.shop in raised_message(alarm).subject


def test_every_alarm_has_words_and_says_when_it_is_over():
    for kind in AlarmKind:
        message = healed_message(kind, "demo", at(5))
        assert message.subject == f"【受注 復旧】{ALARM_WORDS[kind]}(demo)"
        assert "07月01日 09:05" in message.body
    assert set(AlarmKind) == SEEN_BY_DAY | SEEN_BY_DRAIN


@pytest.mark.parametrize(
    ("make", "minute"),
    [
        (lambda con: notice_waiting(con, NOW - 9), NOW),
        (lambda con: unknown_push(con, NOW - 14), NOW),
        (lambda con: licence_ending(con, 14.1), NOW),
        (lambda con: notices_missed(con, 0), NOW),
        (notices_missed, 15),
        (lambda con: day_missing(con, -25, -0.9), NOW),
        (lambda con: day_missing(con, -70, -0.5), NOW),
        (lambda con: day_missing(con, -70, -47), NOW),
        (day_missing_at("停止"), NOW),
        (day_missing_at("稼働中", has_key=False), NOW),
    ],
    ids=[
        "waits for nine minutes",
        "unknown for 14",
        "ends in 15 days",
        "none missed",
        "overtaken nine minutes ago",
        "a morning 25 hours ago",
        "on again for half an hour",
        "off since it was due",
        "stopped by a person",
        "without a key",
    ],
)
def test_what_is_not_yet_a_trouble_is_none(undone: Con, make, minute):
    make(undone)

    assert kinds(undone, minute) == set()


def its_block_is_deleted(con: Con) -> None:
    """Have the shop be one that was set up and checked, and is no longer."""
    shop_stopped(con, "ok")
    forget_closed_shops_keys(con, [])


@pytest.mark.parametrize(
    "case",
    ["notice waits", "notices missed", "day missing", "push unknown", "report unknown"],
)
def test_what_no_run_can_end_any_more_is_no_trouble_of_a_closed_shop(
    undone: Con, case: str
):
    _, make = CASES[case]
    make(undone)
    its_block_is_deleted(undone)

    assert kinds(undone) == set()


def test_the_silence_of_a_closed_shop_is_no_trouble(undone: Con):
    """For a week staff were to look whether the receiver runs."""
    record_notices(undone, [a_notice(None, 1)], at(1))
    quiet = SILENCE.quiet_since(at(122))
    before = [alarm.kind for alarm in found(undone, 122, quiet)]
    its_block_is_deleted(undone)

    assert before == [AlarmKind.NOTICES_SILENT]
    assert found(undone, 122, quiet) == []


def test_what_a_person_settles_waits_of_a_closed_shop_too(undone: Con):
    order_refused(undone)
    its_block_is_deleted(undone)

    assert kinds(undone) == {AlarmKind.REJECTED}


def test_orders_without_notice_are_none_where_no_notice_ever_came(undone: Con):
    notices_missed(undone)
    undone.execute("DELETE FROM notices")

    assert kinds(undone) == set()


def test_one_message_when_it_breaks_one_when_it_heals_none_between(undone: Con):
    order_refused(undone)
    said = [told(undone, found(undone), NOW + n) for n in range(7)]
    said.append(told(undone, [], NOW + 7))
    said.append(told(undone, [], NOW + 8))
    said.append(told(undone, found(undone), NOW + 9))

    broken, healed = (AlarmKind.REJECTED, False), (AlarmKind.REJECTED, True)
    assert said == [[broken], *[[]] * 6, [healed], [], [broken]]


def test_what_a_killed_run_did_not_tell_is_told_by_the_next(undone: Con):
    order_refused(undone)
    first = record_alarms(undone, found(undone), SEEN_BY_DRAIN, at(NOW))
    again = record_alarms(undone, found(undone), SEEN_BY_DRAIN, at(NOW + 1))

    assert first == again
    assert len(first) == 1


def test_a_drain_does_not_end_what_only_the_day_can_see(undone: Con):
    day = Alarm(AlarmKind.DAY_FAILED, "", "失敗しました。対処: 確認")
    record_alarms(undone, [day], frozenset(AlarmKind), at(1))
    record_alarms(undone, [], SEEN_BY_DRAIN, at(2))

    assert undone.execute("SELECT healed_at FROM alarms").fetchall() == [(None,)]


def test_silence_counts_in_shop_hours_only_and_ends_with_a_notice(undone: Con):
    record_notices(undone, [a_notice(None, 1)], at(1))
    asked = [
        (minute, SILENCE.quiet_since(at(minute)))
        for minute in (119, 122, 12 * 60 + 1, 24 * 60 + 60, 24 * 60 + 121)
    ]
    said = [told(undone, found(undone, m, quiet), m) for m, quiet in asked]
    record_notices(undone, [a_notice(None, 2000)], at(2000))
    said.append(told(undone, found(undone, 2001), 2001))

    silent, again = (AlarmKind.NOTICES_SILENT, False), (AlarmKind.NOTICES_SILENT, True)
    assert said == [[], [silent], [], [], [], [again]]


def test_nobody_waits_for_notices_that_never_came_or_are_switched_off(undone: Con):
    quiet = SILENCE.quiet_since(at(180))

    assert quiet == at(60)
    assert found(undone, 180, quiet) == []
    assert Silence(0, 9, 21).quiet_since(at(180)) is None
    assert SILENCE.quiet_since(NINE - timedelta(hours=1)) is None


def test_a_disk_at_the_edge_does_not_ring_every_minute():
    edge = [
        is_low(free, 100, was_low=was)
        for free, was in [(10, False), (9, False), (11, True), (12, True)]
    ]

    assert edge == [False, True, True, False]


@pytest.mark.parametrize(
    ("right", "wrong", "case"),
    [
        ("INTERVAL 10 MINUTE", "INTERVAL 10 HOUR", "notice waits"),
        (
            "WHERE found_without_notice > 0",
            "WHERE found_without_notice > 9",
            "notices missed",
        ),
        ("state IN ('unknown', 'sent')", "state IN ('sent')", "push unknown"),
        ("INTERVAL 14 DAY", "INTERVAL 14 HOUR", "licence"),
        ("FILTER (source = 'tracking')", "", "day missing"),
    ],
)
def test_a_planted_bug_is_seen(undone: Con, right: str, wrong: str, case: str):
    _, make = CASES[case]
    make(undone)
    with planted_sql("find_alarms", right, wrong), caught():
        assert kinds(undone) != set()
