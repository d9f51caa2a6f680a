"""searchOrder: order numbers by condition (rms/order-api.md §2)."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from connectors.sandbox.clock import wire
from connectors.sandbox.gate.messages import Message, message
from connectors.sandbox.order_api.calls import Answer, Call
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.search_filters import (
    Filter,
    column_filters,
    model_filters,
)

CODE = "SEARCH_ORDER"
CEILING = 15_000
MOST_PER_PAGE = 1000
WINDOW = timedelta(days=63)
OLDEST = timedelta(days=730)

_DATE_COLUMNS = {
    1: "ordered_at",
    2: "confirmed_at",
    3: "fixed_at",
    5: "completed_at",
    6: "paid_at",
}


def refused(messages: list[Message]) -> dict[str, Any]:
    """Refuse a search: the lists are null (§2.3)."""
    return {
        "MessageModelList": messages,
        "orderNumberList": None,
        "PaginationResponseModel": None,
    }


def search_order(call: Call) -> Answer:
    """Find the order numbers of one window, one page at a time.

    Both ends of the window count as inside (§2.4 leaves it open). Zero hits are
    INFO_102 with an empty list and nulls. Nothing past the 15,000th hit is given.
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
    return Answer(_body(shown, total, size, page), len(shown))


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
        fields.refuse("startDatetime", "過去730日以内")
    if start and end and not start <= end <= start + WINDOW:
        fields.refuse("endDatetime", "開始日時から63日以内")
    return (wire(start), wire(end)) if start and end else ("", "")


def _page(fields: Fields) -> tuple[int, int, bool]:
    """Read PaginationRequestModel; absent = page 1 of 30, newest first (§2.1)."""
    model = fields.given("PaginationRequestModel")
    if model is None:
        return 30, 1, False
    if not isinstance(model, dict):
        fields.refuse("PaginationRequestModel", "モデル")
        return 30, 1, False
    inner = Fields(fields.function, model)
    size = inner.number(
        "requestRecordsAmount", range(1, MOST_PER_PAGE + 1), required=True
    )
    page = inner.number("requestPage", range(1, 10**6), required=True)
    sorts = inner.models("SortModelList", required=False)
    direction = 2
    for sort in sorts:
        each = Fields(fields.function, sort)
        each.number("sortColumn", (1,), required=True)
        direction = each.number("sortDirection", (1, 2)) or 2
        inner.faults += each.faults
    fields.faults += inner.faults
    return size or 30, page or 1, direction == 1


def _dated(date_type: int, start: str, end: str) -> Filter:
    if date_type == 4:
        return Filter(
            "EXISTS (SELECT 1 FROM json_each(ship_dates) WHERE value BETWEEN ? AND ? )",
            (_first_day(start), end[:10]),
        )
    return Filter(f"{_DATE_COLUMNS[date_type]} BETWEEN ? AND ?", (start, end))


def _first_day(start: str) -> str:
    """Return the first whole day of a window; a shipping date means its midnight."""
    day = datetime.strptime(start, "%Y-%m-%dT%H:%M:%S%z")
    if (day.hour, day.minute, day.second) != (0, 0, 0):
        day += timedelta(days=1)
    return f"{day:%Y-%m-%d}"


def _found(
    call: Call, where: list[Filter], models: list[Any], *, old_first: bool
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
