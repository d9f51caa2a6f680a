"""The events of which notices are sent (docs/rms/event-notification.md §3)."""

import re
from datetime import datetime

import pytest

from tests.sandbox.receiver import service, texts

TIME = r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}"
WITH_HYPHENS = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"


def ended(sandbox, receiver):
    """The system notices, once everything has been taken."""
    assert sandbox.notice_counts(wait_s=5)["waiting"] == 0
    return receiver.system_infos()


def test_a_buyers_cancel_is_a_change_of_the_purchase_history(sandbox, receiver):
    (number,) = sandbox.sell(1, progress=300)
    order = sandbox.orders()[number]

    sandbox.cancel(number)

    (info,) = ended(sandbox, receiver)
    at = datetime.fromisoformat(order["orderDatetime"])
    told = texts(info)
    assert re.fullmatch(WITH_HYPHENS, told.pop("value10"))
    assert told == {
        "requestId": told["requestId"],
        "serviceId": "4000",
        "functionId": "1100",
        "value1": "cancel",
        "value2": number,
        "value3": "0",
        "value4": "all",
        "value5": "order",
        "value6": "",
        "value7": "",
        "value8": "1",
        "value9": f"{at:%Y/%m/%d %H:%M:%S}",
    }
    assert [info.find(f"value{n}").get("name") for n in range(1, 11)] == [
        "operation", "orderNumber", "subkey", "class", "field", "before", "after",
        "orderType", "orderDate", "timestamp",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"cardNumber": "XXXX-XXXX-XXXX-0042"}, ("cardModel", "cardNo")),
        ({"cardYm": "2031-01"}, ("cardModel", "expYM")),
        ({"cardName": "見本カード"}, ("cardModel", "brandName")),
        ({"cardOwner": "MIHON HANAKO"}, ("cardModel", "ownerName")),
        ({"cardPayType": 1}, ("cardModel", "payType")),
        (
            {"settlementMethod": "銀行振込", "settlementMethodCode": 9},
            ("settlementModel", "settlementName"),
        ),
    ],
    ids=["number", "month", "brand", "owner", "way", "method"],
)
def test_a_buyers_change_of_payment_names_the_field_and_no_value(
    sandbox, receiver, changes, about
):
    (number,) = sandbox.sell()

    sandbox.edit_at(number, {f"SettlementModel.{k}": v for k, v in changes.items()})

    (info,) = ended(sandbox, receiver)
    told = texts(info)
    assert [told[f"value{n}"] for n in range(1, 8)] == [
        "update", number, "0", *about, "", "",
    ]  # fmt: skip
    sent = b"".join(r.body for r in receiver.received).decode()
    assert not [v for v in changes.values() if isinstance(v, str) and v in sent]


def test_each_changed_field_is_a_notice_with_an_id_of_its_own(sandbox, receiver):
    (number,) = sandbox.sell()

    sandbox.edit_at(
        number,
        {"SettlementModel.cardYm": "2031-01", "SettlementModel.cardOwner": "MIHON"},
    )

    infos = ended(sandbox, receiver)
    assert sorted(info.findtext("value5") for info in infos) == ["expYM", "ownerName"]
    assert len({info.findtext("requestId") for info in infos}) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"PackageModelList.0.SenderModel.city": "例示市一丁目"},
        {"PackageModelList.0.ItemModelList.0.units": 7},
        {"OrdererModel.phoneNumber1": "090"},
        {"deliveryDate": "2030-12-24"},
        {"remarks": "置き配でお願いします"},
    ],
    ids=["address", "quantity", "telephone", "day", "remark"],
)
def test_any_other_change_of_the_buyers_comes_without_a_notice(
    sandbox, receiver, changes
):
    """docs/rms/event-notification.md §3: only reading open orders again finds it."""
    (number,) = sandbox.sell()

    sandbox.edit_at(number, changes)

    assert ended(sandbox, receiver) == []


def test_rakutens_settlement_centre_names_the_order_by_its_attribute(sandbox, receiver):
    (number,) = sandbox.sell()

    sandbox.notify("payment", number)

    (info,) = ended(sandbox, receiver)
    names = [info.find(f"value{n}").get("name") for n in range(1, 11)]
    assert names == [
        "orderNumber", "beforePaymentMethodCode", "beforePaymentMethod",
        "afterPaymentMethodCode", "afterPaymentMethod", "orderDate",
        "paymentMethodChangeDate", "", "", "",
    ]  # fmt: skip
    assert texts(info)["value1"] == number
    assert re.fullmatch(WITH_HYPHENS, texts(info)["value7"])


@pytest.mark.parametrize(
    "fields",
    [
        {"memo": "x"},
        {"operator": "x"},
        {"mailPlugSentence": "x"},
        {"subStatusId": 1, "subStatusName": "x"},
        {"orderProgress": 500},
        {"giftCheckFlag": 0},
    ],
    ids=["memo", "operator", "mail", "sub-status", "shipped", "unchanged"],
)
def test_what_no_buyer_did_is_no_news(sandbox, receiver, fields):
    (number,) = sandbox.sell(1, progress=300)

    sandbox.edit(number, **fields)

    assert ended(sandbox, receiver) == []


