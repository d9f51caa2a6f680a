"""Without a single notice the sweep finds every order, and every change of one."""

from datetime import date, datetime, timedelta

import pytest

from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.model.run import OVERLAP
from data.warehouse.session import warehouse
from flows.ingest_orders import ingest_orders
from tests.support.effort import for_ci
from tests.support.plain_runs import both_ways
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

ORDERS = 1000


def rows(query: str) -> list[tuple]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return con.execute(query).fetchall()


def swept(**given) -> str:
    return ingest_orders("lab", return_state=True, **given).type.value


def days_ago(days: float) -> str:
    return (datetime.now().astimezone() - timedelta(days=days)).isoformat()


def test_with_every_notice_lost_one_sweep_finds_every_order(lab: Sandbox):
    numbers = lab.sell(ORDERS, "mixed", over_days=60)

    assert swept() == "COMPLETED"
    assert {number for (number,) in rows("SELECT order_number FROM orders")} == set(
        numbers
    )
    assert rows("SELECT created, found_without_notice FROM loads") == [(ORDERS, ORDERS)]
    assert rows(
        "SELECT c.seen_until = l.window_to FROM order_cursors AS c, loads AS l"
    ) == [(True,)]


def test_a_spool_that_cannot_be_read_keeps_no_order_from_the_sweep(lab: Sandbox):
    """As where the receiver is another user's: no order came by the morning either."""
    numbers = lab.sell(3)
    read_settings().spool.write_text("no folder")
    state = ingest_orders("lab", return_state=True)

    assert (state.type.value, state.message[:4]) == ("FAILED", "新規 3")
    assert "spool/ を読み書きできません" in state.message
    assert "対処: " in state.message
    assert rows("SELECT count(*) FROM orders") == [(len(numbers),)]


def test_the_next_sweep_goes_on_from_the_cursor_and_reads_again_what_may_change(
    lab: Sandbox,
):
    lab.sell(20, "plain", over_days=60, progress=700)
    lab.clock(set=days_ago(30))
    (old,) = lab.sell(1, over_days=0, progress=300)
    lab.clock(set=days_ago(0))
    swept()
    lab.edit(old, memo="電話で確認済み")
    lab.cancel(old)
    lab.empty_journal()
    again = swept()
    cursor_kept = rows(
        "SELECT max(window_to) - min(window_to), max(window_from) - min(window_to)"
        " FROM loads"
    )

    assert again == "COMPLETED"
    assert rows(f"SELECT mall_status FROM orders WHERE order_number = '{old}'") == [  # noqa: S608 - ours
        ("900",)
    ]
    assert cursor_kept[0][1] == -OVERLAP
    assert rows("SELECT changed, unchanged FROM loads ORDER BY started_at DESC")[0] == (
        1,
        found_again(),
    )


def test_a_shop_that_nobody_ran_for_two_years_goes_on_without_dates(lab: Sandbox):
    """RMS searches 730 days back: each sweep was refused, also after one with dates."""
    swept()
    (number,) = lab.sell(1)
    with warehouse(read_settings().warehouse) as con:
        con.execute("UPDATE order_cursors SET seen_until = now() - INTERVAL 800 DAY")

    assert (swept(), swept()) == ("COMPLETED", "COMPLETED")
    assert rows("SELECT order_number FROM orders") == [(number,)]
    first, second = rows(
        "SELECT window_from < now() - INTERVAL 720 DAY,"
        " window_from > now() - INTERVAL 4 DAY FROM loads ORDER BY started_at"
    )[1:]
    assert (first[0], second[1]) == (True, True)


def test_a_paid_order_cancelled_after_its_return_is_seen_without_a_notice(lab: Sandbox):
    """The shop cancels it in RMS when the goods are back: nobody tells us."""
    lab.clock(set=days_ago(30))
    paid, kept = lab.sell(2, over_days=0, progress=700)
    lab.clock(set=days_ago(0))
    swept()
    swept()
    lab.cancel(paid)
    lab.empty_journal()

    assert swept() == "COMPLETED"
    assert dict(rows("SELECT order_number, mall_status FROM orders")) == {
        paid: "900",
        kept: "700",
    }
    assert rows(
        "SELECT DISTINCT order_number FROM stock_movements WHERE quantity > 0"
    ) == [(paid,)]
    assert swept() == "COMPLETED"
    assert lab.journal()["counts"] == {"searchOrder": 6, "getOrder": 1}


def test_a_paid_pre_order_cancelled_after_its_return_is_seen_too(lab: Sandbox):
    """It was placed months before it was shipped: by the day it was placed, too long
    ago for the search that lists what was cancelled."""
    lab.clock(set=days_ago(100))
    (number,) = lab.sell(1, over_days=0, progress=700)
    shipped = datetime.fromisoformat(days_ago(20)).astimezone(JST)
    lab.edit(number, shippingCmplRptDatetime=f"{shipped:%Y-%m-%dT%H:%M:%S+0900}")
    lab.clock(set=days_ago(0))
    swept(since=datetime.fromisoformat(days_ago(101)))
    lab.cancel(number)

    assert swept() == "COMPLETED"
    assert rows("SELECT order_number, mall_status FROM orders") == [(number, "900")]


def found_again() -> int:
    """Orders within the overlap; the others of the first run are final."""
    return rows(
        "SELECT count(*) FROM orders, (SELECT max(window_from) AS w FROM loads)"
        " WHERE ordered_at >= w"
    )[0][0]


@for_ci
@both_ways
def test_dates_given_by_hand_leave_the_cursor_where_it_was(lab: Sandbox):
    lab.sell(5, over_days=0)
    swept()
    before = rows("FROM order_cursors")
    swept(
        since=datetime.fromisoformat(days_ago(200)),
        until=datetime.fromisoformat(days_ago(100)),
    )

    assert rows("FROM order_cursors") == before


@pytest.mark.parametrize("kind", [str, date.fromisoformat])
def test_a_last_day_without_a_time_counts_to_its_end(lab: Sandbox, kind):
    """January and then February by hand left out the orders of the 31st."""
    (number,) = lab.sell(1, over_days=0)
    day = f"{date.fromisoformat(number.split('-')[1])}"

    assert swept(since=day, until=kind(day)) == "COMPLETED"
    assert rows("SELECT order_number FROM orders") == [(number,)]
