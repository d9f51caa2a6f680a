"""The licence key (ライセンスキー): when it ends, and when a refusal of it counts.

A key lives for ninety days, to 23:59:59 Japan time of the last one, and is never
renewed automatically (docs/rms/order-api.md §1.2). When it ends, order intake, shipping
reports and stock all stop at once, so staff are warned early, and once per step. In its
first half hour RMS may refuse a key that is right; see `judge_refusal`.
"""

import math
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from hashlib import sha256

from pydantic import SecretStr

from data.model.japan_time import JST, in_japan
from data.model.shops import rms_menus

WARN_AT_DAYS = (30, 14, 7, 3, 1)
FRESH_FOR = timedelta(minutes=30)
"""How long RMS may refuse a new key that is right (docs/rms/order-api.md §1.2)."""
LAST_SECOND = time(23, 59, 59, tzinfo=JST)
NEW_KEY = (
    f"RMSの「{rms_menus.APP}」で新しいライセンスキーを発行し、"
    "rms-shop ブロックのライセンスキーと有効期限を更新してください。"
)

NO_END = "このライセンスキーには有効期限がありません。対応は不要です。"
"""Of a key that RMS says has no end (DR0006): there is nothing to watch."""


class KeyRefusal(Enum):
    """What a refusal by RMS says about the key."""

    ENDED = auto()
    """The key is past its end."""
    TOO_EARLY = auto()
    """The key is new; the refusal does not count yet."""
    REAL = auto()
    """The key is really refused: it, the secret, or the function is at fault."""


def judge_refusal(
    first_seen_at: datetime, expires_at: datetime | None, now: datetime
) -> KeyRefusal:
    """Classify a refusal of a key that was first seen, and ends, at these times.

    `expires_at` None = not known. RMS gives the same code for all three cases
    (docs/rms/order-api.md §1.4).
    """
    if expires_at is not None and has_ended(expires_at, now):
        return KeyRefusal.ENDED
    if now < refusals_count_from(first_seen_at):
        return KeyRefusal.TOO_EARLY
    return KeyRefusal.REAL


def refusals_count_from(first_seen_at: datetime) -> datetime:
    """Return the first minute at which a refusal of a new key counts, in Japan time."""
    ready = in_japan(first_seen_at) + FRESH_FOR
    rest = math.ceil(ready.second + ready.microsecond / 1_000_000)
    return ready.replace(second=0, microsecond=0) + timedelta(minutes=bool(rest))


def end_of(last_day: date) -> datetime:
    """Return the last second of a key whose last day a person typed in."""
    return datetime.combine(last_day, LAST_SECOND)


def known_end(
    told: datetime | None, typed: datetime | None, answered_at: datetime | None
) -> datetime | None:
    """Return when a key ends: as RMS answered, else as a person entered it.

    A typed end is wrong once RMS has accepted the key after it: a former key's is
    easily left in the block.
    """
    if told is not None:
        return told
    return None if typed and answered_at and answered_at > typed else typed


def has_ended(expires_at: datetime, now: datetime) -> bool:
    """Return whether the key's last second is over.

    Nothing is added to the end: who types 9999-12-31 for a key without one names the
    last second that there is.
    """
    return in_japan(now) - timedelta(seconds=1) >= in_japan(expires_at)


def days_left(expires_at: datetime, now: datetime) -> int:
    """Count the midnights in Japan to the key's last day: 0 on it, then negative."""
    return (in_japan(expires_at).date() - in_japan(now).date()).days


def warning_due(left: int, last_warned: int | None) -> int | None:
    """Return the warning that is due now, as 30, 14, 7, 3 or 1 days; None = none.

    Each is given once per key; of several that were missed only the most urgent.
    `last_warned` is the last one given for this key: None again after a new key.
    """
    passed = [days for days in WARN_AT_DAYS if left <= days]
    if not passed:
        return None
    urgent = min(passed)
    return urgent if last_warned is None or urgent < last_warned else None


def licence_sentence(expires_at: datetime, now: datetime) -> str:
    """Write for shop staff how long the key is valid, and in the end what to do."""
    last = f"{in_japan(expires_at):%Y-%m-%d %H:%M}"
    if has_ended(expires_at, now):
        return f"ライセンスキーの有効期限が {last} に切れました。対処: {NEW_KEY}"
    left = days_left(expires_at, now)
    rest = "今日まで" if left == 0 else f"あと{left}日"
    sentence = f"ライセンスキーの有効期限は{rest}({last})です。"
    if left > WARN_AT_DAYS[0]:
        return sentence
    return f"{sentence}対処: 期限が切れる前に、{NEW_KEY}"


def key_fingerprint(license_key: SecretStr) -> str:
    """Hash a key, to recognise it later without storing it.

    Blanks pasted around it do not count: they are cut before the key is used.
    """
    key = license_key.get_secret_value().strip()
    return sha256(f"juchu licence key\n{key}".encode()).hexdigest()[:32]
