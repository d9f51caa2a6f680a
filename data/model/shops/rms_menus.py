"""Where in RMS staff do what: the menu paths, in one place.

RMS has moved its menus more than once, so the newest path comes first and an older one
follows after 「または」. Sources: docs/rms/menus.md.
"""

from typing import Final

_OR: Final = " または "
_HOME: Final = "店舗様向け情報・サービス"
_OLD_HOME: Final = "RMSメインメニュー > 拡張サービス一覧"
_WEB_API: Final = f"{_HOME} > 6 WEB APIサービス"

APPROVAL: Final = _OR.join(
    (
        "https://ichiba-bs.rms.rakuten.co.jp/apisson/ (RMSにログインして開く)",
        f"{_HOME} > 各種申請・設定変更 > システム開発企業からのAPIアクセス許可設定",
        f"{_OLD_HOME} > 各種申請と設定 > システム開発企業 アクセス許可設定",
    )
)
"""To approve the developer company: its API access, and its notices."""

APP: Final = f"{_WEB_API} > 2-1 アプリ一覧 > (アプリ登録者名「店舗様」の)詳細"
"""The licence key and its end."""

FUNCTIONS: Final = f"{APP} > セキュリティチェック「確認する」 > 利用機能編集"
"""To switch API functions on; a changed licence then needs 「アップデート」."""

NOTICES: Final = f"{_WEB_API} > 2-3 システムイベント通知サービス 申込"
"""To apply for notices."""

ORDER_CSV: Final = (
    "RMS > 受注・決済管理 > 受注管理 > データダウンロード > 通常購入データ"
    " > データ作成条件 > 出力テンプレート「全カラム用ダウンロード」"
    " > ユーザ名・パスワード > データを作成する"
)
"""To download the order CSV; to be applied for once, and free."""
