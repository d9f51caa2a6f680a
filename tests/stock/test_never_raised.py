"""While a CSV order waits for a person, no push raises its SKU at the mall."""

import pytest

from data.model.stock import Listing, PushState, may_not_raise
from data.warehouse.stock.push import due_now, held_listings
from data.warehouse.stock.push import start_sending as start
from tasks.stock.push_report import NOT_RAISED, final_state, stock_push_report
from tests.stock.made import (
    a_count,
    adjust,
    an_adjustment,
    count,
    import_csv,
    level,
    order,
    receive,
    see,
)
from tests.stock.pushing import A_TEA, plan, read_back, to_push
from tests.support.effort import first, for_ci
from tests.support.orders import SHOP_ID, at, order_number
from tests.support.planted import caught, plant_in_view, planted_sql

MUG = ("kakuu-mug", "kakuu-mug")
TEA = ("kakuu-tea", "kakuu-tea")


def sent(made) -> list[tuple[Listing, int]]:
    return [(push.listing, push.offered) for push in made.to_send]


def now_stands(con, column: str, value: object) -> None:
    con.execute(
        f"UPDATE orders SET {column} = ? WHERE order_number = ?",  # noqa: S608
        [value, order_number(9)],
    )


def a_waiting_order(con) -> None:
    """Ten teas were counted, then a CSV brought an order of three."""
    import_csv(con, 3, minute=10)


def test_the_malls_number_is_not_raised_and_the_listing_is_named(counted):
    a_waiting_order(counted)
    made = plan(counted, {A_TEA: 7}, 20)

    assert (sent(made), made.kept, made.verified, made.held) == ([], 1, 0, 0)
    (held,) = held_listings(counted, SHOP_ID)
    assert (held.listing, held.sku, held.found, held.offered) == (
        A_TEA,
        "TEA-100",
        7,
        10,
    )


def test_it_may_be_lowered(counted):
    a_waiting_order(counted)
    made = plan(counted, {A_TEA: 15}, 20)

    assert (sent(made), made.kept) == ([(A_TEA, 10)], 0)
    assert held_listings(counted, SHOP_ID) == []


def test_what_somebody_raised_at_the_mall_is_held_no_more(counted):
    a_waiting_order(counted)
    plan(counted, {A_TEA: 7}, 20)
    assert plan(counted, {A_TEA: 10}, 30, full=True).verified == 1

    assert held_listings(counted, SHOP_ID) == []


def test_a_listing_the_mall_does_not_have_is_not_registered_with_its_level(counted):
    a_waiting_order(counted)
    made = plan(counted, {A_TEA: None}, 20)

    assert (sent(made), made.kept) == ([], 1)
    (held,) = held_listings(counted, SHOP_ID)
    assert (held.listing, held.found, held.offered) == (A_TEA, 0, 10)
    told = counted.execute(
        "SELECT what FROM needs_a_person WHERE kind = 'stock_held'"
    ).fetchall()
    assert ["RMSの数 0" in what for (what,) in told] == [True]


def test_one_that_is_sold_out_is_registered_with_nothing(counted):
    a_waiting_order(counted)

    assert sent(plan(counted, {A_TEA: None}, 20, safety=10)) == [(A_TEA, 0)]


@pytest.mark.parametrize("done", [False, True])
def test_once_a_person_has_adjusted_it_is_sent(counted, done):
    a_waiting_order(counted)
    plan(counted, {A_TEA: 5}, 20)
    adjust(counted, an_adjustment(is_done=done))

    assert held_listings(counted, SHOP_ID) == []
    assert sent(plan(counted, {A_TEA: 5}, 70)) == [(A_TEA, level(counted))]


@first()
@pytest.mark.parametrize(
    ("column", "value"),
    [("outcome", "shipped"), ("status", "キャンセル"), ("cancelled", True)],
)
def test_an_order_that_is_over_at_its_mall_holds_nothing(counted, column, value):
    a_waiting_order(counted)
    now_stands(counted, column, value)

    assert sent(plan(counted, {A_TEA: 5}, 20)) == [(A_TEA, 10)]


def what_was_kept_is_raised_when_the_order_is_cancelled(con) -> None:
    """A run of 「全件」 found a number that somebody had lowered at the mall."""
    plan(con, {A_TEA: 10}, 5)
    a_waiting_order(con)
    assert plan(con, {A_TEA: 7}, 20, full=True).kept == 1
    assert to_push(con) == []
    now_stands(con, "cancelled", value=True)

    assert due(con) == 1
    assert sent(plan(con, {A_TEA: 7}, 40)) == [(A_TEA, 10)]


