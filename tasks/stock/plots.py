"""Pictures of stock for analysts: the level of a SKU over time, in one file.

The file needs no network and no server: Vega stands in it.

`make plot SKU=…`: a SKU's level over time, as files in JUCHU_HOME/reports.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import altair as alt
import polars as pl

from connectors.settings import read_settings
from data.warehouse.errors import WarehouseClosed
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import Movement, explain_level

KINDS = {
    "count": "棚卸 (count)",
    "receipt": "入荷 (receipt)",
    "order": "受注 (order)",
    "cancellation": "取消 (cancellation)",
    "adjustment": "手動調整 (adjustment)",
}


class NothingToPlot(LookupError):
    """The SKU has never moved."""


def level_chart(sku: str, movements: Sequence[Movement]) -> alt.LayerChart:
    """Draw the level after each movement as steps, each movement as a point.

    Names no order and no person: an analyst's picture travels.

    Raises:
        NothingToPlot: there is no movement.

    """
    if not movements:
        raise NothingToPlot(
            f"SKU {sku} の動きはありません。"
            "対処: ビュー stock_levels でSKUの名前を確かめてください。"
        )
    frame = pl.DataFrame(
        {
            "moved_at": [one.moved_at.isoformat() for one in movements],
            "level": [one.level for one in movements],
            "quantity": [one.quantity for one in movements],
            "kind": [KINDS[one.kind.value] for one in movements],
            "seq": [one.seq for one in movements],
        }
    )
    base = alt.Chart(frame).encode(
        x=alt.X("moved_at:T", title="記録した日時 (moved at)"),
        y=alt.Y("level:Q", title="在庫数 (level)"),
        order="seq:Q",
    )
    steps = base.mark_line(interpolate="step-after")
    points = base.mark_point(filled=True, size=60).encode(
        color=alt.Color("kind:N", title="動き (kind)"),
        tooltip=["moved_at:T", "kind:N", "quantity:Q", "level:Q"],
    )
    both = alt.LayerChart(layer=[steps, points])
    return both.properties(
        title=f"在庫数の推移 (level over time): {sku}", width=800, height=360
    )


def save_chart(chart: alt.LayerChart, folder: Path, name: str) -> list[Path]:
    """Write the picture as a page to point at and as an SVG to print; give both.

    Raises OSError when the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)
    files = [folder / f"stock-{safe}.html", folder / f"stock-{safe}.svg"]
    chart.save(files[0], format="html", inline=True)
    chart.save(files[1], format="svg")
    return files


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
