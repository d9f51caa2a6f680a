"""getOrder: full orders by number, versions 3–10 (docs/rms/order-api.md §3)."""

from typing import Any

import orjson

from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import MessageModel, message
from connectors.sandbox.order_api.progress import OLDEST

CODE = "GET_ORDER"
NEWEST = 10
FAILED, UNMASKED = "ERROR_101", "WARNING_101"
"""Words about one order: not read, and read with a dummy as mail address (§1.7)."""
DUMMY = "xxx@xxx.xxx"
# The version that first had a field (§3.1).
_ORDER_SINCE = {
    "receiptIssueCount": 5,
    "receiptIssueHistoryList": 5,
    "DueDateModelList": 5,
    "cautionDisplayDetailType": 6,
    "deliveryCertPrgFlag": 8,
    "oneDayOperationFlag": 8,
    "socialGiftFlag": 10,
}
_PACKAGE_SINCE = {
    "defaultDeliveryCompanyCode": 4,
    "dropOffFlag": 9,
    "dropOffLocation": 9,
    "SocialGiftModel": 10,
}
_LINE_SINCE = {"isSingleItemShipping": 4, "SkuModelList": 7}


def refused(messages: list[MessageModel]) -> dict[str, Any]:
    """Return the body of a refused request; the list is null (§1.3)."""
    return {"MessageModelList": messages, "OrderModelList": None}


def get_order(call: OrderCall) -> OrderAnswer:
    """Return up to 100 orders, not in the order asked (§3.2).

    A number that is unknown or older than 730 days is one INFO_102 in an answer of HTTP
    200; the rest is delivered. One of another shop refuses the whole call (ERROR_016).
    """
    fields = Fields(CODE, call.body)
    numbers = fields.order_numbers()
    fields.of_shop(numbers, call.shop.shop_id)
    version = fields.number("version", range(3, NEWEST + 1), required=True)
    fields.settle()

    texts = call.world.store.shown(call.shop.handle, numbers, call.now - OLDEST)
    words = {n: call.world.faults.word(CODE, n) for n in texts}
    found = [n for n in reversed(numbers) if n in texts and words[n] != FAILED]
    messages = [_unread(n) for n in numbers if n not in texts]
    messages += [_failed(n) for n, word in words.items() if word == FAILED]
    if unmasked := [n for n, word in words.items() if word == UNMASKED]:
        text = f"マスキングに失敗しました。（{len(unmasked)}件 {', '.join(unmasked)}）"
        messages.append(message(CODE, UNMASKED, text))
        texts |= {number: _with_dummy(texts[number]) for number in unmasked}
    if found:
        text = f"受注情報取得に成功しました。（{len(found)}件）"
        messages.insert(0, message(CODE, "INFO_101", text))
    shown = version or NEWEST
    body: dict[str, Any] = {
        "MessageModelList": messages,
        "OrderModelList": [in_version(texts[n], shown) for n in found],
    }
    if shown >= 6:
        body["version"] = shown
    return OrderAnswer(body, len(found))


def _unread(number: str) -> MessageModel:
    text = "受注情報を取得できませんでした。"
    return message(CODE, "INFO_102", text, orderNumber=number)


def _failed(number: str) -> MessageModel:
    text = "受注情報の取得に失敗しました。"
    return message(CODE, FAILED, text, orderNumber=number)


def _with_dummy(text: str) -> str:
    """Put the dummy in the place of every address that RMS masks (§3.4, §3.15)."""
    model = orjson.loads(text)
    model["OrdererModel"]["emailAddress"] = DUMMY
    for package in model["PackageModelList"]:
        gift = package["SocialGiftModel"]
        if gift and gift["receiverEmailAddress"]:
            gift["receiverEmailAddress"] = DUMMY
    return orjson.dumps(model).decode()


def in_version(text: str, version: int) -> Any:
    """Reduce a stored version 10 order to what `version` shows (§3.1).

    The newest version is passed on as text, unparsed.
    """
    if version == NEWEST:
        return orjson.Fragment(text)
    model = orjson.loads(text)
    _drop(model, _ORDER_SINCE, version)
    if version < 8:
        model["goodsTax"] = 0
        model["isTaxRecalc"] = 0
    for package in model["PackageModelList"]:
        _drop(package, _PACKAGE_SINCE, version)
        if version < 8:
            package["goodsTax"] = 0
        for line in package["ItemModelList"]:
            _drop(line, _LINE_SINCE, version)
    return model


def _drop(model: dict[str, Any], since: dict[str, int], version: int) -> None:
    for field, first in since.items():
        if version < first:
            model.pop(field, None)
