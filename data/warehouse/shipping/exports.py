"""Tracking numbers for malls that take them by upload: which are due, which left."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

import polars as pl

from data.model.order import Mall
from data.model.shipping.tracking_file import (
    LeftOut,
    TrackedLine,
    TrackedNumber,
    TrackedPackage,
)
from data.warehouse.session import Connection
from data.warehouse.statements import SQL, show

_NUMBERS: Final = pl.Schema(
    {
        "order_number": pl.String(),
        "basket_id": pl.String(),
        "tracking_number": pl.String(),
        "carrier_code": pl.String(),
        "shipping_date": pl.Date(),
        "reason": pl.String(),
    }
)


class ToExport(NamedTuple):
    """Packages with a number that is due, and those whose order was cancelled."""

    packages: list[TrackedPackage]
    cancelled: list[TrackedPackage]


def packages_to_export(
    con: Connection, mall: Mall, shop_id: str, *, again_since: date | None
) -> ToExport:
    """Return the packages with a number that no file held yet.

    With `again_since` every number that left that day or later counts as new.
    """
    given: dict[str, object] = {"mall": mall.value, "shop_id": shop_id}
    since = {"since": again_since or date.max}
    rows = SQL.run(con, "list_tracking_to_export", given | since).fetchall()
    numbers = {"numbers": sorted({row[0] for row in rows})}
    lines: dict[tuple[str, str], list[TrackedLine]] = {}
    for order, basket, *line in SQL.run(
        con, "list_lines_to_export", given | numbers
    ).fetchall():
        lines.setdefault((order, basket), []).append(TrackedLine(*line))
    found = ToExport([], [])
    for head, group in groupby(rows, key=lambda row: row[:6]):
        package = _package(head, group, lines.get(head[:2], []))
        package = package if again_since is None else package.all_new()
        (found.cancelled if head[4] else found.packages).append(package)
    return found


def _package(
    head: Sequence[Any], rows: Any, lines: Sequence[TrackedLine]
) -> TrackedPackage:
    order_number, basket_id, mall_status, payment_method, _, ordered_on = head
    return TrackedPackage(
        order_number=order_number,
        basket_id=basket_id,
        mall_status=mall_status,
        payment_method=payment_method,
        ordered_on=ordered_on,
        numbers=tuple(TrackedNumber(*row[6:]) for row in rows),
        lines=tuple(lines),
    )


def record_exports(  # noqa: PLR0913 - what left, of whose, when and where to
    con: Connection,
    mall: Mall,
    shop_id: str,
    written: Sequence[tuple[TrackedPackage, TrackedNumber]],
    left_out: Sequence[LeftOut],
    *,
    exported_at: datetime,
    file_name: str,
) -> None:
    """Record what is in the file, and what could not be: neither is due again."""
    rows: list[tuple[object, ...]] = [
        (one.order_number, one.basket_id, *number[:3], None) for one, number in written
    ]
    rows += [
        (one.order_number, one.basket_id, *number[:3], reason)
        for one, number, reason in left_out
    ]
    if not rows:
        return
    show(con, "exported_numbers", pl.DataFrame(rows, schema=_NUMBERS, orient="row"))
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "exported_at": exported_at,
        "file_name": file_name,
    }
    SQL.run(con, "record_tracking_exports", given)
    con.unregister("exported_numbers")
