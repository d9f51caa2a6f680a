"""An order's content: kept as JSON, known by its hash, opened as columns, read back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from duckdb import DuckDBPyConnection
from pydantic import BaseModel, TypeAdapter

from data.model.order import (
    Change,
    Coupon,
    Line,
    Order,
    Package,
    Person,
    ShippingRow,
    TaxSummary,
    Wrapping,
)
from data.warehouse.people_key import keyed
from data.warehouse.statements import SQL

_PEOPLE: Final = TypeAdapter(tuple[Person, ...])
_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "packages": Package,
    "shipping_rows": ShippingRow,
    "lines": Line,
    "coupons": Coupon,
    "tax_summaries": TaxSummary,
    "wrappings": Wrapping,
    "changes": Change,
}


def content_of(order: Order, key: str) -> tuple[str, str, str]:
    """Return an order's content, its people, and the keyed hash of both.

    Absent values are left out, so that a field this juchu does not know yet will not
    make every order look changed. When and by what answer it was read is not content.
    """
    content = order.model_dump_json(
        exclude={"observed_at", "answer_hash", "answer", "people"}, exclude_none=True
    )
    named = _PEOPLE.dump_json(order.people, exclude_none=True).decode()
    people = f'{{"people":{named}}}'
    return content, people, keyed(key, f"{content}\n{people}")


def open_contents(con: DuckDBPyConnection) -> None:
    """Stage in `written` the contents that will be written, a column for each value."""
    SQL.run(con, "open_contents")


def order_of(content: str, seen_at: datetime, people: list[dict[str, Any]]) -> Order:
    """Return the order that a content was made from, with these people in it."""
    values = _whole(Order, json.loads(content))
    values |= {"observed_at": seen_at.isoformat(), "people": people}
    # Through JSON, because only there a strict model takes a date written as text.
    return Order.model_validate_json(json.dumps(values))


def _whole(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON with the keys that were left out because they were absent."""
    missing = {
        name: None
        for name, field in model.model_fields.items()
        if field.is_required() and name not in values
    }
    parts = {
        name: [_whole(part, each) for each in values[name]]
        for name, part in _PARTS.items()
        if name in values
    }
    return values | missing | parts
