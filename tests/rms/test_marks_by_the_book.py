"""What the codes of the clerk's marks ask for, typed by hand from Rakuten's pages.

Beside `test_codes_by_the_book`: this list and connectors/codes/order.tsv were written
apart from each other on purpose.
"""

import orjson
import pytest

from connectors.rms import marks
from connectors.rms.answers import RawAnswer, RmsFunction, judge
from connectors.rms.errors import (
    Circumstances,
    ClockWrong,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Unavailable,
)
from connectors.rms.marks import Looked, MarksApi
from connectors.rms.messages import RmsMessage
from data.model.mark import MarkOutcome
from tasks.marks.payment import payment_report
from tests.rms.judged import Judged, message, said
from tests.support.planted import caught

READS = {
    "GET_SUBSTATUSLIST": "001 002 003 004 005 006 008 010 011 013",
    "GET_PAYMENT": "001 002 003 004 005 006 008 009 010 011 013 016 020 031 102",
    "GET_RESULT_UPDATEORDERSHIPPING_ASYNC": "001 002 003 004 005 006 008 009 010 011 "
    "013 031",
}
WRITES = {
    "UPDATE_ORDERSUBSTATUS": "001 002 003 004 005 006 007 008 009 010 011 013 014 016 "
    "031",
    "UPDATE_ORDERMEMO": "001 002 003 004 005 006 008 009 010 011 013 016 020 021 030 "
    "031",
    "CANCEL_ORDER": "001 002 003 004 005 006 008 009 010 011 013 016 020 031",
    "CANCEL_ORDER_AFTER_SHIPPING": "001 002 003 004 005 006 008 009 010 011 013 016 "
    "020 031",
}
WHOLE = [
    (is_write, f"ORDER_EXT_API_{prefix}_{code}", status, family)
    for is_write, functions in ((False, READS), (True, WRITES))
    for prefix, numbers in functions.items()
    for code, status, family in (
        *(
            (trouble, status, OutcomeUnknown if is_write else Unavailable)
            for trouble, status in (
                ("ERROR_000", 200),
                ("ERROR_000", 500),
                ("WARNING_001", 200),
            )
        ),
        *((f"ERROR_{number}", 400, Refused) for number in numbers.split()),
    )
]
DONE, LOOK = MarkOutcome.DONE, MarkOutcome.LOOK
REFUSED, READ_FIRST = MarkOutcome.REFUSED, MarkOutcome.READ_FIRST
UNKNOWN = MarkOutcome.UNKNOWN
SUB_STATUS = {
    ("INFO_101", 200): DONE,
    ("ERROR_101", 200): READ_FIRST,
    ("ERROR_102", 200): READ_FIRST,
    ("ERROR_103", 200): READ_FIRST,
    ("ERROR_104", 400): REFUSED,
}
MEMO = {
    ("INFO_101", 200): DONE,
    ("WARNING_002", 200): LOOK,
    ("ERROR_101", 200): READ_FIRST,
    ("ERROR_102", 200): READ_FIRST,
    ("ERROR_103", 200): REFUSED,
    ("ERROR_104", 200): REFUSED,
    ("ERROR_105", 400): REFUSED,
    ("ERROR_106", 400): REFUSED,
    ("ERROR_107", 200): REFUSED,
    ("ERROR_108", 200): REFUSED,
    ("ERROR_109", 200): REFUSED,
    ("ERROR_109", 400): REFUSED,
}
CANCEL = {
    ("INFO_101", 200): DONE,  # or accepted only [?]: the order is read in any case
    ("WARNING_101", 200): LOOK,
    ("ERROR_022", 200): REFUSED,
    ("ERROR_101", 200): READ_FIRST,
    ("ERROR_102", 200): REFUSED,
    ("ERROR_103", 200): READ_FIRST,
    ("ERROR_104", 200): READ_FIRST,
    ("ERROR_105", 200): READ_FIRST,
    ("ERROR_106", 200): READ_FIRST,
    ("ERROR_107", 200): REFUSED,
    ("ERROR_108", 400): READ_FIRST,
    ("ERROR_109", 200): REFUSED,
}
AFTER_SHIPPING = CANCEL | {
    ("ERROR_110", 200): READ_FIRST,
    ("ERROR_111", 200): READ_FIRST,
    ("ERROR_112", 200): READ_FIRST,
    ("ERROR_113", 200): READ_FIRST,
}
OF_ONE = [
    (prefix, code, status, outcome)
    for prefix, table in (
        ("UPDATE_ORDERSUBSTATUS", SUB_STATUS),
        ("UPDATE_ORDERMEMO", MEMO),
        ("CANCEL_ORDER", CANCEL),
        ("CANCEL_ORDER_AFTER_SHIPPING", AFTER_SHIPPING),
    )
    for (code, status), outcome in table.items()
]


