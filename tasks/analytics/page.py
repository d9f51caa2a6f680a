"""The page of pictures over the analysts' copy: `reports/analytics.html`, offline.

One file without scripts, fonts or addresses: SVG pictures of the marts, days in Japan.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any, Final

from pygal import Bar, Config, Line, StackedBar
from pygal.style import CleanStyle

from data.warehouse.query import ask_each

DAYS: Final = 31
"""Days that a picture shows, the last with anything in it at the right. Days between
them with nothing in them have a place, too."""
UNKNOWN: Final = "日付不明"
"""Where what is of no day stands, behind the days: a file need not tell an order's."""
PAGE: Final = "analytics.html"
_FONTS: Final = "Noto Sans CJK JP, Noto Sans JP, Hiragino Sans, Meiryo, sans-serif"
_HTML: Final = """<!doctype html>
<html lang="ja"><meta charset="utf-8"><title>受注と在庫の状況</title>
<body style="max-width: 60em; margin: 1em auto; font-family: sans-serif">
<h1>受注と在庫の状況</h1><p>{when} 現在(日本時間)</p>
{pictures}</body></html>
"""
_QUERIES: Final = {  # of all shops: medians by shop cannot be added up
    "freshness": "SELECT published_jst FROM freshness",
    "sales": "SELECT day, mall, sum(sales)::BIGINT AS value FROM sales_per_day"
    " GROUP BY ALL ORDER BY day, mall",
    "age": "SELECT age, status, sum(orders)::BIGINT AS value FROM orders_by_age"
    " GROUP BY ALL",
    # The shop's own safety stock is in its block: only its pushes tell it here.
    "safety": "SELECT l.sku, l.level AS value,"
    " max(coalesce(s.safety, p.safety)) AS safety"
    " FROM stock_levels AS l LEFT JOIN sku_map AS m USING (sku)"
    " LEFT JOIN stock_settings AS s USING (mall, shop_id, manage_number, variant_id)"
    " LEFT JOIN (SELECT mall, shop_id, manage_number, variant_id,"
    " arg_max(safety, planned_at) AS safety FROM inventory_pushes GROUP BY ALL) AS p"
    " USING (mall, shop_id, manage_number, variant_id)"
    " WHERE l.is_counted GROUP BY l.sku, l.level ORDER BY l.level, l.sku LIMIT 20",
    "levels": "WITH ends AS (SELECT sku, day, arg_max(level, since) AS level"
    " FROM stock_course GROUP BY sku, day),"
    " days AS (SELECT unnest(range(max(day) - INTERVAL 30 DAY,"
    " max(day) + INTERVAL 1 DAY, INTERVAL 1 DAY))::DATE AS day FROM ends),"
    " low AS (SELECT sku FROM stock_levels WHERE is_counted"
    " ORDER BY level, sku LIMIT 5)"
    " SELECT days.day, low.sku, ends.level AS value FROM days CROSS JOIN low"
    " ASOF JOIN ends ON low.sku = ends.sku AND days.day >= ends.day"
    " ORDER BY low.sku, days.day",
    "latency": "WITH waited AS (SELECT day_jst AS day,"
    " epoch(settled_at - received_at) AS s FROM notices"
    " WHERE reason IN ('stored', 'known'))"
    " SELECT day, '半数' AS kind, round(median(s), 1) AS value FROM waited GROUP BY ALL"
    " UNION ALL SELECT day, '9割', round(quantile_cont(s, 0.9), 1) FROM waited"
    " GROUP BY ALL ORDER BY day",
    "stock": "WITH shown AS ("
    "SELECT CAST(verified_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,"
    " epoch(verified_at - due_since) AS s FROM inventory_pushes"
    " WHERE state = 'verified' AND due_since IS NOT NULL)"
    " SELECT day, '半数' AS kind, round(median(s), 1) AS value FROM shown GROUP BY ALL"
    " UNION ALL SELECT day, '99%', round(quantile_cont(s, 0.99), 1) FROM shown"
    " GROUP BY ALL ORDER BY day",
    "imports": "SELECT day, '取り込めなかった行' AS kind,"
    " sum(rejected)::BIGINT AS value FROM import_quality GROUP BY ALL"
    " UNION ALL SELECT day, '警告', sum(warnings)::BIGINT FROM import_quality"
    " GROUP BY ALL ORDER BY day",
}
_AGES: Final = {
    "today": "当日",
    "1 to 3 days": "1〜3日",
    "4 to 7 days": "4〜7日",
    "older": "8日以上",
    "unknown": "不明",
}

