"""A closed month stays as it was; what came later stands beside it, to the yen."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from data.model.japan_time import JST
from data.model.order import TaxSummary
from data.warehouse.analytics.publish import publish
from data.warehouse.house.clock import heal_future
from data.warehouse.house.months import close_months
from data.warehouse.invariants import violations
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.support.orders import (
    a_line,
    a_package,
    an_order,
    at,
    order_number,
)
from tests.support.planted import caught, planted_sql

CLOSED = datetime(2026, 8, 10, 3, 0, tzinfo=JST)
CLOSE = "SELECT orders, units, sales, request_total FROM month_close"


def later(number: int, **changes) -> object:
    """The order as the mall shows it after the close."""
    minutes = (CLOSED - at(0)).total_seconds() / 60 + 60
    return an_order(number, minutes, **changes)


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """Four orders of July, one of them cancelled, and the month closed."""
    path = Path(shutil.copy(migrated, tmp_path / "juchu.duckdb"))
    orders = [an_order(1), an_order(2), an_order(3), an_order(4, status="900")]
    with warehouse(path) as con:
        store_orders(con, orders, source="api", stored_at=at(9), load_id="l")
        assert close_months(con, CLOSED.replace(day=9), 10) == []
        assert close_months(con, CLOSED, 10) == ["2026-07"]
    return path


def change(path: Path) -> None:
    """One cancelled, one with more, one that came late, one cancelled no more."""
    more = [a_package("1", [a_line("11", "1", 5)])]
    orders = [
        later(1, status="900"),
        later(2, packages=more, request_total=5950),
        later(5),
        later(4, status="300"),
    ]
    with warehouse(path) as con:
        store_orders(con, orders, source="api", stored_at=CLOSED, load_id="m")
        assert close_months(con, CLOSED, 10) == []


def asked(path: Path, *queries: str) -> list:
    link = path.with_name("analytics.duckdb")
    path.touch()
    publish(path, link, CLOSED)
    with duckdb.connect(link, read_only=True) as con:
        found = [con.execute(query).fetchall() for query in queries]
    link.unlink()
    return found


def test_a_closed_month_stays_and_what_changed_is_listed_beside_it(path):
    taxes = "SELECT sum(billed)::BIGINT FROM month_close_taxes"
    then = asked(path, CLOSE, taxes, "FROM month_close_changes")
    change(path)
    now, billed, changes, difference, today = asked(
        path,
        CLOSE,
        taxes,
        "SELECT order_number, what, units, sales, request_total"
        " FROM month_close_changes",
        "SELECT sum(units)::BIGINT, sum(sales)::BIGINT, sum(request_total)::BIGINT"
        " FROM month_close_changes",
        "SELECT sum(units)::BIGINT, sum(sales)::BIGINT, sum(request_total)::BIGINT"
        " FROM sales_per_day",
    )

    assert then == [[(3, 6, 6480, 3 * 2710)], [(3 * 2710,)], []]
    assert [now, billed] == then[:2]
    assert changes == [
        (order_number(1), "cancelled", -2, -2160, -2710),
        (order_number(2), "changed", 3, 3240, 5950 - 2710),
        (order_number(4), "restored", 2, 2160, 2710),
        (order_number(5), "new", 2, 2160, 2710),
    ]
    closed = now[0][1:]
    assert today == [tuple(a + b for a, b in zip(closed, difference[0], strict=True))]


def test_an_order_that_went_to_another_month_says_when_it_was_written(path):
    """The month it is of now is open, and has no row for it."""
    with warehouse(path) as con:
        moved = later(1).model_copy(update={"ordered_at": CLOSED})
        store_orders(con, [moved], source="api", stored_at=CLOSED, load_id="m")
    (changes,) = asked(
        path,
        "SELECT month, order_number, what, units, request_total, changed_at"
        " FROM month_close_changes",
    )

    assert changes == [("2026-07", order_number(1), "moved", -2, -2710, CLOSED)]


def test_a_rate_that_changes_after_the_close_is_listed_to_the_yen(path):
    """Nothing else of the order changes: its books by rate do, and no sum shows it."""
    other = (TaxSummary(rate=0.1, billed=2710, tax=246),)
    with warehouse(path) as con:
        orders = [later(2).model_copy(update={"tax_summaries": other}), later(5)]
        store_orders(con, orders, source="api", stored_at=CLOSED, load_id="m")
    changes, rates, both, today = asked(
        path,
        "SELECT order_number, what, request_total FROM month_close_changes",
        "SELECT tax_percent, billed, tax FROM month_close_tax_changes",
        "SELECT tax_percent, sum(billed)::BIGINT, sum(tax)::BIGINT FROM (FROM"
        " month_close_taxes UNION ALL BY NAME FROM month_close_tax_changes)"
        " GROUP BY ALL ORDER BY ALL",
        "SELECT tax_percent, billed, tax FROM tax_by_rate",
    )

    assert changes == [
        (order_number(2), "changed", 0),
        (order_number(5), "new", 2710),
    ]
    assert rates == [(10, 2710, 246)]
    assert both == today == [(8, 3 * 2710, 600), (10, 2710, 246)]


def test_a_close_that_takes_what_came_later_would_be_seen(path):
    with (
        planted_sql(
            "list_months_to_close", "AND month NOT IN", "AND month || 'x' NOT IN"
        ),
        caught(),
    ):
        change(path)


def open_again(path: Path) -> None:
    """A clock a month fast has closed July; June's close is an honest one."""
    with warehouse(path) as con:
        for table in ("month_closes", "closed_orders"):
            con.execute(
                f"INSERT INTO {table} SELECT * REPLACE ('2026-06' AS month)"  # noqa: S608 - ours
                f" FROM {table}"
            )
        con.execute(
            "UPDATE month_closes SET closed_at = $at WHERE month = '2026-06'",
            {"at": at(5)},
        )
        healed = heal_future(con, before=at(59), after=at(60))
        assert healed.months == ("2026-07",)
        assert not heal_future(con, before=at(59), after=at(60))
        left = con.execute("SELECT month, count(*) FROM closed_orders GROUP BY ALL")
        assert left.fetchall() == [("2026-06", 4)]
        store_orders(con, [later(5)], source="api", stored_at=CLOSED, load_id="m")
        assert close_months(con, CLOSED, 10) == ["2026-07"]
    (closed,) = asked(path, f"{CLOSE} WHERE month = '2026-07'")
    assert closed == [(4, 8, 8640, 4 * 2710)]


