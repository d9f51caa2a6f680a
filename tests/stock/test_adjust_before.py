"""adjust-stock with a day: all that was ordered before it waits no more."""

import pytest

from data.model.typed.time import TimeRefused
from flows import adjust_stock
from tasks.stock.adjust_form import AdjustmentProblem
from tests.stock.shop_of_flows import SHOP, Shelf
from tests.support.effort import first

TEA = ("kakuu-tea", "kakuu-tea")
SIGNED = {"who": "店長", "note": "過去の注文を取り込んだため"}


def run(**given) -> tuple[str, str]:
    state = adjust_stock.adjust_stock.fn(SHOP, **(SIGNED | given))
    return state.type.value, state.message


@pytest.fixture
def two_years(shelf: Shelf) -> Shelf:
    """An order of last summer and one of the day itself, both by CSV."""
    shelf.counted({TEA: 9})
    for number, ordered in ((1, "2026-06-30 23:59+09"), (2, "2026-07-01 00:00+09")):
        name = shelf.csv(TEA, [2], number)
        shelf.ask(
            f"UPDATE orders SET ordered_at = '{ordered}' WHERE order_number = '{name}'"  # noqa: S608
        )
    return shelf


def test_the_day_itself_goes_on_waiting_and_no_stock_moves(two_years):
    kind, message = run(before="2026/7/1")

    assert kind == "COMPLETED"
    assert message.startswith("調整した明細 1 / 在庫の動き 0 / 調整しなかった明細 0")
    assert two_years.waiting() == 1
    assert two_years.offers()[TEA] == 9
    assert two_years.ask(
        "SELECT quantity, who, note FROM stock_movements WHERE kind = 'adjustment'"
    ) == [(0, SIGNED["who"], SIGNED["note"])]


def test_where_nothing_is_older_nothing_is_settled(two_years):
    kind, message = run(before="2024-01-01")

    assert (kind, two_years.waiting()) == ("COMPLETED", 2)
    assert message.startswith("調整した明細 0")


@first()
@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"before": "きのう"}, TimeRefused, "この日より前"),
        ({"before": "2026-07-01", "who": " "}, AdjustmentProblem, "^担当者が入力"),
        (
            {"before": "2026-07-01", "adjustments": []},
            AdjustmentProblem,
            "どちらか1つだけ",
        ),
    ],
)
def test_what_cannot_be_meant_changes_nothing(two_years, given, error, said):
    with pytest.raises(error, match=said):
        run(**given)

    assert two_years.waiting() == 2
