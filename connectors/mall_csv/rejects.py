"""Rows set aside, and what refuses the whole file at this late point."""

from typing import Final

import polars as pl

from connectors.mall_csv.refusal import DOWNLOAD_AGAIN, CsvRefused, Position
from data.model.csv_order import ORDER_NUMBER

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
