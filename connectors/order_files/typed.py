"""Frames of text to frames of typed cells, and a remark for each cell not readable.

`converted` tries each column in the mall's own form, then in every form we know, and
adds the cells that follow from others: shop, SKU, cancelled, amounts fixed. Only an
order number or a quantity that is not readable sets its row aside; any other such cell
becomes null. A damaged key, or a header further down, refuses the whole file even here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from connectors.csv_file import CsvRefused, Header, Position
from connectors.csv_file.header import compared
from connectors.csv_file.verdict import second_header
from connectors.order_files import conversion
from connectors.order_files.column_plan import PART, Plan, Planned
from connectors.order_files.layout import DOWNLOAD_AGAIN, Layout, is_over
from connectors.order_files.unpaid import WAITS
from data.model.csv_file import BLANK, DAMAGED_BY_EXCEL, CellFault, CellRemark
from data.model.order import NOT_FIXED
from data.model.order_file import FIELDS, CellKind

REJECTS: Final = pl.Schema(
    {
        "row_number": pl.UInt32(),
        "column_name": pl.String(),
        "reason": pl.String(),
        "order_number": pl.String(),
    }
)
"""The fields of `data.model.csv_file.RowRemark` as a frame."""

WARNINGS: Final = pl.Schema(
    {
        "row_number": pl.UInt32(),
        "column_name": pl.String(),
        "kind": pl.String(),
        "reason": pl.String(),
        "order_number": pl.String(),
    }
)
"""The fields of `data.model.csv_file.CellRemark` as a frame."""

DECIMAL: Final = "ほかのソフトで保存したため、番号が小数になっています(123.0 の形)。"
AS_BLANK: Final = "空欄として扱いました(更新では、登録済みの値が残ります)。"
ZEROS_LOST: Final = (
    "Excelで開いて保存したため、注文番号の先頭の0が失われています({}桁ではありません)。"
)
LOST: Final = "_lost_"
"""Begins the scratch columns that tell which quantities, codes of an item and parts of
a sum are lost: damaged by Excel, unreadable, or blanked for a character that no cell
may hold."""

QUANTITY: Final = "quantity"
DAY: Final = "delivery_on"
NO_DAY: Final = "no_delivery_on"
RIGHT: Final = "_right"
"""Scratch column: whether the order's number has the form of one."""


def with_lost(
    frame: pl.DataFrame, blanked: Sequence[CellRemark], plan: Plan
) -> pl.DataFrame:
    """Return the rows with a mark on each quantity, code and part that was blanked.

    A blank one would count as none: the line would keep its pieces of before, or be
    looked for under a lesser code, and a sum be that of its other parts.
    """
    if not blanked:
        return frame
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for remark in blanked:
        rows[compared(remark.column_name or "")].append(remark.row_number)
    row = pl.col("row_number")
    return frame.with_columns(
        row.is_in(pl.Series(found, dtype=pl.UInt32()).implode()).alias(LOST + one.field)
        for one in plan.typed
        if one.kind is CellKind.ITEM or one.field == QUANTITY or PART in one.field
        if (found := rows.get(compared(one.column)))
    )


def stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of all frames, of which not each has every mark."""
    rows = pl.concat(frames, how="diagonal")
    marks = [name for name in rows.columns if name.startswith(LOST)]
    return rows.with_columns(pl.col(marks).fill_null(value=False)) if marks else rows


def converted(
    frame: pl.DataFrame, plan: Plan, layout: Layout, header: Header
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the typed rows, the rejects, and a warning for each cell read as blank.

    It takes few large steps, because after each this thread waits for the one that
    decodes.
    """
    cells = plan.typed
    made = _typed(frame, cells, layout, loosely=False)
    unread = _unread(frame, made, cells)
    if unread:
        again = _typed(frame, tuple(unread), layout, loosely=True)
        made = made.with_columns(again.drop(RIGHT))
        unread = _unread(frame, made, tuple(unread))
    frame, marks = _without_marks(frame)
    rejects, warnings, lost = _judged(frame, made, unread)
    is_lost = marks.pop(LOST + QUANTITY, None)
    if is_lost is not None:
        rejects += _lost_quantity(frame, made, plan, is_lost)
    rejects += _blank(frame, plan, layout)
    warnings += _without_quantity(frame, made, plan, is_lost)
    rejects += _wrong(frame, made[RIGHT], plan, layout, header)
    rejects += _cut_numbers(frame, plan, layout)
    kept = [name for name in frame.columns if name not in made.columns]
    whole = pl.concat([frame.select(kept), made.drop(RIGHT)], how="horizontal")
    whole = whole.with_columns(**_either(lost, marks), **_no_day(frame, made))
    lazy = _without_open_amounts(
        whole, [one.field for one in cells if one.kind is CellKind.YEN]
    )
    lazy, names = _summed(lazy, [*whole.columns, "amounts_fixed"])
    rows = _derived(lazy, names, layout).collect()
    return (
        rows,
        pl.concat([REJECTS.to_frame(), *rejects]),
        pl.concat([WARNINGS.to_frame(), *warnings]),
    )