@pytest.mark.parametrize(("is_write", "code", "status", "family"), WHOLE)
def test_a_code_about_the_whole_call_says_what_to_do(is_write, code, status, family):
    word = message(code.rsplit("_", 2)[1], code)
    function = RmsFunction("any", is_write=is_write)

    with pytest.raises(RmsTrouble) as trouble:
        judge(function, RawAnswer(status, orjson.dumps(said(word))))
    assert type(trouble.value) is family
    assert "対処: " in str(trouble.value)


def marked(prefix: str, status: int, word: dict[str, object]) -> MarkOutcome:
    api = MarksApi(Judged(lambda _: (status, said(word))))
    before, after = (Looked("a", state, None, "", False) for state in (300, 500))
    match prefix:
        case "UPDATE_ORDERSUBSTATUS":
            (told,) = api.set_sub_status(["a"], 3600)
        case "UPDATE_ORDERMEMO":
            told = api.update_memo("a", "x")
        case "CANCEL_ORDER":
            told = api.cancel(before, 0, 8)
        case _:
            told = api.cancel(after, 0, 2)
    return told.outcome


@pytest.mark.parametrize(("prefix", "code", "status", "outcome"), OF_ONE)
def test_a_mark_is_what_its_code_says(prefix, code, status, outcome):
    kind = code.partition("_")[0]
    word = message(kind, f"ORDER_EXT_API_{prefix}_{code}", orderNumber="a")

    assert marked(prefix, status, word) is outcome


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ERROR_021", 400),
        ("ERROR_030", 400),
        ("ERROR_107", 200),
        ("ERROR_000", 500),
        ("WARNING_001", 200),
    ],
)
def test_what_rms_says_of_a_memo_is_passed_on_as_a_code_and_our_advice(code, status):
    """Its text may quote the memo, which stays in no table, log or state."""
    named = f"ORDER_EXT_API_UPDATE_ORDERMEMO_{code}"
    word = message(code.partition("_")[0], named, "「架空花子さま」は使えません。")

    told = told_of_memo(MarksApi(Judged(lambda _: (status, said(word)))))
    assert (named in told, "対処: " in told, "架空" in told) == (True, True, False)


def told_of_memo(api: MarksApi) -> str:
    try:
        return f"{api.update_memo('a', '架空花子さま')}"
    except OutcomeUnknown as unsure:
        return f"{unsure} {unsure!r}"


def test_planted_an_error_that_is_always_a_refusal_is_caught(monkeypatch):
    judged = marks._outcome

    def eager(word):
        return REFUSED if word.is_error else judged(word)

    monkeypatch.setattr(marks, "_outcome", eager)

    with caught():
        test_a_mark_is_what_its_code_says("CANCEL_ORDER", "ERROR_103", 200, READ_FIRST)