_SCRIPT: Final = re.compile(r"<script\b.*?</script>", re.DOTALL)
"""What pygal leaves for a script of its own, which is not there."""

TableRows = Sequence[tuple[Any, ...]]


def write_page(copy: Path, folder: Path, patience_s: float) -> Path:
    """Draw the page from the published copy, and return where it is.

    Raises:
        WarehouseClosed: the copy does not open.
        OSError: the folder cannot be written.

    """
    found = ask_each(copy, _QUERIES, patience_s)
    page = page_of({name: answer.rows() for name, answer in found.items()})
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / PAGE
    file.touch(mode=0o600)
    file.write_text(page, encoding="utf-8")
    return file


def page_of(figures: Mapping[str, TableRows]) -> str:
    """Return the page; a picture without any figure is a sentence instead."""
    ages = [(_AGES[age], status, value) for age, status, value in figures["age"]]
    pictures = [
        _picture(
            "売上(税込、クーポン・ポイント前)", StackedBar, "円", figures["sales"]
        ),
        _picture("対応を待つ注文", StackedBar, "件", ages, list(_AGES.values())),
        _levels(figures["safety"]),
        _picture(
            "在庫の少ないSKUの推移(棚卸・入荷以後、各日の終わり)",
            Line,
            "個",
            figures["levels"],
        ),
        _picture("通知から保存までの時間", Line, "秒", figures["latency"]),
        _picture(
            "在庫が動いてからモールに反映されるまでの時間", Line, "秒", figures["stock"]
        ),
        _picture("注文CSVの取込で残ったもの", StackedBar, "件", figures["imports"]),
    ]
    when = escape(str(figures["freshness"][0][0]))
    return _HTML.format(when=when, pictures="\n".join(pictures))


def _levels(rows: TableRows) -> str:
    """Draw the lowest levels of counted SKUs beside their safety stock."""
    bars = [(sku, "在庫数", level) for sku, level, _ in rows]
    bars += [(sku, "安全在庫", safety) for sku, _, safety in rows]
    skus = [sku for sku, *_ in rows]
    return _picture("在庫の少ないSKU(棚卸済み)", Bar, "個", bars, skus)


def _days(known: set[date]) -> list[date]:
    """Return every day up to the last known one, from the first that is shown."""
    if not known:
        return []
    last = max(known)
    first = max(min(known), last - timedelta(days=DAYS - 1))
    return [first + timedelta(days=nth) for nth in range((last - first).days + 1)]


def _picture(
    title: str,
    kind: type[Any],
    unit: str,
    rows: Iterable[tuple[Any, str, Any]],
    places: Sequence[str] = (),
) -> str:
    """Draw values by place (a day or none, else one of `places`) and series."""
    found = list(rows)
    if not found:
        return f"<h2>{escape(title)}</h2><p>表示するものがありません。</p>"
    days = _days({place for place, *_ in found if isinstance(place, date)})
    unknown = [None] if None in {place for place, *_ in found} else []
    x: list[Any] = list(places) or [*days, *unknown]
    config = Config(
        js=(),  # its default is a script from the network
        title=f"{title}({unit})",
        style=CleanStyle(font_family=_FONTS),
        legend_at_bottom=True,
        x_label_rotation=40,
        width=900,
        height=420,
        value_formatter=lambda value: f"{value:,.0f}",
    )
    chart = kind(config)
    chart.x_labels = [
        f"{each:%m/%d}" if isinstance(each, date) else each or UNKNOWN for each in x
    ]
    for series in dict.fromkeys(name for _, name, _ in found):
        values = {place: value for place, name, value in found if name == series}
        chart.add(series, [values.get(place) for place in x])
    svg = _SCRIPT.sub("", chart.render(is_unicode=True))
    return svg[svg.index("<svg") :]
