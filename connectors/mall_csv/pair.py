"""Yahoo's two files as one: each line with its order's cells (csv/formats.md §5)."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from connectors.mall_csv.spill import Spill
from data.model.csv_order import FIELDS

KEY: Final = "order_number"
NO_LINES: Final = "注文データ(order)にある注文が、注文商品データ(item)にありません。"
NO_ORDER: Final = (
    "注文商品データ(item)の行の注文が、注文データ(order)にないか、除かれています。"
)


class Pair:
    """Joins lines to orders. The order file is held in memory, the line file streams.

    Lines without order and orders without lines are set aside: neither half of an order
    is written alone. An order repeated in the order file counts once, the later row.
    """

    def __init__(self, orders: Spill, lines: Spill) -> None:
        self._orders = orders
        self._lines = lines

    @property
    def schema(self) -> pl.Schema:
        """Columns of the joined rows."""
        both = {**self._orders.schema, **self._lines.schema}
        names = ["row_number", *(f.name for f in FIELDS if f.name in both)]
        return pl.Schema({name: both[name] for name in names})

    def frames(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Give joined rows, rejects of both files; row numbers are each file's own."""
        shown = list(self._orders.frames())
        orders = pl.concat([self._orders.schema.to_frame(), *(f for f, _ in shown)])
        orders = orders.unique(KEY, keep="last", maintain_order=True)
        rejects = [self._of_orders(frame) for _, frame in shown]
        with_lines: set[str] = set()
        names = list(self.schema)
        more = [name for name in orders.columns if name not in self._lines.schema]
        for lines, line_rejects in self._lines.frames():
            joined = lines.join(
                orders.select(KEY, *more), on=KEY, how="left", maintain_order="left"
            )
            is_alone = ~pl.col(KEY).is_in(orders[KEY].implode())
            with_lines.update(lines[KEY].to_list())
            alone = self._alone(lines.filter(is_alone), "OrderId", NO_ORDER)
            yield (
                joined.filter(~is_alone).select(names),
                pl.concat([*rejects, line_rejects, alone]),
            )
            rejects = []
        without = orders.filter(
            ~pl.col(KEY).is_in(pl.Series(list(with_lines), dtype=pl.String()).implode())
        )
        rejects.append(self._alone(without, "OrderId", NO_LINES))
        yield self.schema.to_frame(), pl.concat(rejects)

    def _alone(self, rows: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
        return rows.select(
            "row_number",
            pl.lit(column, dtype=pl.String).alias("column_name"),
            pl.lit(reason, dtype=pl.String).alias("reason"),
            KEY,
        )

    def _of_orders(self, rejects: pl.DataFrame) -> pl.DataFrame:
        named = pl.lit("注文データ(order): ") + pl.col("reason")
        return rejects.with_columns(named.alias("reason"))
