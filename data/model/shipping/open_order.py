"""What keeps a reported order at 発送待ち: rows with gaps, and doubled ones."""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from data.model.order import Package, ShippingRow
from data.model.shipping.plan import number_in
from data.model.shipping.shipment import NO_NUMBER


class OpenRow(NamedTuple):
    """What keeps an order at 300: a row with empty cells, or a package without a row.

    `missing` lists the empty cells by their Japanese names; `shipping_detail_id` is
    None where the package has no row.
    """

    basket_id: str
    shipping_detail_id: str | None
    missing: tuple[str, ...]


_CELLS: Final = {
    "carrier_code": "配送会社",
    "tracking_number": "お荷物伝票番号",
    "shipping_date": "発送日",
}


def open_rows(
    packages: Iterable[Package], unnumbered: Collection[str] = ()
) -> tuple[OpenRow, ...]:
    """List what the report still lacks before RMS's night job closes the order.

    `unnumbered` are the ids of rows whose parcel has no number: none is missing there.
    """
    found: list[OpenRow] = []
    for package in packages:
        if not package.shipping_rows:
            found.append(OpenRow(package.basket_id, None, tuple(_CELLS.values())))
        found += [
            OpenRow(package.basket_id, row.shipping_detail_id, missing)
            for row in package.shipping_rows
            if (missing := _missing(row, unnumbered))
        ]
    return tuple(found)


def _missing(row: ShippingRow, unnumbered: Collection[str]) -> tuple[str, ...]:
    return tuple(
        name
        for field, name in _CELLS.items()
        if not getattr(row, field)
        and not (field == "tracking_number" and row.shipping_detail_id in unnumbered)
    )


class DoubledRow(NamedTuple):
    """One tracking number in several rows of a package; a person must delete some."""

    basket_id: str
    tracking_number: str
    shipping_detail_ids: tuple[str, ...]


def doubled_rows(packages: Iterable[Package]) -> tuple[DoubledRow, ...]:
    """List the numbers that stand more than once in a package."""
    found: list[DoubledRow] = []
    for package in packages:
        ids: dict[str, list[str]] = {}
        for row in package.shipping_rows:
            if (number := number_in(row)) != NO_NUMBER:
                ids.setdefault(number, []).append(row.shipping_detail_id)
        found += [
            DoubledRow(package.basket_id, number, tuple(rows))
            for number, rows in ids.items()
            if len(rows) > 1
        ]
    return tuple(found)
