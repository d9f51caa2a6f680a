"""The clerk's marks: sub-status, memo, cancellation and payment, read back at RMS."""

import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from data.warehouse.shops import stop_function
from flows.cancel_order import cancel_order
from flows.show_payment import show_payment
from flows.update_memo import update_memo
from flows.update_sub_status import update_sub_status
from tasks.machine import now
from tasks.marks import cancel, memo
from tasks.marks import journal as journal_of_marks
from tests.flows.conftest import Shown
from tests.support.effort import first
from tests.support.planted import caught
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

WHO = "受注担当"
OUT_OF_STOCK = "店舗都合: 欠品"
PICKING = "ピッキング中"
"""A sub-status of the sandbox's shops for orders at 300."""


def ended(flow: Any, *given: object, **named: object) -> tuple[str, str]:
    state = flow("lab", *given, return_state=True, **named)
    return state.type.value, str(state.message)


def journal() -> list[tuple[Any, ...]]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return con.execute(
            "SELECT kind, order_number, value, who, state FROM order_marks"
            " ORDER BY planned_at, order_number"
        ).fetchall()


def waiting() -> list[str]:
    with warehouse(read_settings().warehouse) as con:
        rows = con.execute("SELECT what FROM needs_a_person WHERE kind = 'mark_open'")
        return [what for (what,) in rows.fetchall()]


def order_at(lab: Sandbox, number: str) -> dict[str, Any]:
    return lab.orders()[number]


def calls(lab: Sandbox, function: str) -> int:
    return int(lab.journal()["counts"].get(function, 0))


def test_a_name_is_set_where_it_fits_and_the_others_are_named(
    lab: Sandbox, shown: Shown
):
    (fits,) = lab.sell(1, progress=300)
    (other,) = lab.sell(1, progress=100)
    missing = f"{fits[:-3]}999"
    kind, message = ended(
        update_sub_status, f"{fits}\n{other}、{missing}", PICKING, who=WHO
    )

    assert kind == "FAILED"
    assert "完了 1 / 変更なし 2 / 不明 0" in message
    assert order_at(lab, fits)["subStatusName"] == PICKING
    assert order_at(lab, other)["subStatusId"] is None
    assert journal() == [
        ("sub_status", fits, str(order_at(lab, fits)["subStatusId"]), WHO, "done")
    ]
    assert "ステータス「注文確認待ち(100)」の注文には設定できません" in shown(
        "mark-report"
    )


@first(2)
@pytest.mark.parametrize("trouble", ["GET_ORDER_ERROR_101", "ERROR_000", "not_json"])
def test_an_order_that_rms_cannot_read_keeps_no_other_from_its_sub_status(
    lab: Sandbox, shown: Shown, trouble: str
):
    first, bad, last = lab.sell(3, progress=300)
    lab.fault(trouble, about=bad, times=99)
    kind, message = ended(update_sub_status, [first, bad, last], PICKING, who=WHO)

    assert (kind, "完了 2 / 変更なし 1 / 不明 0" in message) == ("FAILED", True), (
        message
    )
    assert [order_at(lab, n)["subStatusName"] for n in (first, bad, last)] == [
        PICKING,
        None,
        PICKING,
    ]
    assert {row[1] for row in journal()} == {first, last}
    report = shown("mark-report")
    assert "この注文がありません" not in report
    assert "もう一度" in report.partition(bad)[2].partition("\n")[0]


def test_an_order_that_rms_cannot_read_afterwards_is_alone_in_doubt(
    lab: Sandbox, monkeypatch
):
    good, bad = lab.sell(2, progress=300)
    store = journal_of_marks.store_intent

    def then_unreadable(*given: Any) -> None:
        store(*given)
        lab.fault("GET_ORDER_ERROR_101", about=bad, times=9)

    monkeypatch.setattr(journal_of_marks, "store_intent", then_unreadable)
    kind, message = ended(update_sub_status, [good, bad], PICKING, who=WHO)

    assert (kind, "完了 1 / 変更なし 0 / 不明 1" in message) == ("FAILED", True), (
        message
    )
    assert sorted(row[1::3] for row in journal()) == sorted(
        [(good, "done"), (bad, "unknown")]
    )