def _without_open_amounts(rows: pl.DataFrame, yen: list[str]) -> pl.LazyFrame:
    """Add `amounts_fixed`; an amount that the mall has not fixed becomes null.

    A part of a sum stays: there is no sum then (`_summed`).
    """
    lowest = rows.select(pl.min_horizontal(pl.col(yen).min())).item() if yen else None
    if lowest is None or lowest >= 0:  # every open amount is negative; few are open
        return rows.lazy().with_columns(pl.lit(value=True).alias("amounts_fixed"))
    is_open = pl.any_horizontal(pl.col(yen).is_in(NOT_FIXED))
    return rows.lazy().with_columns(
        ~is_open.fill_null(value=False).alias("amounts_fixed"),
        *(
            pl.when(~pl.col(name).is_in(NOT_FIXED)).then(pl.col(name))
            for name in yen
            if PART not in name
        ),
    )


def _typed(
    frame: pl.DataFrame, cells: tuple[Planned, ...], layout: Layout, *, loosely: bool
) -> pl.DataFrame:
    form = layout.instant_format
    is_right = pl.col("order_number").str.contains(layout.number)
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


def _judged(
    frame: pl.DataFrame, made: pl.DataFrame, unread: Iterable[Planned]
) -> tuple[list[pl.DataFrame], list[pl.DataFrame], dict[str, pl.Series]]:
    """Return rejects and warnings of the cells not readable, and their `LOST` marks.

    Raises:
        CsvRefused: Excel damaged a key.

    """
    rejects, warnings, marks = [], [], {}
    for one in unread:
        is_lost = (
            frame[one.field].is_not_null()
            & made[one.field].is_null()
            & frame.select(~conversion.is_nothing(one.kind, one.field)).to_series()
        )
        lost = frame.filter(is_lost)
        if not lost.height:
            continue
        if one.kind is CellKind.KEY:
            text = lost[one.field].str.strip_chars()
            is_decimal = text.str.contains(conversion.AS_DECIMAL)[0]
            reason = DECIMAL if is_decimal else DAMAGED_BY_EXCEL
            raise _damaged_key(int(lost["row_number"][0]), one.column, reason)
        if one.kind is CellKind.ITEM or PART in one.field:
            marks[f"{LOST}{one.field}"] = is_lost
        for fault, reason, is_so in conversion.faults(one.kind, one.field):
            rows = lost.filter(is_so)
            if one.field == QUANTITY:
                rejects.append(_rejects(rows, one.column, reason))
            elif rows.height:
                warnings.append(_warned(rows, one.column, fault, reason))
    return rejects, warnings, marks


