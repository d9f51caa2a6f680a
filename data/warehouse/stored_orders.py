"""Orders read back from the warehouse, as the mall showed them last."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from data.model.order import Mall, Order
from data.model.order_parts import (
    Change,
    Coupon,
    Line,
    Package,
    Person,
    ShippingRow,
    TaxSummary,
)
from data.warehouse.session import Connection
from data.warehouse.statements import SQL

_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "packages": Package,
    "shipping_rows": ShippingRow,
    "lines": Line,
    "coupons": Coupon,
    "tax_summaries": TaxSummary,
    "changes": Change,
}
_PERSON: Final = ("order_number", *Person.model_fields)


def stored_orders(
    con: Connection,
    shop_id: str,
    numbers: Sequence[str],
    *,
    mall: Mall = Mall.RAKUTEN,
    people: bool = False,
) -> dict[str, Order]:
    """Give the orders by number, as the mall itself showed them; others are left out.

    `observed_at` is when the latest request that saw this content was sent. Without
    `people` nobody is in them: only a label needs a name.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "numbers": list(numbers)}
    named: dict[str, list[dict[str, Any]]] = {}
    if people:
        for row in SQL.run(con, "list_stored_people", given).fetchall():
            person = dict(zip(_PERSON, row, strict=True))
            named.setdefault(person.pop("order_number"), []).append(person)
    rows = SQL.run(con, "list_stored_contents", given).fetchall()
    return {
        number: _order(content, seen_at, named.get(number, []))
        for number, seen_at, content in rows
    }


def _order(content: str, seen_at: datetime, people: list[dict[str, Any]]) -> Order:
    values = _whole(Order, json.loads(content))
    values |= {"observed_at": seen_at.isoformat(), "people": people}
    # Through JSON, because only there a strict model takes a date written as text.
    return Order.model_validate_json(json.dumps(values))


def _whole(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """Put back what was left out because it was absent."""
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
