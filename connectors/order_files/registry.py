"""Find the layout of a header by its signature, never by a guess at its rows.

Layouts are found, not listed: a fourteenth mall is a new module in `layouts/`.
"""

from functools import cache

from connectors.csv_file import (
    CsvRefused,
    Header,
    Position,
    refuse_changed,
    unknown_names,
)
from connectors.layout_modules import modules_of
from connectors.order_files import layouts
from connectors.order_files.layout import Layout, Signature

_LIKELY = 0.5
"""A header with this share of a layout's columns is a changed file of that layout."""


@cache
def all_layouts() -> tuple[Layout, ...]:
    """Return every layout of every module in `layouts/`, in the modules' order."""
    modules = modules_of(layouts)
    return tuple(one for module in modules for one in getattr(module, "LAYOUTS", ()))


def layouts_of(mall: str) -> tuple[Layout, ...]:
    """Return the layouts of this mall; none if we know no such mall."""
    return tuple(one for one in all_layouts() if one.mall == mall)


def layout_of(header: Header, mall: str) -> Layout:
    """Return the header's layout; refuse an unknown, other mall's or changed one."""
    layout = fitting_layout(header) or _nearest(header, mall)
    wanted = layouts_of(mall)
    if layout is None:
        titles = " / ".join(dict.fromkeys(one.title for one in wanted))
        raise CsvRefused(
            "unknown-header",
            f"1行目が {titles} の見出しではありません({len(header.cells)} 列)。",
            advice=wanted[0].where,
            position=Position(row=1),
        )
    refuse_other_mall(layout, mall)
    missing, doubled = _missing(layout, header), _doubled(layout, header)
    advice = f"{layout.where}列を変更したファイルは取り込めません。"
    refuse_changed(
        layout.title,
        advice if missing else layout.where,
        missing=missing,
        doubled=doubled,
        unknown=_unknown(layout, header),
    )
    return layout


def fitting_layout(header: Header) -> Layout | None:
    """Return the layout whose signature the header has, of whatever mall, or None."""
    fitting = (one for one in all_layouts() if _fits(one.signature, header))
    return next(fitting, None)


def refuse_other_mall(layout: Layout | None, mall: str) -> None:
    """Refuse a file of another mall than was picked, and name what it is.

    Raises:
        CsvRefused: the layout is known, and another mall's.

    """
    if layout is None or layout.mall == mall:
        return
    raise CsvRefused(
        "other-mall",
        f"選択したモールは {mall}({layouts_of(mall)[0].title})ですが、"
        f"ファイルは {layout.mall}({layout.title})のものです。",
        advice="モールを選び直すか、ファイルを確認してください。",
        position=Position(row=1),
    )


def grown_width(layout: Layout, header: Header) -> int | None:
    """Return the width that additions give this file; None if the layout has none."""
    reached = 0
    for added in layout.additions:
        if any(map(header.has, added.columns)):
            reached = added.width
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
    """Return the layout of which most columns are there, in whatever order.

    The mall's own comes first, if its order numbers are there: then a reordered file
    is read by name, and one with columns taken out is refused with all of them named.
    """
    near = [one for one in all_layouts() if one.signature.tab == header.tab]
    ours = [one for one in near if one.mall == mall and _has_key(one, header)]
    likely = ours or [one for one in near if _share(one, header) >= _LIKELY]
    return max(
        likely,
        key=lambda one: (_share(one, header), one.mall == mall),
        default=None,
    )


def _share(layout: Layout, header: Header) -> float:
    needed = layout.needed_columns()
    return sum(map(header.has, needed)) / len(needed)


def _has_key(layout: Layout, header: Header) -> bool:
    """Return whether the order numbers are there, and more than they alone."""
    more = _share(layout, header) > 1 / len(layout.needed_columns())
    return more and header.has(layout.order_number_column)


def _missing(layout: Layout, header: Header) -> list[str]:
    reached = grown_width(layout, header) or 0
    added = [
        name
        for one in layout.additions
        if one.width <= max(reached, layout.additions[0].width)
        for name in one.columns
    ]
    wanted = dict.fromkeys([*layout.needed_columns(), *added])
    return [name for name in wanted if not header.has(name)]


def _unknown(layout: Layout, header: Header) -> list[str]:
    """Return the columns that the mall does not have, where all of its are known."""
    known = [name for one in layout.additions for name in one.columns]
    return unknown_names(header, known) if known else []


def _doubled(layout: Layout, header: Header) -> list[str]:
    allowed: dict[str, int] = {}
    for made in layout.cells:
        for name in made.columns:
            allowed[name] = max(allowed.get(name, 0), made.nth)
    return [name for name, most in allowed.items() if header.times(name) > most]
