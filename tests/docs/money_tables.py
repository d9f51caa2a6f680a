"""The tables of money and SKUs in docs/order-files.md, written from the layouts.

`python -m tests.docs.money_tables` writes them anew.
"""

import inspect
import re
from pathlib import Path

from connectors.order_files.layout import Cell, How, Layout
from connectors.order_files.registry import all_layouts

PAGE = Path(__file__).parents[2] / "docs" / "order-files.md"
MARKED = re.compile(r"(<!-- money:begin -->\n).*(<!-- money:end -->)", re.DOTALL)
MONEY = (
    "unit_price",
    "quantity",
    "line_total",
    "tax_rate",
    "tax_included",
    "goods_total",
    "tax_total",
    "postage_total",
    "cod_fee",
    "payment_fee",
    "buyer_fee",
    "shop_fee",
    "gift_fee",
    "gift_wrapping",
    "discount_total",
    "coupon_total",
    "coupon_shop",
    "coupon_other",
    "point_used",
    "order_total",
    "request_total",
    "refunded_total",
    *(f"{what}_at_{rate}" for rate in (10, 8, 0) for what in ("billed", "tax")),
)
LINES = {
    "unit_price": "unit_price × quantity",
    "line_total": "line_total",
    "own_total": "(line_total, else unit_price × quantity)",
}
SIGN = {How.SUM: " + ", How.FIRST: ", else ", How.JOINED: " / "}


def tables() -> str:
    """One table for each layout."""
    return "\n".join(map(table, all_layouts()))


def table(layout: Layout) -> str:
    """The layout's columns of money and SKU, its rules and its sums."""
    cells = {made.field: made for made in layout.cells}
    rows = [f"| `{name}` | {columns(cells[name])} |" for name in MONEY if name in cells]
    if layout.role != "orders":
        rows.append(f"| `sku` | {skus(layout, cells)} |")
    head = [f"### `{layout.name}`", "", "| ours | the mall's |", "| --- | --- |"]
    return "\n".join([*head, *rows, "", *rules(layout), *sums(layout)]) + "\n"


def columns(made: Cell) -> str:
    """The mall's columns that make a cell."""
    return SIGN.get(made.how, " / ").join(made.columns)


def skus(layout: Layout, cells: dict[str, Cell]) -> str:
    """The alternatives of which the first whole one is the SKU."""
    known = [fields for fields in layout.sku if all(name in cells for name in fields)]
    each = ("/".join(columns(cells[name]) for name in fields) for fields in known)
    return ", else ".join(each)


def rules(layout: Layout) -> list[str]:
    """What is computed, in the words of the rules themselves."""
    said = [(inspect.getdoc(rule) or "").splitlines()[0] for rule in layout.rules]
    return [f"Rules: {' '.join(said)}", ""] if said else []


def sums(layout: Layout) -> list[str]:
    """What is checked."""
    said = []
    for check in layout.checks:
        parts = [f"{'+' if sign > 0 else '−'} {name}" for name, sign in check.parts]
        if check.lines:
            parts.insert(0, f"+ Σ {LINES[check.lines]}")
        parts += [
            f"({'+' if sign > 0 else '−'} {name})" for name, sign in check.perhaps
        ]
        said.append(f"{check.total} = {' '.join(parts).removeprefix('+ ')}")
    return [f"Sums: {'; '.join(said)}.", ""] if said else []


if __name__ == "__main__":
    text = MARKED.sub(rf"\g<1>\n{tables()}\n\g<2>", PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")
