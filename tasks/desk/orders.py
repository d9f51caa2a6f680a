"""注文: one order by its number, with all that happened to it, and its people.

The only page that opens the warehouse and the only one with people's data. Each look at
an order is journalled before it is shown (`connectors.look_journal`).
"""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import Response

from connectors.look_journal import record_look
from data.model.mark import progress_word
from data.model.matter import MATTER_WORDS, MatterKind
from data.model.order import Mall
from data.model.shipping.shipment import DELIVERY_COMPANIES, NO_NUMBER
from data.model.stock import MOVEMENT_WORDS, MovementKind
from data.warehouse.orders.history import (
    MOST_FOUND,
    Event,
    FoundOrder,
    find_orders,
    history,
    opened,
)
from tasks.desk.frame import Page, Visit, get, post
from tasks.desk.words import LABEL_WORDS

NONE_FOUND: Final = (
    "この番号の注文はありません。対処: 注文番号(または末尾の6文字以上)を"
    "確認してください。取り込まれていない場合は、受注取込を実行してください。"
)
NOTICE_WORDS: Final = {
    "order": "注文",
    "changed": "注文内容の変更",
    "screening": "審査の結果",
    "caution": "要注意",
    "other": "その他",
}
SETTLED_WORDS: Final = {
    "stored": "注文を保存しました",
    "known": "注文は保存済みでした",
    "before_start": "開始日より前の注文のため、取り込みませんでした",
    "no_order": "注文番号のない通知でした",
    "refused": "注文を取得できませんでした",
    "exhausted": "1日待っても、RMSに注文がありませんでした",
}
SOURCE_WORDS: Final = {"api": "RMSから取得しました", "csv": "注文CSVを取り込みました"}
MARK_WORDS: Final = {
    "planned": "未送信",
    "sent": "送信中",
    "done": "完了",
    "refused": "RMSが拒否",
    "unknown": "不明",
}


def show_orders(visit: Visit) -> Response:
    """Return the page of the search."""
    return visit.show("orders.html", number="", found=None, what="")


def search(visit: Visit) -> Response:
    """Return the page of an order by its number; a choice where several fit.

    The number comes by a form, so that no address and no log has it.
    """
    number = visit.text("number")
    with opened(visit.settings.warehouse) as con:
        found = find_orders(con, number) if number else []
        chosen = _chosen(found, visit)
        if chosen is None:
            what = "" if found else NONE_FOUND
            return visit.show(
                "orders.html",
                number=number,
                found=found,
                what=what,
                most=MOST_FOUND,
            )
        known = history(con, chosen)
    record_look(
        visit.settings.looks,
        visit.desk.now(),
        visit.who,
        (chosen.mall, chosen.shop_id, chosen.order_number),
    )
    return visit.show(
        "order.html",
        shop=chosen.shop,
        known=known,
        at_mall=status_at_mall(chosen.mall, known.order["mall_status"]),
        events=[(event.at, in_words(event)) for event in known.events],
    )


def _chosen(found: list[FoundOrder], visit: Visit) -> FoundOrder | None:
    mall, shop_id = visit.text("mall"), visit.text("shop_id")
    if mall:
        found = [one for one in found if (one.mall, one.shop_id) == (mall, shop_id)]
        found = [one for one in found if one.order_number == visit.text("number")]
    return found[0] if len(found) == 1 else None


def status_at_mall(mall: str, status: str | None) -> str:
    """Return the mall's word for an order's state; for Rakuten's codes, ours."""
    return progress_word(status or "") if mall == Mall.RAKUTEN else status or ""


def in_words(event: Event) -> str:
    """Return what happened, in words."""
    return _WORDS[event.kind](event)


def _pieces(event: Event) -> str:
    return f"{event.number:+,}個" if event.number is not None else ""


def _why(event: Event) -> str:
    return f"。理由: {event.detail}" if event.detail else ""


def _status(event: Event) -> str:
    if event.what is None:
        return f"ステータスが「{event.detail}」になりました"
    return f"ステータスが「{event.what}」から「{event.detail}」になりました"


def _company(event: Event) -> str:
    company = DELIVERY_COMPANIES.get(event.detail or "", event.detail or "")
    return f"({company})" if company else ""


def _parcel(
    done: str, more: Callable[[Event], str] = lambda _: ""
) -> Callable[[Event], str]:
    """Return the words for what was done with a parcel, by its number if it has one."""

    def words(event: Event) -> str:
        if event.what == NO_NUMBER:
            return f"番号のない発送{done}{more(event)}"
        return f"送り状番号{done}: {event.what}{more(event)}"

    return words


def _mark(what: str) -> Callable[[Event], str]:
    return lambda e: f"{what}: {MARK_WORDS.get(e.what or '', e.what)}{_why(e)}"


_WORDS: Final[Mapping[str, Callable[[Event], str]]] = {
    "notice": lambda e: (
        f"通知を受け取りました({NOTICE_WORDS.get(e.what or '', e.what)})"
    ),
    "snapshot": lambda e: f"{SOURCE_WORDS[e.what or '']}(新しい内容)",
    "file": lambda _: "注文CSVから登録しました",
    "seen": lambda _: "現在の内容を最後に確認しました",
    "settled": lambda e: (
        f"通知を処理しました: {SETTLED_WORDS.get(e.what or '', e.what)}"
    ),
    "status": _status,
    "refusal": lambda e: f"取得できませんでした({e.what}){_why(e)}",
    "stock": lambda e: (
        f"在庫が動きました({MOVEMENT_WORDS[MovementKind(e.what or '')]}): "
        f"{e.detail} {_pieces(e)}"
    ),
    "adjusted": lambda e: f"在庫の手動調整を済ませました: {e.what}",
    "stock_told": lambda e: (
        f"モールに在庫数を転送し、確認しました: {e.what} {e.number:,}個"
    ),
    "label": lambda e: (
        f"送り状のファイルを作成しました({LABEL_WORDS.get(e.what or '', e.what)}、"
        f"送付先 {e.detail})"
    ),
    "shipment": _parcel("を取り込みました", _company),
    "shipment_sent": _parcel("をRMSに送信しました"),
    "shipment_verified": _parcel("がRMSに登録されました"),
    "shipment_refused": _parcel("をRMSが拒否しました", _why),
    "shipment_unknown": _parcel("がRMSに届いたか不明です", _why),
    "shipment_cancelled": _parcel("を取り消しました", _why),
    "shipment_replaced": _parcel("を別の番号に変更しました"),
    "tracking_file": _parcel("をモール用のファイルに書き出しました"),
    "mark_sub_status": _mark("サブステータスの変更"),
    "mark_memo": _mark("メモの追記"),
    "mark_cancel": _mark("キャンセルの登録"),
    "cleared": lambda _: "購入者の情報を削除しました",
    "dismissed": lambda e: (
        f"「{MATTER_WORDS[MatterKind(e.what or '')]}」を一覧から外しました{_why(e)}"
    ),
}
"""Every kind of `list_order_events`, in words."""

PAGE: Final = Page(
    "注文", "/orders", (get("/orders", show_orders), post("/orders", search))
)
