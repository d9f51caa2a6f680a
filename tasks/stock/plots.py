"""`make plot SKU=…`: a SKU's level over time, as files in JUCHU_HOME/reports.

Each page needs no network and no server, because it holds Vega itself.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import altair as alt
import polars as pl

from connectors.settings import read_settings
from data.model.stock import MOVEMENT_WORDS
from data.warehouse.errors import WarehouseClosed
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import Movement, explain_level


class NothingToPlot(LookupError):
    """The SKU has no movement."""


def level_chart(sku: str, movements: Sequence[Movement]) -> alt.LayerChart:
    """Return a chart of the level after each movement, with a point for each movement.

    It names no order and no person, because an analyst passes it on.

    Raises:
        NothingToPlot: there is no movement.

    """
    if not movements:
        raise NothingToPlot(
            f"SKU {sku} の在庫の動きはありません。"
            "対処: ビュー stock_levels でSKUを確認してください。"
        )
    frame = pl.DataFrame(
        {
            "moved_at": [one.moved_at.isoformat() for one in movements],
            "level": [one.level for one in movements],
            "quantity": [one.quantity for one in movements],
            "kind": [MOVEMENT_WORDS[one.kind] for one in movements],
            "seq": [one.seq for one in movements],
        }
    )
    base = alt.Chart(frame).encode(
        x=alt.X("moved_at:T", title="記録した日時"),
        y=alt.Y("level:Q", title="在庫数"),
        order="seq:Q",
    )
    steps = base.mark_line(interpolate="step-after")
    points = base.mark_point(filled=True, size=60).encode(
        color=alt.Color("kind:N", title="動きの種類"),
        tooltip=["moved_at:T", "kind:N", "quantity:Q", "level:Q"],
    )
    both = alt.LayerChart(layer=[steps, points])
    return both.properties(title=f"在庫数の推移: {sku}", width=800, height=360)


def save_chart(chart: alt.LayerChart, folder: Path, name: str) -> list[Path]:
    """Write the chart as an HTML page and an SVG file, and return both paths.

    Raises:
        OSError: the folder cannot be written.

    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)
    files = [folder / f"stock-{safe}.html", folder / f"stock-{safe}.svg"]
    chart.save(files[0], format="html", inline=True)
    chart.save(files[1], format="svg")
    return files


def main() -> None:
    """Plot the SKUs named on the command line and print where the files are."""
    parser = argparse.ArgumentParser(description="Plot the level of a SKU over time.")
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
