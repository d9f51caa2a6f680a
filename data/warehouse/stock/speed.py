"""How fast a level comes to show at the mall, from its cause to the proof."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from data.model.alarm import Alarm, AlarmKind
from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shops.onboarding import Stage
from data.model.stock_link import StockLink
from data.warehouse.handles import make_handle_of
from data.warehouse.session import Connection
from data.warehouse.shops import make_closed_shops
from data.warehouse.statements import SQL

OF: Final = timedelta(hours=24)
"""Whose levels a report and the numbers are about: those verified in this time."""
AFTER_A_REST: Final = timedelta(minutes=15)
"""How long after an hour of silence nobody is told that levels wait."""


@dataclass(frozen=True)
class StockSpeed:
    """One shop's levels of the last day, and what waits now; seconds.

    median_s, p99_s  from the cause to the proof; None where none was verified
    oldest           since when the first of the `due` levels waits
    """

    mall: str
    shop_id: str
    shop: str
    levels: int
    median_s: float | None
    p99_s: float | None
    due: int
    oldest: datetime | None
    link: StockLink

    def age_s(self, at: datetime) -> float:
        """Return for how long the oldest due level has waited, 0 if none waits."""
        return max(0.0, (at - self.oldest).total_seconds()) if self.oldest else 0.0


def stock_speeds(con: Connection, at: datetime) -> tuple[StockSpeed, ...]:
    """Return the speed of every shop with levels verified lately, or waiting."""
    given = {"since": at - OF, "mall": Mall.RAKUTEN.value, "live": Stage.LIVE.value}
    make_handle_of(con)
    make_closed_shops(con)
    rows = SQL.run(con, "measure_stock_speed", given).fetchall()
    return tuple(_speed(*row) for row in rows)


def _speed(*row: Any) -> StockSpeed:
    *known, is_on, silent_hours = row
    names = [field.name for field in fields(StockSpeed)][:-1]
    named = dict(zip(names, known, strict=True))
    return StockSpeed(**named, link=StockLink(is_on, silent_hours))


def late_stock(
    speeds: Sequence[StockSpeed], at: datetime, target_s: float
) -> list[Alarm]:
    """Return an alarm for each shop whose oldest due level waits beyond the target.

    None for a shop whose stock link rests now or did just before, nor with a target of
    0.
    """
    return [
        Alarm(
            AlarmKind.STOCK_LATE,
            one.shop,
            f"モールに転送していない在庫数が{one.due:,}件あります。最も古いものは"
            f"{in_japan(one.oldest):%m月%d日 %H:%M} からです(目標は{target_s:,.0f}秒)。"
            "対処: 常駐プロセス(make watch)が動いていることと、push-inventory の"
            "実行の内容を確認してください。",
        )
        for one in speeds
        if target_s
        and one.oldest is not None
        and one.age_s(at) > target_s
        and not one.link.rests(at)
        and not one.link.rests(at - AFTER_A_REST)
    ]