def _without_marks(
    frame: pl.DataFrame,
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Return the rows without the marks of `with_lost`, and these by name."""
    marks = {name: frame[name] for name in frame.columns if name.startswith(LOST)}
    return frame.drop(marks), marks


def _either(
    some: dict[str, pl.Series], more: dict[str, pl.Series]
) -> dict[str, pl.Series]:
    """Return the marks of both by name; a cell is lost for one reason or the other."""
    both = {name: some[name] | more[name] for name in some.keys() & more.keys()}
    return some | more | both


def _lost_quantity(
    frame: pl.DataFrame, made: pl.DataFrame, plan: Plan, is_lost: pl.Series
) -> list[pl.DataFrame]:
    """Return the rejects of rows whose quantity was blanked, unless a rule tells it."""
    rows = frame.filter(is_lost & made[QUANTITY].is_null())
    ((_, reason, _),) = conversion.faults(CellKind.UNITS, QUANTITY)
    return [_rejects(rows, plan.column_of(QUANTITY), reason)]


def _blank(frame: pl.DataFrame, plan: Plan, layout: Layout) -> list[pl.DataFrame]:
    """Return the rejects of rows without a cell that tells what they are."""
    columns = {one.field: one.column for one in plan.cells}
    needed = ["order_number"]
    needed += ["line_id"] * (layout.lines != "position")
    needed += ["basket_id"] * (layout.baskets == "id")
    return [
        _rejects(frame.filter(frame[name].is_null()), columns[name], BLANK)
        for name in needed
        if name in columns and frame[name].null_count()
    ]


def _no_day(frame: pl.DataFrame, made: pl.DataFrame) -> dict[str, pl.Series]:
    """Return where a mall's word says that no day of delivery is wished.

    It is no blank cell: the buyer may have taken back the day that is known.
    """
    if DAY not in made.columns:
        return {}
    if made[DAY].null_count() == frame[DAY].null_count():
        nowhere = pl.repeat(None, frame.height, dtype=pl.Boolean(), eager=True)
        return {NO_DAY: nowhere}
    is_none = conversion.is_nothing(CellKind.DAY, DAY)
    return {NO_DAY: frame.select(pl.when(is_none).then(True)).to_series()}


def _without_quantity(
    frame: pl.DataFrame, made: pl.DataFrame, plan: Plan, is_lost: pl.Series | None
) -> list[pl.DataFrame]:
    """Return a warning for each row with a blank quantity.

    Whether its line is known decides if it may stay blank; so the caller judges.
    """
    if QUANTITY not in made.columns or not made[QUANTITY].null_count():
        return []
    nothing = frame.select(conversion.is_nothing(CellKind.UNITS, QUANTITY)).to_series()
    is_blank = nothing.fill_null(value=True) & made[QUANTITY].is_null()
    blank = frame.filter(is_blank if is_lost is None else is_blank & ~is_lost)
    column = plan.column_of(QUANTITY)
    return [_warned(blank, column, CellFault.BLANK, BLANK)] if blank.height else []


def _wrong(
    frame: pl.DataFrame,
    is_right: pl.Series,
    plan: Plan,
    layout: Layout,
    header: Header,
) -> list[pl.DataFrame]:
    """Return the rejects of rows with an impossible order number.

    A column's name in its place is a second header and refuses the file.
    """
    if is_right.all() and not frame["order_number"].is_in(header.names).any():
        return []
    column = plan.column_of("order_number")
    number = pl.col("order_number").str.strip_chars()
    for text, row in frame.select("order_number", "row_number").iter_rows():
        if text is not None and compared(text) in header.names:
            raise second_header(row, column)
    wrong = frame.filter(~number.str.contains(layout.number))
    return [_rejects(wrong, column, "注文番号に使えない文字が含まれています。")]


def _cut_numbers(frame: pl.DataFrame, plan: Plan, layout: Layout) -> list[pl.DataFrame]:
    """Return the rejects of rows whose order number has lost its leading zeros.

    Stored as it stands, it would be a second order beside the one with the zeros.
    """
    if not layout.number_digits:
        return []
    form = rf"^[0-9]{{1,{layout.number_digits - 1}}}$"
    cut = frame.filter(pl.col("order_number").str.strip_chars().str.contains(form))
    column = plan.column_of("order_number")
    return [_rejects(cut, column, ZEROS_LOST.format(layout.number_digits))]


def _unread(
    frame: pl.DataFrame, made: pl.DataFrame, cells: tuple[Planned, ...]
) -> list[Planned]:
    """Return the columns in which a filled cell became null."""
    before, after = frame.null_count().row(0, named=True), made.null_count()
    lost = after.row(0, named=True)
    return [one for one in cells if lost[one.field] != before[one.field]]


def _summed(rows: pl.LazyFrame, names: list[str]) -> tuple[pl.LazyFrame, list[str]]:
    """Add up the parts of a summed field; all blank stays blank.

    Where a part could not be read, or the mall has not fixed it, there is no sum.
    """
    parts: dict[str, list[str]] = {}
    for name in names:
        if PART in name and not name.startswith(LOST):
            parts.setdefault(name.split(PART)[0], []).append(name)
    for field, columns in parts.items():
        is_filled = pl.any_horizontal(pl.col(columns).is_not_null())
        is_open = pl.any_horizontal(pl.col(columns).is_in(NOT_FIXED))
        lost = [f"{LOST}{name}" for name in columns if f"{LOST}{name}" in names]
        is_sure = ~pl.any_horizontal(is_open.fill_null(value=False), *lost)
        total = pl.when(is_filled & is_sure).then(pl.sum_horizontal(columns))
        rows = rows.with_columns(total.alias(field))
    return rows, [*names, *parts]


def _derived(rows: pl.LazyFrame, names: Iterable[str], layout: Layout) -> pl.LazyFrame:
    """Return the wide frame: `row_number`, then our cells in the order of `FIELDS`.

    `names` are the columns of `rows`.
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
        more["outcome"] = _outcome(known, layout, more["cancelled"])
        if held := _held(known, layout, more["outcome"]):
            more["is_under_review"] = pl.any_horizontal(held)
    else:
        known.discard("amounts_fixed")
    known.update(more)
    present = [field.name for field in FIELDS if field.name in known]
    return rows.with_columns(**more).select("row_number", *present)


def _sku(known: set[str], layout: Layout) -> pl.Expr:
    """Return the first of the layout's alternatives whose cells are all filled.

    Null where Excel damaged a better one: a lesser code would name another item.
    """
    sku: pl.Expr = pl.lit(None, dtype=pl.String)
    for fields in reversed(layout.sku):
        if known.issuperset(fields):
            sku = pl.coalesce(pl.concat_str(fields, separator="/"), sku)
            lost = [f"{LOST}{name}" for name in fields if f"{LOST}{name}" in known]
            if lost:
                sku = pl.when(~pl.any_horizontal(lost)).then(sku)
    return sku


def _cancelled(known: set[str], layout: Layout) -> pl.Expr:
    signs = [pl.lit(value=False)]
    if layout.cancelled and "mall_status" in known:
        signs.append(is_over("mall_status", layout.cancelled, layout.held))
    if "cancelled_at" in known:
        signs.append(pl.col("cancelled_at").is_not_null())
    return pl.any_horizontal(signs).fill_null(value=False)


def _outcome(known: set[str], layout: Layout, cancelled: pl.Expr) -> pl.Expr:
    """Return what the mall says has become of the order; null where it says nothing.

    An order that goes on is `open`, so that of two statuses the later one is known.
    """

    def says(field: str, pattern: str) -> pl.Expr:
        if not pattern or field not in known:
            return pl.lit(value=False)
        return pl.col(field).str.contains(pattern).fill_null(value=False)

    return (
        pl.when(cancelled)
        .then(pl.lit("cancelled"))
        .when(says("mall_status", layout.refunded))
        .then(pl.lit("refunded"))
        .when(says(layout.shipped_from, layout.shipped))
        .then(pl.lit("shipped"))
        .when(pl.col("mall_status").is_not_null() if "mall_status" in known else False)
        .then(pl.lit("open"))
    )


def _held(known: set[str], layout: Layout, outcome: pl.Expr) -> list[pl.Expr]:
    """Return what says that the order must not be sent yet; nothing where none can.

    One that is over at its mall waits for nothing, whatever else a cell says.
    """
    found = []
    if layout.held and "mall_status" in known:
        found.append(pl.col("mall_status").str.contains(layout.held))
    if WAITS in known:
        is_over = outcome.is_in(["cancelled", "refunded", "shipped"])
        found.append(pl.col(WAITS) & ~is_over.fill_null(value=False))
    return found


def _rejects(rows: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
    """Return a reject for each of these rows, with no cell but the order's number.

    Where that cell holds no number, the caller leaves it out (`rows.without_cells`).
    """
    number = pl.col("order_number").str.strip_chars()
    return rows.select(
        pl.col("row_number"),
        pl.lit(column, dtype=pl.String).alias("column_name"),
        pl.lit(reason, dtype=pl.String).alias("reason"),
        number.alias("order_number"),
    )


def _warned(
    rows: pl.DataFrame, column: str, fault: CellFault, reason: str
) -> pl.DataFrame:
    """Return a warning for each of these rows."""
    whole = reason if fault is CellFault.BLANK else f"{reason}{AS_BLANK}"
    remarks = _rejects(rows, column, whole)
    return remarks.with_columns(
        pl.lit(fault.value, dtype=pl.String).alias("kind")
    ).select(WARNINGS.names())


def unreadable() -> CsvRefused:
    """Return the refusal of a file that scanner and parser split differently."""
    return CsvRefused(
        "unreadable",
        "ファイルの行を正しく区切れませんでした。",
        advice="このファイルを残し、開発者に連絡してください。",
    )


def _damaged_key(row: int, column: str, reason: str) -> CsvRefused:
    """Return the refusal of a file in which a key's digits are lost for good."""
    return CsvRefused(
        "damaged-key",
        f"{row:,} 行目の「{column}」: {reason}",
        advice=DOWNLOAD_AGAIN,
        position=Position(row=row, column=column),
    )
