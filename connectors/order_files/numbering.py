"""Ids for lines and packages to which the mall gives none (docs/order-files.md §1)."""

from typing import Final

import polars as pl

BLOCK: Final = "_block"
"""Scratch column: numbers the blocks, each the neighbouring rows of one order."""
EACH: Final = "_each"
"""Scratch column: whether equal rows of the block are lines of their own."""

SINGLE_BASKET: Final = "1"
_ADDRESS: Final = (
    "recipient_family_name",
    "recipient_first_name",
    "recipient_zip",
    "recipient_prefecture",
    "recipient_city",
    "recipient_street",
    "recipient_phone",
)
_CODES: Final = (
    "sku",
    "manage_number",
    "variant_id",
    "item_number",
    "item_name",
    "choices",
)


def in_blocks(rows: pl.DataFrame, order_starts: str) -> pl.DataFrame:
    """Add BLOCK: a block begins at a new number, a gap, or an order's first row."""
    number, row = pl.col("order_number"), pl.col("row_number").cast(pl.Int64)
    begins = number.ne_missing(number.shift()) | (row.diff() != 1)
    if order_starts:
        begins |= pl.col(order_starts).is_not_null()
    return rows.with_columns(begins.fill_null(value=True).cum_sum().alias(BLOCK))


class _Places:
    """Numbers what an order shows, from 1 in the order in which it is first seen."""

    def __init__(self) -> None:
        self._known: dict[str | None, tuple[int, ...]] = {}

    def number(self, order: str | None, key: int) -> int:
        """Return the key's number within its order; a new key gets the next one."""
        known = self._known.get(order, ())
        if key in known:
            return known.index(key) + 1
        self._known[order] = (*known, key)
        return len(known) + 1


class Numbering:
    """Numbers the lines of each order in file order, from 1, as `line_id`.

    A line is identified by its item and, among the rows of one block that differ only
    elsewhere, by its place. So a joined download that repeats an order gives its lines
    the same numbers. Identical rows of one block are one line, unless the file marks
    where an order begins (`marked`) or `EACH` says so: then they are two.
    """

    def __init__(self, *, marked: bool) -> None:
        self._marked = marked
        self._known = _Places()

    def numbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add `line_id` to rows that are whole blocks; `EACH` goes."""
        codes = [name for name in _CODES if name in rows.columns]
        whole = [name for name in rows.columns if name not in {"row_number", EACH}]
        row = pl.col("row_number").cast(pl.UInt64)
        is_row = pl.lit(self._marked) | pl.col(EACH)
        marked = rows.with_columns(
            _item=pl.struct(codes).hash(),
            _whole=pl.when(is_row).then(row).otherwise(pl.struct(whole).hash()),
        )
        is_new = pl.struct(BLOCK, "_whole").is_first_distinct()
        place = is_new.cum_sum().over(BLOCK, "_item")
        keys = (
            marked.with_columns(_place=place)
            .with_columns(pl.col("_place").first().over(BLOCK, "_whole"))
            .select("order_number", pl.struct("_item", "_place").hash().alias("_key"))
        )
        numbers = [self._known.number(order, key) for order, key in keys.iter_rows()]
        return rows.drop(EACH).with_columns(
            line_id=pl.Series(numbers, dtype=pl.Int64).cast(pl.String)
        )


class Destinations:
    """Numbers the destinations of each order from 1, as `basket_id`.

    Nothing of an address goes into the id, not even its hash: it would tell who it was
    long after the buyer's data were cleared. The addresses of a block are numbered as
    they sort, so that the same rows give the same ids in whatever order they stand; one
    that only a later block of the order shows takes the next number. These are numbers
    of this file: a known order's packages are found again when it is stored.
    """

    def __init__(self, *, by_address: bool) -> None:
        self._by_address = by_address
        self._known = _Places()

    def numbered(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add `basket_id` to rows that are whole blocks."""
        if not self._by_address:
            return rows.with_columns(basket_id=pl.lit(SINGLE_BASKET))
        named = [name for name in _ADDRESS if name in rows.columns]
        address = pl.concat_str(pl.col(named).fill_null(""), separator="\x1f")
        marked = rows.with_columns(_address=address)
        distinct = marked.select("order_number", "_address").unique()
        distinct = distinct.sort("order_number", "_address")
        keys = zip(distinct["order_number"], distinct["_address"].hash(), strict=True)
        ids = [str(self._known.number(order, key)) for order, key in keys]
        table = distinct.with_columns(basket_id=pl.Series(ids, dtype=pl.String()))
        return marked.join(
            table,
            on=["order_number", "_address"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        ).drop("_address")
