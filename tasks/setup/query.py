"""`make query SQL="SELECT …"`: read the warehouse without keeping it from others."""

import sys

import polars as pl

from connectors.settings import read_settings
from data.warehouse.ask import ask
from data.warehouse.errors import QueryRefused, WarehouseClosed


def main() -> None:
    """Print the rows of the query given on the command line, or why it was refused."""
    settings = read_settings()
    query = " ".join(sys.argv[1:])
    try:
        answer = ask(settings.warehouse, query, settings.warehouse_patience_s)
    except (QueryRefused, WarehouseClosed) as problem:
        sys.exit(str(problem))
    with pl.Config(
        tbl_rows=200,
        tbl_cols=-1,
        tbl_width_chars=200,
        tbl_hide_column_data_types=True,
        fmt_str_lengths=60,
    ):
        sys.stdout.write(f"{answer}\n")


if __name__ == "__main__":
    main()