def test_a_cancel_that_the_state_forbids_is_a_no_without_an_order_number_too():
    word = message("ERROR", "ORDER_EXT_API_CANCEL_ORDER_ERROR_108")

    assert marked("CANCEL_ORDER", 400, word) is READ_FIRST


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("INFO_101", 200, DONE),
        ("WARNING_101", 200, LOOK),
        ("ERROR_000", 200, UNKNOWN),
        ("ERROR_009", 200, REFUSED),
        ("ERROR_009", 400, REFUSED),
        ("ERROR_103", 200, READ_FIRST),
        ("ERROR_113", 200, READ_FIRST),
    ],
)
def test_a_cancel_after_shipping_is_read_in_the_spelling_of_the_sample_too(
    code, status, outcome
):
    """docs/rms/order-api.md §1.7: a sample writes it without the second underscore."""
    name = f"ORDER_EXT_API_CANCEL_ORDER_AFTERSHIPPING_{code}"
    word = message(code.partition("_")[0], name, orderNumber="a")

    assert marked("CANCEL_ORDER_AFTER_SHIPPING", status, word) is outcome


def test_a_stock_that_was_not_given_back_is_told_in_either_spelling():
    for name in ("AFTER_SHIPPING", "AFTERSHIPPING"):
        code = f"ORDER_EXT_API_CANCEL_ORDER_{name}_WARNING_101"
        word = message("WARNING", code, orderNumber="a")
        api = MarksApi(Judged(lambda _, word=word: (200, said(word))))
        told = api.cancel(Looked("a", 500, None, "", has_shipping_date=False), 1, 2)

        assert "RMSの在庫数は戻っていません" in told.reason
        assert told.code == code, "a person finds it as RMS wrote it"


NOT_READ = "ORDER_EXT_API_GET_ORDER_ERROR_101"


@pytest.mark.parametrize(
    ("code", "read", "family"),
    [
        (NOT_READ, lambda api: api.look(["a"]), Unavailable),
        (NOT_READ, lambda api: api.look(["a", "b"]), Unavailable),
        ("ORDER_EXT_API_GET_PAYMENT_ERROR_101", lambda api: api.payments("a"), Refused),
        ("NEW_ERROR", lambda api: api.sub_statuses(), Refused),
    ],
    ids=["order", "one-of-two", "payment", "sub-statuses"],
)
def test_an_error_in_a_read_is_never_told_as_nothing(code, read, family):
    """A paid order was told to have no payment, and one that RMS has not to exist."""
    word = message("ERROR", code, orderNumber="a")
    api = MarksApi(Judged(lambda _: (200, said(word, OrderModelList=[]))))

    with pytest.raises(family):
        read(api)


@pytest.mark.parametrize(
    "read",
    [
        lambda api: api.look(["a"]),
        lambda api: api.payments("a"),
        lambda api: api.sub_statuses(),
    ],
    ids=["order", "payment", "sub-statuses"],
)
def test_a_warning_alone_is_never_told_as_nothing(read):
    answer = said(message("WARNING", "NEW_WARNING"), OrderModel=None)

    with pytest.raises(Unavailable, match="NEW_WARNING"):
        read(MarksApi(Judged(lambda _: (200, answer))))


@pytest.mark.parametrize("model", [{"orderProgress": 300}, {"orderNumber": "a"}])
def test_an_order_without_its_number_or_progress_is_no_answer(model):
    word = message("INFO", "ORDER_EXT_API_GET_ORDER_INFO_101")
    answer = said(word, OrderModelList=[model])

    with pytest.raises(Refused, match="応答に注文"):
        MarksApi(Judged(lambda _: (200, answer))).look(["a"])


READ = message("INFO", "ORDER_EXT_API_GET_ORDER_INFO_101")
LATER = message("WARNING", "ORDER_EXT_API_GET_ORDER_WARNING_001", orderNumber="b")
SEEN = {"orderNumber": "a", "orderProgress": 300, "memo": "のし", "subStatusId": None}


def by_a_wrong_clock(_):
    told = RmsMessage("INFO", "ORDER_EXT_API_GET_ORDER_INFO_101", "本文")
    raise ClockWrong(Circumstances("getOrder", "時計", "合わせる", 200, (told,)))


