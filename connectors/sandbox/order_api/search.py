"""searchOrder: order numbers by condition, a page at a time (docs/rms/order-api.md §2).

Conditions with a column of their own go to SQLite, the others are tested on the whole
order.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields, has_machine_dependent
from connectors.sandbox.order_api.messages import MessageModel, absent, message
from connectors.sandbox.order_api.progress import OLDEST

CODE = "SEARCH_ORDER"
CEILING = 15_000
MOST_PER_PAGE = 1000
WINDOW = timedelta(days=63)

_DATE_COLUMNS = {
    1: "ordered_at",
    2: "confirmed_at",
    3: "fixed_at",
    5: "completed_at",
    6: "paid_at",
}

PROGRESSES = (100, 200, 300, 400, 500, 600, 700, 800, 900)
_ORDER_TYPES = (1, 4, 5, 6)
_SETTLEMENTS = (1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 14, 16, 17, 21, 27)
_FLAGS = (0, 1)
_KEYWORD_LENGTHS = (1024, 127, 1000, 254, 254, 254, 40, 96, 400)
_SITES = {1: (0,), 2: (1, 2, 3, 5, 19), 3: (11, 12), 4: (21, 22, 29)}
_YES_FIELDS = ("asurakuFlag", "drugFlag", "oneDayOperationFlag")

OrderTest = Callable[[dict[str, Any]], bool]


class Filter(NamedTuple):
    """A condition that SQLite can test on a column."""

    clause: str
    values: tuple[Any, ...] = ()


def refused(messages: list[MessageModel]) -> dict[str, Any]:
    """Return the body of a refused search; the lists are null (§2.3)."""
    return {
        "MessageModelList": messages,
        "orderNumberList": None,
        "PaginationResponseModel": None,
    }


def search_order(call: OrderCall) -> OrderAnswer:
    """Return one page of the order numbers of one window.

    Both ends of the window count as inside (§2.4 leaves it open). Zero hits are
    INFO_102 with an empty list and nulls. Nothing past the 15,000th hit is listed.
    """
    fields = Fields(CODE, call.body)
    date_type = fields.number("dateType", range(1, 7), required=True)
    start, end = _window(fields, call.now)
    columns = column_filters(fields)
    models = model_filters(fields)
    size, page, old_first = _page(fields)
    fields.settle()

    where = [_dated(date_type or 0, start, end), *columns]
    numbers = _found(call, where, models, old_first=old_first)
    hits = numbers[:CEILING]
    shown = hits[(page - 1) * size : page * size]
    total = len(hits) if call.world.settings.search_total_capped else len(numbers)
    return OrderAnswer(_body(shown, total, size, page), len(shown))


def _body(shown: list[str], total: int, size: int, page: int) -> dict[str, Any]:
    if total == 0:
        found = message(CODE, "INFO_102", "注文検索に成功しました。（検索結果0件）")
        pages: dict[str, int | None] = dict.fromkeys(
            ("totalRecordsAmount", "totalPages", "requestPage")
        )
    else:
        found = message(CODE, "INFO_101", "注文検索に成功しました。")
        pages = {
            "totalRecordsAmount": total,
            "totalPages": -(-total // size),
            "requestPage": page,
        }
    return {
        "MessageModelList": [found],
        "orderNumberList": shown,
        "PaginationResponseModel": pages,
    }


def _window(fields: Fields, now: datetime) -> tuple[str, str]:
    start = fields.moment("startDatetime")
    end = fields.moment("endDatetime")
    if start and start < now - OLDEST:
        _refuse(fields, "ERROR_101", "検索できるのは過去730日以内の注文です。")
    if start and end and end < start:
        _refuse(fields, "ERROR_102", "検索できない期間です。")
    if start and end and end > start + WINDOW:
        _refuse(fields, "ERROR_103", "検索できる期間は63日以内です。")
    return (wire(start), wire(end)) if start and end else ("", "")


def _refuse(fields: Fields, kind: str, text: str) -> None:
    fields.errors.append(message(fields.function, kind, text))


def _page(fields: Fields) -> tuple[int, int, bool]:
    """Parse PaginationRequestModel; absent = page 1 of 30, newest first (§2.1)."""
    model = fields.given("PaginationRequestModel")
    if model is None:
        return 30, 1, False
    if not isinstance(model, dict):
        fields.refuse("PaginationRequestModel", "モデル")
        return 30, 1, False
    inner = Fields(fields.function, model)
    size = inner.number("requestRecordsAmount", range(1, 10**6), required=True)
    if size and size > MOST_PER_PAGE:
        inner.refuse("requestRecordsAmount", f"最大{MOST_PER_PAGE}", "ERROR_032")
    page = inner.number("requestPage", range(1, 10**6), required=True)
    sorts = inner.models("SortModelList", required=False)
    direction = 2
    for sort in sorts:
        each = Fields(fields.function, sort)
        each.number("sortColumn", (1,), required=True)
        direction = each.number("sortDirection", (1, 2)) or 2
        inner.errors += each.errors
    fields.errors += inner.errors
    return size or 30, page or 1, direction == 1


def _dated(date_type: int, start: str, end: str) -> Filter:
    if date_type == 4:
        return Filter(
            "EXISTS (SELECT 1 FROM json_each(ship_dates) WHERE value BETWEEN ? AND ? )",
            (_first_day(start), end[:10]),
        )
    return Filter(f"{_DATE_COLUMNS[date_type]} BETWEEN ? AND ?", (start, end))


def _first_day(start: str) -> str:
    """Return the first whole day of a window; a shipping date stands for midnight."""
    day = datetime.strptime(start, "%Y-%m-%dT%H:%M:%S%z")
    if (day.hour, day.minute, day.second) != (0, 0, 0):
        day += timedelta(days=1)
    return f"{day:%Y-%m-%d}"


def _found(
    call: OrderCall, where: list[Filter], models: list[Any], *, old_first: bool
) -> list[str]:
    clauses = " AND ".join(f"({f.clause})" for f in where)
    direction = "ASC" if old_first else "DESC"
    rows = call.world.store.connection.execute(
        f"SELECT order_number{', model' if models else ''} FROM orders"  # noqa: S608
        f" WHERE shop = ? AND {clauses}"
        f" ORDER BY ordered_at {direction}, order_number {direction}",
        (call.shop.handle, *(value for f in where for value in f.values)),
    )
    if not models:
        return [number for (number,) in rows]
    return [number for number, text in rows if _fits(orjson.loads(text), models)]


def _fits(model: dict[str, Any], tests: list[Any]) -> bool:
    return all(test(model) for test in tests)


def column_filters(fields: Fields) -> list[Filter]:
    """Parse the conditions that have a column of their own (§2.1)."""
    progresses = fields.numbers("orderProgressList")
    if not set(progresses) <= set(PROGRESSES):
        _refuse(fields, "ERROR_100", "検索できないステータスです。")
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
    """Parse subStatusIdList: own IDs, or `[-1]`, which needs orderProgressList."""
    ids = fields.numbers("subStatusIdList")
    if -1 not in ids:
        return _one_of("sub_status", ids)
    if len(ids) > 1:
        fields.refuse("subStatusIdList", "-1は単独で指定")
    if not progresses:
        fields.errors.append(absent(fields.function, "orderProgressList"))
    return [Filter("sub_status IS NULL")]


def model_filters(fields: Fields) -> list[OrderTest]:
    """Parse the conditions that need the whole order (§2.1)."""
    tests = [*_keyword(fields), *_contact(fields)]
    site = fields.number("purchaseSiteType", range(5))
    if site:
        tests.append(lambda model: model["carrierCode"] in _SITES[site])
    tests += [_yes(name) for name in _YES_FIELDS if fields.number(name, _FLAGS)]
    if fields.number("couponUseFlag", _FLAGS):
        tests.append(lambda model: bool(model["CouponModelList"]))
    return tests


def _yes(field: str) -> OrderTest:
    return lambda model: bool(model[field])


def _keyword(fields: Fields) -> Iterator[OrderTest]:
    kind = fields.number("searchKeywordType", range(10)) or 0
    if not kind:
        return
    keyword = fields.text("searchKeyword", _KEYWORD_LENGTHS[kind - 1], required=True)
    if keyword is None:
        return
    if has_machine_dependent(keyword):
        _refuse(fields, "ERROR_021", "searchKeywordに機種依存文字は使えません。")
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


def _contact(fields: Fields) -> Iterator[OrderTest]:
    mail_type = fields.number("mailSendType", range(3))
    mail = fields.text("ordererMailAddress", 256)
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
