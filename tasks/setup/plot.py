"""`make plot SKU=…`: a SKU's level over time, as files in JUCHU_HOME/reports."""

import argparse
import sys

from connectors.settings import read_settings
from data.warehouse.errors import WarehouseClosed
from data.warehouse.session import warehouse
from data.warehouse.stock import explain_level
from tasks.plots import NothingToPlot, level_chart, save_chart


def main() -> None:
    """Plot the SKUs named on the command line and print where the files are."""
    parser = argparse.ArgumentParser(description="在庫数の推移 (level over time)")
    parser.add_argument("--sku", required=True, action="append", help="SKU")
    settings = read_settings()
    try:
        for sku in parser.parse_args().sku:
            with warehouse(settings.warehouse, settings.warehouse_patience_s) as con:
                movements = explain_level(con, sku)
            chart = level_chart(sku, movements)
            for file in save_chart(chart, settings.home / "reports", sku):
                sys.stdout.write(f"{file}\n")
    except (NothingToPlot, WarehouseClosed) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
