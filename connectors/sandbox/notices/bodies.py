"""The XML of a notice message, element by element (docs/rms/event-notification.md).

Names of elements and their order are the reference's (§2, §3). What the attribute
`name` of value1 … value10 holds is not documented; ours describes the value.
"""

import re
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from connectors.sandbox.clock import JST
from connectors.sandbox.shops import SandboxShop

ORDER = "orderNotifyModel"
SYSTEM = "notifyModel"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Values = dict[str, object]


def notice_time(moment: datetime) -> str:
    """Format a moment as `YYYY/MM/DD hh:mm:ss`, Japan time, as notices do (§2)."""
    return f"{moment.astimezone(JST):%Y/%m/%d %H:%M:%S}"


def ordered_at(model: dict[str, Any]) -> str:
    """Return an order's time in the form of notices."""
    return notice_time(datetime.fromisoformat(model["orderDatetime"]))


def message(root: str, shop: SandboxShop, infos: list[Element]) -> bytes:
    """Build the whole message: who it is for, then one or more notices (§1)."""
    whole = Element(root)
    auth = SubElement(whole, "authModel")
    _put(auth, "contractId", shop.contract_id)
    _put(auth, "shopUrl", shop.shop_url)
    _put(auth, "authKey", shop.notice_auth_key)
    whole.extend(infos)
    text: bytes = tostring(whole, encoding="UTF-8", xml_declaration=True)
    return text


def order_info(model: dict[str, Any], seq_id: str) -> Element:
    """Build one orderInfoNotifyModel; no personal data is in it (§2)."""
    info = Element("orderInfoNotifyModel")
    _put(info, "orderNumber", model["orderNumber"])
    _put(info, "seqId", seq_id)
    _put(info, "orderDate", ordered_at(model))
    _put(info, "orderType", model["orderType"])
    for package in model["PackageModelList"]:
        for line in package["ItemModelList"]:
            info.append(_basket(line))
    return info


def _basket(line: dict[str, Any]) -> Element:
    basket = Element("basketModel")
    sku_info = line["SkuModelList"][0]["skuInfo"] or ""
    horizontal, vertical, *_ = [
        *(each.partition(":")[2] for each in sku_info.splitlines()), "", "",
    ]  # fmt: skip
    for name, value in (
        ("itemId", line["itemId"]),
        ("pageURL", line["manageNumber"]),
        ("inventoryType", line["inventoryType"]),
        ("units", line["units"]),
        ("orgItemNumber", line["itemNumber"]),
        ("itemNumber", line["itemNumber"]),
        ("selectedChoice", line["selectedChoice"]),
        ("h_choice_c_name", horizontal),
        ("v_choice_c_name", vertical),
    ):
        _put(basket, name, value)
    return basket


def system_info(request_id: str, service: int, values: Values) -> Element:
    """Build one notifyInfoModel; the values become value1, value2 … in order (§3)."""
    info = Element("notifyInfoModel")
    _put(info, "requestId", request_id)
    _put(info, "serviceId", service)
    _put(info, "functionId", 1100)
    for n, (name, value) in enumerate(values.items(), start=1):
        _put(info, f"value{n}", value).set("name", name)
    return info


def _put(parent: Element, name: str, value: object) -> Element:
    child = SubElement(parent, name)
    child.text = "" if value is None else _NOT_XML.sub("", str(value))
    return child
