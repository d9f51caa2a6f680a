"""The warm process: notices in and due stock out, and no run for nothing."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from prefect.exceptions import MissingContextError

from connectors.notices.spool import Spool
from connectors.settings.reading import read_settings
from data.model.matter import MatterKind
from data.model.notice import Notice, NoticeKind, notice_key
from data.model.stock import Counted
from data.warehouse.house.incidents import record_incident
from data.warehouse.session import bell_of, warehouse
from data.warehouse.stock.files import book_stock_file
from flows import drain_notices as draining
from flows import push_inventory as pushing
from flows.drain_notices import drain_notices
from flows.push_inventory import push_inventory
from tasks.alarms import NET_S, stock_target
from tasks.machine import now
from tasks.shops import every_shop
from tasks.watch.__main__ import bells
from tasks.watch.alive import LOCK, SILENT_S, only_watch, watch_lives
from tasks.watch.attempts import FIRST_PAUSE_S, LONGEST_PAUSE_S, Attempts
from tasks.watch.jobs import Bell, ShopJobs
from tasks.watch.metrics import WatchMetrics
from tasks.watch.work import Watch
from tests.stock.made import MadeCount
from tests.support.order_notice import order_notice
from tests.support.plain_runs import ShownHere
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

UNITS = 30
MOST_SIGNS = Path("/proc/sys/fs/inotify/max_queued_events")


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(
    lab: Sandbox, shown: ShownHere, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> Watch:
    """A warm process for the shop `lab`, whose every listing was counted."""
    monkeypatch.setattr(every_shop, "rakuten_shops", lambda: ["lab"])
    for module, name in ((draining, "drain_notices"), (pushing, "push_inventory")):
        monkeypatch.setattr(module, name, globals()[name])  # as the plain runs left it
    counted(lab, UNITS, *(row for row in lab.stock() if row["known"]))
    desk = Watch(WatchMetrics(), Attempts(clock))
    desk.look_for_shops()
    return desk


def counted(lab: Sandbox, units: int, *listings: dict[str, Any]) -> None:
    """Book a count of so many pieces of each of these listings."""
    rows = [
        Counted(
            manage_number=row["manageNumber"].lower(),
            variant_id=row["variantId"],
            quantity=units,
        )
        for row in listings
    ]
    with warehouse(read_settings().warehouse) as con:
        book_stock_file(
            con,
            MadeCount(rows),
            shop_id=lab.shops["demo"].shop_id,
            import_id=str(uuid4()),
            who="店長",
            counted_at=now(),
            imported_at=now(),
        )


def tell(lab: Sandbox, *numbers: str) -> None:
    """Leave notices in the spool, as the receiver does."""
    shop_id = lab.shops["demo"].shop_id
    notices = [order_notice(shop_id, number) for number in numbers]
    Spool(read_settings().spool).keep(notices)


def asked(query: str) -> list[tuple[Any, ...]]:
    with warehouse(read_settings().warehouse) as con:
        return con.execute(query).fetchall()


STATES = "SELECT state, count(*) FROM inventory_pushes GROUP BY ALL"
DIFFERENT = """
SELECT m.manage_number FROM sku_map AS m JOIN stock_levels AS l USING (sku)
LEFT JOIN inventory_verified AS v USING (mall, shop_id, manage_number, variant_id)
WHERE v.offered IS DISTINCT FROM greatest(l.level, 0)
"""


def test_a_sale_travels_from_its_notice_to_a_verified_level(desk: Watch, lab: Sandbox):
    assert desk.push() == 1
    assert (desk.drain(), desk.push()) == (0, 0)

    numbers = lab.sell(2, "plain", over_days=0)
    tell(lab, *numbers)
    assert (desk.drain(), desk.push()) == (1, 1)
    assert {number for (number,) in asked("SELECT order_number FROM orders")} == {
        *numbers
    }
    assert asked(DIFFERENT) == []
    assert (desk.drain(), desk.push()) == (0, 0)


def outside_of_any_run() -> None:
    """Do what Prefect's run logger does where the warm process asks for it."""
    raise MissingContextError("There is no active flow or task run context.")


