"""getPayment and cancelOrderAfterShipping (docs/rms/order-api.md §4.7, §4.8)."""

import pytest

from tests.sandbox.caller import codes


def payment(rms, number, version=4):
    return rms.ask("getPayment", {"orderNumber": number, "version": version})


def cancel(rms, number, restore=1, detail=2):
    body = {
        "orderNumber": number,
        "inventoryRestoreType": restore,
        "changeReasonDetailApply": detail,
    }
    return rms.call("cancelOrderAfterShipping", body)


def test_before_confirmation_there_is_no_payment(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)
    answer = payment(rms, number)

    assert codes(answer) == ["GET_PAYMENT_INFO_102"]
    assert answer["OrderModel"]["PaymentModelList"] is None


@pytest.mark.parametrize(
    ("progress", "status"), [(300, 30300), (700, 30600), (900, 31200)]
)
def test_the_payments_state_follows_the_orders(rms, sandbox, progress, status):
    (number,) = sandbox.sell(1, progress=progress)
    sandbox.edit_at(number, {"SettlementModel.settlementMethodCode": 1})
    sandbox.edit(number, shippingCmplRptDatetime=None)
    (one,) = payment(rms, number)["OrderModel"]["PaymentModelList"]

    assert one["orderPaymentNumber"] == f"{number}-1"
    assert (one["paymentMethod"], one["paymentStatus"]) == (1, status)


FIELDS = {
    "orderPaymentNumber", "paymentMethod", "paymentAmount", "paymentCharge",
    "paymentStatus", "paymentProcReqDatetime", "paymentProcNgDatetime",
    "paymentProcCmplDatetime", "paymentProcCancelNgDate",
    "paymentProcCancelCmplDatetime", "paymentReqDatetime", "paymentNgDatetime",
    "paymentFixDatetime", "paymentCancelNgDatetime", "paymentCancelCmplDatetime",
    "paymentCancelFixDatetime", "payExpectDate", "minusPayExpectDate",
    "paymentOrganizationLinkageNumberList", "PaymentCardModel", "PaymentMultiModel",
    "PaymentBankModel", "PaymentPayAfterModel", "PaymentPaypalModel",
    "RefundModelList", "AdditionalFeeModelList",
}  # fmt: skip
"""PaymentModel's, as docs/rms/order-api.md §4.8 lists them."""


def test_a_payment_has_every_field_and_the_four_ng_times_are_null(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    sandbox.edit_at(number, {"SettlementModel.settlementMethodCode": 1})
    (one,) = payment(rms, number)["OrderModel"]["PaymentModelList"]

    assert one.keys() == FIELDS
    assert [v for k, v in one.items() if "Ng" in k] == [None] * 4


@pytest.mark.parametrize(
    ("progress", "times"),
    [
        (300, {"paymentProcCancelCmplDatetime"}),
        (700, {"paymentCancelCmplDatetime", "paymentCancelFixDatetime"}),
    ],
    ids=["withdrawn", "charge-cancelled"],
)
def test_a_cancelled_payment_has_the_time_of_its_kind(rms, sandbox, progress, times):
    (number,) = sandbox.sell(1, progress=progress)
    sandbox.edit_at(number, {"SettlementModel.settlementMethodCode": 1})
    body = {"orderNumber": number, "inventoryRestoreType": 0}
    function = "cancelOrder" if progress == 300 else "cancelOrderAfterShipping"
    rms.ask(function, body | {"changeReasonDetailApply": 1})
    (one,) = payment(rms, number)["OrderModel"]["PaymentModelList"]

    told = {k for k, v in one.items() if "Cancel" in k and v}
    assert told == times
    settled = rms.order(number)["ChangeReasonModelList"][-1]["changeFixDatetime"]
    assert {one[name] for name in times} == {settled}


def test_an_order_that_is_not_there_is_101_with_200(rms, sandbox):
    (number,) = sandbox.sell(1)
    response = rms.call("getPayment", {"orderNumber": number[:-1] + "x", "version": 4})

    assert response.status_code == 200
    assert codes(response.json()) == ["GET_PAYMENT_ERROR_101"]
    assert response.json()["OrderModel"] is None


@pytest.mark.parametrize("version", [1, 5, None])
def test_a_version_that_is_none_is_refused(rms, sandbox, version):
    (number,) = sandbox.sell(1)
    body = {"orderNumber": number, "version": version}

    assert rms.call("getPayment", body).status_code == 400


@pytest.mark.parametrize("progress", [500, 700])
def test_after_shipping_one_call_settles_the_cancel(rms, sandbox, progress):
    (number,) = sandbox.sell(1, progress=progress)
    answer = cancel(rms, number)

    assert codes(answer.json()) == ["CANCEL_ORDER_AFTER_SHIPPING_INFO_101"]
    order = rms.order(number)
    assert order["orderProgress"] == 900
    assert order["ChangeReasonModelList"][-1]["changeReasonDetail"] == 2


@pytest.mark.parametrize("progress", [100, 200, 300])
def test_before_shipping_it_is_the_other_functions_work(rms, sandbox, progress):
    (number,) = sandbox.sell(1, progress=progress)
    answer = cancel(rms, number)

    assert answer.status_code == 400
    assert codes(answer.json()) == ["CANCEL_ORDER_AFTER_SHIPPING_ERROR_108"]


def test_cancelling_again_is_103_with_200(rms, sandbox):
    (number,) = sandbox.sell(1, progress=500)
    cancel(rms, number)
    answer = cancel(rms, number)

    assert answer.status_code == 200
    assert codes(answer.json()) == ["CANCEL_ORDER_AFTER_SHIPPING_ERROR_103"]
