"""Alarms: what somebody is told when it breaks, and once more when it is well again.

An alarm is one kind of trouble of one shop, or of the machine (no shop). The messages
name shops and numbers of cases, never a person or an order's content.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from data.model.japan_time import in_japan

LEAST_FREE: Final = 0.10
"""The part of the disk that must be free."""
FREE_AGAIN: Final = 0.12
"""Free enough to be well again: a disk at the edge must not ring every minute."""


class AlarmKind(StrEnum):
    """The kinds; the value is `alarms.kind` and part of the event's name."""

    PARCEL_TO_STOP = "parcel-to-stop"
    DAY_FAILED = "day-failed"
    DAY_MISSING = "day-missing"
    SHOP_STOPPED = "shop-stopped"
    LICENCE_ENDING = "licence-ending"
    NOTICE_WAITING = "notice-waiting"
    NOTICES_SILENT = "notices-silent"
    NOTICES_MISSED = "notices-missed"
    REJECTED = "rejected"
    PUSH_REFUSED = "push-refused"
    STOCK_LATE = "stock-late"
    OUTCOME_UNKNOWN = "outcome-unknown"
    INVARIANT_BROKEN = "invariant-broken"
    DISK_LOW = "disk-low"
    BACKUP_OLD = "backup-old"


ALARM_WORDS: Final[Mapping[AlarmKind, str]] = {
    AlarmKind.PARCEL_TO_STOP: "荷物を止めてください",
    AlarmKind.DAY_FAILED: "朝の処理が失敗しました",
    AlarmKind.DAY_MISSING: "朝の処理が26時間以上実行されていません",
    AlarmKind.SHOP_STOPPED: "RMSを呼び出せません",
    AlarmKind.LICENCE_ENDING: "ライセンスキーの期限が近づいています",
    AlarmKind.NOTICE_WAITING: "通知の処理が遅れています",
    AlarmKind.NOTICES_SILENT: "楽天からの通知が届いていません",
    AlarmKind.NOTICES_MISSED: "通知のない注文がありました",
    AlarmKind.REJECTED: "取り込めなかったものがあります",
    AlarmKind.PUSH_REFUSED: "RMSに拒否されたものがあります",
    AlarmKind.STOCK_LATE: "在庫の転送が遅れています",
    AlarmKind.OUTCOME_UNKNOWN: "RMSに届いたか不明なものがあります",
    AlarmKind.INVARIANT_BROKEN: "データベースの内容に矛盾があります",
    AlarmKind.DISK_LOW: "ディスクの空きが少なくなっています",
    AlarmKind.BACKUP_OLD: "確認済みのバックアップが26時間以上ありません",
}
"""What staff read as the subject of the message."""

SEEN_BY_DAY: Final = frozenset({AlarmKind.DAY_FAILED, AlarmKind.INVARIANT_BROKEN})
"""Only the day knows of these: a drain neither raises nor ends them."""
SEEN_BY_DRAIN: Final = frozenset(AlarmKind) - SEEN_BY_DAY


class Alarm(NamedTuple):
    """One trouble of now."""

    kind: AlarmKind
    shop: str
    """Handle, "" for the machine."""
    what: str
    """What happened and what to do (対処), for staff."""


class AlarmMessage(NamedTuple):
    """The subject and body of the message that an alarm sends."""

    subject: str
    body: str


class Silence(NamedTuple):
    """When no notice is a sign of trouble: after so long, within the shop's hours."""

    hours: float
    """0 = never."""
    opens: int
    closes: int

    def quiet_since(self, now: datetime) -> datetime | None:
        """Return the moment since which a notice must have come; None: not yet.

        The night is not counted: at opening time the silence begins anew.
        """
        here = in_japan(now)
        opened = datetime.combine(here, time(self.opens), here.tzinfo)
        closed = opened + timedelta(hours=self.closes - self.opens)
        since = here - timedelta(hours=self.hours)
        return since if self.hours and opened <= since and here < closed else None


def is_low(free: int, size: int, *, was_low: bool) -> bool:
    """Return whether the disk has too little room left, in bytes free of its size."""
    return free < size * (FREE_AGAIN if was_low else LEAST_FREE)


def raised_message(alarm: Alarm) -> AlarmMessage:
    """Return the message that is sent when it breaks."""
    return AlarmMessage(_subject("障害", alarm.kind, alarm.shop), alarm.what)


def healed_message(kind: AlarmKind, shop: str, since: datetime) -> AlarmMessage:
    """Return the message that is sent when it is well again."""
    begun = f"{in_japan(since):%m月%d日 %H:%M}"
    return AlarmMessage(
        _subject("復旧", kind, shop),
        f"{begun}からの「{ALARM_WORDS[kind]}」は、解消しました。対処: 必要ありません。",
    )


def _subject(what: str, kind: AlarmKind, shop: str) -> str:
    of_shop = f"({shop})" if shop else ""
    return f"【受注 {what}】{ALARM_WORDS[kind]}{of_shop}"


def now_broken(
    found: Collection[Alarm], looked_for: Collection[AlarmKind]
) -> dict[tuple[AlarmKind, str], Alarm]:
    """Return the alarms by kind and shop, those of kinds looked for only."""
    return {(a.kind, a.shop): a for a in found if a.kind in looked_for}