def test_it_is_taken_off_by_the_word_for_it(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    ended(update_sub_status, number, PICKING)
    kind, _ = ended(update_sub_status, number, "解除")

    assert kind == "COMPLETED"
    assert order_at(lab, number)["subStatusId"] is None


def test_without_a_name_the_shops_own_ones_are_listed(lab: Sandbox, shown: Shown):
    kind, message = ended(update_sub_status)

    assert kind == "COMPLETED"
    assert "何も変更していません" in message
    assert PICKING in shown("sub-statuses")


def test_a_trial_sends_nothing(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    ended(update_sub_status, number, PICKING, dry_run=True)
    ended(update_memo, number, "電話済み", dry_run=True)
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO, dry_run=True)

    assert (kind, message[:3]) == ("COMPLETED", "試行:")
    assert journal() == []
    assert order_at(lab, number)["memo"] is None
    assert order_at(lab, number)["orderProgress"] == 300


def test_a_memo_is_added_below_what_a_person_wrote(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    lab.edit(number, memo="のし希望")
    first = ended(update_memo, number, "電話済み", who=WHO)
    again = ended(update_memo, number, "電話済み", who=WHO)

    assert first[0] == again[0] == "COMPLETED"
    assert order_at(lab, number)["memo"] == "のし希望\n電話済み"
    assert calls(lab, "updateOrderMemo") == 1
    assert journal() == [("memo", number, "append", WHO, "done")]


def test_a_memo_of_two_lines_is_added_once(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    for _ in range(2):
        ended(update_memo, number, "のし希望\n電話済み", who=WHO)

    assert order_at(lab, number)["memo"] == "のし希望\n電話済み"


def test_a_memo_overwritten_unread_would_be_seen(lab: Sandbox, monkeypatch):
    """The plant: the new text alone is sent."""
    monkeypatch.setattr(memo, "new_memo", lambda _before, text, **_: text)
    with caught():
        test_a_memo_is_added_below_what_a_person_wrote(lab)


def test_the_old_memo_goes_only_when_asked(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    lab.edit(number, memo="のし希望")
    kind, _ = ended(update_memo, number, "新しいメモ", overwrite=True)

    assert kind == "COMPLETED"
    assert order_at(lab, number)["memo"] == "新しいメモ"


def test_a_memos_text_stays_in_no_table_report_or_message(
    lab: Sandbox, shown: Shown, caplog
):
    (number,) = lab.sell(1, progress=300)
    said = "架空花子さま 090-0000-0000"
    lab.edit(number, memo=said)
    message = ended(update_memo, number, f"{said} へ電話")[1]
    with warehouse(read_settings().warehouse) as con:
        rows = con.execute("FROM order_marks").fetchall()

    everywhere = json.dumps(
        [rows, message, shown("mark-report"), caplog.text], default=str
    )
    assert "架空" not in everywhere
    assert "0000-0000" not in everywhere


def test_a_memo_that_rms_puts_off_is_told_and_was_not_written(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    lab.fault("UPDATE_ORDERMEMO_ERROR_107", about=number)
    kind, message = ended(update_memo, number, "電話済み", who=WHO)
    again = ended(update_memo, number, "電話済み", who=WHO)

    assert (kind, "対処" in message) == ("FAILED", True)
    assert again[0] == "COMPLETED"
    assert order_at(lab, number)["memo"] == "電話済み"
    assert [row[-1] for row in journal()] == ["refused", "done"]


def test_a_memo_that_is_too_long_is_refused_without_quoting_it(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    kind, message = ended(update_memo, number, "あ" * 1001)

    assert kind == "FAILED"
    assert "メモが長すぎます" in message
    assert "ああ" not in message
    assert journal() == []


def test_an_order_is_cancelled_once_and_seen_at_rms(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    first = ended(cancel_order, number, OUT_OF_STOCK, WHO)
    again = ended(cancel_order, number, 8, WHO)

    assert first[0] == "COMPLETED", first
    assert order_at(lab, number)["orderProgress"] in {800, 900}
    assert again[0] in {"COMPLETED", "FAILED"}
    assert calls(lab, "cancelOrder") == 1
    assert journal()[0] == ("cancel", number, "8/0", WHO, "done")


@pytest.mark.parametrize("arrives", [True, False])
def test_a_lost_answer_is_read_and_never_sent_again(lab: Sandbox, arrives: bool):
    (number,) = lab.sell(1, progress=300)
    lab.fault("answer_lost" if arrives else "500", function="cancelOrder")
    kind, _ = ended(cancel_order, number, OUT_OF_STOCK, WHO)
    state = journal()[-1][-1]
    again = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert calls(lab, "cancelOrder") == 1
    if arrives:
        assert (kind, state, waiting()) == ("COMPLETED", "done", [])
    else:
        assert (kind, state) == ("FAILED", "unknown")
        assert again[0] == "FAILED"
        assert "もう一度は送りません" in again[1]
        assert ["キャンセル" in what for what in waiting()] == [True]


def test_a_cancel_that_left_the_stock_says_so_with_what_to_do(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    lab.fault("CANCEL_ORDER_WARNING_101", about=number)
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert kind == "FAILED"
    assert "在庫数" in message.partition("対処")[2]
    assert journal()[-1][-1] == "done"
    assert order_at(lab, number)["orderProgress"] == 900


@pytest.mark.parametrize("word", ["ERROR_104", "ERROR_107"])
def test_a_cancel_that_rms_does_not_carry_out_is_told(lab: Sandbox, word: str):
    (number,) = lab.sell(1, progress=300)
    lab.fault(f"CANCEL_ORDER_{word}", about=number)
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert (kind, journal()[-1][-1]) == ("FAILED", "refused")
    assert "対処" in message
    assert order_at(lab, number)["orderProgress"] == 300


@pytest.mark.parametrize(
    ("flow", "given"),
    [("cancel_order", (OUT_OF_STOCK, WHO)), ("update_memo", ("電話済み",))],
)
def test_by_a_wrong_clock_the_clock_is_told_and_no_order_called_missing(
    lab: Sandbox, monkeypatch, flow: str, given: tuple[Any, ...]
):
    (number,) = lab.sell(1, progress=300)
    ahead = timedelta(minutes=2)
    monkeypatch.setattr("tasks.rms.now", lambda: now() + ahead)
    kind, message = ended(globals()[flow], number, *given)

    assert (kind, "時計" in message, "対処" in message) == ("FAILED", True, True)
    assert "この注文がありません" not in message
    assert journal() == []


def test_a_cancel_that_is_sent_twice_would_be_seen(lab: Sandbox, monkeypatch):
    """The plant: an open cancellation of before is not looked at."""
    monkeypatch.setattr(cancel, "has_open_cancel", lambda *_: False)
    with caught():
        test_a_lost_answer_is_read_and_never_sent_again(lab, False)


@pytest.mark.parametrize("trouble", ["ES01-02", "ES01-03"])
def test_a_cancel_that_rms_never_began_may_be_sent_again(
    lab: Sandbox, trouble: str, monkeypatch
):
    """In maintenance and when too fast nothing was done: it was blocked for ever."""
    monkeypatch.setattr("tasks.runs.retrying.PAUSES_S", (0.0,))
    (number,) = lab.sell(1, progress=300)
    lab.fault(trouble, function="cancelOrder", times=1 + (trouble == "ES01-03"))
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)
    again = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert (kind, "もう一度実行" in message) == ("FAILED", True)
    assert again[0] == "COMPLETED", again
    assert [row[-1] for row in journal()] == ["refused", "done"]
    assert waiting() == []


@first(1)
@pytest.mark.parametrize("code", ["108", "101", "104", "105"])
def test_a_cancel_that_rms_denies_of_an_order_that_stands_as_before_was_refused(
    lab: Sandbox, code: str
):
    """It was "unknown", and no cancellation of the order was sent ever again."""
    (number,) = lab.sell(1, progress=300)
    lab.fault(f"CANCEL_ORDER_ERROR_{code}", about=number)
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)
    again = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert (kind, "不明です" in message) == ("FAILED", False)
    assert again[0] == "COMPLETED", again
    assert [row[-1] for row in journal()] == ["refused", "done"]
    assert waiting() == []


@first(3)
@pytest.mark.parametrize("trouble", ["ES01-01", "ES05-06"])
@pytest.mark.parametrize(
    ("function", "flow", "given"),
    [
        ("cancelOrder", "cancel_order", (OUT_OF_STOCK, WHO)),
        ("updateOrderMemo", "update_memo", ("電話済み",)),
        ("updateOrderSubStatus", "update_sub_status", (PICKING, WHO)),
    ],
)
def test_a_mark_whose_call_was_refused_may_be_sent_again(
    lab: Sandbox, trouble: str, function: str, flow: str, given: tuple[Any, ...]
):
    """It stood as "sent" for ever: one was told so, and none could be sent again."""
    (number,) = lab.sell(1, progress=300)
    lab.fault(trouble, function=function)
    kind, _ = ended(globals()[flow], number, *given)
    after = (kind, [row[-1] for row in journal()], waiting())
    again = ended(globals()[flow], number, *given)

    assert after == ("FAILED", ["refused"], [])
    assert again[0] == "COMPLETED", again


def test_a_mark_of_a_function_that_is_stopped_was_not_sent(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    with warehouse(read_settings().warehouse) as con:
        stop_function(con, "lab", "cancelOrder", ["ES01-01"], now())
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert (kind, "cancelOrder をオンに" in message) == ("FAILED", True)
    assert calls(lab, "cancelOrder") == 0
    assert ([row[-1] for row in journal()], waiting()) == (["refused"], [])


@pytest.mark.parametrize("trouble", ["ES01-02", "ES05-06"])
def test_an_answer_is_not_lost_when_reading_after_it_fails(
    lab: Sandbox, monkeypatch, trouble: str
):
    (number,) = lab.sell(1, progress=300)
    lab.fault("CANCEL_ORDER_ERROR_107", about=number)
    store = journal_of_marks.store_intent

    def then_maintenance(*given: Any) -> None:
        store(*given)
        lab.fault(trouble, function="getOrder")

    monkeypatch.setattr(journal_of_marks, "store_intent", then_maintenance)
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert (kind, "ERROR_107" in message or "対処" in message) == ("FAILED", True)
    assert journal()[-1][-1] == "refused"
    assert waiting() == []


def test_a_memo_and_a_sub_status_settle_what_was_open_of_them(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    lab.fault("500", function="updateOrderMemo")
    lab.fault("500", function="updateOrderSubStatus")
    ended(update_memo, number, "電話済み", who=WHO)
    ended(update_sub_status, number, PICKING, who=WHO)
    assert len(waiting()) == 2

    lab.edit(number, memo="電話済み")  # RMS had done it after all
    assert ended(update_memo, number, "電話済み", who=WHO)[0] == "COMPLETED"
    assert ended(update_sub_status, number, PICKING, who=WHO)[0] == "COMPLETED"
    assert waiting() == []


def test_one_that_was_open_is_settled_when_the_order_shows_it(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    lab.fault("500", function="cancelOrder")
    ended(cancel_order, number, OUT_OF_STOCK, WHO)
    lab.cancel(number)  # at RMS's own page
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert kind == "COMPLETED", message
    assert (journal()[-1][-1], waiting()) == ("done", [])
    assert calls(lab, "cancelOrder") == 1


def test_a_shipped_order_is_cancelled_only_once_its_goods_are_back(lab: Sandbox):
    (number,) = lab.sell(1, progress=500)
    kind, message = ended(cancel_order, number, "お客様都合: 受取後の返品", WHO)
    before = order_at(lab, number)["orderProgress"]
    done = ended(cancel_order, number, 2, WHO, "在庫を戻す", True)

    assert (kind, before) == ("FAILED", 500)
    assert "商品が戻ったことを確認し" in message
    assert done[0] == "COMPLETED", done
    assert order_at(lab, number)["orderProgress"] == 900
    assert calls(lab, "cancelOrder") == 0


def test_a_registered_shipping_date_forbids_it_before_any_call(lab: Sandbox):
    (number,) = lab.sell(1, progress=300)
    order = order_at(lab, number)
    package = order["PackageModelList"][0]
    row = {
        "shippingDetailId": 1,
        "shippingNumber": None,
        "deliveryCompany": None,
        "deliveryCompanyName": None,
        "shippingDate": "2026-11-28",
    }
    packages = [package | {"ShippingModelList": [row]}]
    lab.edit(number, PackageModelList=packages)
    kind, message = ended(cancel_order, number, OUT_OF_STOCK, WHO)

    assert kind == "FAILED"
    assert "発送日が登録されている" in message
    assert calls(lab, "cancelOrder") == 0


@pytest.mark.parametrize(
    ("flow", "given", "said"),
    [
        ("cancel_order", {"reason": "欠品かも", "who": WHO}, "店舗都合: 欠品"),
        ("update_memo", {"text": " "}, "メモが入力されていません"),
        ("update_sub_status", {"sub_status": "なにか"}, "この店舗にありません"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(
    lab: Sandbox, flow: str, given: dict[str, Any], said: str
):
    (number,) = lab.sell(1, progress=300)
    name = "order_numbers" if flow == "update_sub_status" else "order_number"
    kind, message = ended(globals()[flow], **({name: number} | given))

    assert kind == "FAILED"
    assert said in message
    assert "対処" in message
    assert "Input should" not in message


@pytest.mark.parametrize("flow", ["update_memo", "show_payment"])
@pytest.mark.parametrize("number", ["999999-20260701-0000000001", "A B"])
def test_another_shops_number_or_two_are_refused(lab: Sandbox, flow: str, number: str):
    kind, message = ended(globals()[flow], number)

    assert kind == "FAILED"
    assert "何も変更していません" in message


@pytest.mark.parametrize(
    ("progress", "said"), [(100, "まだありません"), (700, "請求済み")]
)
def test_the_payment_is_shown_without_a_card(
    lab: Sandbox, shown: Shown, progress: int, said: str
):
    (number,) = lab.sell(1, progress=progress)
    lab.edit(
        number,
        SettlementModel={
            "settlementMethodCode": 1,
            "settlementMethod": "クレジットカード",
            "rpaySettlementFlag": 1,
            "cardName": "VISA",
            "cardNumber": "XXXX-XXXX-XXXX-0015",
            "cardOwner": "KAKUU HANAKO",
            "cardYm": "2030-01",
            "cardPayType": 0,
            "cardInstallmentDesc": None,
        },
    )
    kind, message = ended(show_payment, number)
    report = shown("payment-report")

    assert kind == "COMPLETED"
    assert said in message
    assert "0015" not in report
    assert "KAKUU" not in report
