"""Which layout a file is of: found by its header, or by its shape if it has none."""

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from connectors.carriers import layouts
from connectors.carriers.layout import CarrierLayout, Column, is_day, plain_name
from connectors.csv_file.header import Header
from connectors.csv_file.refusal import CsvRefused, Position
from data.model.shipment import Carrier
from data.model.tracking_number import SEVEN_DR, is_damaged, normalised


@cache
def all_layouts() -> tuple[CarrierLayout, ...]:
    """Every layout of every file under `layouts/`."""
    modules = (
        importlib.import_module(f"{layouts.__name__}.{found.name}")
        for found in sorted(
            pkgutil.iter_modules(layouts.__path__), key=lambda one: one.name
        )
    )
    return tuple(layout for module in modules for layout in module.LAYOUTS)


@dataclass(frozen=True)
class Laid:
    """A layout laid on a file: where its columns stand, and under which header."""

    layout: CarrierLayout
    header: Header
    places: dict[Column, int]
    has_header: bool


def lay(header: Header, carrier: Carrier, key_column: str | None) -> Laid:
    """Find the file's layout, or refuse it as unknown, another carrier's or changed.

    `key_column` is where the shop has its orders' references printed, if not where the
    carrier means them to be (csv/formats.md §10, 荷扱い１).
    """
    layout, header, has_header = _found(header, carrier)
    if layout.carrier is not carrier:
        raise CsvRefused(
            "other-carrier",
            f"ファイルは {layout.title}({layout.carrier})ですが、"
            f"{carrier} が選ばれています。",
            advice="配送会社(carrier)を選び直すか、ファイルを確かめてください。",
            english=f"the file is {layout.carrier}'s, {carrier} was picked",
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
        english=f"no layout has this header of {len(header.cells)} columns",
        position=Position(row=1),
    )


def _share(layout: CarrierLayout, names: frozenset[str]) -> int:
    return sum(_is_in(one, names) for one in layout.columns if one.needed)


def _is_in(one: Column, names: frozenset[str]) -> bool:
    return any(plain_name(name) in names for name in one.names)


def _as_headed(layout: CarrierLayout, header: Header) -> Header | None:
    """The header a file without one would have, if its first row has the shape.

    Damaged numbers have the shape too: they are to be called damaged, not unknown.
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
    missing: list[str] = []
    for one in layout.columns:
        wanted = {plain_name(name) for name in one.names}
        found = [at for at, name in enumerate(names) if name in wanted]
        if len(found) > 1:
            raise CsvRefused(
                "doubled-columns",
                f"同じ意味の列が重なっています: 「{one.name}」。",
                advice=layout.where,
                english="a needed column occurs more than once",
                position=Position(row=1, column=one.name),
            )
        if found:
            places[one] = found[0]
        elif one.needed:
            missing.append(one.name)
    if missing:
        raise CsvRefused(
            "missing-columns",
            f"{layout.title} に必要な列がありません: {_listed(missing)}。",
            advice=layout.where,
            english=f"{len(missing)} needed columns are missing",
            position=Position(row=1, column=missing[0]),
        )
    return places


def _listed(names: Iterable[str]) -> str:
    return "、".join(f"「{name}」" for name in names)