def test_the_shops_own_cancel_withdraws_the_instruction_to_ship(rms, sandbox, receiver):
    (number,) = sandbox.sell(1, progress=300)
    body = {"orderNumber": number, "inventoryRestoreType": 0}

    rms.ask("cancelOrder", body | {"changeReasonDetailApply": 8})

    (info,) = ended(sandbox, receiver)
    assert (service(info), texts(info)["value1"]) == ("5000:1100", number)
    assert texts(info)["value2"] == "3"


def test_what_the_shop_does_before_that_is_no_news(rms, sandbox, receiver):
    first, second = sandbox.sell(2, progress=100)
    body = {"orderNumber": first, "inventoryRestoreType": 0}

    rms.ask("cancelOrder", body | {"changeReasonDetailApply": 8})
    rms.ask("confirmOrder", {"orderNumberList": [second]})

    assert sandbox.orders()[first]["orderProgress"] == 900
    assert ended(sandbox, receiver) == []


@pytest.mark.parametrize(
    ("shape", "fields", "result"),
    [
        ("under_review", {"rakutenConfirmFlag": 0}, "1"),
        ("under_review", {"orderProgress": 900}, "2"),
        ("under_review", {"orderProgress": 200}, None),
        ("plain", {"rakutenConfirmFlag": 1}, "3"),
        ("plain", {"orderProgress": 200}, "3"),
        ("plain", {"orderProgress": 500}, None),
        ("cancelled", {"orderProgress": 800}, None),
    ],
    ids=["ship", "cancelled", "waits-on", "withdrawn", "back", "shipped", "was-over"],
)
def test_a_screening_ends_with_a_notice(sandbox, receiver, shape, fields, result):
    progress = {} if shape == "cancelled" else {"progress": 300}
    (number,) = sandbox.sell(1, shape, **progress)

    sandbox.edit(number, **fields)

    infos = ended(sandbox, receiver)
    told = [(service(i), i.findtext("value1"), i.findtext("value2")) for i in infos]
    assert told == ([("5000:1100", number, result)] if result else [])


def test_a_payment_that_is_done_is_an_instruction_to_ship(rms, sandbox, receiver):
    (number,) = sandbox.sell(1, progress=100)
    rms.ask("confirmOrder", {"orderNumberList": [number]})

    sandbox.clock(advance_s=181)

    (info,) = ended(sandbox, receiver)
    assert texts(info)["value2"] == "1"
    assert re.fullmatch(TIME, texts(info)["value3"])
    assert sandbox.orders()[number]["orderProgress"] == 300


def test_a_caution_order_is_named_beside_its_order_notice(sandbox, receiver):
    (number,) = sandbox.sell(1, "caution")

    (info,) = ended(sandbox, receiver)

    assert service(info) == "5100:1100"
    assert [texts(info)[f"value{n}"] for n in (1, 2, 4)] == [number, "1", "101"]
    assert info.find("value4").get("name") == "cautionDisplayDetailType"
    assert len(receiver.order_infos()) == 1


def test_an_order_can_become_a_caution_order(sandbox, receiver):
    (number,) = sandbox.sell()

    sandbox.edit(number, cautionDisplayType=2)

    (info,) = ended(sandbox, receiver)
    assert (service(info), texts(info)["value2"]) == ("5100:1100", "2")
    assert texts(info)["value4"] == ""


@pytest.mark.parametrize(
    ("kind", "more", "pair"),
    [
        ("changed", {}, "4000:1100"),
        ("screening", {"screening": 3}, "5000:1100"),
        ("caution", {}, "5100:1100"),
        ("other", {}, "3000:1100"),
    ],
)
def test_any_system_notice_can_be_sent_by_hand(sandbox, receiver, kind, more, pair):
    (number,) = sandbox.sell()

    sent = sandbox.notify(kind, number, **more)

    (info,) = ended(sandbox, receiver)
    assert (service(info), sent["kind"]) == (pair, kind)
    assert info.findtext("requestId") == sent["key"]
    if more:
        assert info.findtext("value2") == "3"


def test_an_order_notice_can_be_sent_once_more_with_a_new_seq_id(sandbox, receiver):
    (number,) = sandbox.sell(1, "caution")

    sandbox.notify("order", number)

    ended(sandbox, receiver)
    assert sorted(receiver.seq_ids()) == [1, 2]
    assert len(receiver.system_infos()) == 1


def test_a_bulk_edit_is_a_notice_about_no_order(sandbox, receiver):
    sandbox.notify("other", shop="demo2")

    (entry,) = sandbox.notices(wait_s=5)

    assert (entry["shop"], entry["orderNumber"]) == ("demo2", None)
    told = texts(receiver.system_infos()[0])
    assert told["value1"].endswith(".csv")
    assert re.fullmatch(r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}", told["value2"])
    assert told["value3"] == "0"


@pytest.mark.parametrize(("days", "state"), [(14, 100), (16, 900)])
def test_rakuten_cancels_what_is_not_confirmed_for_15_days(
    sandbox, receiver, days, state
):
    sandbox.settings(cancels_unconfirmed=True)
    (number,) = sandbox.sell(1, progress=100, over_days=0)
    (kept,) = sandbox.sell(1, progress=300, over_days=0)
    ended(sandbox, receiver)

    sandbox.clock(advance_s=days * 86_400)

    infos = ended(sandbox, receiver)
    assert sandbox.orders()[number]["orderProgress"] == state
    assert sandbox.orders()[kept]["orderProgress"] == 300
    told = [(service(i), i.findtext("value1"), i.findtext("value2")) for i in infos]
    assert told == ([("5000:1100", number, "2")] if state == 900 else [])
