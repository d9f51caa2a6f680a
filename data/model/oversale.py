"""Why a SKU was oversold: what the mall was not told in time, and where it got stuck.

A sale oversells where it takes the stock below zero. Its listing showed a number that
was too high, because something sold elsewhere had not arrived there. The news of such a
sale goes a way: a notice of it comes, its order is stored, a push is sent and verified.
The stretch on which it was when the SKU was oversold names the cause.

A stretch is no fault by itself: even a healthy desk takes some seconds from a sale to
the next mall's number. So what left evidence is named first, then the burst that no
desk can beat without safety stock, then the stretch that took too long. What none of
these explains is unknown; a cause is never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from data.model.stock import PushState
from data.model.stock_link import StockLink

PACE: Final = timedelta(seconds=60)
"""A healthy desk tells a mall within this (docs/rules.md 6.5)."""
READS_ORDERS: Final = frozenset({"", "getOrder", "searchOrder"})
MOVES_STOCK: Final = frozenset({"", "inventories.bulk.get", "inventories.bulk.upsert"})
"""Functions by which orders come in and levels go out; "" = all of the shop's."""


class TroubleKind(StrEnum):
    """Why a call of RMS had no usable answer; the value is the word in tables."""

    MAINTENANCE = "maintenance"
    REFUSED = "refused"
    OTHER = "other"


class Cause(StrEnum):
    """Why a SKU was oversold."""

    NOTICE_LOST = "notice_lost"
    NOTICE_LATE = "notice_late"
    DRAIN_STOPPED = "drain_stopped"
    PUSH_REFUSED = "push_refused"
    PUSH_UNKNOWN = "push_unknown"
    MAINTENANCE = "maintenance"
    REFUSED = "refused"
    EDITED = "edited"
    WRONG_COUNT = "wrong_count"
    BURST = "burst"
    OTHER_CHANNEL = "other_channel"
    LINK_RESTS = "link_rests"
    UNKNOWN = "unknown"


CAUSE_WORDS: Final = {
    Cause.NOTICE_LOST: "楽天からの通知が届かなかった",
    Cause.NOTICE_LATE: "楽天からの通知が遅れて届いた",
    Cause.DRAIN_STOPPED: "通知は届いたが、受注の取り込みが止まっていた",
    Cause.PUSH_REFUSED: "在庫転送がRMSに拒否された",
    Cause.PUSH_UNKNOWN: "在庫転送の結果を確認できなかった",
    Cause.MAINTENANCE: "RMSがメンテナンス中または混雑中だった",
    Cause.REFUSED: "RMSのライセンスキーまたは利用機能が使えなかった",
    Cause.EDITED: "RMSの画面などで、在庫数が変更された",
    Cause.WRONG_COUNT: "棚卸の数が実際より多かった",
    Cause.BURST: "安全在庫が足りず、在庫転送より速く続けて売れた",
    Cause.OTHER_CHANNEL: "CSVで取り込んだほかの販路の注文が、手動調整を待っていた",
    Cause.LINK_RESTS: "在庫連動がオフ、または転送を止める時間帯だった",
    Cause.UNKNOWN: "不明",
}
"""The cause, for shop staff."""
CAUSE_TO_DO: Final = {
    Cause.NOTICE_LOST: "RMSの通知の設定と、受信(make receiver)が動いているかを"
    "確認してください",
    Cause.NOTICE_LATE: "安全在庫を設定してください。続く場合は、楽天に"
    "通知の遅れを問い合わせてください",
    Cause.DRAIN_STOPPED: "drain-notices が動いているか(ワーカーの停止、実行の失敗)を"
    "確認してください",
    Cause.PUSH_REFUSED: "報告「inventory-report」の理由に従って修正してください",
    Cause.PUSH_UNKNOWN: "push-inventory を実行し、RMSの在庫数を確認してください",
    Cause.MAINTENANCE: "メンテナンスの前に安全在庫を増やすか、販売を止めてください",
    Cause.REFUSED: "check-connection を実行し、結果に従って修正してください",
    Cause.EDITED: "在庫数は juchu で変更してください(棚卸、手動調整)",
    Cause.WRONG_COUNT: "棚卸をやり直してください",
    Cause.BURST: "このSKUに安全在庫を設定してください",
    Cause.OTHER_CHANNEL: "adjust-stock で調整してください",
    Cause.LINK_RESTS: "店舗の「在庫連動」と「転送を止める時間帯」を確認してください",
    Cause.UNKNOWN: "報告「why-oversold」の一覧を確認し、わからない場合は"
    "開発者に連絡してください",
}
"""What to do about it."""


class Oversale(NamedTuple):
    """The sale that is asked about.

    level     pieces there were after it, by when each sale was made, not when it was
              known; below zero: this sale oversold
    verified  what its listing showed when it was last proven, None if it never was
    sold      pieces that listing sold since, this sale among them
    given     pieces that cancellations gave back there since
    """

    mall: str
    shop_id: str
    order_number: str
    manage_number: str
    variant_id: str
    at: datetime
    units: int
    level: int
    verified: int | None
    verified_at: datetime | None
    verified_seq: int
    sold: int
    given: int


class Untold(NamedTuple):
    """Pieces that were gone before the sale, and of which its listing was not told."""

    kind: str
    mall: str | None
    shop_id: str | None
    order_number: str | None
    units: int
    at: datetime
    known_at: datetime
    seq: int
    noticed_at: datetime | None


