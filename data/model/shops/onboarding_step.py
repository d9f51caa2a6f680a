"""What a shop's next action is on its way to live orders, who does it, and where."""

from typing import NamedTuple

from data.model.japan_time import in_japan
from data.model.shops import rakuten_mails, rms_menus
from data.model.shops.licence import NEW_KEY
from data.model.shops.onboarding import ShopFacts, Stage, Standing


class NextStep(NamedTuple):
    """Who does what next, and the RMS menu to do it in, if it is done there."""

    who: str
    what: str
    menu: str = ""


NO_SECOND_MAIL = (
    "2通目のメールは、設定が正しくないと届きません。届かない場合は、"
    "接続チェック(check-connection)を実行し、結果に従って修正してください。"
)
"""For whoever waits for the mail in vain (docs/owner.md, point 7)."""

_NEXT = {
    Stage.PREPARING: NextStep(
        "担当者",
        "申請メール「楽天API利用申請」の内容を確認して送信し、「申請済」にしてください。",
    ),
    Stage.APPLIED: NextStep(
        "担当者",
        "楽天からの2通のメールをお待ちください。"
        f"1通目の件名は「{rakuten_mails.FIRST}」です。"
        "届いたら「API承認待ち」にしてください。"
        f"2通目の件名は「{rakuten_mails.SECOND}」です。{NO_SECOND_MAIL}",
    ),
    Stage.AWAITING_API: NextStep(
        "店舗",
        f"1通目のメール「{rakuten_mails.FIRST}」に従い、RMSでAPIの設定を開き、"
        "「承認待ち」の企業の「確認へ」、「アクセス承認へ」の順に進んで承認してください。"
        "表示されたライセンスキーと有効期限を rms-shop ブロックに入力し、"
        "「キー登録済」にしてください。",
        rms_menus.APPROVAL,
    ),
    Stage.KEY_REGISTERED: NextStep(
        "店舗",
        "RMSで使う機能をオンにし、接続チェック(check-connection)を実行してください。"
        "「楽天のテスト用の応答も確認する」を選ぶと、注文に触れずに、楽天の応答を"
        "読み取れることも確認できます。"
        "ライセンスキーの発行直後は、30分ほどお待ちください。"
        "認証に失敗し続ける場合は、ライセンスキーをもう一度RMSからコピーして入力し、"
        "それでも失敗する場合は、新しいライセンスキーを発行してください。",
        rms_menus.FUNCTIONS,
    ),
    Stage.CONNECTED: NextStep(
        "担当者",
        "注文通知の利用を申し込み、「通知承認待ち」にしてください。"
        f"2通目のメール「{rakuten_mails.SECOND}」が楽天から届きます。{NO_SECOND_MAIL}",
        rms_menus.NOTICES,
    ),
    Stage.AWAITING_NOTICES: NextStep(
        "店舗",
        f"2通目のメール「{rakuten_mails.SECOND}」をお待ちください。{NO_SECOND_MAIL}"
        "届いたら、RMSで通知サービスを承認し、メールの本文(または利用開始予定日)と"
        "承認した日時を入力して、「開始待ち」にしてください。"
        "開始日の9:00より前に承認するとその日の9:00から、"
        "9:00以降に承認すると承認した日の翌日の9:00から通知が始まります。",
        rms_menus.APPROVAL,
    ),
    Stage.AWAITING_START: NextStep(
        "なし", "開始日時をお待ちください。自動的に「稼働中」になります。"
    ),
    Stage.LIVE: NextStep("なし", "必要な作業はありません。"),
    Stage.STOPPED: NextStep(
        "担当者",
        "再開する場合は接続チェックを実行し、停止前の「{back}」に戻してください。",
    ),
    Stage.EXPIRED: NextStep(
        "店舗",
        f"{NEW_KEY}その後、接続チェックが成功すると「{{back}}」に戻ります。",
    ),
}


def next_step(standing: Standing | None, facts: ShopFacts) -> NextStep:
    """Return the shop's next action; for an unknown shop, its first."""
    if standing is None:
        return NextStep("担当者", "onboard-shop で申請メールを作成してください。")
    step = _NEXT[standing.stage]
    if standing.stage is Stage.AWAITING_START and facts.notices_start_at:
        start = f"{in_japan(facts.notices_start_at):%Y-%m-%d %H:%M}"
        return step._replace(
            what=f"{start} に自動的に「稼働中」になります。お待ちください。"
        )
    return step._replace(what=step.what.format(back=standing.interrupted))
