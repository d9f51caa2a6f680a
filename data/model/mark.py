"""The clerk's marks on an order at Rakuten: sub-status, memo, cancellation.

Source of the codes: docs/rms/order-api.md §2.1, §4.4, §4.7, §4.8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

BEFORE_SHIPPING: Final = frozenset({100, 200, 300})
"""Where cancelOrder works; it is refused while a shipping date is registered."""
AFTER_SHIPPING: Final = frozenset({500, 600, 700, 800})
"""Where cancelOrderAfterShipping works, once the goods are back."""
PROGRESS_WORDS: Final[Mapping[int, str]] = {
    100: "注文確認待ち",
    200: "楽天処理中",
    300: "発送待ち",
    400: "変更確定待ち",
    500: "発送済",
    600: "支払手続き中",
    700: "支払手続き済",
    800: "キャンセル確定待ち",
    900: "キャンセル確定",
}
"""What RMS's own screens call an orderProgress (order-api.md §6)."""
CANCELLED: Final = 900
CANCEL_SHOWS: Final = frozenset({800, 900})
"""Where an order stands after a cancellation that RMS took."""
LONGEST_MEMO: Final = 1000
MEMO_BYTES: Final = 4000


def progress_word(progress: int | str) -> str:
    """Return an orderProgress as staff read it at RMS, its code behind it."""
    code = str(progress)
    word = PROGRESS_WORDS.get(int(code)) if code.isdecimal() else None
    return f"{word}({code})" if word else code


class MarkKind(StrEnum):
    """What is done to an order; the value is the word in tables."""

    SUB_STATUS = "sub_status"
    MEMO = "memo"
    CANCEL = "cancel"


class MarkState(StrEnum):
    """Where a mark stands; the value is the word in tables."""

    PLANNED = "planned"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class MarkOutcome(StrEnum):
    """What one answer says of an order; of several the first here decides."""

    REFUSED = "refused"
    READ_FIRST = "read_first"
    """Refused, unless the order shows that it was done before."""
    UNKNOWN = "unknown"
    LOOK = "look"
    """Done, but something beside it needs a look."""
    DONE = "done"


@dataclass(frozen=True)
class Marked:
    """RMS's answer about one order; UNKNOWN says neither yes nor no."""

    order_number: str
    outcome: MarkOutcome
    code: str
    reason: str


class SubStatus(NamedTuple):
    """A sub-status of the shop's own, and the orderProgress that it belongs to."""

    sub_status_id: int
    name: str
    progress: int


@dataclass(frozen=True)
class Payment:
    """One payment of an order, without anything personal."""

    number: str
    method: int | None
    amount: int | None
    status: int | None
    asked_at: datetime | None
    fixed_at: datetime | None
    cancelled_at: datetime | None


CANCEL_REASONS: Final[Mapping[int, str]] = {
    1: "お客様都合: キャンセル",
    2: "お客様都合: 受取後の返品",
    3: "お客様都合: 長期不在による受取拒否",
    4: "お客様都合: 未入金",
    5: "お客様都合: 代引決済の受取拒否",
    6: "お客様都合: その他",
    8: "店舗都合: 欠品",
    10: "店舗都合: その他",
    13: "店舗都合: 発送遅延",
    14: "店舗都合: 顧客・配送対応注意表示",
    15: "店舗都合: 返品(破損・品間違い)",
}
RESTORE_STOCK: Final[Mapping[int, str]] = {
    0: "商品の設定に従う",
    1: "在庫を戻す",
    2: "在庫を戻さない",
}
PAYMENT_METHODS: Final[Mapping[int, str]] = {
    1: "クレジットカード",
    2: "代金引換",
    3: "後払い",
    4: "ショッピングクレジット/ローン",
    5: "オートローン",
    6: "リース",
    7: "請求書払い",
    8: "ポイント",
    9: "銀行振込",
    12: "Apple Pay",
    13: "セブンイレブン(前払)",
    14: "ファミリーマート、ローソン等(前払)",
    16: "Alipay",
    17: "PayPal",
    21: "後払い決済",
    27: "Alipay(支付宝)",
}
PAYMENT_STATES: Final[Mapping[int, str]] = {
    30000: "なし",
    30100: "手続き開始待ち",
    30110: "手続き開始待ち",
    30200: "手続き中",
    30300: "手続き完了",
    30400: "手続き失敗",
    30500: "請求中",
    30600: "請求済み",
    30610: "請求済み(取消失敗)",
    30700: "請求失敗",
    30710: "請求失敗(店舗対応)",
    31100: "手続き取消中",
    31110: "手続き取消中",
    31120: "手続き取消中",
    31200: "手続き取消済み",
    31300: "手続き取消失敗",
    31400: "請求取消中",
    31410: "請求取消中",
    31420: "請求取消中",
    31500: "請求取消済み",
    31800: "チャージバック",
}
PAYMENT_NEEDS_A_LOOK: Final = frozenset({30400, 30610, 30700, 30710, 31300, 31800})
"""States in which the shop has to act."""
