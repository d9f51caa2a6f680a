"""The form of adjust-stock: what a person is shown, and what each answer does."""

from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from data.model.stock import MOST_UNITS
from data.warehouse.stock.adjust import WaitingLine
from tasks.forms.stock import LineAdjustment
from tasks.stock.adjust import adjustments_of
from tasks.stock.adjust_form import (
    LONGEST,
    MOST_LINES,
    NAME_IN_FORM,
    AdjustForm,
    AdjustmentProblem,
    chosen_lines,
    decided,
    prefilled,
    problem_of,
    still_as_shown,
    waiting_list,
)
from tests.support.orders import SHOP_ID, at, order_number

SIGNED = {"who": "店長", "note": "棚を見た"}
ALL, SOME, DONE = (
    "すべて調整する",
    "選んだ行だけ調整する",
    "調整済みとして終了する",
)


def a_line(number: int = 1, quantity: int = 2, **more) -> WaitingLine:
    return WaitingLine(
        **{
            "mall": "yahoo",
            "shop_id": SHOP_ID,
            "order_number": order_number(number),
            "line_id": "1",
            "sku": f"TEA-{number}",
            "item_name": "玉露 見本",
            "quantity": quantity,
            "level": 10,
            "booked": 0,
            "is_cancelled": False,
            "imported_at": at(0) + timedelta(minutes=number),
        }
        | more
    )


THREE = [a_line(1), a_line(2), a_line(3)]


def form(decision: str, lines: str = "", **more) -> AdjustForm:
    """What the form sends: checked as Prefect checks it."""
    return AdjustForm.model_validate(
        {"decision": decision, "lines": lines} | SIGNED | more
    )


def booked(answer: AdjustForm, waiting=THREE) -> list[tuple[str, int | None, bool]]:
    assert problem_of(answer, waiting) == ""
    return [
        (one.order_number[-1], one.quantity, one.is_done)
        for one in decided(answer, waiting)
    ]


def schema(model: type[AdjustForm] = AdjustForm) -> dict:
    return model.model_json_schema()


def test_some_books_the_lines_chosen_with_the_orders_units_or_other_ones():
    assert booked(form(SOME, "3, 1=5")) == [("3", None, False), ("1", 5, False)]


def test_some_may_book_no_units():
    assert booked(form(SOME, "2=0")) == [("2", 0, False)]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", {}),
        ("1", {1: None}),
        ("1,3, 5 8", {1: None, 3: None, 5: None, 8: None}),
        ("１、３", {1: None, 3: None}),
        ("2-4", {2: None, 3: None, 4: None}),
        ("2〜4", {2: None, 3: None, 4: None}),
        ("２ー３", {2: None, 3: None}),
        ("3 = 1", {3: 1}),
        ("2-3=1", {2: 1, 3: 1}),
    ],
)
def test_lines_are_named_as_people_write_them(text, chosen):
    assert chosen_lines(text) == chosen


@pytest.mark.parametrize(
    "text",
    [
        "全部",
        "1-",
        "3-1",
        "1=",
        "1=-1",
        "1-5000",
        "1,1",
        "2,1-3",
        f"1={MOST_UNITS + 1}",
    ],
)
def test_what_names_no_line_for_sure_is_asked_for_again(text):
    with pytest.raises(AdjustmentProblem):
        chosen_lines(text)
    assert "まだ何も変更していません" in problem_of(form(SOME, text), THREE)


def test_already_adjusted_means_every_line_shown():
    assert booked(form(DONE)) == [
        ("1", None, True),
        ("2", None, True),
        ("3", None, True),
    ]


def test_already_adjusted_means_the_lines_chosen_and_no_units():
    assert booked(form(DONE, "2=9")) == [("2", None, True)]


def test_all_leaves_alone_pieces_that_were_taken_back():
    assert booked(form(ALL), [a_line(1), a_line(2, -1)]) == [("1", None, False)]
    assert booked(form(SOME, "2"), [a_line(1), a_line(2, -1)]) == [("2", None, False)]


def test_all_leaves_alone_what_somebody_has_to_look_at():
    waiting = [
        a_line(1),
        a_line(2, is_cancelled=True),
        a_line(3, booked=2),
        a_line(4, sku=""),
    ]

    assert booked(form(ALL), waiting) == [("1", None, False), ("2", 0, False)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (form(SOME), "行が選ばれていません"),
        (form(SOME, "1,4,9"), "表にない番号が入力されました: 4、9。"),
        (form(DONE, "4"), "表にない番号が入力されました: 4。"),
        (form(ALL, "1"), "「選んだ行」を空欄にしてください"),
        (form(ALL, who=" "), "「担当者」が入力されていません"),
        (form(ALL, note="\n"), "「メモ」が入力されていません"),
        (form(ALL, note="あ" * (LONGEST + 1)), "500文字以内"),
    ],
)
def test_an_answer_that_cannot_be_booked_is_told_in_japanese(answer, said):
    assert said in problem_of(answer, THREE)


