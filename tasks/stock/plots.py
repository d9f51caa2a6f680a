"""`make plot SKU=…`: a SKU's level over time, as files in JUCHU_HOME/reports.

A page needs no network, no server and no script: it is one SVG picture, whose points
tell their movement when the mouse rests on them.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Final

from pygal import XY, Config
from pygal.style import CleanStyle

from connectors.settings.reading import SettingsProblem, read_settings
from data.model.japan_time import JST
from data.model.stock import MOVEMENT_WORDS
from data.warehouse.errors import WarehouseClosed
from data.warehouse.readers import reading
from data.warehouse.stock.ledger import Movement, explain_level

_FONTS: Final = "Noto Sans CJK JP, Noto Sans JP, Hiragino Sans, Meiryo, sans-serif"
_PAGE: Final = """<!doctype html>
<html lang="ja"><meta charset="utf-8"><title>{title}</title>
<body style="max-width: 60em; margin: 1em auto">{picture}</body></html>
"""


class NothingToPlot(LookupError):
    """The SKU has no movement."""


def level_chart(sku: str, movements: Sequence[Movement]) -> XY:
    """Return a chart of the level after each movement, with a point for each movement.

    It names no order and no person, because an analyst passes it on. Times are Japan's.

    Raises:
        NothingToPlot: there is no movement.

    """
    if not movements:
        raise NothingToPlot(
            f"SKU {sku} の在庫の動きはありません。"
            "対処: ビュー stock_levels でSKUを確認してください。"
        )
    config = Config(
        js=(),  # its default is a script from the network
        title=title_of(sku),
        x_title="記録した日時",
        y_title="在庫数",
        x_value_formatter=_day_and_time,
        value_formatter=lambda level: f"{level:,.0f}",
        style=CleanStyle(font_family=_FONTS),
        legend_at_bottom=True,
        x_label_rotation=30,
        width=900,
        height=480,
    )
    chart = XY(config)
    chart.y_labels = _whole_numbers([one.level for one in movements])
    chart.add("在庫数", _steps(movements), show_dots=False)
    for kind, word in MOVEMENT_WORDS.items():
        points = [
            {
                "value": (one.moved_at.timestamp(), one.level),
                "label": f"{word} {one.quantity:+,}",
            }
            for one in movements
            if one.kind == kind
        ]
        if points:
            chart.add(word, points, stroke=False)
    return chart


def title_of(sku: str) -> str:
    """Return the heading of a SKU's chart."""
    return f"在庫数の推移: {sku}"


def _steps(movements: Sequence[Movement]) -> list[tuple[float, int]]:
    """Return the corners of the line: a level stays until the next movement."""
    corners = [(one.moved_at.timestamp(), one.level) for one in movements]
    line = corners[:1]
    for (_, before), (at, after) in pairwise(corners):
        line += [(at, before), (at, after)]
    return line


def _whole_numbers(levels: Sequence[int]) -> list[int]:
    """Return at most ten whole numbers from 0 or below to above every level."""
    lowest, highest = min([0, *levels]), max([1, *levels])
    step = -(-(highest - lowest) // 8)
    return list(range(lowest, highest + step, step))


def _day_and_time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, JST):%Y/%m/%d %H:%M}"


def save_chart(chart: XY, folder: Path, name: str) -> list[Path]:
    """Write the chart as an HTML page and an SVG file, and return both paths.

    Raises:
        OSError: the folder cannot be written.

    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    safe = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)
    page, picture = folder / f"stock-{safe}.html", folder / f"stock-{safe}.svg"
    svg = chart.render(is_unicode=True)
    picture.write_text(svg, encoding="utf-8")
    inside = svg[svg.index("<svg") :]
    title = escape(title_of(name))
    page.write_text(_PAGE.format(title=title, picture=inside), encoding="utf-8")
    return [page, picture]


def main() -> None:
    """Plot the SKUs named on the command line and print where the files are."""
    parser = argparse.ArgumentParser(description="Plot the level of a SKU over time.")
    parser.add_argument("--sku", required=True, action="append", help="SKU")
    skus = parser.parse_args().sku
    if not all(skus):
        sys.exit("SKU= にSKUを指定してください。例: make plot SKU=KT-04-A")
    try:
        settings = read_settings()
        for sku in skus:
            with reading(settings.warehouse, settings.warehouse_patience_s) as (con, _):
                movements = explain_level(con, sku)
            chart = level_chart(sku, movements)
            for file in save_chart(chart, settings.reports, sku):
                sys.stdout.write(f"{file}\n")
    except (SettingsProblem, NothingToPlot, WarehouseClosed) as problem:
        sys.exit(str(problem))
    except OSError as problem:
        sys.exit(
            f"{problem.filename or 'JUCHU_HOME'} に書き込めません({problem.strerror})。"
            "対処: JUCHU_HOME のフォルダーの権限と空き容量を確認してください。"
        )


if __name__ == "__main__":
    main()
