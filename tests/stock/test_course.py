"""The marts of stock over time: `stock_course`, and `stock_outs` made of it."""

import pytest
from hypothesis import given

from data.warehouse.analytics.marts import create_marts, read_marts
from tests.stock.histories import Player
from tests.stock.made import MUG, TEA, a_count, count, name, order, receive, see
from tests.stock.rule import steps
from tests.support.effort import examples
from tests.support.orders import at


@pytest.fixture
def marts(con):
    """A warehouse with both marts, as of three hours after nine."""
    con.execute("CREATE TEMP TABLE freshness (published_at TIMESTAMPTZ)")
    con.execute("INSERT INTO freshness VALUES ($at)", {"at": at(180)})
    found = [one for one in read_marts() if one.name in ("stock_course", "stock_outs")]
    create_marts(con, found)
    return con


def outs(marts) -> list[tuple]:
    return marts.execute(
        "SELECT sku, times, hours, is_out_now FROM stock_outs ORDER BY sku"
    ).fetchall()


def course(marts, sku: str = "TEA-100") -> list[tuple]:
    return marts.execute(
        "SELECT since, until, level FROM stock_course WHERE sku = $sku ORDER BY since",
        {"sku": sku},
    ).fetchall()


def test_a_level_stands_from_its_change_to_the_next_one(marts):
    count(marts, a_count(3), minute=0)
    see(marts, order(ordered=30))
    see(marts, order(minute=60, status="900", ordered=30))

    assert course(marts) == [
        (at(0), at(30), 3),
        (at(30), at(60), 1),
        (at(60), None, 3),
    ]


def test_an_order_from_before_the_count_makes_no_stock_out(marts):
    count(marts, a_count(1), minute=0)
    see(marts, order(ordered=-60))

    assert outs(marts) == [("TEA-100", 0, 0.0, False)]


def test_an_order_from_before_two_counts_makes_no_stock_out_between_them(marts):
    count(marts, a_count(2), minute=0)
    count(marts, a_count(9), minute=30)
    see(marts, order(ordered=-60))

    assert outs(marts) == [("TEA-100", 0, 0.0, False)]


def test_what_takes_effect_at_one_instant_is_one_change(marts):
    count(marts, a_count(2), minute=0)
    see(marts, order(1, ordered=30))
    see(marts, order(2, ordered=90))
    receive(marts, a_count(5), minute=30)

    assert [(since, level) for since, _, level in course(marts)] == [
        (at(0), 2),
        (at(30), 5),
        (at(90), 3),
    ]
    assert outs(marts) == [("TEA-100", 0, 0.0, False)]


def test_a_stock_out_is_counted_once_and_lasts_until_goods_come(marts):
    count(marts, a_count(2), minute=0)
    see(marts, order(1, ordered=30))
    see(marts, order(2, ordered=60))
    receive(marts, a_count(9), minute=120)

    assert outs(marts) == [("TEA-100", 1, 1.5, False)]


def test_a_sku_that_gave_its_stock_to_another_is_out_of_nothing(marts):
    count(marts, a_count(9), minute=0)
    see(marts, order(ordered=30))
    name(marts, TEA, "BLEND")

    assert outs(marts) == [("BLEND", 0, 0.0, False)]
    assert course(marts, "BLEND") == [(at(0), at(30), 9), (at(30), None, 7)]


def test_a_sku_counted_again_after_it_gave_its_stock_away_is_counted_since_then(marts):
    count(marts, a_count(9), minute=0)
    name(marts, TEA, "BLEND", "away")
    count(marts, a_count(5, MUG, own_sku="TEA-100"), minute=120)

    assert ("TEA-100", 0, 0.0, False) in outs(marts)
    assert course(marts) == [(at(120), None, 5)]


def test_a_sku_that_was_freed_has_the_course_of_the_stock_it_took_over(marts):
    count(marts, a_count(9, MUG), minute=30)
    name(marts, MUG, "BLEND", "away")
    count(marts, a_count(4, own_sku="T"), minute=0)
    see(marts, order(ordered=60))
    name(marts, TEA, "mug/blue", "taken")

    assert course(marts, "mug/blue") == [(at(0), at(60), 4), (at(60), None, 2)]


def test_goods_that_were_received_under_another_sku_have_their_course(marts):
    receive(marts, a_count(4), minute=0)
    see(marts, order(ordered=30))
    name(marts, TEA, "BLEND")

    assert course(marts, "BLEND")[0] == (at(0), at(30), 4)
    assert outs(marts) == [("BLEND", 0, 0.0, False)]


@given(history=steps)
@examples(4, derandomize=True)
def test_a_course_ends_at_the_level_of_each_counted_sku(con, history):
    player = Player(con)
    player.play(history)
    mart = next(one for one in read_marts() if one.name == "stock_course")
    skus = {"skus": list(player.names.values())}
    ends = con.execute(
        f"SELECT sku, level FROM ({mart.query}) WHERE until IS NULL"  # noqa: S608
        " AND list_contains($skus, sku) ORDER BY sku",
        skus,
    ).fetchall()

    assert (
        ends
        == con.execute(
            "SELECT sku, level FROM stock_levels WHERE is_counted"
            " AND list_contains($skus, sku) ORDER BY sku",
            skus,
        ).fetchall()
    )