def test_what_was_kept_is_raised_when_the_order_is_cancelled(counted):
    what_was_kept_is_raised_when_the_order_is_cancelled(counted)


@for_ci
def test_what_stays_as_low_as_it_was_kept_is_caught(counted):
    line = "OR (h.found IS NOT NULL AND w.units IS NULL)"
    with planted_sql("gather_inventory_levels", line, ""), caught():
        what_was_kept_is_raised_when_the_order_is_cancelled(counted)


def due(con, minute: float = 30) -> int:
    return due_now(con, SHOP_ID, safety=0, at=at(minute)).levels


def a_kept_number_is_read_again_when_its_level_falls(con, found: int) -> list[int]:
    """Of ten teas seven are shown; another shop sells two."""
    a_waiting_order(con)
    plan(con, {A_TEA: 7}, 20)
    assert due(con) == 0
    see(con, order(ordered=25), minute=26)
    assert due(con) == 1
    made = plan(con, {A_TEA: found}, 30)

    assert due(con) == len(made.to_send)
    return [push.offered for push in made.to_send]


@first()
@pytest.mark.parametrize(("found", "told"), [(9, [8]), (7, [])])
def test_a_kept_number_that_the_mall_has_raised_is_lowered(counted, found, told):
    """Rakuten itself gives back what was cancelled there: nine are on sale, not seven.

    In the warm process nothing else would look at the listing before the morning.
    """
    assert a_kept_number_is_read_again_when_its_level_falls(counted, found) == told


@for_ci
def test_a_kept_number_that_nobody_reads_again_is_caught(counted):
    right, wrong = "NOT (is_kept AND is_seen)", "NOT is_kept"
    with planted_sql("count_inventory_due", right, wrong), caught():
        a_kept_number_is_read_again_when_its_level_falls(counted, 9)


def what_a_kept_number_lacks_is_unseen_once(con) -> None:
    """Of the seven that were shown two are sold, and one more that nobody told of."""
    plan(con, {A_TEA: 10}, 5)
    a_waiting_order(con)
    assert plan(con, {A_TEA: 7}, 20, full=True).kept == 1
    assert [one.expected for one in to_push(con, full=True)] == [7]
    see(con, order(ordered=25), minute=26)
    assert [one.expected for one in to_push(con)] == [7]
    assert plan(con, {A_TEA: 4}, 30).kept == 1
    assert [one.expected for one in to_push(con)] == [4]
    adjust(con)

    assert [one.expected for one in to_push(con)] == [8]


def test_what_a_kept_number_lacks_is_unseen_once(counted):
    what_a_kept_number_lacks_is_unseen_once(counted)


@for_ci
def test_a_kept_number_that_is_searched_for_anew_each_time_is_caught(counted):
    shown = "if(w.units > 0, h.found, NULL)"
    with planted_sql("gather_inventory_levels", shown, "NULL"), caught():
        what_a_kept_number_lacks_is_unseen_once(counted)


def test_the_orders_are_not_read_again_for_a_kept_number_at_each_push(shelf):
    """Somebody takes three off at RMS, because another mall's order waits for them."""
    shelf.counted({MUG: 10, TEA: 10})
    shelf.push()
    shelf.csv(MUG, [3], 1)
    shelf.mall.set_stock(*MUG, 7)
    calls = []
    for key in (MUG, TEA, TEA):
        line = {"manageNumber": key[0], "variantId": key[1], "units": 1}
        shelf.mall.sell(1, over_days=0, progress=300, line=line)
        shelf.pass_time()
        shelf.sweep()
        before = shelf.calls("searchOrder")
        shelf.push()
        calls.append(shelf.calls("searchOrder") - before)

    assert calls == [2, 0, 0]
    assert (shelf.units()[MUG], shelf.units()[TEA]) == (6, 8)


def test_a_count_after_the_file_came_has_seen_its_pieces(counted):
    a_waiting_order(counted)
    count(counted, a_count(8), minute=30)

    assert sent(plan(counted, {A_TEA: 5}, 40)) == [(A_TEA, 8)]


@first()
@pytest.mark.parametrize("placed", [at(-9 * 60 - 24 * 60), at(-1), at(5)])
def test_a_count_before_the_file_came_knew_nothing_of_its_order(counted, placed):
    """Sunday's orders of another mall come in on Monday, after a count."""
    a_waiting_order(counted)
    now_stands(counted, "ordered_at", placed)
    receive(counted, a_count(5), minute=15)
    made = plan(counted, {A_TEA: 10}, 20)

    assert (sent(made), made.kept) == ([], 1)


