"""How long levels take from their cause to the proof, and when somebody is told."""

import pytest

from data.model.alarm import AlarmKind
from data.model.stock_link import StockLink
from data.warehouse.analytics.marts import MARTS
from data.warehouse.shops import forget_closed_shops_keys
from data.warehouse.stock.link import record_link
from data.warehouse.stock.push import due_now
from data.warehouse.stock.push import start_sending as start
from data.warehouse.stock.speed import late_stock, stock_speeds
from tests.stock.made import MUG, a_count, count, import_csv, order, see
from tests.stock.pushing import A_TEA, plan, pushed, read_back
from tests.support.orders import SHOP_ID, at
from tests.support.planted import caught, planted_sql
from tests.warehouse.test_matters import shop_stopped

LISTED = "FROM inventory_due ORDER BY ALL"


def speed(con, minute: float = 60):
    (one,) = stock_speeds(con, at(minute))
    return one


def rings(con, minute: float, target_s: float = 60) -> list[AlarmKind]:
    found = late_stock(stock_speeds(con, at(minute)), at(minute), target_s)
    assert all("対処" in alarm.what for alarm in found)
    return [alarm.kind for alarm in found]


def test_a_level_takes_from_its_cause_to_the_reading_that_proves_it(counted):
    pushed(counted, 10, minute=10)
    see(counted, order(ordered=30), minute=30)
    made = plan(counted, {A_TEA: 10}, 31, run="r")
    start(counted, made.to_send, sent_at=at(32))
    read_back(counted, {A_TEA: 8}, 33, "r")
    one = speed(counted)

    assert (one.levels, one.due, one.oldest) == (2, 0, None)
    assert one.median_s == (12 + 3) / 2 * 60
    assert speed(counted).age_s(at(60)) == 0


def test_what_waits_has_an_age_that_a_later_cause_does_not_renew(counted):
    see(counted, order(ordered=30), minute=30)
    one = speed(counted)

    assert (one.levels, one.median_s, one.due) == (0, None, 1)
    assert one.age_s(at(60)) == 3600
    assert rings(counted, 60) == [AlarmKind.STOCK_LATE]
    assert rings(counted, 60, target_s=0) == []
    assert rings(counted, 0.9) == []


def test_only_a_live_shop_of_a_mall_that_takes_levels_is_late(counted):
    see(counted, order(ordered=30), minute=30)
    counted.execute(
        "INSERT INTO sku_map SELECT * REPLACE ('yahoo' AS mall) FROM sku_map"
    )
    assert rings(counted, 60) == [AlarmKind.STOCK_LATE]

    counted.execute(
        """INSERT INTO shops BY NAME
        SELECT 'lab' AS shop, 'rakuten' AS mall, ? AS shop_id, '停止' AS stage,
            now() AS updated_at""",
        [SHOP_ID],
    )
    assert rings(counted, 60) == []
    counted.execute("DELETE FROM shops")  # no step of its stages led there


def test_a_shop_whose_block_was_deleted_is_late_with_nothing(counted):
    """Each sale of another shop of the SKU made its listing due, for ever."""
    see(counted, order(ordered=30), minute=30)
    shop_stopped(counted, "ok")
    before = rings(counted, 60)
    forget_closed_shops_keys(counted, [])

    assert before == [AlarmKind.STOCK_LATE]
    assert rings(counted, 60) == []


def test_the_view_says_what_a_push_would_do(counted):
    count(counted, a_count(5, MUG), minute=1)
    listed = counted.execute(LISTED).fetchall()
    due = due_now(counted, SHOP_ID, safety=0, at=at(60))
    assert (len(listed), min(row[-1] for row in listed)) == (due.levels, due.oldest)

    elsewhere = "SELECT * REPLACE ('yahoo' AS mall) FROM sku_map"
    counted.execute(f"INSERT INTO sku_map {elsewhere}")  # stock goes to Rakuten alone
    assert counted.execute(LISTED).fetchall() == listed

    plan(counted, {A_TEA: 10}, 10)
    import_csv(counted, 3)
    listed = counted.execute(LISTED).fetchall()
    due = due_now(counted, SHOP_ID, safety=0, at=at(60))
    assert (len(listed), min(row[-1] for row in listed)) == (due.levels, due.oldest)
    assert due.levels == 1


@pytest.mark.parametrize(
    "link", [StockLink(False, ""), StockLink(True, "9-11"), StockLink(True, "9-10")]
)
def test_nobody_is_told_while_the_link_rests_or_just_after(counted, link):
    record_link(counted, SHOP_ID, link, at=at(0))

    assert rings(counted, 65) == []
    assert rings(counted, 180) == ([] if not link.is_on else [AlarmKind.STOCK_LATE])


def test_a_proof_that_counts_from_the_plan_is_seen(counted):
    def of_the_mart() -> None:
        pushed(counted, 10, minute=10)
        assert speed(counted).median_s == 12 * 60

    with (
        planted_sql(
            "measure_stock_speed", "verified_at - due_since", "verified_at - planned_at"
        ),
        caught(),
    ):
        of_the_mart()


def test_the_mart_is_by_day_and_shop(counted):
    pushed(counted, 10, minute=10)
    rows = counted.execute((MARTS / "stock_latency.sql").read_text("utf-8")).fetchall()

    assert [row[1:] for row in rows] == [("rakuten", SHOP_ID, 1, 720, 720, 720)]