def test_a_month_that_a_fast_clock_closed_is_closed_again_when_its_day_comes(path):
    open_again(path)


@pytest.mark.parametrize("name", ["open_closed_orders", "open_month_closes"])
def test_a_close_of_tomorrow_that_stays_would_be_seen(path, name: str):
    with planted_sql(name, "closed_at > $after", "closed_at < $after"), caught():
        open_again(path)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE closed_orders SET request_total = 1 WHERE order_number LIKE '%1'",
        "UPDATE closed_orders SET sales = NULL WHERE order_number LIKE '%1'",
        "UPDATE closed_orders SET counts = NOT counts",
        "DELETE FROM closed_orders WHERE order_number LIKE '%4'",
        "DELETE FROM closed_orders",
        "DELETE FROM month_closes",
        "UPDATE closed_orders SET order_number = '1' WHERE counts",
    ],
)
def test_whatever_changes_a_closed_month_breaks_its_sum(path, damage: str):
    with warehouse(path) as con:
        assert violations(con) == []
        con.execute(damage)
        assert [one.rule for one in violations(con)] == ["closed_months_add_up"]


def test_a_close_that_keeps_an_order_twice_would_be_seen(path):
    with warehouse(path) as con:
        con.execute("DELETE FROM closed_orders")
        con.execute("DELETE FROM month_closes")
        twice = "FROM (FROM orders UNION ALL FROM orders) AS o"
        with planted_sql("close_orders", "FROM orders AS o", twice):
            close_months(con, CLOSED, 10)
        assert [one.rule for one in violations(con)] == ["closed_months_add_up"]


def test_a_month_of_no_order_and_one_that_goes_on_stay_open(path):
    with warehouse(path) as con:
        assert close_months(con, CLOSED.replace(day=31), 28) == []
        store_orders(con, [later(9)], source="api", stored_at=CLOSED, load_id="m")
        con.execute(
            "UPDATE orders SET ordered_at = '2026-07-31 16:00+00' WHERE order_number"
            " LIKE '%9'"  # the first of August in Japan
        )
        assert close_months(con, CLOSED.replace(month=9), 10) == ["2026-08"]


def test_a_status_lasts_from_when_it_was_seen_until_the_next_one(
    migrated: Path, tmp_path: Path
):
    """New for an hour, at work for two, shipped since; not moved by other contents."""
    path = Path(shutil.copy(migrated, tmp_path / "juchu.duckdb"))
    seen = [(0, "100", 0), (60, "300", 1), (90, "300", 2), (180, "500", 2)]
    with warehouse(path) as con:
        for minute, status, points in seen:
            order = an_order(1, minute, status=status)
            order = order.model_copy(update={"point_used": points})
            store_orders(
                con, [order], source="api", stored_at=at(minute), load_id=str(minute)
            )
    spans, times = asked(
        path,
        "SELECT status, hours, until IS NULL, since_known FROM order_statuses"
        " ORDER BY since",
        "SELECT status, times, median_hours FROM time_in_status ORDER BY ALL",
    )

    assert [span[:2] for span in spans[:2]] == [("新規受付", 1), ("受注処理中", 2)]
    assert [span[2:] for span in spans] == [(False, True)] * 2 + [(True, True)]
    assert times == [("受注処理中", 1, 2), ("新規受付", 1, 1)]


def test_what_was_before_statuses_were_logged_is_not_told_as_known(
    migrated: Path, tmp_path: Path
):
    path = Path(shutil.copy(migrated, tmp_path / "juchu.duckdb"))
    with warehouse(path) as con:
        store_orders(con, [an_order(1)], source="api", stored_at=at(0), load_id="a")
        con.execute(
            "INSERT INTO order_status_log SELECT mall, shop_id, order_number, NULL, $at"
            " FROM orders",
            {"at": at(30)},
        )
    (spans,) = asked(path, "SELECT since_known, until IS NULL FROM order_statuses")

    assert spans == [(False, True)]


def test_an_order_whose_billed_amounts_are_open_is_counted_as_open(migrated, tmp_path):
    """RMS tells -9999 of each rate while postage is open; no sum has such an order."""
    path = Path(shutil.copy(migrated, tmp_path / "juchu.duckdb"))
    is_open = an_order(2, request_total=None).model_copy(
        update={
            "tax_summaries": tuple(
                told.model_copy(update={"billed": None, "tax": None})
                for told in an_order(2).tax_summaries
            )
        }
    )
    with warehouse(path) as con:
        store_orders(
            con, [an_order(1), is_open], source="api", stored_at=at(9), load_id="l"
        )
        close_months(con, CLOSED, 10)
    told = "SELECT tax_percent, billed, orders_open FROM"

    assert (
        asked(path, f"{told} tax_by_rate", f"{told} month_close_taxes")
        == [[(8, 2710, 1)]] * 2
    )
