"""What ends each kind of matter: a page of the desk, a run, or RMS itself."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from data.model.matter import MatterKind


class Remedy(NamedTuple):
    """What a person does, and where; `path` is "" for what is done at RMS alone."""

    words: str
    path: str


def _run(words: str, deployment: str) -> Remedy:
    return Remedy(words, f"/runs/new/{deployment}")


_CHECK: Final = _run("接続チェックを実行します", "check-connection/0850")
_PUSH: Final = _run("RMSの商品を確認し、在庫転送を実行します", "push-inventory/0900")
_INGEST: Final = _run("RMSで注文を確認し、受注取込を実行します", "ingest-orders/0900")
_TRACKING: Final = _run("RMSで注文を確認し、発送報告を実行します", "push-tracking/0900")
_AT_RMS: Final = "確認が済んだら、一覧から外します"

REMEDIES: Final[Mapping[MatterKind, Remedy]] = {
    MatterKind.SHOP_STOPPED: _CHECK,
    MatterKind.FUNCTION_STOPPED: _CHECK,
    MatterKind.LICENCE_ENDING: _run(
        "RMSで新しいキーを発行し、登録してから接続チェックを実行します",
        "check-connection/0850",
    ),
    MatterKind.PARCEL_TO_STOP: Remedy(f"荷物を止めます。{_AT_RMS}", ""),
    MatterKind.CANCEL_REQUEST: Remedy(
        "発送を止め、RMSの受注画面でキャンセルを確定します", ""
    ),
    MatterKind.MARK_OPEN: Remedy(f"RMSの受注画面で確認します。{_AT_RMS}", ""),
    MatterKind.ORDER_REFUSED: _INGEST,
    MatterKind.NOTICE_REFUSED: _INGEST,
    MatterKind.ORDER_NOT_AT_MALL: Remedy(
        f"RMSの受注画面で注文番号と店舗を確認します。{_AT_RMS}", ""
    ),
    MatterKind.AMOUNTS_OPEN: Remedy("モールの管理画面で金額を確定します", ""),
    MatterKind.STATUS_UNKNOWN: Remedy(
        f"RMSの受注画面でステータスを確認します。{_AT_RMS}", ""
    ),
    MatterKind.CSV_REJECT: Remedy(
        "ダウンロードし直すか行を修正して、もう一度取り込みます", "/files?kind=orders"
    ),
    MatterKind.CSV_WARNING: Remedy(
        f"モールの管理画面で注文を確認します。{_AT_RMS}", ""
    ),
    MatterKind.STOCK_ADJUSTMENT: Remedy("在庫を調整します", "/adjust"),
    MatterKind.STOCK_TO_TAKE_OFF: Remedy(
        f"棚卸を取り込みます。{_AT_RMS}", "/files?kind=stock"
    ),
    MatterKind.STOCK_TO_GIVE_BACK: Remedy(
        f"棚の数と違えば、棚卸を取り込みます。{_AT_RMS}", "/files?kind=stock"
    ),
    MatterKind.ADJUSTMENT_OUTDATED: Remedy(
        f"棚の数と違えば、棚卸を取り込みます。{_AT_RMS}", "/files?kind=stock"
    ),
    MatterKind.STOCK_HELD: Remedy("在庫を調整します", "/adjust"),
    MatterKind.STOCK_REFUSED: _PUSH,
    MatterKind.SHIPMENT_REJECT: Remedy(
        "行を修正して、もう一度取り込みます", "/files?kind=shipments"
    ),
    MatterKind.TRACKING_REFUSED: _TRACKING,
    MatterKind.TRACKING_HALF_FILLED: Remedy(
        "RMSの受注画面で発送情報の空欄を入力します", ""
    ),
    MatterKind.TRACKING_NOT_CLOSED: Remedy("RMSの受注画面で発送済みに変更します", ""),
    MatterKind.HOURS_LOST: Remedy(
        "控えを見て入力し直し、一覧から外します(それまで在庫数は増やしません)", ""
    ),
    MatterKind.RULE_BROKEN: Remedy("管理者に連絡します", ""),
    MatterKind.BYTES_LEFT: Remedy("管理者に連絡します", ""),
    MatterKind.FILE_REPAIRED: Remedy(f"対応は不要です。{_AT_RMS}", ""),
}
"""Every kind; a test compares."""
