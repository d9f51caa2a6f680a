"""Frames of text to frames of typed cells; a cell that cannot be read is a reject.

Rows set aside, and what refuses the whole file at this late point.

Cells that follow from others: shop, SKU, cancelled; and the frame's final form.
"""

from collections.abc import Iterable
from typing import Final

import polars as pl

from connectors.csv_file.header import Header, plain
from connectors.csv_file.refusal import DOWNLOAD_AGAIN, CsvRefused, Position
from connectors.csv_file.verdict import second_header
from connectors.order_files import conversion
from connectors.order_files.layout import Layout
from connectors.order_files.plan import PART, Plan, Planned
from data.model.order_file import FIELDS, NOT_FIXED, ORDER_NUMBER, Kind

REJECTS: Final = pl.Schema(
    {
        "row_number": pl.UInt32(),
        "column_name": pl.String(),
        "reason": pl.String(),
        "order_number": pl.String(),
    }
)


def because(rows: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
    """Give a reject for each of these rows; never a cell but the order's number."""
    number = pl.col("order_number").str.strip_chars()
    return rows.select(
        pl.col("row_number"),
        pl.lit(column, dtype=pl.String).alias("column_name"),
        pl.lit(reason, dtype=pl.String).alias("reason"),
        pl.when(number.str.contains(ORDER_NUMBER)).then(number).alias("order_number"),
    )


def unreadable() -> CsvRefused:
    """Scanner and parser disagree about the records: our fault, yet nothing is used."""
    return CsvRefused(
        "unreadable",
        "ファイルの行を正しく区切れませんでした。",
        advice="このファイルを添えて開発者に知らせてください。",
        english="the scanner and the parser disagree about the records",
    )


def damaged_key(row: int, column: str) -> CsvRefused:
    """The refusal of a file whose key lost its digits for good."""
    return CsvRefused(
        "damaged-key",
        f"{row:,} 行目の「{column}」が 1.23E+10 の形に壊れています。",
        advice=f"Excelで開いて保存したファイルは使えません。{DOWNLOAD_AGAIN}",
        english=f"row {row}: a key was damaged by Excel",
        position=Position(row=row, column=column),
    )


def derived(rows: pl.LazyFrame, names: Iterable[str], layout: Layout) -> pl.LazyFrame:
    """Give the wide frame: `row_number`, then our cells in the order of `FIELDS`.

    `names` are the columns `rows` has.
    """
    known = set(names)
    if "manage_number" in known and layout.mall == "rakuten":
        rows = rows.with_columns(pl.col("manage_number").str.to_lowercase())
    more: dict[str, pl.Expr] = {}
    if layout.shop and layout.shop_from in known:
        more["shop_id"] = pl.col(layout.shop_from).str.extract(layout.shop)
    if layout.role != "orders":
        more["sku"] = _sku(known, layout)
    if layout.role != "lines":
        more["cancelled"] = _cancelled(known, layout)
    else:
        known.discard("amounts_fixed")
    known.update(more)
    present = [field.name for field in FIELDS if field.name in known]
    return rows.with_columns(**more).select("row_number", *present)


def _sku(known: set[str], layout: Layout) -> pl.Expr:
    """The first alternative whose fields are all there and filled (formats.md §4.1)."""
    whole = [
        pl.concat_str(fields, separator="/")
        for fields in layout.sku
        if known.issuperset(fields)
    ]
    return pl.coalesce(*whole, pl.lit(None, dtype=pl.String))


def _cancelled(known: set[str], layout: Layout) -> pl.Expr:
    said = [pl.lit(value=False)]
    if layout.cancelled and "mall_status" in known:
        said.append(pl.col("mall_status").str.contains(layout.cancelled))
    if "cancelled_at" in known:
        said.append(pl.col("cancelled_at").is_not_null())
    return pl.any_horizontal(said).fill_null(value=False)


BLANK: Final = "空欄です。"
RIGHT: Final = "_right"


def converted(
    frame: pl.DataFrame, plan: Plan, layout: Layout, header: Header
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed rows with what follows from them, and a reject for each cell unread.

    Few large steps: between two of them this thread waits for the decoding one.
    """
    cells = plan.typed
    made = _typed(frame, cells, layout, loosely=False)
    unread = _unread(frame, made, cells)
    if unread:
        again = _typed(frame, tuple(unread), layout, loosely=True)
        made = made.with_columns(again.drop(RIGHT))
        unread = _unread(frame, made, tuple(unread))
    rejects = [_rejected(frame, made, one) for one in unread]
    rejects += _blank(frame, plan, layout)
    rejects += _wrong(frame, made[RIGHT], plan, header)
    kept = [name for name in frame.columns if name not in made.columns]
    whole = pl.concat([frame.select(kept), made.drop(RIGHT)], how="horizontal")
    lazy = _without_open_amounts(
        whole, [one.field for one in cells if one.kind is Kind.YEN]
    )
    lazy, names = _summed(lazy, [*whole.columns, "amounts_fixed"])
    rows = derived(lazy, names, layout).collect()
    return rows, pl.concat([REJECTS.to_frame(), *rejects])


def _without_open_amounts(rows: pl.DataFrame, yen: list[str]) -> pl.LazyFrame:
    """Say of each row whether the mall has fixed its amounts; an open one is null."""
    lowest = rows.select(pl.min_horizontal(pl.col(yen).min())).item() if yen else None
    if lowest is None or lowest >= 0:  # every open amount is negative; few are open
        return rows.lazy().with_columns(pl.lit(value=True).alias("amounts_fixed"))
    is_open = pl.any_horizontal(pl.col(yen).is_in(NOT_FIXED))
    return rows.lazy().with_columns(
        ~is_open.fill_null(value=False).alias("amounts_fixed"),
        *(pl.when(~pl.col(f).is_in(NOT_FIXED)).then(pl.col(f)) for f in yen),
    )


def _typed(
    frame: pl.DataFrame, cells: tuple[Planned, ...], layout: Layout, *, loosely: bool
) -> pl.DataFrame:
    form = layout.instant_format
    is_right = pl.col("order_number").str.contains(ORDER_NUMBER)
    return frame.select(
        is_right.fill_null(value=True).alias(RIGHT),
        *(
            (
                conversion.loose(one.kind, one.field)
                if loosely
                else conversion.quick(one.kind, one.field, form)
            ).alias(one.field)
            for one in cells
        ),
    )


def _rejected(frame: pl.DataFrame, made: pl.DataFrame, one: Planned) -> pl.DataFrame:
    is_lost = frame[one.field].is_not_null() & made[one.field].is_null()
    if one.kind in (Kind.INSTANT, Kind.DAY):
        is_lost &= frame.select(~conversion.is_no_date(one.field)).to_series()
    if one.kind in (Kind.PHONE, Kind.ZIP):
        is_lost &= False  # a phone number of words is no phone number: blank
    lost = frame.filter(is_lost)
    if one.kind is Kind.KEY and lost.height:
        raise damaged_key(int(lost["row_number"][0]), one.column)
    return because(lost, one.column, conversion.REASONS.get(one.kind, BLANK))


def _blank(frame: pl.DataFrame, plan: Plan, layout: Layout) -> list[pl.DataFrame]:
    """Rows without a cell that no line can do without."""
    columns = {one.field: one.column for one in plan.cells}
    needed = ["order_number", "quantity"]
    needed += ["line_id"] * (layout.lines == "id")
    needed += ["basket_id"] * (layout.baskets == "id")
    return [
        because(frame.filter(frame[name].is_null()), columns[name], BLANK)
        for name in needed
        if name in columns and frame[name].null_count()
    ]


def _wrong(
    frame: pl.DataFrame, is_right: pl.Series, plan: Plan, header: Header
) -> list[pl.DataFrame]:
    """Rows whose order number is none; a column's name there is a second header."""
    if is_right.all():
        return []
    column = next(one.column for one in plan.cells if one.field == "order_number")
    number = pl.col("order_number").str.strip_chars()
    wrong = frame.filter(~number.str.contains(ORDER_NUMBER))
    for text, row in wrong.select("order_number", "row_number").iter_rows():
        if plain(text) in header.names:
            raise second_header(row, column)
    return [because(wrong, column, "注文番号に使えない文字が含まれています。")]


def _unread(
    frame: pl.DataFrame, made: pl.DataFrame, cells: tuple[Planned, ...]
) -> list[Planned]:
    """Columns in which a filled cell became null."""
    before, after = frame.null_count().row(0, named=True), made.null_count()
    lost = after.row(0, named=True)
    return [one for one in cells if lost[one.field] != before[one.field]]


def _summed(rows: pl.LazyFrame, names: list[str]) -> tuple[pl.LazyFrame, list[str]]:
    """Put the parts of a summed field together; all blank stays blank."""
    parts: dict[str, list[str]] = {}
    for name in names:
        if PART in name:
            parts.setdefault(name.split(PART)[0], []).append(name)
    for field, columns in parts.items():
        is_filled = pl.any_horizontal(pl.col(columns).is_not_null())
        total = pl.when(is_filled).then(pl.sum_horizontal(columns))
        rows = rows.with_columns(total.alias(field))
    return rows, [*names, *parts]
