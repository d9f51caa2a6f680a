"""The optional conditions of searchOrder (rms/order-api.md §2.1)."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson

from connectors.sandbox.gate.messages import absent
from connectors.sandbox.order_api.characters import has_machine_dependent
from connectors.sandbox.order_api.fields import Fields

PROGRESSES = (100, 200, 300, 400, 500, 600, 700, 800, 900)
_ORDER_TYPES = (1, 4, 5, 6)
_SETTLEMENTS = (1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 14, 16, 17, 21, 27)
_FLAGS = (0, 1)
_KEYWORD_LENGTHS = (1024, 127, 1000, 254, 254, 254, 40, 96, 400)
_SITES = {1: (0,), 2: (1, 2, 3, 5, 19), 3: (11, 12), 4: (21, 22, 29)}
_YES_FIELDS = ("asurakuFlag", "drugFlag", "oneDayOperationFlag")

Test = Callable[[dict[str, Any]], bool]


class Filter(NamedTuple):
    """A condition SQLite can test on a column."""

    clause: str
    values: tuple[Any, ...] = ()


def column_filters(fields: Fields) -> list[Filter]:
    """Read the conditions that have a column of their own."""
    progresses = fields.numbers("orderProgressList", PROGRESSES)
    types = fields.numbers("orderTypeList", _ORDER_TYPES)
    settlement = fields.number("settlementMethod", _SETTLEMENTS)
    delivery = fields.text("deliveryName", 192)
    if delivery and len(delivery.encode()) > 192:
        fields.refuse("deliveryName", "192バイト以内")
    filters = [
        *_one_of("progress", progresses),
        *_one_of("order_type", types),
        *_sub_status(fields, progresses),
    ]
    if settlement is not None:
        filters.append(Filter("settlement = ?", (settlement,)))
    if delivery:
        filters.append(Filter("delivery_name = ?", (delivery,)))
    if fields.number("shippingDateBlankFlag", _FLAGS):
        filters.append(Filter("ship_dates = '[]'"))
    if fields.number("shippingNumberBlankFlag", _FLAGS):
        filters.append(Filter("NOT has_number"))
    return filters


def _one_of(column: str, values: list[int]) -> list[Filter]:
    if not values:
        return []
    text = orjson.dumps(values).decode()
    clause = f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our names
    return [Filter(clause, (text,))]


def _sub_status(fields: Fields, progresses: list[int]) -> list[Filter]:
    """Read subStatusIdList: own IDs, or `[-1]`, which needs orderProgressList."""
    ids = fields.numbers("subStatusIdList")
    if -1 not in ids:
        return _one_of("sub_status", ids)
    if len(ids) > 1:
        fields.refuse("subStatusIdList", "-1は単独で指定")
    if not progresses:
        fields.faults.append(absent(fields.function, "orderProgressList"))
    return [Filter("sub_status IS NULL")]


def model_filters(fields: Fields) -> list[Test]:
    """Read the conditions that need the whole order."""
    tests = [*_keyword(fields), *_contact(fields)]
    site = fields.number("purchaseSiteType", range(5))
    if site:
        tests.append(lambda model: model["carrierCode"] in _SITES[site])
    tests += [_yes(name) for name in _YES_FIELDS if fields.number(name, _FLAGS)]
    if fields.number("couponUseFlag", _FLAGS):
        tests.append(lambda model: bool(model["CouponModelList"]))
    return tests


def _yes(field: str) -> Test:
    return lambda model: bool(model[field])


def _keyword(fields: Fields) -> Iterator[Test]:
    kind = fields.number("searchKeywordType", range(10)) or 0
    if not kind:
        return
    keyword = fields.text("searchKeyword", _KEYWORD_LENGTHS[kind - 1], required=True)
    if keyword is None:
        return
    if has_machine_dependent(keyword):
        fields.refuse("searchKeyword", "機種依存文字は使えません")
    wanted = keyword.strip()
    yield lambda model: any(wanted in text for text in _texts(model, kind))


def _texts(model: dict[str, Any], kind: int) -> Iterator[str]:
    if kind == 3:
        yield model["memo"] or ""
    elif kind in (4, 5):
        yield _name(model["OrdererModel"], "Kana" if kind == 5 else "")
    for package in model["PackageModelList"]:
        if kind == 6:
            yield _name(package["SenderModel"], "")
        for line in package["ItemModelList"]:
            if kind in (1, 2):
                yield line["itemName" if kind == 1 else "itemNumber"] or ""
            if kind >= 7:
                key = ("variantId", "merchantDefinedSkuId", "skuInfo")[kind - 7]
                yield from (sku[key] or "" for sku in line["SkuModelList"])


def _name(person: dict[str, Any], suffix: str) -> str:
    return f"{person['familyName' + suffix] or ''}{person['firstName' + suffix] or ''}"


def _contact(fields: Fields) -> Iterator[Test]:
    mail_type = fields.number("mailSendType", range(3))
    mail = fields.text("ordererMailAddress", 255)
    reserve = fields.text("reserveNumber", 382)
    phone_type = fields.number("phoneNumberType", (1, 2))
    phone = fields.text("phoneNumber", 36)
    if mail_type:
        yield lambda model: (model["emailCarrierCode"] == 0) == (mail_type == 1)
    if mail:
        yield lambda model: model["OrdererModel"]["emailAddress"] == mail
    if reserve:
        yield lambda model: model["reserveNumber"] == reserve
    if phone and not phone.isdecimal():
        fields.refuse("phoneNumber", "ハイフンなしの数字")
    if phone and phone_type == 2:
        yield lambda model: any(
            _phone(p["SenderModel"]) == phone for p in model["PackageModelList"]
        )
    elif phone:
        yield lambda model: _phone(model["OrdererModel"]) == phone


def _phone(person: dict[str, Any]) -> str:
    return "".join(person[f"phoneNumber{n}"] or "" for n in (1, 2, 3))
