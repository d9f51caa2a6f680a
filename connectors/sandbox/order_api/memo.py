"""updateOrderMemo: memo, operator, delivery wishes (docs/rms/order-api.md §4.5)."""

import re
from datetime import date, datetime
from typing import Any

from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall, about_order
from connectors.sandbox.order_api.fields import Fields, has_machine_dependent
from connectors.sandbox.order_api.messages import OrderRefusal, message
from connectors.sandbox.order_api.progress import OLDEST, is_near, ordered_at
from connectors.sandbox.order_api.shipping import lacks_for_pay_later
from connectors.sandbox.order_api.sub_status import CANCELLED, mark, told

CODE = "UPDATE_ORDERMEMO"
_TEXTS = {"memo": 1000, "operator": 6, "mailPlugSentence": 1024}
_HOURS = range(7, 25)
_TERMS = {0, 1, 2, 9} | {start * 100 + end for start in _HOURS for end in _HOURS}
_WISHES = ("deliveryDate", "shippingTerm")
_LINK = re.compile(r"https?://([^/\s:]+)")
_OWN_SITES = ("rakuten.co.jp", "rakuten.ne.jp")


def update_order_memo(call: OrderCall) -> OrderAnswer:
    """Overwrite the named fields; an absent one is kept, null clears it.

    Machine-dependent characters and links to other sites are refused. Faults of the
    order come with HTTP 200, a delivery day that cannot be with 400.
    """
    fields = Fields(CODE, call.body)
    number = fields.text("orderNumber", 382, required=True)
    fields.of_shop([number or ""], call.shop.shop_id)
    changes = _read(fields)
    sub_status_id = fields.number("subStatusId")
    if not changes and "subStatusId" not in call.body:
        fields.add("ERROR_105", "変更する項目が指定されていません。")
    fields.settle()
    model = call.world.store.find(number or "", call.shop.handle)
    refusal = _refusal(model, call.now) or told(call, CODE, number)
    if not refusal and model is not None:
        _check_day(model, changes.get("deliveryDate"), number)
        if "subStatusId" in call.body and not mark(call, model, sub_status_id):
            refusal = "ERROR_104", "この注文に設定できないサブステータスです。"
    if refusal or model is None:
        return about_order(CODE, *(refusal or ("", "")), number)
    kind, text = "INFO_101", "受注情報を更新しました。"
    if _waits_for_address(model) and changes.keys() & set(_WISHES):
        kind, text = "WARNING_002", "お届け日時以外の受注情報を更新しました。"
        changes = {name: v for name, v in changes.items() if name not in _WISHES}
    if "deliveryClass" in changes:
        model["DeliveryModel"]["deliveryClass"] = changes.pop("deliveryClass")
    call.world.store.replace(model | changes)
    return about_order(CODE, kind, text, number)


def _refusal(model: dict[str, Any] | None, now: datetime) -> tuple[str, str] | None:
    if model is None:
        return "ERROR_101", "該当する注文がありません。"
    if model["orderProgress"] == CANCELLED:
        return "ERROR_102", "キャンセル済みの注文です。"
    if ordered_at(model) < now - OLDEST:
        return "ERROR_103", "注文から2年を過ぎています。"
    if lacks_for_pay_later(model):
        return "ERROR_108", "発送情報が不足しているため、変更できません。"
    return None


def _check_day(model: dict[str, Any], day: str | None, number: str | None) -> None:
    if day and not is_near(model, date.fromisoformat(day)):
        text = "お届け日は注文日から12か月未満の日付にしてください。"
        raise OrderRefusal([message(CODE, "ERROR_106", text, orderNumber=number)])


def _waits_for_address(model: dict[str, Any]) -> bool:
    """Return whether a social gift's receiver has not given an address yet (§3.15)."""
    gifts = (package["SocialGiftModel"] for package in model["PackageModelList"])
    return any(gift and not gift["inputFlag"] for gift in gifts)


def _read(fields: Fields) -> dict[str, Any]:
    day = fields.day("deliveryDate")
    term = fields.number("shippingTerm", _TERMS)
    if term and term > 9 and term // 100 > term % 100:
        fields.add("ERROR_109", "お届け時間帯の開始が終了より後です。")
    values: dict[str, Any] = {
        "deliveryClass": fields.number("deliveryClass", range(9)),
        "deliveryDate": day and day.isoformat(),
        "shippingTerm": term,
    }
    for field, longest in _TEXTS.items():
        values[field] = fields.text(field, longest)
        text = values[field] or ""
        if has_machine_dependent(text):
            fields.refuse(field, "機種依存文字は使えません", "ERROR_021")
        if any(not site.endswith(_OWN_SITES) for site in _LINK.findall(text)):
            fields.refuse(field, "外部サイトへのリンクは使えません", "ERROR_030")
    return {field: value for field, value in values.items() if field in fields.body}