@pytest.mark.parametrize(("days", "held"), [(29, True), (31, False)])
def test_an_order_placed_a_month_before_the_count_had_left_the_shelf(
    counted, days, held
):
    """A first import of two years' orders holds nothing that is long over."""
    a_waiting_order(counted)
    now_stands(counted, "ordered_at", at(-days * 24 * 60))

    assert sent(plan(counted, {A_TEA: 5}, 20)) == [(A_TEA, 10)] * (not held)


def test_pieces_taken_back_free_none_that_were_sold(counted):
    import_csv(counted, 3, -3)

    assert plan(counted, {A_TEA: 5}, 20).kept == 1


def test_what_is_held_stays_due_and_keeps_its_time(counted):
    a_waiting_order(counted)
    plan(counted, {A_TEA: 7}, 20)
    plan(counted, {A_TEA: 6}, 30)
    rows = counted.execute("SELECT found, held_since FROM inventory_holds").fetchall()

    assert len(to_push(counted)) == 1
    assert rows == [(6, at(20))]


def test_a_raise_that_was_lost_before_the_order_came_is_not_sent_again(counted):
    made = plan(counted, {A_TEA: 3}, 5, run="r")
    start(counted, made.to_send, sent_at=at(6))
    read_back(counted, {A_TEA: 3}, 7, "r")
    a_waiting_order(counted)
    made = plan(counted, {A_TEA: 3}, 20)
    states = counted.execute("SELECT state FROM inventory_pushes").fetchall()

    assert (sent(made), made.kept) == ([], 1)
    assert states == [(PushState.SUPERSEDED.value,)]


@first(2)
@pytest.mark.parametrize("found", [None, 0, 9, 10, 11])
@pytest.mark.parametrize("waiting", [0, 3])
def test_the_statement_and_the_model_say_the_same(counted, found, waiting):
    if waiting:
        import_csv(counted, waiting, minute=10)
    made = plan(counted, {A_TEA: found}, 20)

    assert made.kept == may_not_raise(10, found, waiting)


@for_ci
def test_without_the_rule_the_order_would_be_sold_twice(counted):
    """The plant: a push raises whatever its level says."""
    line = "WHEN l.waiting > 0 AND coalesce(f.found, 0) < l.offered THEN 'kept'"
    with planted_sql("judge_inventory_levels", line, ""), caught():
        test_the_malls_number_is_not_raised_and_the_listing_is_named(counted)


@for_ci
def test_a_hold_of_shipped_orders_is_caught(counted):
    plant_in_view(counted, "stock_holds", "l.outcome IS NULL", "true")
    with caught():
        test_an_order_that_is_over_at_its_mall_holds_nothing(
            counted, "outcome", "shipped"
        )


@for_ci
def test_a_hold_that_an_earlier_count_ends_is_caught(counted):
    since_it_came = "greatest(l.placed_by, l.imported_at)"
    plant_in_view(counted, "stock_holds", since_it_came, "l.placed_by")
    with caught():
        test_a_count_before_the_file_came_knew_nothing_of_its_order(counted, at(-1))


@for_ci
def test_a_first_number_that_is_no_raise_is_caught(counted):
    right, wrong = (
        f"{found} < l.offered THEN 'kept'"
        for found in ("coalesce(f.found, 0)", "f.found")
    )
    with planted_sql("judge_inventory_levels", right, wrong), caught():
        test_a_listing_the_mall_does_not_have_is_not_registered_with_its_level(counted)


def test_the_report_and_the_state_name_what_was_not_raised(counted):
    a_waiting_order(counted)
    plan(counted, {A_TEA: 7}, 20)
    held = held_listings(counted, SHOP_ID)
    report = stock_push_report("demo", [], to_push(counted), held)
    state = final_state([], held=held)

    assert state.type.value == "COMPLETED"
    assert "調整待ちで増やさなかったSKU 1" in str(state.message)
    assert NOT_RAISED in report
    assert "| TEA-100 | tea | 100g | 7 | 10 |" in report


def test_a_morning_leaves_a_held_sku_at_the_mall_as_it_is(shelf):
    shelf.counted({TEA: 4})
    shelf.push()
    shelf.csv(TEA, [1], 1)
    shelf.mall.set_stock(*TEA, 3)
    kind, message = shelf.push(full=True)

    assert kind == "COMPLETED"
    assert "調整待ちで増やさなかったSKU 1" in message
    assert shelf.units()[TEA] == 3
