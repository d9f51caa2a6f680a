"""A connection check's finding in the words of shop staff: what it is, what to do.

Menu paths are those of rms/order-api.md §1.2 and event-notification.md §1.
"""

from data.model.connection import Fault, Finding
from data.model.licence import NEW_KEY

FUNCTIONS_MENU = "店舗様向け情報・サービス > WEB APIサービス > 利用機能編集"

WHAT = {
    Fault.NONE: "接続できました (connected)",
    Fault.FRESH_KEY: "新しいキーの反映待ちです (fresh key)。失敗ではありません",
    Fault.KEY_ENDED: "ライセンスキー (licence key) の期限が切れています",
    Fault.SECRET: "serviceSecret が正しく入力されていません",
    Fault.KEY: "ライセンスキー (licence key) が正しく入力されていません",
    Fault.KEY_OR_SECRET: "ライセンスキーか serviceSecret が受け付けられません"
    " (key or secret refused)",
    Fault.FUNCTION: "キーは正しく、利用機能がオフです (function switched off)",
    Fault.MAINTENANCE: "RMSがメンテナンス中か混雑中です (maintenance)",
    Fault.BUSY: "リクエストが多すぎます (too many requests)",
    Fault.NETWORK: "RMSに接続できません (network)",
    Fault.ADDRESS: "接続先が違います (wrong address)",
    Fault.OTHER: "RMSが想定外の応答を返しました (unexpected answer)",
}
TO_DO = {
    Fault.NONE: "",
    Fault.FRESH_KEY: "発行直後のキーは使えるまで30分ほどかかります。"
    "{again} にもう一度、接続チェックを実行してください。",
    Fault.KEY_ENDED: NEW_KEY,
    Fault.SECRET: "RMSの serviceSecret をコピーし直して、rms-shop ブロックに"
    "登録してください(50文字以内の半角、空白なし)。",
    Fault.KEY: "RMSのライセンスキーをコピーし直して、rms-shop ブロックに"
    "登録してください(50文字以内の半角、空白なし。serviceSecret とは別のものです)。",
    Fault.KEY_OR_SECRET: "次の順に確認してください。"
    "(1) rms-shop ブロックのライセンスキーがRMSの最新のものと同じか、期限内か。"
    "(2) serviceSecret が同じか。"
    f"(3) RMSの「{FUNCTIONS_MENU}」で使う機能がオンか。"
    "すべて正しければ、新しいライセンスキーを発行して登録してください。",
    Fault.FUNCTION: f"RMSの「{FUNCTIONS_MENU}」で次の機能をオンにしてください: "
    "{functions}。",
    Fault.MAINTENANCE: "キーの問題ではありません。RMSのお知らせで終了時刻を確認し、"
    "終了後にもう一度、接続チェックを実行してください。",
    Fault.BUSY: "同じキーを使う他のツールを止めるか、数分おいてから"
    "もう一度、接続チェックを実行してください。",
    Fault.NETWORK: "キーの問題ではありません。このマシンのインターネット接続、"
    "プロキシ、ファイアウォールを確認してください。",
    Fault.ADDRESS: "JUCHU_RMS_URL の設定を確認してください。",
    Fault.OTHER: "RMSのコードと機能名 ({functions}) を控えて、juchuの開発者に"
    "連絡してください。",
}
LICENCE_FUNCTION = "license.expiryDate.get"
UNREAD = f"なお、使えない機能があります: {{functions}}。RMSの「{FUNCTIONS_MENU}」へ。"
DATE_BY_HAND = (
    "キーの期限を自動で確認できないので、rms-shop ブロックの有効期限を"
    "正しく入力してください。"
)


def verdict(finding: Finding) -> str:
    """Tell the whole finding in one paragraph, RMS's codes as they came."""
    again = f"{finding.again_at:%H:%M}" if finding.again_at else ""
    said = WHAT[finding.fault]
    if finding.codes:
        said += f" [{', '.join(finding.codes)}]"
    names = ", ".join(finding.functions)
    advice = TO_DO[finding.fault].format(again=again, functions=names)
    if finding.unread:
        advice += UNREAD.format(functions=", ".join(finding.unread))
    if LICENCE_FUNCTION in finding.unread:
        advice += DATE_BY_HAND
    return f"{said}。対処: {advice}" if advice else f"{said}。"
