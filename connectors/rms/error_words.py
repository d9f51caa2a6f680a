"""The Japanese words for RMS's error codes: what shop staff should do next.

`BY_CODE` holds one sentence per message code; the constants above it are the advice for
situations without a code (a lost answer, maintenance, a refused key).
"""

from collections.abc import Sequence

from connectors.rms.messages import RmsMessage

TRY_LATER = (
    "しばらく待って同じ処理を再実行してください。"
    "続く場合はRMSのお知らせで障害・メンテナンス情報を確認してください。"
)
MAINTENANCE = (
    "RMSがメンテナンス中または混雑中です。"
    "RMSのお知らせで終了時刻を確認し、終了後に再実行してください。"
)
SLOW_DOWN = (
    "同じライセンスキーを使う他のツールを止めるか、時間をおいて再実行してください。"
)
READ_THEN_DECIDE = (
    "反映されたかどうか不明です。再送せず、"
    "まずRMSで該当注文の状態を確認してから判断してください。"
)
READ_STOCK_THEN_DECIDE = (
    "在庫数が反映されたかどうか不明です。再送せず、"
    "まずRMSの現在の在庫数を確認してから判断してください。"
)
CHECK_THE_KEY = (
    "RMSのWEB APIサービスで、ライセンスキーの期限、serviceSecret、"
    "利用機能の設定を確認し、新しいキーを店舗設定に登録してください"
    "（発行直後は30分ほど使えないことがあります）。"
)
AFTER_A_WRITE = (
    "まず接続チェックを実行してください。"
    "成功した場合、キーは正常で、この注文・商品だけの問題です。"
    "失敗した場合は、ライセンスキーの期限と利用機能の設定を確認してください。"
)
CHECK_THE_ADDRESS = (
    "接続先が違う可能性があります。JUCHU_RMS_URLの設定を確認してください。"
)
SHAPE_CHANGED = (
    "RMSの応答の形式が想定と異なります。"
    "RMSの仕様変更のお知らせを確認し、juchuの開発者に連絡してください。"
)
REPORT_IT = (
    "表示されたRMSのコードとRequestIdを控えて、juchuの開発者に連絡してください。"
)
WINDOW_TOO_FULL = "検索条件（ステータスなど）で絞り込んで再実行してください。"
TOO_OLD = "RMSで検索できるのは730日以内の注文です。開始日時を変更してください。"
BACKWARDS = "開始日時は終了日時より前にしてください。"
NOT_READ = (
    "この注文を取得できませんでした。注文番号の誤り、730日より前の注文、"
    "他店舗の注文でないか、RMSの画面で確認してください。"
)
NOT_RETURNED = (
    "RMSの応答にこの注文が含まれていませんでした。"
    "時間をおいて再実行し、続く場合はRMSの画面で確認してください。"
)

NOT_BY_API = (
    "予約商品・定期購入商品などの在庫はこの方法で設定できません。"
    "RMSの商品編集画面で在庫数を変更してください。"
)

BY_CODE = {
    "ERROR_009": "必須項目が不足しています。juchuの開発者に連絡してください。",
    "ERROR_010": "必須項目が空です。juchuの開発者に連絡してください。",
    "ERROR_011": "項目の形式が正しくありません。入力した日時や番号を確認してください。",
    "ERROR_016": "他店舗の注文が含まれています。注文番号を確認してください。",
    "CONFIRM_ORDER_ERROR_102": (
        "この注文はキャンセル済みです。RMSの画面で状態を確認してください。"
    ),
    "CONFIRM_ORDER_ERROR_105": (
        "送料などの金額が未確定です。RMSの画面で金額を確定してから再実行してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_101": (
        "この注文には発送情報を登録できません。"
        "RMSの画面で注文の状態と送付先を確認してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_102": (
        "この注文はキャンセル済みです。荷物の発送を止められるか確認してください。"
    ),
    "IE0002": "商品管理番号、SKU管理番号、在庫数の入力形式を確認してください。",
    "IE0003": "在庫数は0〜99,999で指定してください。",
    "IE0004": "商品管理番号とSKU管理番号は32バイト以内です。RMSで確認してください。",
    "IE0105": "商品管理番号とSKU管理番号を確認してください。",
    "IE0121": "同じSKUの重複か件数の超過です。juchuの開発者に連絡してください。",
    "IE1101": NOT_BY_API,
    "IE1102": NOT_BY_API,
    "IE1105": NOT_BY_API,
}
"""By the ending of a code: the order API puts a prefix per function before it
(docs/rms/order-api.md §1.7); IE codes are the inventory API's
(docs/rms/inventory-and-license-api.md §5)."""

BY_STATUS = {404: CHECK_THE_ADDRESS}


def advice_on(messages: Sequence[RmsMessage], status: int | None = None) -> str:
    """Return what to do about the first message with a known code.

    Without one it depends on the HTTP status, else it is `REPORT_IT`.
    """
    for message in messages:
        for ending, sentence in BY_CODE.items():
            if message.code.endswith(ending):
                return sentence
    return BY_STATUS.get(status or 0, REPORT_IT)


def reason_of(message: RmsMessage) -> str:
    """Return RMS's own text, followed by what to do about it."""
    return _with_advice(message.text, advice_on((message,)))


def unsure_reason(text: str) -> str:
    """Return RMS's own text, if any, followed by the advice to read before deciding."""
    return _with_advice(text, READ_THEN_DECIDE)


def _with_advice(text: str, advice: str) -> str:
    text = text.rstrip("。")
    return f"{text}。対処: {advice}" if text else f"対処: {advice}"