def test_a_shop_that_was_not_live_at_the_last_look_is_served_when_a_notice_comes(
    desk: Watch, lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    """Onboarding goes through the steps between, and the minute's look fell there."""
    with monkeypatch.context() as between:
        between.setattr(every_shop, "rakuten_shops", list)
        desk.look_for_shops()
    (number,) = lab.sell(1)
    tell(lab, number)

    assert desk.handles() == ()
    assert desk.drain("lab") == 1
    assert asked("SELECT order_number FROM orders") == [(number,)]


def test_a_link_that_rests_pushes_nothing(desk: Watch, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tasks.stock.link.get_run_logger", outside_of_any_run)
    monkeypatch.setenv("JUCHU_SHOP_LAB_STOCK_LINK", "off")
    assert desk.push() == 0

    monkeypatch.setenv("JUCHU_SHOP_LAB_STOCK_LINK", "on")
    assert desk.push() == 1


def test_what_fails_in_a_minute_keeps_no_alarm_from_its_turn(
    desk: Watch, monkeypatch: pytest.MonkeyPatch
):
    did: list[str] = []

    def fail() -> None:
        did.append("receivers")
        raise OSError("out of reach")

    monkeypatch.setattr("tasks.watch.work.fetch_from_receivers.fn", fail)
    monkeypatch.setattr(
        "tasks.watch.work.raise_alarms.fn", lambda: did.append("alarms")
    )
    monkeypatch.setattr(desk, "_let_arrivals_rest", lambda: did.append("arrivals"))
    desk.every_minute()

    assert did == ["receivers", "alarms", "arrivals"]


def test_what_does_not_come_forward_pauses_longer_each_time(
    desk: Watch, lab: Sandbox, clock: Clock
):
    lab.fault("503", function="inventories.bulk.get", times=1000)
    assert [desk.push(), desk.push()] == [1, 0]
    clock.now_s += FIRST_PAUSE_S
    assert [desk.push(), desk.push()] == [1, 0]
    clock.now_s += FIRST_PAUSE_S
    assert desk.push() == 0

    lab.no_faults()
    clock.now_s += FIRST_PAUSE_S
    assert desk.push() == 1
    assert asked(DIFFERENT) == []


def test_what_may_not_be_raised_keeps_no_lowered_number_from_its_turn(
    desk: Watch, lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    """Hours that a restore lost wait for a person for days, and no number rises."""
    # Prefect's engine gives a Failed state that a flow returns a result, of nothing.
    monkeypatch.setattr("tasks.watch.work.was_trouble", lambda _: False)
    desk.push()
    first, second, *_ = (row for row in lab.stock() if row["known"])
    with warehouse(read_settings().warehouse) as con:
        record_incident(con, MatterKind.HOURS_LOST, "lost", now(), "復元しました。")
    counted(lab, UNITS + 9, first)
    assert [desk.push(), desk.push()] == [1, 0]

    counted(lab, UNITS - 9, second)
    assert [desk.push(), desk.push()] == [2, 0]  # the second run left the first one
    counted(lab, UNITS - 8, first)
    assert desk.push() == 1
    shown = {(r["manageNumber"], r["variantId"]): r["quantity"] for r in lab.stock()}
    assert [
        shown[row["manageNumber"], row["variantId"]] for row in (first, second)
    ] == [UNITS - 8, UNITS - 9]


class SlowShop:
    """A desk of two shops; the first one's work ends after the second one's."""

    def __init__(self) -> None:
        self.other_is_done = Event()
        self.ended: list[str] = []

    def handles(self) -> tuple[str, ...]:
        return "slow", "quick"

    def drain(self, only: str) -> int:
        if only == "slow" and not self.other_is_done.wait(10):
            return 0
        self.ended.append(only)
        self.other_is_done.set()
        return 1

    def push(self, only: str) -> int:
        assert only in self.handles()
        return 0


def test_no_shop_waits_for_another():
    desk, ending = SlowShop(), Event()
    jobs = ShopJobs(desk, WatchMetrics(), ending)
    jobs.begin_new()
    until(lambda: len(desk.ended) == 2)
    ending.set()
    for job in jobs:
        job.join(10)

    assert desk.ended == ["quick", "slow"]


def test_a_pause_has_an_end():
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(30):
        attempts.failed("push")
    clock.now_s += LONGEST_PAUSE_S

    assert attempts.may("push")
    assert attempts.may("drain")


def test_a_notice_rms_has_no_order_for_makes_no_run_until_its_next_turn(
    desk: Watch, lab: Sandbox
):
    tell(lab, f"{lab.shops['demo'].shop_id}-20260701-0000009999")
    assert [desk.drain() for _ in range(3)] == [1, 0, 0]

    desk.minute_passed()
    assert desk.drain() == 0


@pytest.mark.usefixtures("lab", "shown")
def test_schedules_rest_while_it_lives_and_work_when_it_is_gone():
    ending, home = Event(), read_settings().home
    with only_watch(home, ending) as beat:
        assert beat is not None
        skipped = [
            flow(return_state=True).name for flow in (drain_notices, push_inventory)
        ]
        named = drain_notices("lab", return_state=True).name
    worked = [flow(return_state=True).name for flow in (drain_notices, push_inventory)]

    assert (skipped, named) == (["Skipped", "Skipped"], "Completed")
    assert worked == ["Completed", "Completed"]


@pytest.mark.usefixtures("lab")
def test_without_it_a_level_may_wait_for_the_hourly_push():
    settings = read_settings()
    with only_watch(settings.home, Event()):
        assert stock_target(settings) == settings.stock_target_s
    assert stock_target(settings) == NET_S
    assert stock_target(settings.model_copy(update={"stock_target_s": 0.0})) == 0


@pytest.mark.usefixtures("lab")
def test_a_process_that_hangs_counts_as_gone(monkeypatch: pytest.MonkeyPatch):
    home = read_settings().home
    with only_watch(home, Event()):
        assert watch_lives()
        late = (home / LOCK).stat().st_mtime + SILENT_S + 1
        monkeypatch.setattr("tasks.watch.alive.time.time", lambda: late)
        assert not watch_lives()


def test_a_second_one_waits_for_the_first_and_can_be_told_to_end(tmp_path: Path):
    ending, begun = Event(), []

    def second() -> None:
        with only_watch(tmp_path, ending) as beat:
            begun.append(beat)

    with only_watch(tmp_path, ending):
        waits = Thread(target=second)
        waits.start()
        assert begun == []
        ending.set()
        waits.join(10)

    assert begun == [None]


@pytest.fixture
def heard(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Bell]]:
    """The bells that a warm process hears in this home."""
    monkeypatch.setenv("JUCHU_HOME", str(home))
    ending, rung = Event(), []

    def hear() -> None:
        for each in bells(settings, ending):
            rung.extend(each)

    settings = read_settings()
    settings.spool.mkdir()
    hears = Thread(target=hear)
    hears.start()
    bell = bell_of(settings.warehouse)

    def works() -> bool:
        bell.touch()
        return bool(rung)

    until(works)
    yield rung
    ending.set()
    hears.join(10)


def test_every_bell_rings_when_the_kernel_had_no_room_for_all_signs(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    """A process that was frozen for long knows not which of them it missed."""
    monkeypatch.setenv("JUCHU_HOME", str(home))
    ending = Event()
    looks = bells(read_settings(), ending)
    assert next(looks) == set()
    one, other = home / "one", home / "other"
    for _ in range(int(MOST_SIGNS.read_text()) // 2 + 1):  # equal ones would be one
        one.touch()
        other.touch()

    assert next(looks) == set(Bell)
    ending.set()
    assert next(looks, None) is None


def test_a_kept_notice_and_a_commit_ring_and_a_look_does_not(heard: list[Bell]):
    settings = read_settings()
    heard.clear()
    Spool(settings.spool).keep(
        [
            Notice(
                notice_key=notice_key("1", NoticeKind.OTHER, "n"),
                shop_id="1",
                order_number=None,
                kind=NoticeKind.OTHER,
                received_at=now(),
            )
        ]
    )
    until(lambda: Bell.SPOOL in heard)
    before = bell_of(settings.warehouse).stat().st_mtime_ns
    with warehouse(settings.warehouse) as con:
        con.execute("FROM orders").fetchall()
    assert bell_of(settings.warehouse).stat().st_mtime_ns == before

    with warehouse(settings.warehouse) as con:
        con.execute("INSERT INTO order_cursors VALUES ('rakuten', '1', now(), now())")
    until(lambda: Bell.WAREHOUSE in heard)
