"""The licence key's life: ninety days, to 23:59:59 Japan time of the last one.

It is never renewed by itself (rms/order-api.md §1.2), and when it ends, order intake,
shipping reports and stock all stop at once: so people hear of it early, and once.
"""

import math
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from pydantic import SecretStr

from data.model.japan_time import JST, in_japan

WARN_AT_DAYS = (30, 14, 7, 3, 1)
FRESH_FOR = timedelta(minutes=30)
"""So long a new key may be refused although it is right (rms/order-api.md §1.2)."""
LAST_SECOND = time(23, 59, 59, tzinfo=JST)
NEW_KEY = (
    "RMSの「店舗様向け情報・サービス > WEB APIサービス」で新しいライセンスキーを"
    "発行し、rms-shop ブロックのライセンスキーと有効期限を書き換えてください。"
)


def end_of(last_day: date) -> datetime:
    """Give the instant a key ends whose last day a person typed in."""
    return datetime.combine(last_day, LAST_SECOND)


def has_ended(expires_at: datetime, now: datetime) -> bool:
    """Whether the key is over; its last second still counts."""
    return in_japan(now) >= in_japan(expires_at) + timedelta(seconds=1)


def days_left(expires_at: datetime, now: datetime) -> int:
    """Count the midnights in Japan until the key's last day: 0 on it, then below."""
    return (in_japan(expires_at).date() - in_japan(now).date()).days


def warning_due(left: int, last_warned: int | None) -> int | None:
    """Name the warning to give now, in days, or None.

    Each of 30, 14, 7, 3 and 1 is given once per key; of several that passed since
    the last look only the most urgent. `last_warned` is the last one given for this
    key, so it must start again as None with a new key.
    """
    passed = [days for days in WARN_AT_DAYS if left <= days]
    if not passed:
        return None
    urgent = min(passed)
    return urgent if last_warned is None or urgent < last_warned else None


def licence_sentence(expires_at: datetime, now: datetime) -> str:
    """Tell staff how long the key still lives and what to do about it."""
    last = f"{in_japan(expires_at):%Y-%m-%d %H:%M}"
    if has_ended(expires_at, now):
        fact = f"ライセンスキー (licence key) は {last} に期限が切れました"
        return f"{fact}。対処: {NEW_KEY}"
    left = days_left(expires_at, now)
    rest = "今日まで" if left == 0 else f"あと{left}日"
    said = f"ライセンスキー (licence key) の有効期限は{rest}({last})です。"
    return said if left > WARN_AT_DAYS[0] else f"{said}対処: 期限の前に、{NEW_KEY}"


def usable_from(first_seen_at: datetime) -> datetime:
    """Give the full minute from which a refusal of a new key is meant."""
    ready = in_japan(first_seen_at) + FRESH_FOR
    rest = math.ceil(ready.second + ready.microsecond / 1_000_000)
    return ready.replace(second=0, microsecond=0) + timedelta(minutes=bool(rest))


def key_fingerprint(license_key: SecretStr) -> str:
    """Name a key without telling it, to know a new one from the one before.

    Pasted blanks do not count: they are cut before the key is used.
    """
    key = license_key.get_secret_value().strip()
    return sha256(f"juchu licence key\n{key}".encode()).hexdigest()[:32]
