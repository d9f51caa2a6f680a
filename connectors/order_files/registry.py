"""Which layout a header is of: found by its signature, never by a guess at its rows."""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache

from connectors.csv_file.header import Header
from connectors.csv_file.refusal import CsvRefused, Position
from connectors.order_files import layouts
from connectors.order_files.layout import Layout, Signature

_LIKELY = 0.5
"""A header with this share of a layout's columns is a changed file of that layout."""


@cache
def all_layouts() -> tuple[Layout, ...]:
    """Every layout of every file under `layouts/`."""
    modules = (
        importlib.import_module(f"{layouts.__name__}.{found.name}")
        for found in sorted(
            pkgutil.iter_modules(layouts.__path__), key=lambda m: m.name
        )
    )
    return tuple(
        layout for module in modules for layout in getattr(module, "LAYOUTS", ())
    )


def layout_of(header: Header, mall: str) -> Layout:
    """Find the header's layout, or refuse it as unknown, another mall's or changed."""
    known = all_layouts()
    found = next((one for one in known if _fits(one.signature, header)), None)
    layout = found or _nearest(header, mall)
    if layout is None:
        title = " / ".join(
            dict.fromkeys(one.title for one in known if one.mall == mall)
        )
        where = next(one.where for one in known if one.mall == mall)
        raise CsvRefused(
            "unknown-header",
            f"1行目が {title} の見出しではありません({len(header.cells)} 列)。",
            advice=where,
            english=f"no layout has this header of {len(header.cells)} columns",
            position=Position(row=1),
        )
    if layout.mall != mall:
        wanted = next(one.title for one in known if one.mall == mall)
        raise CsvRefused(
            "other-mall",
            f"ファイルは {layout.title}({layout.mall})ですが、"
            f"モールは {mall}({wanted})が選ばれています。",
            advice="モールを選び直すか、ファイルを確かめてください。",
            english=f"the file is {layout.mall}'s, the mall picked is {mall}",
            position=Position(row=1),
        )
    _refuse_missing(layout, header)
    _refuse_doubled(layout, header)
    return layout


def stage_of(layout: Layout, header: Header) -> int | None:
    """How many of a staged layout's columns this file has; None if it has no stages."""
    reached = 0
    for stage in layout.stages:
        if any(map(header.has, stage.columns)):
            reached = stage.width
    return reached or None


def _fits(signature: Signature, header: Header) -> bool:
    starts = signature.starts
    return (
        signature.tab == header.tab
        and all(header.index(name) == at for at, name in enumerate(starts))
        and all(map(header.has, signature.has))
        and not any(map(header.has, signature.lacks))
        and (not signature.has_any or any(map(header.has, signature.has_any)))
    )


def _nearest(header: Header, mall: str) -> Layout | None:
    """A layout whose columns were reordered, or some taken out: by name it may do."""
    shares = [
        (_share(one, header), one.mall == mall, -at)
        for at, one in enumerate(all_layouts())
        if one.signature.tab == header.tab
    ]
    ours = [share for share in shares if share[1] and _has_key(-share[2], header)]
    best = max(ours, default=None) or max(shares, default=None)
    if best is None or (not ours and best[0] < _LIKELY):
        return None
    return all_layouts()[-best[2]]


def _share(layout: Layout, header: Header) -> float:
    needed = layout.needed_columns()
    return sum(map(header.has, needed)) / len(needed)


def _has_key(at: int, header: Header) -> bool:
    layout = all_layouts()[at]
    key = next(made for made in layout.cells if made.field == "order_number")
    return _share(layout, header) > 1 / len(layout.needed_columns()) and header.has(
        key.columns[0]
    )


def _refuse_missing(layout: Layout, header: Header) -> None:
    reached = stage_of(layout, header) or 0
    staged = [
        name
        for stage in layout.stages
        if stage.width <= max(reached, layout.stages[0].width)
        for name in stage.columns
    ]
    wanted = dict.fromkeys([*layout.needed_columns(), *staged])
    missing = [name for name in wanted if not header.has(name)]
    if missing:
        raise CsvRefused(
            "missing-columns",
            f"{layout.title} に必要な列がありません: {_listed(missing)}。",
            advice=f"{layout.where}列を変えたファイルは取り込めません。",
            english=f"{len(missing)} needed columns are missing",
            position=Position(row=1, column=missing[0]),
        )


def _refuse_doubled(layout: Layout, header: Header) -> None:
    allowed: dict[str, int] = {}
    for made in layout.cells:
        for name in made.columns:
            allowed[name] = max(allowed.get(name, 0), made.nth)
    doubled = [name for name, most in allowed.items() if header.times(name) > most]
    if doubled:
        raise CsvRefused(
            "doubled-columns",
            f"同じ名前の列が重なっています: {_listed(doubled)}。",
            advice=layout.where,
            english=f"{len(doubled)} columns occur more than once",
            position=Position(row=1, column=doubled[0]),
        )


def _listed(names: Iterable[str]) -> str:
    return "、".join(f"「{name}」" for name in names)