@pytest.mark.parametrize("numbers", [["a"], ["a", "b"]], ids=["one", "two"])
@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (by_a_wrong_clock, ClockWrong),
        (lambda _: (302, "x"), Refused),
        (lambda _: (404, "<html>"), Refused),
        (lambda _: (405, said(message("ERROR", "NEW_ERROR"))), Refused),
        (lambda _: (415, "<Results/>"), Refused),
        (lambda _: (400, {}), Refused),
        (lambda _: (200, {}), Refused),
        (lambda _: (200, said(READ)), Refused),
        (lambda _: (200, said(READ, LATER, OrderModelList=[SEEN])), Unavailable),
    ],
    ids=["clock", "moved", "404", "405", "415", "400", "empty", "no-list", "later"],
)
def test_what_no_order_is_at_fault_for_is_never_an_order_that_is_not_there(
    answer, family, numbers
):
    """By a clock two minutes off every order was told to be missing at RMS."""
    http = Judged(answer)

    with pytest.raises(family):
        MarksApi(http).look(numbers)
    assert len(http.sent) == 1


def test_an_order_that_rms_does_not_have_is_left_out():
    none = message("INFO", "ORDER_EXT_API_GET_ORDER_INFO_102", orderNumber="b")
    unasked = {"orderNumber": "c", "orderProgress": "?"}
    answer = said(READ, none, OrderModelList=[unasked, SEEN])

    assert MarksApi(Judged(lambda _: (200, answer))).look(["a", "b"]) == {
        "a": Looked("a", 300, None, "のし", False)
    }


def test_a_memo_that_cannot_be_read_is_not_taken_for_none():
    """What is written then would stand in the place of a person's words."""
    answer = said(READ, OrderModelList=[SEEN | {"memo": ["のし"]}])

    with pytest.raises(Refused, match="メモ"):
        MarksApi(Judged(lambda _: (200, answer))).look(["a"])


@pytest.mark.parametrize("read", ["payments", "sub_statuses"])
def test_an_answer_without_what_was_asked_for_does_not_say_that_there_is_none(read):
    api = MarksApi(Judged(lambda _: (200, {})))

    with pytest.raises(Refused, match="読み取り結果がありません"):
        getattr(api, read)(*(["a"] if read == "payments" else []))


def test_a_wrong_address_is_not_asked_once_an_order():
    http = Judged(lambda _: (404, "<html>"))

    with pytest.raises(Refused):
        MarksApi(http).set_sub_status([str(n) for n in range(100)], 3600)
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    "field", ["paymentProcCancelCmplDatetime", "paymentCancelFixDatetime"]
)
def test_a_payment_that_was_withdrawn_or_cancelled_says_when(field):
    at = "2018-09-03T10:06:12.000+0900"  # as the sample of §4.8 writes a time
    word = message("INFO", "ORDER_EXT_API_GET_PAYMENT_INFO_101")
    paid = {"PaymentModelList": [{field: at}]}
    answer = said(word, OrderModel=paid)

    (told,) = MarksApi(Judged(lambda _: (200, answer))).payments("a")
    assert str(told.cancelled_at) == "2018-09-03 10:06:12+09:00"


def test_payments_are_told_in_their_order_whatever_rms_lists_first():
    paid = [{"orderPaymentNumber": f"a-20261101-1-{n}"} for n in (10, 2, 1)]
    word = message("INFO", "ORDER_EXT_API_GET_PAYMENT_INFO_101")
    answer = said(word, OrderModel={"PaymentModelList": paid})
    found = MarksApi(Judged(lambda _: (200, answer))).payments("a-20261101-1")

    assert [one.number[-2:] for one in found] == ["-1", "-2", "10"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+0900", "9999-12-31T23:59:59Z"])
def test_a_time_outside_the_calendar_keeps_no_payment_from_being_told(at):
    word = message("INFO", "ORDER_EXT_API_GET_PAYMENT_INFO_101")
    answer = said(word, OrderModel={"PaymentModelList": [{"paymentReqDatetime": at}]})
    found = MarksApi(Judged(lambda _: (200, answer))).payments("a-20261101-1")

    assert payment_report("a-20261101-1", found).count("不明") == 2
