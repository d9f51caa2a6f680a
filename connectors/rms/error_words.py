"""The Japanese words for RMS's error codes: what shop staff should do next.

`BY_CODE` holds a sentence for the codes that shops meet most; of the others the tables
of `connectors.codes` tell the subject and the next step, and `BY_STEP` and `BY_SUBJECT`
have a sentence for each. The constants are also the advice for situations without a
code (a lost answer, maintenance, a refused key).
"""

from collections.abc import Sequence

from connectors.codes.table import Action, as_listed, code_of
from connectors.rms.messages import RmsMessage
from data.model.shops.connection import OTHER_SHOPS_KEY
from data.model.shops.licence import NO_END

TRY_LATER = (
    "しばらく待って同じ処理を再実行してください。"
    "続く場合はRMSのお知らせで障害・メンテナンス情報を確認してください。"
)
MAINTENANCE = (
    "RMSがメンテナンス中または混雑中です。"
    "RMSのお知らせで終了時刻を確認し、終了後に再実行してください。"
)
SLOW_DOWN = (
    "RMSの呼び出し回数の制限です。juchuは間隔をあけて自動で再試行します。"
    "続く場合は、同じ店舗のRMSを使うほかのツールが同時に動いていないか確認してください。"
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
    "利用機能の設定を確認してください。"
    "期限が切れている場合だけ、新しいキーを発行して rms-shop ブロックに登録してください"
    "(発行直後は30分ほど使えないことがあります)。"
)
AFTER_A_WRITE = (
    "まず接続チェックを実行してください。"
    "成功した場合、キーは正常で、この注文・商品だけの問題です。"
    "失敗した場合は、ライセンスキーの期限と利用機能の設定を確認してください。"
)
SET_THE_CLOCK = (
    "このマシンの時刻を合わせて(時刻の自動調整をオンにして)、もう一度実行してください。"
    "時計が違う間は、注文を保存しません。"
    "時計が進んでいた場合は、合わせた後に、Prefectのサーバーとワーカーを再起動して"
    "ください(再起動するまで、予定の処理が始まらないことがあります)。"
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
WINDOW_TOO_FULL = "検索条件(ステータスなど)で絞り込んで再実行してください。"
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

CHECK_THE_HEADER = (
    "認証情報の形式が正しくありません。serviceSecret とライセンスキーに空白や改行が"
    "混ざっていないか確認してください。正しい場合は、接続チェックを実行してください。"
)
OTHER_SHOP = (
    "注文番号の店舗番号が、rms-shop ブロックの店舗番号と違うため、保存しませんでした。"
    f"対処: {OTHER_SHOPS_KEY}"
)
TWO_CONTENTS = (
    "RMSから、同じ注文に異なる内容が返されました。"
    "対処: 次回の実行でもう一度取得します。"
    "続く場合は、RMSの受注画面で確認してください。"
)
READ_AGAIN_LATER = (
    "RMSがこの注文を取得できませんでした。次回の実行でもう一度取得します。"
    "続く場合は、RMSの受注画面で確認してください。"
)
STOCK_NOT_GIVEN_BACK = (
    "キャンセルは完了しましたが、RMSの在庫数は戻っていません。"
    "RMSの在庫数を確認し、違うときは push-inventory を「全件」で実行してください。"
)
NO_SUCH_CARRIER = "配送会社コードがRMSにありません。配送会社の設定を確認してください。"

FORBIDDEN_SIGNS = (
    "RMSで使えない文字(絵文字や、①・㈱・髙などの機種依存文字)が含まれています。"
    "別の文字にして、もう一度実行してください。"
)

BY_CODE = {
    "ERROR_011": "項目の形式が正しくありません。入力した日時や番号を確認してください。",
    "ERROR_016": (
        "他店舗の注文が含まれています。注文番号を確認してください。"
        "正しい場合は、接続チェック(check-connection)を実行してください。"
    ),
    "ERROR_021": FORBIDDEN_SIGNS,
    "ERROR_031": FORBIDDEN_SIGNS,
    "GET_ORDER_ERROR_101": READ_AGAIN_LATER,
    "CONFIRM_ORDER_ERROR_101": (
        "店舗が見つかりません。rms-shop ブロックの店舗番号を確認してください。"
    ),
    "CONFIRM_ORDER_ERROR_102": (
        "この注文番号の注文はRMSにありません。RMSの受注画面で確認してください。"
    ),
    "CONFIRM_ORDER_ERROR_103": (
        "注文確認待ちではありません(確認済み、キャンセル済みなど)。"
        "RMSの受注画面で注文の状態を確認してください。"
    ),
    "CONFIRM_ORDER_ERROR_104": (
        "注文のキャンセルまたは変更の処理中です。"
        "RMSの受注画面で処理が終わってから確認してください。"
    ),
    "CONFIRM_ORDER_ERROR_105": (
        "送料が未確定です。RMSの画面で金額を確定してから再実行してください。"
    ),
    "CONFIRM_ORDER_ERROR_106": (
        "代引手数料が未確定です。RMSの画面で金額を確定してから再実行してください。"
    ),
    "CONFIRM_ORDER_ERROR_108": (
        "消費税が未確定です。RMSの画面で金額を確定してから再実行してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_101": (
        "1つの送付先に登録できる発送情報は20件までです。"
        "RMSの画面で不要な発送情報を削除してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_102": (
        "この注文はキャンセル済みです。荷物の発送を止められるか確認してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_103": (
        "注文から2年を過ぎているため、発送情報を登録できません。"
        "注文番号を確認し、正しい場合は dismiss/manual で一覧から外してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_104": (
        "注文のサブステータスが注文の状態に合いません。RMSの受注画面で変更してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_106": (
        "変更しようとした行が、RMSの発送情報にありません。"
        "RMSの受注画面で発送情報を確認し、番号がない場合は登録してください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_107": (
        "発送日は注文日から12か月未満の日付にしてください。"
    ),
    "UPDATE_ORDERSHIPPING_ERROR_109": NO_SUCH_CARRIER,
    "UPDATE_ORDERSHIPPING_ERROR_110": (
        "この送付先は、RMSの注文にありません。"
        "RMSの受注画面で送付先を確認し、発送情報を登録してください。"
    ),
    "UPDATE_ORDERSHIPPING_ASYNC_ERROR_109": NO_SUCH_CARRIER,
    "UPDATE_ORDERSHIPPING_ERROR_113": (
        "後払い決済の注文です。配送会社、お荷物伝票番号、発送日をすべて入力してください。"
    ),
    "UPDATE_ORDERMEMO_ERROR_030": (
        "外部サイトへのリンクは書けません。リンクを消して、もう一度実行してください。"
    ),
    "CANCEL_ORDER_WARNING_101": STOCK_NOT_GIVEN_BACK,
    "CANCEL_ORDER_AFTER_SHIPPING_WARNING_101": STOCK_NOT_GIVEN_BACK,
    "ES04-01": CHECK_THE_HEADER,
    "DR0005": "ライセンスキーの有効期限を確認できません。"
    "ライセンスキーが正しいか確認してください。",
    "DR0006": NO_END,
    "IE0002": "商品管理番号、SKU管理番号、在庫数の入力形式を確認してください。",
    "IE0003": "在庫数は0〜99,999で指定してください。",
    "IE0004": "商品管理番号とSKU管理番号は32バイト以内です。RMSで確認してください。",
    "IE0117": "在庫数は0〜99,999で指定してください。",
    "IE0118": "納期または出荷元の設定が店舗の設定にありません。RMSで確認してください。",
    "IE0121": (
        "1つの商品管理番号に登録できるSKUは400件までです。RMSで確認してください。"
    ),
    "IE1105": (
        "店舗がSKU移行を完了していないため、在庫数を変更できません。"
        "RMSで移行の状況を確認してください。"
    ),
}
"""By the ending of a code: the order API puts a prefix per function before it
(docs/rms/order-api.md §1.7). GE0014 and the other IE codes follow the tables."""

BY_SUBJECT = {
    "money": "金額が未確定か、変更できない金額です。RMSの画面で確認してください。",
    "payment": "支払方法の状態を、RMSの受注画面で確認してください。",
    "coupon": "クーポンの状態を、RMSの受注画面で確認してください。",
    "gift": "ギフトの設定を、RMSの受注画面で確認してください。",
    "address": "送付先を、RMSの受注画面で確認してください。",
    "state": "注文の状態を、RMSの受注画面で確認してください。",
    "row": "発送情報(配送会社、お荷物伝票番号、発送日)を、"
    "RMSの受注画面で確認してください。",
    "order": "注文番号と注文の状態を、RMSの受注画面で確認してください。",
}
"""What to look at, by the subject of a code that RMS will not take unchanged."""

BY_STEP = {
    Action.AGAIN: TRY_LATER,
    Action.THROTTLED: SLOW_DOWN,
    Action.READ_FIRST: READ_THEN_DECIDE,
    Action.OUTCOME_UNKNOWN: READ_THEN_DECIDE,
    Action.CREDENTIALS: CHECK_THE_KEY,
}
"""What to do, by the next step of a code."""

BY_STATUS = {404: CHECK_THE_ADDRESS}


def advice_on(messages: Sequence[RmsMessage], status: int | None = None) -> str:
    """Return what to do about the first message with a known code.

    Without one it depends on the HTTP status, else it is `REPORT_IT`.
    """
    for message in messages:
        if sentence := _by_code(message.code):
            return sentence
        if code := code_of(message.code):
            step = BY_STEP.get(code.action)
            return step or BY_SUBJECT.get(code.about, REPORT_IT)
    return BY_STATUS.get(status or 0, REPORT_IT)


def reason_of(message: RmsMessage) -> str:
    """Return RMS's own text, followed by what to do about it."""
    return _with_advice(message.text, advice_on((message,)))


def reason_by_subject(message: RmsMessage) -> str:
    """Return RMS's own text and what to look at, where the order has been read."""
    known = code_of(message.code)
    subject = BY_SUBJECT.get(known.about if known else "", BY_SUBJECT["order"])
    return _with_advice(message.text, _by_code(message.code) or subject)


def unsure_reason(text: str, code: str = "") -> str:
    """Return RMS's own text, if any, followed by what to look at before deciding."""
    return _with_advice(text, _by_code(code) or READ_THEN_DECIDE)


def _by_code(code: str) -> str:
    """Return the sentence for a code that shops meet most, else ""."""
    listed = as_listed(code)
    known = (sentence for end, sentence in BY_CODE.items() if listed.endswith(end))
    return next(known, "")


def _with_advice(text: str, advice: str) -> str:
    text = text.rstrip("。")
    return f"{text}。対処: {advice}" if text else f"対処: {advice}"
