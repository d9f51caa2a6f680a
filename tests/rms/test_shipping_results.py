"""What became of a shipping report is told order by order and row by row."""

import pytest

from connectors.rms.errors import (
    Refused,
)
from connectors.rms.shipping import RowOutcome, ShippingOutcome
from tests.rms.judged import message, said
from tests.rms.shipping_made import (
    NOT_YET,
    REQUEST_ID,
    ROW,
    about,
    api,
    result,
    results,
)


def test_each_order_gets_its_word_in_the_order_asked():
    shipping, http, _ = api(
        results(
            result("c", about("ERROR", "102", 1, shippingDetailId=801)),
            result("a", about("INFO", "101", 1, shippingDetailId=900)),
            result("b", about("INFO", "102", 2), about("INFO", "101", 1)),
            result("x", about("ERROR", "101")),
            result("d"),
        )
    )

    words = shipping.results(REQUEST_ID, ["a", "b", "c", "d", "e", "a"])

    assert [(w.order_number, w.outcome) for w in words] == [
        ("a", ShippingOutcome.ACCEPTED),
        ("b", ShippingOutcome.ACCEPTED),
        ("c", ShippingOutcome.REFUSED),
        ("d", ShippingOutcome.UNKNOWN),
        ("e", ShippingOutcome.UNKNOWN),
    ]
    assert words[0].rows[0].shipping_detail_id == "900"
    assert [(r.data_number, r.outcome) for r in words[1].rows] == [
        (1, RowOutcome.ADDED),
        (2, RowOutcome.CHANGED),
    ]
    assert words[2].code == f"{ROW}ERROR_102"
    assert "キャンセル" in words[2].reason
    assert "再送せず" in words[3].reason
    assert http.sent == [{"requestId": REQUEST_ID}]


def test_one_refused_row_refuses_the_order_and_tells_of_the_others():
    shipping, _, _ = api(
        results(
            result(
                "a",
                about("INFO", "101", 1, shippingDetailId=7),
                about("ERROR", "777", 2) | {"message": "知らない誤り"},
                about("WARNING", "101", 1, shippingDetailId=7),
            )
        )
    )

    (word,) = shipping.results(REQUEST_ID, ["a"])

    assert (word.outcome, word.code) == (ShippingOutcome.REFUSED, f"{ROW}ERROR_777")
    assert word.reason.startswith("知らない誤り。")
    assert [(r.data_number, r.outcome) for r in word.rows] == [
        (1, RowOutcome.ADDED),
        (2, RowOutcome.REFUSED),
    ]


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        ("102", "荷物の発送を止められるか"),
        ("106", "行が、RMSの発送情報にありません"),
        ("110", "送付先は、RMSの注文にありません"),
    ],
)
def test_a_row_that_rms_surely_did_not_take_is_not_told_to_be_in_doubt(ending, says):
    """docs/rms/order-api.md §1.7: cancelled, no such row, no such destination."""
    shipping, _, _ = api(results(result("a", about("ERROR", ending))))

    (told,) = shipping.results(REQUEST_ID, ["a"])

    assert told.outcome is ShippingOutcome.REFUSED
    assert says in told.reason
    assert "不明" not in told.reason


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ([about("WARNING", "101"), about("INFO", "101")], ShippingOutcome.ACCEPTED),
        ([about("WARNING", "101")], ShippingOutcome.ACCEPTED),
        ([about("INFO", "999")], ShippingOutcome.UNKNOWN),
        ([about("INFO", "101"), about("INFO", "999", 2)], ShippingOutcome.UNKNOWN),
        ([about("INFO", "101"), about("ERROR", "101")], ShippingOutcome.REFUSED),
        ([about("INFO", "103", None)], ShippingOutcome.ACCEPTED),
    ],
)
def test_a_word_counts_for_what_it_says(words, outcome):
    shipping, _, _ = api(results(result("a", *words)))

    assert shipping.results(REQUEST_ID, ["a"])[0].outcome is outcome


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"ResultShippingModelList": [said(message("ERROR", "X_ERROR_009"))]}),
        (200, {"ResultShippingModelList": [said(message("ERROR", "X_ERROR_009"))]}),
        (200, {"ResultShippingModelList": None}),
        (200, {}),
    ],
)
def test_a_refused_question_is_no_result(status, body):
    shipping, _, _ = api((status, body))

    with pytest.raises(Refused) as refused:
        shipping.results("", ["a"])
    assert refused.value.codes == (("X_ERROR_009",) if "ERROR_009" in str(body) else ())


def test_a_report_that_broke_on_the_way_is_every_orders_last_word():
    """Its result is asked for no more: what stands there the orders show."""
    broke = message("ERROR", "ORDER_CSV_API_UPLOAD_SHIPPING_ERROR_999")
    shipping, http, _ = api((200, {"ResultShippingModelList": [said(broke)]}))

    words = shipping.wait_for_results(REQUEST_ID, ["a", "b"])

    assert [(w.order_number, w.outcome) for w in words] == [
        ("a", ShippingOutcome.UNKNOWN),
        ("b", ShippingOutcome.UNKNOWN),
    ]
    assert len(http.sent) == 1


def test_results_are_asked_for_until_every_order_has_its_word():
    done = about("INFO", "101")
    shipping, http, slept = api(
        results(NOT_YET),
        results(NOT_YET),
        results(result("a", done)),
        results(result("a", done), result("b", done)),
    )

    words = shipping.wait_for_results(REQUEST_ID, ["a", "b"])

    assert {w.outcome for w in words} == {ShippingOutcome.ACCEPTED}
    assert len(http.sent) == 4
    assert slept == [2, 4, 8]


def test_patience_ends_and_what_has_no_word_then_is_unknown():
    shipping, http, slept = api(results(NOT_YET))

    words = shipping.wait_for_results(REQUEST_ID, ["a", "b"], patience_s=100)

    assert [w.outcome for w in words] == [ShippingOutcome.UNKNOWN] * 2
    assert slept == [2, 4, 8, 16, 30, 30, 10]
    assert len(http.sent) == 8
