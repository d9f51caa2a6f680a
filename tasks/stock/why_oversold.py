"""Why a SKU was oversold: asked of the warehouse alone, and told to shop staff."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from data.model.japan_time import in_japan
from data.model.oversale import CAUSE_TO_DO, CAUSE_WORDS
from data.model.shops.shop import ShopHandle
from data.model.stock import MOVEMENT_WORDS, PUSH_WORDS
from data.model.typed.name import in_short
from data.model.typed.time import last_moment_of
from data.warehouse.stock.why_oversold import (
    Explained,
    SkuEvent,
    sku_named,
    why_oversold,
)
from tasks.machine import now, our_warehouse
from tasks.rms import shop_of_now
from tasks.runs.report import counts, ended, page, section, table
from tasks.runs.retrying import SAFE_TO_REPEAT

KEY: Final = "why-oversold"
MOST_EVENTS: Final = 200
"""Rows of the list; a longer history keeps those next to the sale."""
EVENT_WORDS: Final = {
    "sold": "販売",
    "noticed": "通知を受信",
    "stored": "受注を取り込み",
    "csv": "CSVの注文",
    "read": "RMSの在庫数を確認",
    "sent": "在庫数を転送",
    "verified": "反映を確認",
    "trouble": "RMSの呼び出しに失敗",
    "link": "在庫連動の設定",
    "link_off": "在庫連動をオフ",
    **{kind.value: word for kind, word in MOVEMENT_WORDS.items() if kind != "order"},
    **{state.value: word for state, word in PUSH_WORDS.items() if state != "verified"},
}
UNSURE: Final = (
    "記録から原因を特定できませんでした。推測はしません。下の一覧で、販売の前に止まっている"
    "ところを確認してください。"
)
NOT_BELOW: Final = (
    "この日時までに在庫数が0を下回った記録はありません。最後の販売について調べました。"
)


class NothingSold(LookupError):
    """The SKU is not known, or was never sold before that moment."""


def explain_oversale(
    shop: ShopHandle, sku: str, at: datetime | str | None
) -> State[Any]:
    """Report why the SKU was oversold before a moment, and what happened around it."""
    moment = last_moment_of(at, "日時") or now()
    explained = explain(shop, sku.strip(), moment)
    words = CAUSE_WORDS[explained.verdict.cause]
    create_markdown_artifact(
        key=KEY, markdown=oversale_report(explained), description="売り越しの原因"
    )
    to_do = CAUSE_TO_DO[explained.verdict.cause]
    return ended(f"売り越しの原因: {words}。対処: {to_do}。")


@task(name="explain-oversale", **SAFE_TO_REPEAT)
def explain(shop: ShopHandle, sku: str, at: datetime) -> Explained:
    """Return what the warehouse knows of it.

    Raises:
        NothingSold: the SKU is not known, or had sold nothing by then.

    """
    known = shop_of_now(shop)
    with our_warehouse() as con:
        name = sku_named(con, known.shop_id, sku, mall=known.mall)
        found = why_oversold(con, name, at) if name else None
    if found is None:
        raise NothingSold(
            f"SKU {in_short(sku)} の販売の記録がありません。対処: 自社SKU、または"
            "「商品管理番号/SKU管理番号」と、日時を確認してください。"
        )
    return found


def oversale_report(explained: Explained) -> str:
    """Return in Markdown the cause, the gap, and every event minute by minute."""
    sale, verdict = explained.facts.sale, explained.verdict
    to_do = CAUSE_TO_DO[verdict.cause]
    return page(
        f"売り越しの原因 ({explained.sku})",
        section(
            CAUSE_WORDS[verdict.cause],
            UNSURE if verdict.cause == "unknown" else "",
            "" if sale.level < 0 else NOT_BELOW,
            f"対処: {to_do}。",
        ),
        counts(
            {
                "RMSの数が実際と違い始めた時刻": _time(verdict.since),
                "売り越した販売の時刻": _time(sale.at),
                "店舗番号": sale.shop_id,
                "注文番号": sale.order_number,
                "売れた個数": sale.units,
                "販売後の在庫数": sale.level,
                "確認していたRMSの数": sale.verified,
                "手動調整を待っていた個数": explained.facts.waiting,
            }
        ),
        section("起きたこと", _timeline(_nearest(explained.events, sale.at))),
    )


def _nearest(events: Sequence[SkuEvent], at: datetime) -> list[SkuEvent]:
    """Return at most so many events next to the sale, in their order."""
    near = sorted(events, key=lambda one: abs(one.at - at))[:MOST_EVENTS]
    return sorted(near, key=lambda one: one.at)


def _timeline(events: Sequence[SkuEvent]) -> str:
    rows: list[tuple[object, ...]] = []
    for minute, of_minute in groupby(events, key=lambda one: f"{_time(one.at)[:-3]}"):
        for first, one in enumerate(of_minute):
            rows.append(
                (
                    "" if first else minute,
                    _time(one.at)[-8:],
                    EVENT_WORDS.get(one.kind, one.kind),
                    one.shop_id or "",
                    one.order_number or "",
                    "" if one.units is None else one.units,
                    one.what or "",
                )
            )
    head = ("分", "時刻", "出来事", "店舗番号", "注文番号", "個数", "内容")
    return table(head, rows)


def _time(moment: datetime | None) -> str:
    return f"{in_japan(moment):%Y-%m-%d %H:%M:%S}" if moment else "―"
