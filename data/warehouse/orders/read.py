"""Read orders back as the mall itself showed them."""

from collections.abc import Sequence
from typing import Any, Final

from data.model.order import Mall, Order, Person
from data.warehouse.orders.content import order_of
from data.warehouse.session import Connection
from data.warehouse.statements import SQL

_PERSON: Final = ("order_number", *Person.model_fields)


def stored_orders(
    con: Connection,
    shop_id: str,
    numbers: Sequence[str],
    *,
    mall: Mall = Mall.RAKUTEN,
    people: bool = False,
) -> dict[str, Order]:
    """Return the orders as the mall itself showed them; any other is left out.

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
        number: order_of(content, seen_at, named.get(number, []))
        for number, seen_at, content in rows
    }
