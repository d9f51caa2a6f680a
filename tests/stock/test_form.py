"""The paused form: what a person is shown, and what each answer does to stock."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from data.model.stock import MOST_UNITS
from data.warehouse.stock.adjust import WaitingLine
from tasks.stock.adjust_form import (
    LISTED,
    AdjustForm,
    AdjustmentProblem,
    decided,
    waiting_list,
)
from tests.support.orders import SHOP_ID, at, order_number

SIGNED = {"who": "店長", "note": "棚を見た"}


def a_line(number: int = 1, quantity: int = 2, **more) -> WaitingLine:
    return WaitingLine(
        **{
            "mall": "yahoo",
            "shop_id": SHOP_ID,
            "order_number": order_number(number),
            "line_id": "1",
            "sku": f"TEA-{number}",
            "item_name": "玉露 名入れ 山田様",
            "quantity": quantity,
            "level": 10,
            "booked": 0,
            "is_cancelled": False,
            "imported_at": at(0) + timedelta(minutes=number),
        }
        | more
    )


THREE = [a_line(1), a_line(2), a_line(3)]


def form(decision: str, *lines: dict, **more) -> AdjustForm:
    """What the form sends: checked as Prefect checks it."""
    answer = {"decision": decision, "lines": list(lines)} | SIGNED | more
    return AdjustForm.model_validate(answer)


def booked(answer: AdjustForm, waiting=THREE) -> list[tuple[str, int | None, bool]]:
    return [
        (one.order_number[-1], one.quantity, one.is_done)
        for one in decided(answer, waiting)
    ]


def test_some_books_the_lines_chosen_with_the_orders_units_or_other_ones():
    answer = form("some", {"number": 3}, {"number": 1, "quantity": 5})

    assert booked(answer) == [("3", None, False), ("1", 5, False)]


def test_some_may_book_no_units():
    assert booked(form("some", {"number": 2, "quantity": 0})) == [("2", 0, False)]


def test_some_without_a_line_is_no_answer():
    with pytest.raises(AdjustmentProblem, match=r"行が選ばれていません.*対処"):
        decided(form("some"), THREE)


def test_already_adjusted_means_every_line_shown():
    assert booked(form("already-adjusted")) == [
        ("1", None, True),
        ("2", None, True),
        ("3", None, True),
    ]


def test_already_adjusted_means_the_lines_chosen_and_no_units():
    answer = form("already-adjusted", {"number": 2, "quantity": 9})

    assert booked(answer) == [("2", None, True)]


def test_all_leaves_alone_what_somebody_has_to_look_at():
    waiting = [
        a_line(1),
        a_line(2, is_cancelled=True),
        a_line(3, booked=2),
        a_line(4, sku=""),
    ]

    assert booked(form("all"), waiting) == [("1", None, False), ("2", 0, False)]


@pytest.mark.parametrize("decision", ["all", "some", "already-adjusted"])
def test_a_number_that_is_not_in_the_list_is_named_and_nothing_else_is_done(decision):
    answer = form(decision, {"number": 1}, {"number": 4}, {"number": 9})

    with pytest.raises(AdjustmentProblem, match=r"4、9。何も変更していません.*対処"):
        decided(answer, THREE)


@pytest.mark.parametrize("decision", ["all", "already-adjusted"])
def test_what_the_form_did_not_list_is_left_for_the_next_one(decision):
    many = [a_line(n) for n in range(1, LISTED + 3)]

    assert len(decided(form(decision), many)) == LISTED
    with pytest.raises(AdjustmentProblem):
        decided(form("some", {"number": LISTED + 1}), many)


@pytest.mark.parametrize(
    "said",
    [
        {"decision": "none"},
        {"who": " "},
        {"note": "\n"},
        {"lines": [{"number": 0}]},
        {"lines": [{"number": 1, "quantity": -1}]},
        {"lines": [{"number": 1, "quantity": MOST_UNITS + 1}]},
        {"lines": [{"number": 1, "units": 1}]},
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_the_form_itself(said):
    with pytest.raises(ValidationError):
        AdjustForm.model_validate({"decision": "all"} | SIGNED | said)


def test_the_list_numbers_the_lines_and_says_what_all_would_book():
    text = waiting_list(
        [
            a_line(1),
            a_line(2, is_cancelled=True),
            a_line(3, booked=2),
            a_line(4, sku="", level=None),
        ]
    )
    rows = [row for row in text.splitlines() if row.startswith("| ")][1:]

    assert rows[1:] == [
        f"| 1 | yahoo | {order_number(1)} | TEA-1 | 2 | 10 | 0 | 2個 |",
        f"| 2 | yahoo | {order_number(2)} | TEA-2 | 2(キャンセル済) | 10 | 0 | 0個 |",
        f"| 3 | yahoo | {order_number(3)} | TEA-3 | 2 | 10 | 2 |  |",
        f"| 4 | yahoo | {order_number(4)} | (SKUなし) | 2 | ― | 0 |  |",
    ]
    assert "山田" not in text


def test_a_long_list_says_how_many_lines_it_leaves_out():
    text = waiting_list([a_line(n) for n in range(1, LISTED + 3)])

    assert f"| {LISTED} |" in text
    assert f"| {LISTED + 1} |" not in text
    assert "残り 2 行は、次の実行で表示します。" in text
