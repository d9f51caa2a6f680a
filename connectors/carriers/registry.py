"""The layout of a carrier's file: found by its header, or by its shape without one."""

from dataclasses import dataclass, replace
from functools import cache

from connectors.carriers import layouts
from connectors.carriers.layout import CarrierLayout, Column, is_day, plain_name
from connectors.csv_file import (
    CsvRefused,
    Header,
    Position,
    refuse_changed,
)
from connectors.layout_modules import modules_of
from data.model.shipping.shipment import Carrier
from data.model.shipping.tracking_number import SEVEN_DR, is_damaged, normalised


@cache
def all_layouts() -> tuple[CarrierLayout, ...]:
    """Return every layout of every module in `layouts/`, in the modules' order."""
    return tuple(one for module in modules_of(layouts) for one in module.LAYOUTS)


@dataclass(frozen=True)
class Laid:
    """A layout found in a file: where its columns stand, and under which header."""

    layout: CarrierLayout
    header: Header
    places: dict[Column, int]
    has_header: bool


def lay(header: Header, carrier: Carrier, key_column: str | None) -> Laid:
    """Return the file's layout, or refuse it as unknown, another carrier's or changed.

    `key_column` is where the shop has its orders' references printed, if not where the
    carrier means them to be, e.g. in 荷扱い１ (docs/order-files.md §10).
    """
    layout, header, has_header = _found(header, carrier)
    if layout.carrier is not carrier:
        raise CsvRefused(
            "other-carrier",
            f"選択した配送会社は {carrier} ですが、"
            f"ファイルは {layout.carrier}({layout.title})のものです。",
            advice="配送会社を選び直すか、ファイルを確認してください。",
            position=Position(row=1),
        )
    if key_column:
        layout = replace(layout, reference=Column((key_column,)))
    return Laid(layout, header, _places(layout, header), has_header)


def _found(header: Header, carrier: Carrier) -> tuple[CarrierLayout, Header, bool]:
    names = frozenset(map(plain_name, header.names))
    for layout in all_layouts():
        if all(_is_in(one, names) for one in layout.tells):
            return layout, header, True
    for layout in all_layouts():
        if (made := _as_headed(layout, header)) is not None:
            return layout, made, False
    ours = [one for one in all_layouts() if one.carrier is carrier]
    nearest = max(ours, key=lambda one: _share(one, names))
    if _share(nearest, names):
        return nearest, header, True
    raise CsvRefused(
        "unknown-header",
        f"1行目が {' / '.join(one.title for one in ours)} の見出しではありません"
        f"({len(header.cells)} 列)。",
        advice=ours[0].where,
        position=Position(row=1),
    )


def _share(layout: CarrierLayout, names: frozenset[str]) -> int:
    return sum(_is_in(one, names) for one in layout.columns if one.needed)


def _is_in(one: Column, names: frozenset[str]) -> bool:
    return any(plain_name(name) in names for name in one.names)


def _as_headed(layout: CarrierLayout, header: Header) -> Header | None:
    """Return the header that a file without one lacks, if its first row has the shape.

    Damaged numbers have the shape, too: the refusal is to call them damaged.
    """
    bare = layout.headerless
    if bare is None or not bare.fewest <= header.width <= len(bare.names):
        return None
    cells = [cell.decode() for cell in header.cells]
    number_at = bare.names.index(layout.number.name)
    date_at = bare.names.index(layout.date.name)
    if len(cells) <= max(number_at, date_at):
        return None
    number = normalised(cells[number_at])
    is_number = number.isdecimal() and len(number) <= SEVEN_DR
    if not (is_number or is_damaged(number)) or not is_day(cells[date_at]):
        return None
    return replace(
        header, cells=tuple(name.encode() for name in bare.names[: header.width])
    )


def _places(layout: CarrierLayout, header: Header) -> dict[Column, int]:
    names = [plain_name(name) for name in header.names]
    places: dict[Column, int] = {}
    missing, doubled = [], []
    for one in layout.columns:
        wanted = {plain_name(name) for name in one.names}
        found = [at for at, name in enumerate(names) if name in wanted]
        if len(found) > 1:
            doubled.append(one.name)
        if found:
            places[one] = found[0]
        elif one.needed:
            missing.append(one.name)
    refuse_changed(layout.title, layout.where, missing=missing, doubled=doubled)
    return places
