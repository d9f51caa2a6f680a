"""updateOrderShipping: rows added, changed, deleted (rms/order-api.md §4.2)."""

from typing import Any

from connectors.sandbox.gate.messages import Message, Refusal, message
from connectors.sandbox.order_api.calls import Answer, Call
from connectors.sandbox.order_api.carriers import CARRIERS
from connectors.sandbox.order_api.progress import BEFORE_SHIPPING, CANCELLED
from connectors.sandbox.order_api.shipping_rows import Row, read_rows
from connectors.sandbox.world import World

CODE = "UPDATE_ORDERSHIPPING"
MOST_ROWS = 20


def update_order_shipping(call: Call) -> Answer:
    """Report shipment rows of one order; one message per row.

    Wrong form, an unknown order, or an order in a state that takes no rows refuses
    the call (HTTP 400). Otherwise each row stands for itself in an answer of 200.
    """
    number, rows, faults = read_rows(CODE, call.body, named=False)
    if faults:
        raise Refusal(faults)
    is_open, messages = report(call.world, call.shop.handle, number, rows)
    if not is_open:
        raise Refusal(messages)
    return Answer({"MessageModelList": messages}, order_count=1)


def report(
    world: World, shop: str, number: str, rows: list[Row]
) -> tuple[bool, list[Message]]:
    """Apply an order's rows; say whether it takes rows and what became of each."""
    model = world.store.find(number, shop)
    if model is None:
        return False, _refuse_all(
            number, rows, "ERROR_101", "該当する注文がありません。"
        )
    if model["orderProgress"] in CANCELLED:
        text = "キャンセル済みの注文のため、発送完了報告できません。"
        return False, _refuse_all(number, rows, "ERROR_102", text)
    if model["orderProgress"] not in BEFORE_SHIPPING:
        text = "発送完了報告できないステータスです。"
        return False, _refuse_all(number, rows, "ERROR_101", text)
    messages = [_said(number, row, *_apply(world, model, row)) for row in rows]
    world.store.replace(model)
    return True, messages


def _refuse_all(number: str, rows: list[Row], kind: str, text: str) -> list[Message]:
    return [_said(number, row, kind, text, row.detail_id) for row in rows]


def _said(
    number: str, row: Row, kind: str, text: str, detail_id: int | None
) -> Message:
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
    """Absent keeps, a value replaces, "" erases; null as the settings say."""
    if "deliveryCompany" in stated:
        row["deliveryCompany"] = stated["deliveryCompany"]
        row["deliveryCompanyName"] = CARRIERS[stated["deliveryCompany"]]
    for field in ("shippingNumber", "shippingDate"):
        if field in stated and not (stated[field] is None and null == "keep"):
            row[field] = stated[field] or None
