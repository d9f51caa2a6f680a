"""Reading orders differently needs a new READER_VERSION, or stored ones stay as read.

`golden/reader.json` holds the schemas of RMS's order and of ours, and what comes of
invented orders. `UPDATE_GOLDEN=1 pytest tests/rms/test_reader_version.py` writes it
anew, once the version was raised; the diff is for a person to review.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError, create_model

from connectors.rms import translate
from connectors.rms.fetch import READER_VERSION
from connectors.rms.order_wire import RmsOrder
from connectors.rms.translate import order_of
from data.model.order import Order
from tests.rms.order_json import ITEM, ORDER, PACKAGE, SENDER, order_json

GOLDEN = Path(__file__).parent / "golden" / "reader.json"
SEEN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)

Snapshot = dict[str, Any]


def packed(**changes: Any) -> dict[str, Any]:
    return order_json(PackageModelList=[PACKAGE | changes])


def sku(variant_id: str, own: str | None = None) -> dict[str, Any]:
    return {"variantId": variant_id, "merchantDefinedSkuId": own, "skuInfo": None}


def change(change_id: int, kind: int, at: str) -> dict[str, Any]:
    (change,) = ORDER["ChangeReasonModelList"]
    return change | {
        "changeId": change_id,
        "changeType": kind,
        "changeReason": 1,
        "changeReasonDetail": 10,
        "changeApplyDatetime": at,
        "changeFixDatetime": at,
    }


def opened(amount: int) -> dict[str, Any]:
    """An order whose amounts are all open."""
    names = [name for name in ORDER if name.endswith("Price") or "Amount" in name]
    (summary,) = ORDER["TaxSummaryModelList"]
    package = {name: amount for name in PACKAGE if name.endswith("Price")}
    package |= {"ItemModelList": [ITEM | {"price": amount, "priceTaxIncl": amount}]}
    return order_json(
        **dict.fromkeys([*names, "paymentCharge"], amount),
        PointModel={"usedPoint": amount},
        PackageModelList=[PACKAGE | package],
        CouponModelList=[ORDER["CouponModelList"][0] | {"couponTotalPrice": amount}],
        TaxSummaryModelList=[summary | {"reqPrice": amount, "reqPriceTax": amount}],
    )


GIFT = {"inputDueDate": "2026-11-20", "inputFlag": 0, "receiverEmailAddress": None}
DUMMY = {"zipCode1": "999", "zipCode2": "9999", "familyName": "入力待ち"}
COUPON = ORDER["CouponModelList"][0]
ROW = PACKAGE["ShippingModelList"][0]
SECOND_PACKAGE = PACKAGE | {
    "basketId": 1000000000,
    "SenderModel": SENDER | {"familyName": "別人", "phoneNumber1": None},
    "ItemModelList": [ITEM | {"itemDetailId": 8000000002, "taxRate": 0.1}],
    "ShippingModelList": [
        ROW | {"shippingDetailId": 557, "shippingNumber": "4000-0000-0001"},
        ROW | {"shippingDetailId": 556, "shippingDate": "2026-11-03"},
    ],
}
LISTS = ("CouponModelList", "ChangeReasonModelList", "TaxSummaryModelList")

ORDERS: dict[str, dict[str, Any]] = {
    "one package": order_json(),
    "two packages": order_json(PackageModelList=[PACKAGE, SECOND_PACKAGE]),
    "coupons": order_json(
        CouponModelList=[
            COUPON | {"couponCode": "Z", "itemDetailId": 0, "couponCapitalCode": 3},
            COUPON,
        ]
    ),
    "changes": order_json(
        orderProgress=900,
        cancelDueDate="2026-11-09",
        ChangeReasonModelList=[
            change(2, 1, "2026-11-02T09:00:00+0900"),
            change(1, 8, "2026-11-01T11:04:00+0000"),
        ],
    ),
    "open amounts": opened(-9999),
    "open amounts of old orders": opened(-99999),
    "negative amounts": order_json(goodsPrice=-1, totalPrice=-9998),
    "gift that waits": packed(SenderModel=SENDER | DUMMY, SocialGiftModel=GIFT),
    "gift with an address": packed(
        SocialGiftModel=GIFT
        | {"inputFlag": 1, "receiverEmailAddress": "uketori@fw.rakuten.example"}
    ),
    "gift whose receiver's address was not masked": packed(
        SocialGiftModel=GIFT | {"inputFlag": 1, "receiverEmailAddress": "xxx@xxx.xxx"}
    ),
    "several SKUs": packed(
        ItemModelList=[
            ITEM | {"SkuModelList": [sku("a"), sku("b", "OWN-1"), sku("")]},
            ITEM | {"itemDetailId": 7, "deleteItemFlag": 1},
        ]
    ),
    "before the SKU migration": packed(ItemModelList=[ITEM | {"SkuModelList": None}]),
    "pick-up": packed(DeliveryCvsModel={"storeName": "札幌中央郵便局"}),
    "wrapped": order_json(
        giftCheckFlag=1,
        WrappingModel1={
            "title": 1,
            "name": "包装紙（藍）",
            "price": 200,
            "includeTaxFlag": 0,
            "deleteWrappingFlag": 0,
            "taxRate": 0.1,
            "taxPrice": 20,
        },
        WrappingModel2="?",
    ),
    "due dates and receipts": order_json(
        DueDateModelList=[
            {"dueDateType": 0, "dueDate": "2026-11-09"},
            {"dueDateType": 0, "dueDate": "2026-11-08"},
            {"dueDateType": 1, "dueDate": "2026-11-10"},
            {"dueDateType": 2, "dueDate": "2026-11-11"},
        ],
        receiptIssueCount=2,
        receiptIssueHistoryList=[
            "2026-11-03T09:00:00+0900",
            "2026-11-02T09:00:00+0900",
        ],
        memo="割れ物",
        operator="店長",
        mailPlugSentence="またどうぞ",
    ),
    "nulls": order_json(
        **dict.fromkeys(LISTS), SettlementModel=None, PointModel=None, remarks=None
    ),
    "mail address not masked": order_json(
        OrdererModel=ORDER["OrdererModel"] | {"emailAddress": "xxx@xxx.xxx"}
    ),
    "state nobody knows": order_json(
        orderProgress=350, subStatusId=3601, rakutenConfirmFlag=2
    ),
    "caution and sub-status": order_json(
        subStatusId=3601,
        subStatusName="ピッキング中",
        cautionDisplayType=1,
        cautionDisplayDetailType=101,
        modifyFlag=1,
        giftCheckFlag=1,
    ),
}
REFUSED: dict[str, dict[str, Any]] = {
    "amount as text": order_json(goodsPrice="6480"),
    "amount as flag": order_json(goodsPrice=True),
    "amount missing": order_json(goodsPrice=None),
    "time without zone": order_json(orderDatetime="2026-11-01T20:03:43"),
    "date with slashes": order_json(deliveryDate="2026/11/05"),
    "no package": order_json(PackageModelList=[]),
    "two packages of one id": order_json(PackageModelList=[PACKAGE, PACKAGE]),
}


def read(entry: dict[str, Any]) -> Any:
    order = order_of(RmsOrder.model_validate(entry), "123456", SEEN)
    return order.model_dump(mode="json", exclude_none=True) | {
        "status": order.status.value,
        "amounts_fixed": order.amounts_fixed,
    }


def why_refused(entry: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        read(entry)
    return sorted(
        ".".join(map(str, error["loc"])) + f" ({error['type']})"
        for error in refused.value.errors()
    )


def schemas(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema and its parts', without titles and descriptions."""
    schema = without_prose(model.model_json_schema())
    parts = schema.pop("$defs")
    parts.pop("Mall", None)  # a mall more is no other reading of RMS's orders
    return {model.__name__: schema} | parts


