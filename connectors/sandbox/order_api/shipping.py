"""updateOrderShipping: rows added, changed, deleted (docs/rms/order-api.md §4.2).

`read_rows` and `report` also serve the asynchronous function.
"""

import copy
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from connectors.sandbox.clock import read_date
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields, as_number
from connectors.sandbox.order_api.messages import MessageModel, OrderRefusal, message
from connectors.sandbox.order_api.progress import (
    CANCELLED,
    OLDEST,
    is_near,
    ordered_at,
    rows_of,
)
from connectors.sandbox.world import World

CODE = "UPDATE_ORDERSHIPPING"
MOST_ROWS = 20
_LONGEST_NUMBER = 120
_COMPANY = re.compile("[0-9]{4}")
ID_UNKNOWN = "WARNING_101"
PAY_LATER = 21
SHIPPED = (500, 600, 700)
REFUSES_THE_CALL = tuple(f"{CODE}_ERROR_{n}" for n in (106, 107, 108, 110))
"""Faults of a row, with HTTP 400; those of the order come with 200 (§1.5)."""
NO_SUCH_ROW = ("ERROR_106", "shippingDetailIdが存在しません。", None)

CARRIERS = {
    "1000": "その他",
    "1001": "ヤマト運輸",
    "1002": "佐川急便",
    "1003": "日本郵便",
    "1004": "西濃運輸",
    "1005": "セイノースーパーエクスプレス",
    "1006": "福山通運",
    "1007": "名鉄運輸",
    "1008": "トナミ運輸",
    "1009": "第一貨物",
    "1010": "新潟運輸",
    "1011": "中越運送",
    "1012": "岡山県貨物運送",
    "1013": "久留米運送",
    "1014": "山陽自動車運送",
    "1015": "NXトランスポート",
    "1016": "エコ配",
    "1017": "EMS",
    "1018": "DHL",
    "1019": "FedEx",
    "1020": "UPS",
    "1021": "日本通運",
    "1022": "TNT",
    "1023": "OCS",
    "1024": "USPS",
    "1025": "SFエクスプレス",
    "1026": "Aramex",
    "1027": "SGHグローバル・ジャパン",
    "1028": "Rakuten EXPRESS",
    "1029": "日本郵便 楽天倉庫出荷",
    "1030": "ヤマト運輸 クロネコゆうパケット",
    "1031": "名鉄NX運輸",
}
"""Delivery companies by code (§4.3)."""


CHANGE_WAITS = 400
"""The one state that takes no rows for now; after 500 they can be changed and added."""


class ReportedRow(NamedTuple):
    """One row of a request; `data_number` counts through all packages (§1.6)."""

    data_number: int
    basket_id: int
    detail_id: int | None
    delete: bool
    stated: dict[str, Any]


def update_order_shipping(call: OrderCall) -> OrderAnswer:
    """Report shipment rows of one order; one message per row.

    Wrong form and rows that cannot be refuse the call (HTTP 400), one message a row. An
    order that takes no rows is one message in an answer of 200, dataNumber null. No
    message of this function has an orderNumber.
    """
    number, rows, errors = read_rows(CODE, call.body, call.shop.shop_id)
    if errors:
        raise OrderRefusal(errors)
    messages = report(call.world, call.shop.handle, number, rows, call.now)
    for word in messages:
        del word["orderNumber"]
    if _refuses(messages):
        raise OrderRefusal(messages)
    return OrderAnswer({"MessageModelList": messages}, order_count=1)


def report(
    world: World, shop: str, number: str, rows: list[ReportedRow], now: datetime
) -> list[MessageModel]:
    """Apply an order's rows; return a message on each, or one on the order.

    With one row that cannot be none is applied; the messages are on those that cannot.
    Beyond the 20th row of a destination a row fails alone.
    """
    model = world.store.find(number, shop)
    word = world.faults.word(CODE, number)
    if refusal := _takes_no_rows(model, now) or _told(word):
        return [message(CODE, *refusal, orderNumber=number, dataNumber=None)]
    assert model is not None  # noqa: S101 - _takes_no_rows refuses a missing order
    faults = [(row, fault) for row in rows if (fault := _fault(model, row))]
    if faults:
        return [_row_message(number, row, *why, row.detail_id) for row, why in faults]
    changed = copy.deepcopy(model)
    messages = [_row_message(number, row, *_apply(world, changed, row)) for row in rows]
    if refused := [word for word in messages if _refuses([word])]:
        return refused
    if lacks_for_pay_later(changed):
        text = "後払い決済の注文は、配送会社、伝票番号、発送日がすべて必要です。"
        return [_row_message(number, row, "ERROR_113", text, None) for row in rows]
    world.store.replace(changed)
    if word == ID_UNKNOWN:
        text = "登録しましたが、shippingDetailIdを取得できませんでした。"
        return [_row_message(number, row, word, text, None) for row in rows]
    return messages


