"""The analysts' figures are a person's with paper, whatever happens to the orders."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest
from hypothesis import given

from data.model.japan_time import JST
from data.model.order import Mall, Order, TaxSummary
from data.warehouse.analytics import publish as publishing
from data.warehouse.analytics.marts import read_marts
from data.warehouse.house.months import close_months
from data.warehouse.order_files.store import import_orders
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.analytics.paper import (
    PLACED,
    Close,
    Paper,
    Sold,
    Step,
    Tell,
    rates_of,
    steps,
    total_of,
)
from tests.order_files.store.made import MadeFile, MadeRules, a_row
from tests.support.effort import examples, for_ci
from tests.support.orders import a_line, a_package, an_order
from tests.support.planted import caught, planted_sql

BEGAN = datetime(2026, 8, 10, 3, 0, tzinfo=JST)
CODES = {"open": "300", "shipped": "500", "cancelled": "900", "refunded": "600"}
PER_DAY = """SELECT day::VARCHAR, mall, orders, units, coalesce(sales, 0),
    lines_unknown, refunded, coalesce(request_total, 0), orders_open
    FROM sales_per_day"""
CLOSED = """SELECT month, mall, orders, units, coalesce(sales, 0), lines_unknown,
    refunded, coalesce(request_total, 0), orders_open FROM month_close"""
SINCE = """SELECT month, mall, sum(units)::INT, coalesce(sum(sales), 0)::INT,
    coalesce(sum(request_total), 0)::INT FROM (
        SELECT month, mall, units, sales, request_total FROM month_close UNION ALL
        SELECT month, mall, units, sales, request_total FROM month_close_changes
    ) GROUP BY ALL"""
BY_RATE = "SELECT month, mall, tax_percent, coalesce(billed, 0) FROM tax_by_rate"
RATES_SINCE = """SELECT month, mall, tax_percent, coalesce(sum(billed), 0)::INT FROM (
        SELECT month, mall, tax_percent, billed FROM month_close_taxes UNION ALL
        SELECT month, mall, tax_percent, billed FROM month_close_tax_changes
    ) GROUP BY ALL"""
OVER = "SELECT month, mall, orders, cancelled, refunded FROM cancellations"


def play(path: Path, history: Sequence[Step]) -> None:
    """Run all of it in the warehouse and on paper; both end with one sum."""
    paper = Paper()
    with warehouse(path) as con:
        for nth, step in enumerate(history):
            now = BEGAN + timedelta(minutes=nth)
            match step:
                case Tell(by="rms"):
                    order = shown(step, now)
                    store_orders(con, [order], source="api", stored_at=now, load_id="l")
                    paper.hear(step)
                case Tell():
                    import_orders(
                        con,
                        MadeFile(rows(step), layout=MadeRules(Mall.SHOPIFY)),
                        import_id=f"{nth}",
                        shop_id="web",
                        mode="update",
                        imported_at=now,
                    )
                    paper.hear(step)
                case Close():
                    close_months(con, now, 10)
                    paper.close()
    link = path.with_name("analytics.duckdb")
    publishing.publish(path, link, BEGAN + timedelta(days=1))
    with duckdb.connect(link, read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        agree(con, paper)


def shown(told: Tell, now: datetime) -> Order:
    made = [
        a_line(f"{line}", "1", one.pieces).model_copy(
            update={"unit_price": one.price, "tax_rate": one.percent / 100}
        )
        for line, one in told.lines
    ]
    rates = [
        TaxSummary(rate=rate / 100, billed=yen, tax=None)
        for rate, yen in rates_of(told).items()
    ]
    order = an_order(told.number, packages=[a_package("1", made)])
    return order.model_copy(
        update={
            "observed_at": now,
            "mall_status": CODES[told.word],
            "ordered_at": PLACED[told.number],
            "request_total": total_of(told),
            "goods_total": None,
            "tax_summaries": tuple(rates),
        }
    )


def rows(told: Tell) -> list[dict]:
    return [
        a_row(
            f"W{told.number}",
            f"{line}",
            ordered_at=PLACED[told.number],
            unit_price=one.price,
            quantity=one.pieces,
            request_total=total_of(told),
            refunded_total=told.paid_back,
            mall_status=told.word,
            outcome=told.word,
            cancelled=told.word == "cancelled",
        )
        for line, one in told.lines
    ]


def agree(con, paper: Paper) -> None:
    by_month, by_rate = paper.by(lambda one: one.month), paper.by_rate()
    assert sums(con, PER_DAY) == paper.by(lambda one: one.day)
    assert rates(con, BY_RATE) == by_rate
    assert {key: tuple(n) for key, n in sums(con, OVER).items()} == paper.over()
    assert sums(con, CLOSED) == paper.closed
    since = {key: now for key, now in sums(con, SINCE).items() if any(now)}
    today = {key: [n[1], n[2], n[5]] for key, n in by_month.items()}
    assert since == {
        key: now
        for key, now in today.items()
        if any(now) and key[0] in paper.closed_months
    }
    assert rates(con, RATES_SINCE) == {
        key: yen for key, yen in by_rate.items() if key[0] in paper.closed_months
    }


def sums(con, query: str) -> dict:
    return {(when, mall): told for when, mall, *told in asked(con, query)}


def rates(con, query: str) -> dict:
    found = {(month, mall, rate): yen for month, mall, rate, yen in asked(con, query)}
    return {key: yen for key, yen in found.items() if yen}


def asked(con, query: str) -> list[tuple]:
    return con.execute(query).fetchall()


@pytest.fixture
def fresh(migrated: Path, tmp_path_factory):
    """Make a warehouse of its own for each history."""

    def made() -> Path:
        folder = tmp_path_factory.mktemp("paper")
        return Path(shutil.copy(migrated, folder / "juchu.duckdb"))

    return made


@given(history=steps)
@examples(4, derandomize=True)
def test_the_figures_are_those_of_a_person_with_paper(fresh, history):
    play(fresh(), history)


ONE = ((1, Sold(2, 405, 8)),)


def rms(number: int, word="open") -> Tell:
    return Tell("rms", number, ONE, word, has_total=True, paid_back=None)


def file(number: int, word="open", paid_back=None) -> Tell:
    return Tell("file", number, ONE, word, has_total=True, paid_back=paid_back)


PLANTED = {
    "a day is UTC's": ("copy_orders", "'Asia/Tokyo'", "'UTC'", [rms(1)]),
    "a month is UTC's": (
        "close_orders",
        "AT TIME ZONE 'Asia/Tokyo'",
        "AT TIME ZONE 'UTC'",
        [rms(1), rms(3), Close()],
    ),
    "a close counts what was cancelled": (
        "close_orders",
        "NOT o.cancelled AND",
        "true OR",
        [file(2, "cancelled"), rms(2), Close()],
    ),
    "a mart counts what was refunded": (
        "tax_by_rate",
        "NOT IN ('cancelled', 'refunded')",
        "NOT IN ('cancelled')",
        [file(2, "refunded")],
    ),
    "a mart takes nothing off that was paid back": (
        "sales_per_day",
        "o.request_total - coalesce(o.refunded_total, 0)",
        "o.request_total",
        [file(2, paid_back=300)],
    ),
    "an order that came after the close is not told": (
        "month_close_changes",
        "WHERE (f.counted OR f.counts)",
        "WHERE f.counted",
        [rms(2), Close(), rms(1)],
    ),
    "an older file brings an order back": (
        "change_csv_orders",
        "if(s.is_behind, o.outcome, coalesce(nullif(r.outcome, 'open'), o.outcome))",
        "nullif(r.outcome, 'open')",
        [file(2, "refunded"), file(2)],
    ),
}


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_the_history_that_would_show_a_bug_holds(fresh, bug):
    play(fresh(), PLANTED[bug][3])


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(fresh, monkeypatch, bug):
    name, old, new, history = PLANTED[bug]
    marts = {mart.name: mart for mart in read_marts()}
    if name not in marts:
        with planted_sql(name, old, new), caught():
            play(fresh(), history)
        return
    monkeypatch.setattr(
        publishing, "read_marts", partial(with_bug, read_marts, name, old, new)
    )
    with caught():
        play(fresh(), history)


def with_bug(read, name: str, old: str, new: str) -> list:
    marts = read()
    (mart,) = (one for one in marts if one.name == name)
    assert old in mart.query
    marts[marts.index(mart)] = type(mart)(
        **(vars(mart) | {"query": mart.query.replace(old, new)})
    )
    return marts