def without_prose(schema: Any) -> Any:
    if isinstance(schema, list):
        return [without_prose(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: without_prose(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else without_prose(value)
        for key, value in schema.items()
        if key not in ("title", "description")
    }


def snapshot(version: bytes = READER_VERSION) -> Snapshot:
    made = {
        "reader_version": version.decode(),
        "schemas": schemas(RmsOrder) | schemas(Order),
        "orders": {name: read(entry) for name, entry in ORDERS.items()},
        "refused": {name: why_refused(entry) for name, entry in REFUSED.items()},
    }
    return json.loads(json.dumps(made))  # tuples become lists, as in the file


def changed(golden: Snapshot, now: Snapshot) -> list[str]:
    """What is read otherwise than before; an order that is new here is not."""
    return [
        f"{part}: {name}"
        for part in ("schemas", "orders", "refused")
        for name, before in golden[part].items()
        if name in now[part] and now[part][name] != before
    ]


def complaint(golden: Snapshot, now: Snapshot) -> str:
    """What a developer has to do, '' if nothing."""
    different = changed(golden, now)
    if different and golden["reader_version"] == now["reader_version"]:
        return (
            f"Orders are read differently now ({', '.join(different)}). Raise "
            "READER_VERSION in connectors/rms/fetch.py, so that stored orders are read "
            "anew, then update the golden file with UPDATE_GOLDEN=1."
        )
    if golden != now:
        return "The golden file is old: update it with UPDATE_GOLDEN=1."
    return ""


def the_golden_file() -> Snapshot:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_orders_are_read_as_reader_version_says():
    golden, now = the_golden_file(), snapshot()
    wrong = complaint(golden, now)
    if os.environ.get("UPDATE_GOLDEN") and "Raise" not in wrong:
        text = json.dumps(now, ensure_ascii=False, indent=1, sort_keys=True)
        GOLDEN.write_text(text + "\n", encoding="utf-8")
        wrong = ""

    assert wrong == ""


def test_a_docstring_is_no_other_reading():
    reworded = create_model("RmsOrder", __base__=RmsOrder, __doc__="Other words.")

    assert reworded.model_json_schema() != RmsOrder.model_json_schema()
    assert schemas(reworded) == schemas(RmsOrder)


@pytest.mark.parametrize(
    ("place", "planted"),
    [
        ("yen", lambda amount: amount),
        ("_is_dummy", lambda _: False),
        ("_phone", lambda rms: rms.phone_number1),
        ("BY_COUPON", lambda _: 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_translation_asks_for_a_new_version(monkeypatch, place, planted):
    golden = the_golden_file()
    monkeypatch.setattr(translate, place, planted)

    assert "Raise READER_VERSION" in complaint(golden, snapshot())
    assert "is old" in complaint(golden, snapshot(b"another"))


def test_another_field_asks_for_a_new_version(monkeypatch):
    golden = the_golden_file()
    wider = create_model("RmsOrder", __base__=RmsOrder, severalSenderFlag=(int, 0))
    monkeypatch.setitem(globals(), "RmsOrder", wider)

    assert "schemas: RmsOrder" in complaint(golden, snapshot())


def test_an_order_added_to_this_file_only_has_to_be_written():
    golden = the_golden_file()
    del golden["orders"]["pick-up"]

    assert "is old" in complaint(golden, snapshot())