def _told(word: str | None) -> tuple[str, str] | None:
    told = word is not None and word != ID_UNKNOWN
    return (word or "", "発送完了報告を処理できませんでした。") if told else None


def _refuses(messages: list[MessageModel]) -> bool:
    return any(word["messageCode"].endswith(REFUSES_THE_CALL) for word in messages)


def _takes_no_rows(
    model: dict[str, Any] | None, now: datetime
) -> tuple[str, str] | None:
    """Return why an order takes no rows at all, or None."""
    if model is None:
        return "ERROR_105", "注文情報を取得できませんでした。"
    if model["orderProgress"] in CANCELLED:
        return "ERROR_102", "キャンセル済みの注文のため、発送完了報告できません。"
    if ordered_at(model) < now - OLDEST:
        return "ERROR_103", "注文から2年を過ぎています。"
    if model["orderProgress"] == CHANGE_WAITS:
        return "ERROR_111", "現在更新できません。しばらくしてから再度お試しください。"
    return None


def _fault(model: dict[str, Any], row: ReportedRow) -> tuple[str, str] | None:
    """Return why a row cannot be (§1.7), or None."""
    package = _package(model, row)
    if package is None:
        return "ERROR_110", "basketIdが注文に存在しません。"
    kept = [each["shippingDetailId"] for each in package["ShippingModelList"] or ()]
    if row.detail_id is not None and row.detail_id not in kept:
        return NO_SUCH_ROW[:2]
    if row.delete and row.detail_id == kept[0]:
        return "ERROR_108", "最初の発送情報は削除できません。"
    day = read_date(row.stated.get("shippingDate") or "")
    if day and not is_near(model, day):
        return "ERROR_107", "発送日は注文日から12か月未満の日付にしてください。"
    return None


def lacks_for_pay_later(model: dict[str, Any]) -> bool:
    """Return whether a pay-later order is shipped with an empty cell in a row."""
    method = (model["SettlementModel"] or {}).get("settlementMethodCode")
    if method != PAY_LATER or model["orderProgress"] not in SHIPPED:
        return False
    needed = ("deliveryCompany", "shippingNumber", "shippingDate")
    return any(not row[field] for row in rows_of(model) for field in needed)


def _package(model: dict[str, Any], row: ReportedRow) -> dict[str, Any] | None:
    packages: list[dict[str, Any]] = model["PackageModelList"]
    return next((p for p in packages if p["basketId"] == row.basket_id), None)


def read_rows(
    function: str, body: dict[str, Any], shop_id: str, *, named: bool = False
) -> tuple[str, list[ReportedRow], list[MessageModel]]:
    """Parse one order's rows; return its number, the rows, and an ERROR per mistake.

    `named` is for an order in the list of the bulk function, whose errors carry the
    order's number and the row's id, null where it has none.
    """
    number = body.get("orderNumber")
    about: dict[str, Any] = {}
    if named and isinstance(number, str):
        about["orderNumber"] = number
    fields = Fields(function, body, inside=named, **about)
    if text := fields.text("orderNumber", 382, required=True):
        fields.of_shop([text], shop_id)
    rows: list[ReportedRow] = []
    for basket in fields.models("BasketidModelList"):
        inner = Fields(function, basket, inside=True, **about)
        basket_id = inner.number("basketId", required=True)
        stated_rows = inner.models("ShippingModelList")
        if len(stated_rows) > MOST_ROWS:
            text = f"ShippingModelListは最大{MOST_ROWS}件です。（{basket_id}）"
            inner.add("ERROR_018", text)
        for stated in stated_rows:
            place = len(rows) + 1
            told = about | {"dataNumber": place}
            if named:
                told["shippingDetailId"] = as_number(stated.get("shippingDetailId"))
            row = Fields(function, stated, inside=True, **told)
            rows.append(_row(row, place, basket_id or 0))
            inner.errors += row.errors
        fields.errors += inner.errors
    return str(number), rows, fields.errors