@pytest.mark.parametrize("decision", [ALL, DONE])
def test_what_the_form_did_not_list_is_left_for_the_next_one(decision):
    many = [a_line(n) for n in range(1, MOST_LINES + 3)]

    assert len(decided(form(decision), many)) == MOST_LINES
    assert "表にない番号" in problem_of(form(SOME, f"{MOST_LINES + 1}"), many)


@pytest.mark.parametrize("said", [{"decision": "all"}, {"rows": "1"}])
def test_an_answer_of_another_form_is_refused_by_the_form_itself(said):
    with pytest.raises(ValidationError):
        AdjustForm.model_validate({"decision": ALL} | SIGNED | said)


def test_the_page_writes_optional_behind_no_field_and_sends_every_one():
    fields = schema()["properties"]

    assert schema()["required"] == list(fields)
    assert all("default" in field and "anyOf" not in field for field in fields.values())


def test_what_the_page_sends_is_no_schema_by_accident():
    # Prefect 3.9.1's page has the answer checked against itself, as a schema.
    keywords = set(Draft202012Validator.VALIDATORS) | {"title", "description", "type"}

    assert set(AdjustForm.model_fields) & keywords == set()


def test_the_form_that_asks_again_has_what_was_entered():
    again = schema(prefilled(form(SOME, "1-9", who="受注課"), "text"))
    fields = again["properties"]

    assert [field["default"] for field in fields.values()] == [
        SOME,
        "1-9",
        "受注課",
        "棚を見た",
    ]
    assert fields["who"]["title"] == "担当者(必須)"
    assert again["required"] == list(fields)
    assert AdjustForm().lines == ""


@pytest.mark.parametrize(
    ("change", "is_left_alone"),
    [
        ({"quantity": 3}, True),
        ({"sku": "TEA-9"}, True),
        ({"is_cancelled": True}, True),
        ({"booked": 1}, True),
        ({"level": 3}, False),
    ],
)
def test_a_line_that_is_not_what_was_shown_is_left_alone(change, is_left_alone):
    now = [a_line(1), a_line(2, **change)]
    kept, changed = still_as_shown(decided(form(ALL), THREE), THREE, now)

    assert [one.order_number[-1] for one in changed] == ["2"] * is_left_alone
    assert [one.order_number[-1] for one in kept] == (
        ["1", "3"] if is_left_alone else ["1", "2", "3"]
    )
    assert all("対処" in one.reason for one in changed)


def test_the_list_numbers_the_lines_and_says_what_all_would_book():
    text = waiting_list(
        [
            a_line(1),
            a_line(2, is_cancelled=True),
            a_line(3, booked=2, item_name="長" * (NAME_IN_FORM + 1)),
            a_line(4, sku="", level=None, item_name=None),
            a_line(5, -1, is_counted_since=True),
        ]
    )
    rows = [row for row in text.splitlines() if row.startswith("| ")][1:]
    name, long = "玉露 見本 / TEA", "長" * NAME_IN_FORM
    number = [f"{order_number(nth)} (yahoo)" for nth in range(6)]

    assert rows[1:] == [
        f"| 1 | {name}-1 | {number[1]} | 2 | 10 | 2 |",
        f"| 2 | {name}-2 | {number[2]} | 2 | 10 | 0※ |",
        f"| 3 | {long}… / TEA-3 | {number[3]} | 2 | 10 | ―(調整済み 2個) |",
        f"| 4 | ― / ― | {number[4]} | 2 | ― | ―(SKUなし) |",
        f"| 5 | {name}-5 | {number[5]} | -1 | 10◇ | ―(返品など) |",
    ]
    assert "8時間以内に入力がない場合" in text


def test_a_long_list_says_how_many_lines_it_leaves_out():
    text = waiting_list([a_line(n) for n in range(1, MOST_LINES + 3)])

    assert f"| {MOST_LINES} |" in text
    assert f"| {MOST_LINES + 1} |" not in text
    assert "残り 2 行は、次の実行で表示します。" in text


def test_a_number_of_two_malls_needs_the_mall():
    """Both were adjusted: the goods of an order nobody had meant left the level."""
    waiting = [a_line(1), a_line(1, mall="base"), a_line(2)]
    number = waiting[0].order_number

    with pytest.raises(AdjustmentProblem, match=r"2つのモール.*yahoo、base.*対処"):
        adjustments_of([LineAdjustment(order_number=number)], waiting, "lab")

    value = LineAdjustment(order_number=number, mall="base")
    (chosen,) = adjustments_of([value], waiting, "lab")
    assert (chosen.mall, chosen.order_number) == ("base", number)


def test_a_number_as_a_japanese_keyboard_gives_it_is_found():
    (line,) = waiting = [a_line(1, order_number="123456-1")]

    for typed in (" 123456-1\n", "１２３４５６－１"):
        (chosen,) = adjustments_of([LineAdjustment(order_number=typed)], waiting, "lab")
        assert chosen.order_number == line.order_number
