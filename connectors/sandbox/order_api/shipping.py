"""updateOrderShipping: rows added, changed, deleted (docs/rms/order-api.md §4.2).

`read_rows` and `report` also serve the asynchronous function.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from connectors.sandbox.clock import read_date
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import MessageModel, OrderRefusal, message
from connectors.sandbox.order_api.progress import CANCELLED
from connectors.sandbox.world import World

CODE = "UPDATE_ORDERSHIPPING"
MOST_ROWS = 20
_LONGEST_NUMBER = 120

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


class Row(NamedTuple):
    """One row of a request; `data_number` counts through all packages (§1.6)."""

    data_number: int
    basket_id: int
    detail_id: int | None
    delete: bool
    stated: dict[str, Any]


def update_order_shipping(call: OrderCall) -> OrderAnswer:
    """Report shipment rows of one order; one message per row.

    Wrong form, an unknown order, or an order in a state that takes no rows refuses the
    call (HTTP 400). Otherwise each row is judged by itself in an answer of 200.
    """
    number, rows, errors = read_rows(CODE, call.body, named=False)
    if errors:
        raise OrderRefusal(errors)
    is_open, messages = report(call.world, call.shop.handle, number, rows)
    if not is_open:
        raise OrderRefusal(messages)
    return OrderAnswer({"MessageModelList": messages}, order_count=1)


def report(
    world: World, shop: str, number: str, rows: list[Row]
) -> tuple[bool, list[MessageModel]]:
    """Apply an order's rows; return whether it takes rows, and a message on each."""
    model = world.store.find(number, shop)
    if model is None:
        return False, _refuse_all(
            number, rows, "ERROR_101", "該当する注文がありません。"
        )
    if model["orderProgress"] in CANCELLED:
        text = "キャンセル済みの注文のため、発送完了報告できません。"
        return False, _refuse_all(number, rows, "ERROR_102", text)
    if model["orderProgress"] == CHANGE_WAITS:
        text = "現在更新できません。しばらくしてから再度お試しください。"
        return False, _refuse_all(number, rows, "ERROR_111", text)
    messages = [_row_message(number, row, *_apply(world, model, row)) for row in rows]
    world.store.replace(model)
    return True, messages


def read_rows(
    function: str, body: dict[str, Any], *, named: bool
) -> tuple[str, list[Row], list[MessageModel]]:
    """Parse one order's rows; return its number, the rows, and an ERROR per mistake.

    With `named` the errors carry the order's number, as the bulk function's do.
    """
    number = body.get("orderNumber")
    about = {"orderNumber": number} if named and isinstance(number, str) else {}
    fields = Fields(function, body, **about)
    fields.text("orderNumber", 382, required=True)
    rows: list[Row] = []
    for basket in fields.models("BasketidModelList"):
        inner = Fields(function, basket, **about)
        basket_id = inner.number("basketId", required=True)
        for stated in inner.models("ShippingModelList"):
            place = len(rows) + 1
            row = Fields(function, stated, **about, dataNumber=place)
            rows.append(_row(row, place, basket_id or 0))
            inner.errors += row.errors
        fields.errors += inner.errors
    return str(number), rows, fields.errors


def _row(row: Fields, place: int, basket_id: int) -> Row:
    stated = row.body
    detail_id = row.number("shippingDetailId", range(1, 10**12))
    delete = row.number("shippingDeleteFlag", (0, 1)) == 1
    about = {"shippingDetailId": detail_id} if detail_id else {}
    for field, why in _malformed(stated):
        row.refuse(field, why, **about)
    if delete and detail_id is None:
        row.given("shippingDetailId", required=True)
    if not delete and detail_id is None and "deliveryCompany" not in stated:
        row.given("deliveryCompany", required=True)
    return Row(place, basket_id, detail_id, delete, stated)


def _malformed(stated: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if stated.get("shippingDetailId") == "":
        yield "shippingDetailId", "数値"
    company = stated.get("deliveryCompany", "1000")
    if not isinstance(company, str) or company not in CARRIERS:
        yield "deliveryCompany", "配送会社コード"
    number = stated.get("shippingNumber") or ""
    if not isinstance(number, str) or len(number) > _LONGEST_NUMBER:
        yield "shippingNumber", f"{_LONGEST_NUMBER}文字以内"
    date = stated.get("shippingDate") or ""
    if not isinstance(date, str) or (date and read_date(date) is None):
        yield "shippingDate", "YYYY-MM-DD"


def _refuse_all(
    number: str, rows: list[Row], kind: str, text: str
) -> list[MessageModel]:
    return [_row_message(number, row, kind, text, row.detail_id) for row in rows]


def _row_message(
    number: str, row: Row, kind: str, text: str, detail_id: int | None
) -> MessageModel:
    about = {"shippingDetailId": detail_id} if detail_id is not None else {}
    return message(
        CODE, kind, text, orderNumber=number, dataNumber=row.data_number, **about
    )


def _apply(
    world: World, model: dict[str, Any], row: Row
) -> tuple[str, str, int | None]:
    package = next(
        (p for p in model["PackageModelList"] if p["basketId"] == row.basket_id), None
    )
    if package is None:
        return "ERROR_101", "basketIdが注文に存在しません。", row.detail_id
    kept: list[dict[str, Any]] = package["ShippingModelList"] or []
    package["ShippingModelList"] = kept
    if row.detail_id is None:
        return _add(world, kept, row)
    there = next((r for r in kept if r["shippingDetailId"] == row.detail_id), None)
    if there is None:
        return "ERROR_101", "shippingDetailIdが存在しません。", row.detail_id
    if row.delete:
        kept.remove(there)
        return "INFO_103", "発送情報を削除しました。", row.detail_id
    _fill(there, row.stated, world.settings.null_in_rows)
    return "INFO_102", "発送情報を更新しました。", row.detail_id


def _add(
    world: World, kept: list[dict[str, Any]], row: Row
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
