"""A matter: something that waits for a person, of one kind, known by its key.

The list is the view `needs_a_person`; every kind is a file of it (docs/rules.md 6.9).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple


class MatterKind(StrEnum):
    """The kinds, as a report lists them; the value is `needs_a_person.kind`."""

    SHOP_STOPPED = "shop_stopped"
    FUNCTION_STOPPED = "function_stopped"
    LICENCE_ENDING = "licence_ending"
    PARCEL_TO_STOP = "parcel_to_stop"
    CANCEL_REQUEST = "cancel_request"
    MARK_OPEN = "mark_open"
    ORDER_REFUSED = "order_refused"
    NOTICE_REFUSED = "notice_refused"
    ORDER_NOT_AT_MALL = "order_not_at_mall"
    AMOUNTS_OPEN = "amounts_open"
    STATUS_UNKNOWN = "status_unknown"
    CSV_REJECT = "csv_reject"
    CSV_WARNING = "csv_warning"
    STOCK_ADJUSTMENT = "stock_adjustment"
    STOCK_TO_TAKE_OFF = "stock_to_take_off"
    STOCK_TO_GIVE_BACK = "stock_to_give_back"
    ADJUSTMENT_OUTDATED = "adjustment_outdated"
    STOCK_HELD = "stock_held"
    STOCK_REFUSED = "stock_refused"
    SHIPMENT_REJECT = "shipment_reject"
    TRACKING_REFUSED = "tracking_refused"
    TRACKING_HALF_FILLED = "tracking_half_filled"
    TRACKING_NOT_CLOSED = "tracking_not_closed"
    HOURS_LOST = "hours_lost"
    RULE_BROKEN = "rule_broken"
    BYTES_LEFT = "bytes_left"
    FILE_REPAIRED = "file_repaired"


MATTER_WORDS: Final[Mapping[MatterKind, str]] = {
    MatterKind.SHOP_STOPPED: "RMSを呼び出せない店舗",
    MatterKind.FUNCTION_STOPPED: "使えないRMSの機能",
    MatterKind.LICENCE_ENDING: "期限が近いライセンスキー",
    MatterKind.PARCEL_TO_STOP: "止める荷物(キャンセル、お届け先や代金引換の変更)",
    MatterKind.CANCEL_REQUEST: "キャンセルの確定待ち",
    MatterKind.MARK_OPEN: "反映を確認する注文の操作",
    MatterKind.ORDER_REFUSED: "取得できなかった注文",
    MatterKind.NOTICE_REFUSED: "注文を取得できなかった通知",
    MatterKind.ORDER_NOT_AT_MALL: "RMSにない注文",
    MatterKind.AMOUNTS_OPEN: "金額が未確定の注文",
    MatterKind.STATUS_UNKNOWN: "ステータスが不明な注文",
    MatterKind.CSV_REJECT: "取り込めなかった注文CSVの行",
    MatterKind.CSV_WARNING: "確認が必要な注文CSVの警告",
    MatterKind.STOCK_ADJUSTMENT: "在庫の手動調整待ち",
    MatterKind.STOCK_TO_TAKE_OFF: "調整しないまま発送された注文の在庫",
    MatterKind.STOCK_TO_GIVE_BACK: "キャンセルされた注文の在庫",
    MatterKind.ADJUSTMENT_OUTDATED: "調整した後に変わった注文の在庫",
    MatterKind.STOCK_HELD: "増やさなかった在庫",
    MatterKind.STOCK_REFUSED: "転送できなかった在庫",
    MatterKind.SHIPMENT_REJECT: "取り込めなかった送り状番号の行",
    MatterKind.TRACKING_REFUSED: "報告できなかった送り状番号",
    MatterKind.TRACKING_HALF_FILLED: "空欄の残る発送情報",
    MatterKind.TRACKING_NOT_CLOSED: "報告済みで発送待ちの注文",
    MatterKind.HOURS_LOST: "復元で失われた時間の入力",
    MatterKind.RULE_BROKEN: "データベースの内容の矛盾",
    MatterKind.BYTES_LEFT: "ファイルに残っている購入者の情報",
    MatterKind.FILE_REPAIRED: "直前の状態に戻したデータベース",
}
"""What staff call each kind, in the same order."""


class Matter(NamedTuple):
    """One row of `needs_a_person`."""

    kind: MatterKind
    key: str
    mall: str
    shop_id: str
    order_number: str | None
    since: datetime
    what: str
    """What happened and what to do, in Japanese for staff, without personal data."""
