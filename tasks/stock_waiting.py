"""A reminder of adjustments by hand that have waited for more than a day."""

from datetime import timedelta
from typing import Final

from prefect import task
from prefect.events import emit_event

from data.warehouse.stock_waiting import LongWait, long_waits
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.warehouse import our_warehouse

TOO_LONG: Final = timedelta(days=1)
WAITING: Final = "juchu.stock.adjustment-waiting"
"""The event of each shop that lets adjustments wait, for automations."""


@task(name="adjustments-waiting", **SAFE_TO_REPEAT)
def adjustments_waiting() -> list[str]:
    """Say in Japanese which shops' adjustments have waited too long; announce each.

    CSV orders of other malls are kept under names that no morning is run for, so every
    shop of the warehouse is looked at.
    """
    with our_warehouse() as con:
        waits = long_waits(con, now() - TOO_LONG)
    for wait in waits:
        emit_event(
            WAITING,
            resource={"prefect.resource.id": f"juchu.stock.{wait.mall}.{wait.shop_id}"},
            payload={"lines": wait.lines, "since": wait.since.isoformat()},
        )
    return [reminder(wait) for wait in waits]


def reminder(wait: LongWait) -> str:
    """Tell a person what waits, since when, and what to do."""
    return (
        f"在庫の手動調整待ち: {wait.mall} {wait.shop_id} の {wait.lines:,}行"
        f"({wait.since:%m月%d日 %H:%M} から)。"
        "対処: `adjust-stock/manual` を実行してください (waiting for more than a day)"
    )
