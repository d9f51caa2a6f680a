"""adjust-stock when a person answers its form: some lines, lines adjusted elsewhere."""

import pytest
from prefect.exceptions import Pause

from flows import adjust_stock
from tasks.stock import adjust_form as stock_form
from tasks.stock.adjust_form import AdjustmentProblem
from tests.stock.shop_of_flows import SHOP, Shelf, quick_shelf
from tests.support.effort import first, for_ci

TEA = ("kakuu-tea", "kakuu-tea")
SIGNED = {"who": " 店長 ", "note": "棚を見た"}
ALL, SOME, DONE = (
    "すべて調整する",
    "選んだ行だけ調整する",
    "調整済みとして終了する",
)
BOOKED = (
    "SELECT line_id, quantity, who, note FROM stock_movements"
    " WHERE kind = 'adjustment' ORDER BY line_id"
)


class Desk:
    """Whose run is suspended and started again; what Prefect keeps of it is in here.

    Prefect checks an answer against the form, keeps it, and starts the flow anew.
    """

    def __init__(self, shelf: Shelf, patch: pytest.MonkeyPatch) -> None:
        self.shelf = shelf
        self.inputs: dict[str, object] = {}
        self.forms: list[str] = []
        patch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "manual")
        patch.setattr(stock_form, "read_flow_run_input", self.inputs.get)
        patch.setattr(stock_form, "create_flow_run_input", self.inputs.__setitem__)
        patch.setattr(stock_form, "suspend_flow_run", self._suspend)

    def _suspend(self, *, wait_for_input, key: str, timeout: int) -> None:
        assert timeout > stock_form.ANSWER_WITHIN_S
        assert key == f"{len(self.forms) + 1}"
        self.forms.append(wait_for_input._description)
        raise Pause

    def begin(self) -> tuple[str, str] | None:
        """Run from the top; return how it ended, or None if a form was shown."""
        try:
            state = adjust_stock.adjust_stock.fn(SHOP)
        except Pause:
            return None
        return state.type.value, state.message

    def answer(self, decision: str, lines: str = "", **more: str):
        """Fill in the form that is shown, and run on from the top."""
        said = {"decision": decision, "lines": lines} | SIGNED | more
        self.inputs[f"suspended-{len(self.forms)}-response"] = said
        return self.begin()

    def next_run(self) -> None:
        """Leave what this run kept behind; the next one keeps its own."""
        self.inputs.clear()
        self.forms.clear()

    def run(self, decision: str, lines: str = "") -> tuple[str, str]:
        """Run once with a form that is answered."""
        self.next_run()
        assert self.begin() is None
        return self.answer(decision, lines)


@pytest.fixture
def shelf(sandbox, home):
    """Twelve teas, and a CSV order of three lines: 2, 3 and 1 of them."""
    with quick_shelf(sandbox, home) as opened:
        opened.counted({TEA: 12})
        opened.csv(TEA, [2, 3, 1], 1)
        yield opened


@pytest.fixture
def desk(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(shelf, monkeypatch)


def test_some_lines_are_booked_and_the_others_go_on_waiting(shelf: Shelf, desk: Desk):
    kind, message = desk.run(SOME, "1,2=1")

    assert kind == "COMPLETED"
    assert message.startswith("調整した明細 2 / 在庫の動き -3")
    assert "残り 1" in message
    assert shelf.ask(BOOKED) == [
        ("1", -2, "店長", "棚を見た"),
        ("2", -1, "店長", "棚を見た"),
    ]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (1, 9)


def test_the_next_form_lists_what_was_left(shelf: Shelf, desk: Desk):
    desk.run(SOME, "2")
    desk.run(SOME, "2")

    assert [line for line, *_ in shelf.ask(BOOKED)] == ["2", "3"]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (1, 8)


def test_lines_adjusted_elsewhere_wait_no_longer_and_move_nothing(
    shelf: Shelf, desk: Desk
):
    kind, message = desk.run(DONE, "3")

    assert kind == "COMPLETED"
    assert message.startswith("調整した明細 1 / 在庫の動き 0")
    assert shelf.ask(BOOKED) == [("3", 0, "店長", "棚を見た")]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (2, 12)


def test_everything_adjusted_elsewhere_leaves_nothing_to_ask(shelf: Shelf, desk: Desk):
    desk.run(DONE)
    units = [units for _, units, *_ in shelf.ask(BOOKED)]
    desk.next_run()

    assert units == [0, 0, 0]
    assert (shelf.waiting(), shelf.offers()[TEA]) == (0, 12)
    assert "手動調整を待つ注文はありません" in desk.begin()[1]


@first()
@pytest.mark.parametrize(
    ("decision", "lines", "said"),
    [
        (SOME, "", "行が選ばれていません"),
        (SOME, "1,4", "表にない番号が入力されました: 4"),
        (SOME, "1,1", "番号 1 が2回入力されています"),
        (ALL, "1", "空欄にしてください"),
    ],
)
def test_a_wrong_answer_changes_nothing_and_is_asked_for_again(
    shelf: Shelf, desk: Desk, decision, lines, said
):
    assert desk.begin() is None
    assert desk.answer(decision, lines) is None
    assert said in desk.forms[1]
    assert said not in desk.forms[0]
    assert shelf.ask(BOOKED) == []

    kind, message = desk.answer(SOME, "1")

    assert (kind, len(desk.forms)) == ("COMPLETED", 2)
    assert message.startswith("調整した明細 1 / 在庫の動き -2")


def test_the_lines_decided_on_are_those_that_were_shown(shelf: Shelf, desk: Desk):
    assert desk.begin() is None
    shelf.adjust({"order_number": _number(shelf), "line_id": "1"})
    shelf.csv(TEA, [5, 5], 0)  # sorts before what was shown

    kind, message = desk.answer(SOME, "2,3")

    assert kind == "COMPLETED", message
    assert [row[:2] for row in shelf.ask(BOOKED)] == [("1", -2), ("2", -3), ("3", -1)]


@for_ci
def test_a_line_that_somebody_adjusted_meanwhile_is_booked_once_and_named(
    shelf: Shelf, desk: Desk
):
    assert desk.begin() is None
    shelf.adjust({"order_number": _number(shelf)})

    kind, message = desk.answer(SOME, "1")

    assert kind == "FAILED"
    assert "すでに調整済みです。対処" in message
    assert shelf.offers()[TEA] == 6


def test_a_line_that_a_csv_changed_meanwhile_is_left_alone_and_named(
    shelf: Shelf, desk: Desk
):
    assert desk.begin() is None
    shelf.pass_time()
    shelf.csv(TEA, [2, 7, 1], 1)

    kind, message = desk.answer(ALL)

    assert kind == "FAILED"
    assert message.startswith("調整した明細 2 / 在庫の動き -3 / 調整しなかった明細 1")
    assert "表示した後で" in message
    assert [row[0] for row in shelf.ask(BOOKED)] == ["1", "3"]
    assert shelf.waiting() == 1


def test_without_a_deployment_nothing_could_go_on_and_the_run_says_so(
    shelf: Shelf, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("PREFECT__RUNTIME__DEPLOYMENT__ID")

    with pytest.raises(AdjustmentProblem, match="adjust-stock/manual を実行"):
        desk.begin()


def _number(shelf: Shelf) -> str:
    ((number,),) = shelf.ask("SELECT DISTINCT order_number FROM orders")
    return number
