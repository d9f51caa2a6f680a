"""The calendar adds up, and a week of it is lived through (`make year`: all of it)."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from tests.support.effort import for_long
from tests.year.__main__ import live
from tests.year.books import compare, gaps, mall_books
from tests.year.calendar import FIRST_DAY, Cause, What, usual
from tests.year.machine import machine

A_WEEK = usual(7, 3_836)


@pytest.mark.parametrize("days", [1, 2, 7, 30, 365])
def test_a_plan_sells_all_its_orders_on_all_its_days(days: int):
    plan = usual(days, 200 * days)
    each = [sum(event.orders for event in plan.day(nth)) for nth in range(days)]

    assert sum(each) == 200 * days
    assert min(each) > 0


def test_a_year_has_its_troubles():
    plan = usual(365, 200_000)
    kinds = Counter(event.what for nth in range(365) for event in plan.day(nth))

    assert kinds[What.KEY_ENDS] == kinds[What.KEY_GIVEN] == 4
    assert kinds[What.KILL] == 3
    assert kinds[What.STORM] == 6
    assert len(plan.lost) == 14
    assert Counter(each.cause for each in plan.troubles()) == {
        Cause.LOST: 14,
        Cause.MAINTENANCE: 12,
        Cause.KEY: 4,
    }


def test_no_key_lives_longer_than_ninety_days():
    plan = usual(365, 200_000)
    changes = [0, *plan.keys, plan.days]

    assert max(b - a for a, b in pairwise(changes)) <= 90


def test_a_gap_is_explained_by_what_was_wrong_at_its_look_only():
    plan = usual(7, 700)
    (night,) = plan.nights
    sold = FIRST_DAY + timedelta(days=night, hours=2)
    known = FIRST_DAY + timedelta(days=night, hours=6, minutes=30)
    a_day = timedelta(days=1)
    orders = [
        ("in the night", sold, known),
        ("a day later", sold + a_day, known + 2 * a_day),
        ("in time", sold + a_day, known + a_day),
    ]

    found = {gap.order_number: gap.cause for gap in gaps(plan, orders)}
    assert found == {"in the night": Cause.MAINTENANCE, "a day later": None}


def test_the_process_at_work_runs_flows_that_call_the_mall(tmp_path: Path):
    """It hands the client the clock of both: one that it refuses fails every run."""
    with machine(tmp_path, 7, opens_once=True) as ours:
        ended = ours.clerk.run("check_connection")
        ours.clerk.end()

    assert ended.state == "COMPLETED", ended.message


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Live through a week, and return its folder and what was wrong."""
    folder = tmp_path_factory.mktemp("week")
    return folder, live(folder, A_WEEK, 7, Console())


@for_long
def test_a_week_is_lived_through_and_all_books_agree(week: tuple[Path, list[str]]):
    assert week[1] == []


@for_long
def test_one_order_that_differs_is_told(week: tuple[Path, list[str]]):
    books = mall_books(week[0] / "mall.sqlite")
    number = next(iter(books.orders))
    books.orders[number] = books.orders[number]._replace(goods=1)

    told = compare(books, week[0] / "home", "123456", A_WEEK, {}).differences
    (about_orders,) = [each for each in told if each.startswith("order ")]
    assert number in about_orders