class TriedPush(NamedTuple):
    """A push of the sale's listing that was planned before the sale."""

    state: PushState
    level_seq: int
    offered: int
    planned_at: datetime
    sent_at: datetime | None
    verified_at: datetime | None

    def raised(self, shown: int, at: datetime) -> bool:
        """Return whether the listing may have shown more by it at that moment.

        A push that was proven after the sale may have arrived before it.
        """
        may_show = self.is_unproven() or self.verified_at is not None
        left = self.sent_at is not None and self.sent_at <= at
        return may_show and left and self.offered > shown

    def is_unproven(self) -> bool:
        """Return whether it was sent, and nobody knows what the mall showed then."""
        open_ends = (PushState.UNKNOWN, PushState.SENT, PushState.SUPERSEDED)
        return self.sent_at is not None and self.state in open_ends


class Trouble(NamedTuple):
    """When a function of a shop did not answer as it should."""

    mall: str
    shop_id: str
    function: str
    kind: TroubleKind
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class OversaleFacts:
    """What the warehouse knows about a sale.

    waiting     pieces of orders created by CSV that nobody had adjusted at that moment
    waiting_at  when the first of those orders was placed
    recount_at  when a later count found fewer pieces than the ledger had
    link        what the sale's shop had set of its stock link
    """

    sale: Oversale
    untold: Sequence[Untold] = ()
    pushes: Sequence[TriedPush] = ()
    troubles: Sequence[Trouble] = ()
    waiting: int = 0
    waiting_at: datetime | None = None
    recount_at: datetime | None = None
    link: StockLink | None = None


class Verdict(NamedTuple):
    """The cause, and from when until when the mall showed too much."""

    cause: Cause
    since: datetime | None
    until: datetime


def judge_oversale(facts: OversaleFacts) -> Verdict:
    """Return the cause of a sale that should not have been possible."""
    sale = facts.sale
    if sale.verified is not None and sale.sold > sale.verified + sale.given:
        raised = [p for p in facts.pushes if p.raised(sale.verified, sale.at)]
        if not raised:
            return Verdict(Cause.EDITED, sale.verified_at, sale.at)
        if any(push.is_unproven() for push in raised):
            return Verdict(Cause.PUSH_UNKNOWN, sale.verified_at, sale.at)
    if sale.level < 0 and facts.untold:
        first = min(facts.untold, key=lambda one: (one.at, one.seq))
        return Verdict(_stuck(first, facts), first.at, sale.at)
    if facts.waiting > max(sale.level, 0):
        return Verdict(Cause.OTHER_CHANNEL, facts.waiting_at, sale.at)
    if facts.recount_at is not None:
        return Verdict(Cause.WRONG_COUNT, None, sale.at)
    return Verdict(Cause.UNKNOWN, None, sale.at)


def _stuck(untold: Untold, facts: OversaleFacts) -> Cause:
    """Return where on its way the news was when the sale was made."""
    if untold.known_at <= facts.sale.at:
        return _not_sent(untold, facts)
    if untold.kind == "count":
        return Cause.WRONG_COUNT
    if untold.kind != "order":
        return Cause.UNKNOWN
    return _not_known(untold, facts)


def _not_known(untold: Untold, facts: OversaleFacts) -> Cause:
    """Return why the order was not stored yet when the sale was made."""
    at, noticed_at = facts.sale.at, untold.noticed_at
    if noticed_at is not None and noticed_at <= at:
        place = (untold.mall, untold.shop_id)
        trouble = _trouble(facts, place, READS_ORDERS, noticed_at, untold.known_at)
        if trouble:
            return trouble
    if at - untold.at <= PACE:
        return Cause.BURST
    if noticed_at is None:
        return Cause.NOTICE_LOST
    return Cause.NOTICE_LATE if noticed_at > at else Cause.DRAIN_STOPPED


def _not_sent(untold: Untold, facts: OversaleFacts) -> Cause:
    """Return why the stored order had not reached the sale's listing."""
    sale = facts.sale
    tried = [push for push in facts.pushes if push.level_seq >= untold.seq]
    if any(push.state is PushState.REFUSED for push in tried):
        return Cause.PUSH_REFUSED
    place = (sale.mall, sale.shop_id)
    trouble = _trouble(facts, place, MOVES_STOCK, untold.known_at, sale.at)
    if trouble:
        return trouble
    if any(push.is_unproven() for push in tried):
        return Cause.PUSH_UNKNOWN
    if facts.link and not tried and _rested(facts.link, untold.known_at, sale.at):
        return Cause.LINK_RESTS
    return Cause.BURST if sale.at - untold.at <= PACE else Cause.UNKNOWN


def _rested(link: StockLink, known_at: datetime, at: datetime) -> bool:
    """Return whether the link rested then, or up to a minute before, since it knew.

    When hours of silence end, even a healthy desk takes a while.
    """
    return any(link.rests(moment) for moment in (at, max(known_at, at - PACE)))


def _trouble(
    facts: OversaleFacts,
    place: tuple[str | None, str | None],
    functions: frozenset[str],
    since: datetime,
    until: datetime,
) -> Cause | None:
    kinds = {
        one.kind
        for one in facts.troubles
        if (one.mall, one.shop_id) == place
        and one.function in functions
        and one.first_at <= until
        and one.last_at >= since
    }
    if TroubleKind.REFUSED in kinds:
        return Cause.REFUSED
    return Cause.MAINTENANCE if TroubleKind.MAINTENANCE in kinds else None
