"""What the sums of an order's amounts tell: do they hold, and what counts once."""

from collections.abc import Sequence

import polars as pl

from data.model.order_file import TAX_RATES, SumCheck
from data.warehouse.order_files.queries import Queries


def stated_amounts(queries: Queries) -> pl.DataFrame:
    """Return the order totals stated in the file, one row per order of the part."""
    return queries.frame("sum_csv_orders")


def counted_once(rows: pl.DataFrame, checks: Sequence[SumCheck]) -> pl.DataFrame:
    """Return the rows, with as many copies of each line as the order's total knows of.

    Where a mall repeats rows for units, a joined download repeats them as well. The
    total decides: of an order that is there several times as a whole, a share of the
    copies counts; else each repeated row counts once, if only that makes it.
    """
    check = _goods_check(checks)
    if check is None or rows["copies"].max() in {None, 1}:
        return rows
    copies, counts = pl.col("copies"), pl.col("copies").is_not_null()

    def most(name: str) -> pl.Expr:
        return pl.when(counts).then(name).max().over("order_number")

    def added(number: pl.Expr) -> pl.Expr:
        return pl.when(counts).then(number).sum().over("order_number")

    total = most(check.total) - sum(
        most(name).fill_null(0) * sign for name, sign in check.parts
    )
    once, units = added(pl.col("line_total")), added(pl.col("line_total") * copies)
    times = units // total
    is_share = (times > 1) & (units == times * total)
    is_share &= (copies % times == 0).all().over("order_number")
    is_once = (once == total) & (units != total)
    return rows.with_columns(
        pl.when(is_share.fill_null(value=False) & counts)
        .then(copies // times)
        .when(is_once.fill_null(value=False) & counts)
        .then(1)
        .otherwise(copies)
        .cast(pl.Int32)
        .alias("copies")
    )


def with_stored_units(
    rows: pl.DataFrame,
    stored: pl.DataFrame,
    checks: Sequence[SumCheck],
    *,
    is_new_file: bool,
) -> pl.DataFrame:
    """Return the rows, with the copies that an order cut over two files has in both.

    `stored` are the stored lines of the rows' orders. The total decides again: where
    the file's own copies do not make it, but with those stored they do, those stay; and
    where both together do, and the file is a new one, they are added up.
    """
    check = _goods_check(checks)
    if check is None or not stored.height:
        return rows
    key = ("order_number", "line_id")
    ours = rows.filter(pl.col("copies").is_not_null()).join(
        stored.select(*key, pl.col("quantity").alias("_stored")), on=key, how="inner"
    )
    if not ours.height:
        return rows
    total = pl.col(check.total) - sum(
        pl.col(name).fill_null(0) * sign for name, sign in check.parts
    )
    missing = stored.join(ours, on=key, how="anti").group_by("order_number")
    lacking = missing.agg(pl.col("line_total").sum().alias("_lacking"))
    pieces = pl.col("quantity")
    is_whole = (pieces > 0) & (pl.col("_stored") % pieces == 0)
    before = pl.when(is_whole).then(pl.col("_stored") // pieces).otherwise(0)
    both = before + pl.col("copies")
    most = pl.max_horizontal(before, "copies")

    def makes(copies: pl.Expr) -> pl.Expr:
        goods = (pl.col("line_total") * copies).sum().over("order_number")
        return (
            goods + pl.col("_lacking") == total.max().over("order_number")
        ).fill_null(value=False)

    found = (
        ours.join(lacking, on="order_number", how="left")
        .with_columns(pl.col("_lacking").fill_null(0))
        .select(
            "row_number",
            pl.when(makes(pl.col("copies")))
            .then("copies")
            .when(makes(most))
            .then(most)
            .when(makes(both) & is_new_file)
            .then(both)
            .otherwise("copies")
            .cast(pl.Int32)
            .alias("_copies"),
        )
    )
    rows = rows.join(found, on="row_number", how="left", maintain_order="left")
    return rows.with_columns(copies=pl.coalesce("_copies", "copies")).drop("_copies")


def _goods_check(checks: Sequence[SumCheck]) -> SumCheck | None:
    """Return the check that compares an order's total with its lines, if there is."""
    return next((one for one in checks if one.lines == "line_total"), None)


def wrong_sums(
    amounts: pl.DataFrame, checks: Sequence[SumCheck]
) -> list[tuple[str, str, int]]:
    """Return the orders whose amounts do not add up; a blank total is not checked."""
    is_wrong = [_differs(check) for check in checks]
    if any(name.startswith("billed_at") for one in checks for name, _ in one.parts):
        is_wrong += [_billed_differs(percent) for percent in TAX_RATES]
    if not is_wrong:
        return []
    wrong = amounts.filter(pl.any_horizontal(is_wrong))["order_number"]
    return [("sum-differs", number, 1) for number in wrong]


def _differs(check: SumCheck) -> pl.Expr:
    """Return whether no choice of the parts that may be in it makes the total."""
    choices = [pl.lit(0, dtype=pl.Int64)]
    for name, sign in check.perhaps:
        more = pl.col(name).fill_null(0) * sign
        choices += [one + more for one in choices]
    parts = [pl.col(name).fill_null(0) * sign for name, sign in check.parts]
    told = [_is_told(name) for name, _ in check.parts]
    lines = [pl.col(check.lines)] if check.lines else []
    rest = pl.col(check.total) - sum([*parts, *lines], start=pl.lit(0, dtype=pl.Int64))
    differs = pl.all_horizontal(rest != one for one in choices)
    return differs & pl.any_horizontal(*told, *(one.is_not_null() for one in lines))


def _is_told(name: str) -> pl.Expr:
    """Return whether the file tells the amount: before 2019 it has 0 at every rate."""
    is_known = pl.col(name).is_not_null()
    return is_known & (pl.col(name) != 0) if name.startswith("billed_at") else is_known


def _billed_differs(percent: int) -> pl.Expr:
    """Return whether what is billed at a rate is not its lines with charges and cuts.

    Which part of a charge, a coupon or the points belongs to a rate no file tells.
    """

    def most(*names: str) -> pl.Expr:
        return pl.sum_horizontal(pl.col(name).fill_null(0).clip(0) for name in names)

    over = pl.col(f"billed_at_{percent}") - pl.col(f"lines_at_{percent}")
    charges = most("postage_total", "gift_fee", "cod_fee", "payment_fee", "buyer_fee")
    is_told = pl.any_horizontal(_is_told(f"billed_at_{rate}") for rate in TAX_RATES)
    return is_told & ~over.is_between(-most("coupon_total", "point_used"), charges)