def _row(row: Fields, place: int, basket_id: int) -> ReportedRow:
    stated = row.body
    detail_id = row.number("shippingDetailId", range(1, 10**12))
    delete = row.number("shippingDeleteFlag", (0, 1)) == 1
    about: dict[str, Any] = {"shippingDetailId": detail_id} if detail_id else {}
    for field, why in _malformed(stated):
        row.refuse(field, why, **about)
    if not row.errors and stated.get("deliveryCompany", "1000") not in CARRIERS:
        row.add("ERROR_109", "存在しない配送会社コードです。", **about)
    if delete and detail_id is None:
        row.given("shippingDetailId", required=True)
    if not delete and detail_id is None and "deliveryCompany" not in stated:
        row.given("deliveryCompany", required=True)
    return ReportedRow(place, basket_id, detail_id, delete, stated)


def _malformed(stated: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if stated.get("shippingDetailId") == "":
        yield "shippingDetailId", "数値"
    company = stated.get("deliveryCompany", "1000")
    if not isinstance(company, str) or not _COMPANY.fullmatch(company):
        yield "deliveryCompany", "配送会社コード"
    number = stated.get("shippingNumber") or ""
    if not isinstance(number, str) or len(number) > _LONGEST_NUMBER:
        yield "shippingNumber", f"{_LONGEST_NUMBER}文字以内"
    date = stated.get("shippingDate") or ""
    if not isinstance(date, str) or (date and read_date(date) is None):
        yield "shippingDate", "YYYY-MM-DD"


def _row_message(
    number: str, row: ReportedRow, kind: str, text: str, detail_id: int | None
) -> MessageModel:
    about = {"shippingDetailId": detail_id} if detail_id is not None else {}
    return message(
        CODE, kind, text, orderNumber=number, dataNumber=row.data_number, **about
    )


def _apply(
    world: World, model: dict[str, Any], row: ReportedRow
) -> tuple[str, str, int | None]:
    package = _package(model, row)
    assert package is not None  # noqa: S101 - _fault refuses one that is not there
    kept: list[dict[str, Any]] = package["ShippingModelList"] or []
    package["ShippingModelList"] = kept
    if row.detail_id is None:
        return _add(world, kept, row)
    there = next((r for r in kept if r["shippingDetailId"] == row.detail_id), None)
    if there is None:  # deleted by a row further up
        return NO_SUCH_ROW
    if row.delete:
        kept.remove(there)
        return "INFO_103", "発送情報を削除しました。", row.detail_id
    _fill(there, row.stated, world.settings.null_in_rows)
    return "INFO_102", "発送情報を更新しました。", row.detail_id


def _add(
    world: World, kept: list[dict[str, Any]], row: ReportedRow
) -> tuple[str, str, int | None]:
    if len(kept) >= MOST_ROWS:
        return "ERROR_101", f"発送情報は{MOST_ROWS}件までです。", None
    detail_id = 800_000_000 + world.store.take_numbers("shipping_detail")
    new = {
        "shippingDetailId": detail_id,
        "shippingNumber": None,
        "deliveryCompany": None,
        "deliveryCompanyName": None,
        "shippingDate": None,
    }
    _fill(new, row.stated, "keep")
    kept.append(new)
    return "INFO_101", "発送情報を登録しました。", detail_id


def _fill(row: dict[str, Any], stated: dict[str, Any], null: str) -> None:
    """Update a row: absent keeps, a value replaces, "" erases; null as `null` says."""
    if "deliveryCompany" in stated:
        row["deliveryCompany"] = stated["deliveryCompany"]
        row["deliveryCompanyName"] = CARRIERS[stated["deliveryCompany"]]
    for field in ("shippingNumber", "shippingDate"):
        if field in stated and not (stated[field] is None and null == "keep"):
            row[field] = stated[field] or None
