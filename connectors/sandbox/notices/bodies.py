"""The XML of a notice message, element by element (docs/rms/event-notification.md).

Names of elements and values, and their order, are the reference's (§2, §3).
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

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_VALUES = 10
"""A system notice has value1 … value10; unused ones are empty (§3)."""
_PER_SKU = 2
_TAKEN_OUT = str.maketrans("", "", '&"')

Values = dict[str, object]


def notice_time(moment: datetime) -> str:
    """Format a moment as `YYYY/MM/DD hh:mm:ss`, Japan time, as notices do (§2)."""
    return f"{moment.astimezone(JST):%Y/%m/%d %H:%M:%S}"


def hyphened_time(moment: datetime) -> str:
    """Format a moment as `YYYY-MM-DD hh:mm:ss`, as notices of changes do (§3)."""
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M:%S}"


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
    text: str = tostring(whole, encoding="unicode")
    return _DECLARATION + text.encode()


def order_info(model: dict[str, Any], shop: SandboxShop, seq_id: str) -> Element:
    """Build one orderInfoNotifyModel; no personal data is in it (§2)."""
    info = Element("orderInfoNotifyModel")
    _put(info, "orderNumber", model["orderNumber"])
    _put(info, "seqId", seq_id)
    _put(info, "orderDate", ordered_at(model))
    _put(info, "orderType", model["orderType"])
    for package in model["PackageModelList"]:
        for line in package["ItemModelList"]:
            info.append(_basket(line, shop))
    return info


def _basket(line: dict[str, Any], shop: SandboxShop) -> Element:
    basket = Element("basketModel")
    for name, value in (
        ("itemId", line["itemId"]),
        ("pageURL", f"/{shop.shop_url}/{line['manageNumber']}/"),
        ("inventoryType", line["inventoryType"]),
        ("units", line["units"]),
        ("orgItemNumber", line["itemNumber"]),
        ("itemNumber", line["itemNumber"]),
        ("selectedChoice", _without_marks(line["selectedChoice"])),
        ("h_choice_c_name", ""),
        ("v_choice_c_name", ""),
    ):
        _put(basket, name, value)
    for sku in line["SkuModelList"]:
        is_per_sku = line["inventoryType"] == _PER_SKU
        inner = SubElement(basket, "skuModel")
        _put(inner, "variantId", sku["variantId"])
        own, info = sku["merchantDefinedSkuId"], _without_marks(sku["skuInfo"])
        for name, value in (("merchantDefinedSkuId", own), ("skuInfo", info)):
            _put(inner, name, value if is_per_sku else "")
    return basket


def _without_marks(choices: str | None) -> str:
    """Take out the half-width signs that Rakuten takes out of choices (§2)."""
    return (choices or "").translate(_TAKEN_OUT)


def system_info(request_id: str, service: int, values: Values) -> Element:
    """Build one notifyInfoModel; the values become value1, value2 … in order (§3)."""
    info = Element("notifyInfoModel")
    _put(info, "requestId", request_id)
    _put(info, "serviceId", service)
    _put(info, "functionId", 1100)
    for n in range(_VALUES):
        name, value = [*values.items(), *[("", "")] * _VALUES][n]
        _put(info, f"value{n + 1}", value).set("name", name)
    return info


def _put(parent: Element, name: str, value: object) -> Element:
    child = SubElement(parent, name)
    child.text = "" if value is None else _NOT_XML.sub("", str(value))
    return child
