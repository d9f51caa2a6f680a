"""adjust-stock when a person answers its form: some lines, lines adjusted elsewhere."""

from collections.abc import Callable

import pytest

from flows import adjust_stock
from tasks.stock import adjust_form as stock_form
from tasks.stock.adjust_form import AdjustmentProblem
from tests.stock.shop_of_flows import SHOP, Shelf, quick_shelf

TEA = ("kakuu-tea", "kakuu-tea")
SIGNED = {"who": " 店長 ", "note": "棚を見た"}
BOOKED = (
    "SELECT line_id, quantity, who, note FROM stock_movements"
    " WHERE kind = 'adjustment' ORDER BY line_id"
)
Answer = Callable[..., tuple[str, str]]


@pytest.fixture
def shelf(sandbox, home):
    """Twelve teas, and a CSV order of three lines: 2, 3 and 1 of them."""
    with quick_shelf(sandbox, home) as opened:
        opened.counted({TEA: 12})
        opened.csv(TEA, [2, 3, 1], 1)
        yield opened


@pytest.fixture
def answer(shelf: Shelf, monkeypatch) -> Answer:
    """Run adjust-stock without values; a person fills in the form that it pauses with.

    Prefect checks the answer against the form, as here, and hands it to the flow.
    """

    def answered(decision: str, *lines: dict) -> tuple[str, str]:
        said = {"decision": decision, "lines": list(lines)} | SIGNED
        monkeypatch.setattr(
            stock_form,
            "pause_flow_run",
            lambda *, wait_for_input, **_: wait_for_input.model_validate(said),
        )
        state = adjust_stock.adjust_stock.fn(SHOP)
        return state.type.value, state.message

    return answered


def test_some_lines_are_booked_and_the_others_go_on_waiting(
    shelf: Shelf, answer: Answer
):
    kind, message = answer("some", {"number": 1}, {"number": 2, "quantity": 1})

    assert kind == "COMPLETED"
    assert message.startswith("調整した明細 2 / 在庫の動き -3")
    assert "残り 1" in message
    assert shelf.ask(BOOKED) == [
        ("1", -2, "店長", "棚を見た"),
        ("2", -1, "店長", "棚を見た"),
    ]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (1, 9)


def test_the_next_form_lists_what_was_left(shelf: Shelf, answer: Answer):
    answer("some", {"number": 2})
    answer("some", {"number": 2})

    assert [line for line, *_ in shelf.ask(BOOKED)] == ["2", "3"]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (1, 8)


def test_lines_adjusted_elsewhere_wait_no_longer_and_move_nothing(
    shelf: Shelf, answer: Answer
):
    kind, message = answer("already-adjusted", {"number": 3})

    assert kind == "COMPLETED"
    assert message.startswith("調整した明細 1 / 在庫の動き 0")
    assert shelf.ask(BOOKED) == [("3", 0, "店長", "棚を見た")]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (2, 12)


def test_everything_adjusted_elsewhere_leaves_nothing_to_ask(
    shelf: Shelf, answer: Answer
):
    answer("already-adjusted")
    units = [units for _, units, *_ in shelf.ask(BOOKED)]

    assert units == [0, 0, 0]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (0, 12)
    assert "手動調整を待つ注文はありません" in answer("all")[1]


def test_a_line_chosen_twice_is_booked_once_and_told(shelf: Shelf, answer: Answer):
    kind, message = answer("some", {"number": 1}, {"number": 1, "quantity": 9})

    assert kind == "FAILED"
    assert "named twice" in message
    assert "対処" in message
    assert (shelf.waiting(), shelf.offers()[TEA]) == (2, 10)


@pytest.mark.parametrize(
    ("decision", "lines"),
    [("some", []), ("some", [{"number": 1}, {"number": 4}]), ("all", [{"number": 4}])],
)
def test_an_answer_that_names_no_line_of_the_list_changes_nothing(
    shelf: Shelf, answer: Answer, decision, lines
):
    with pytest.raises(AdjustmentProblem, match="何も変更していません"):
        answer(decision, *lines)

    assert shelf.ask(BOOKED) == []
    assert (shelf.waiting(), shelf.offers()[TEA]) == (3, 12)
