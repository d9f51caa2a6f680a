"""What a shop does next, and the checklist of its way, for the people who do it.

Menu paths are those of rms/event-notification.md §1 and rms/order-api.md §1.2.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from data.model.connection import FUNCTIONS_MENU
from data.model.japan_time import in_japan
from data.model.licence import NEW_KEY, licence_sentence
from data.model.onboarding import ASIDE, WAY, ShopFacts, Stage, Standing, Step, replay

APPROVAL_MENU = "店舗様情報 > システム開発企業 アクセス許可設定"
ENGLISH = {
    Stage.PREPARING: "preparing the application",
    Stage.APPLIED: "applied",
    Stage.AWAITING_API: "waiting for API approval",
    Stage.KEY_REGISTERED: "key registered",
    Stage.CONNECTED: "connection checked",
    Stage.AWAITING_NOTICES: "waiting for notice approval",
    Stage.AWAITING_START: "waiting for the start",
    Stage.LIVE: "live",
    Stage.STOPPED: "stopped",
    Stage.EXPIRED: "licence expired",
}


class NextStep(NamedTuple):
    """Who does what next, and where in RMS, if it is done there."""

    who: str
    what: str
    menu: str = ""


_NEXT = {
    Stage.PREPARING: NextStep(
        "担当者",
        "申請メール「楽天API利用申請」の内容を確認して送り、「申請済」にする",
    ),
    Stage.APPLIED: NextStep(
        "担当者",
        "楽天からの2通のメールを待つ。届いたら「API承認待ち」にする",
    ),
    Stage.AWAITING_API: NextStep(
        "店舗",
        "RMSでAPIの利用を承認し、ライセンスキーと有効期限を rms-shop ブロックに"
        "入力する",
        APPROVAL_MENU,
    ),
    Stage.KEY_REGISTERED: NextStep(
        "店舗",
        "RMSで使う機能をオンにし、接続チェック (check-connection) を実行する。"
        "発行直後は30分ほど待つ。続けて失敗するときは新しいキーを発行する",
        FUNCTIONS_MENU,
    ),
    Stage.CONNECTED: NextStep(
        "担当者", "注文通知の利用を申し込み、「通知承認待ち」にする"
    ),
    Stage.AWAITING_NOTICES: NextStep(
        "店舗",
        "RMSで通知サービスを承認し、承認した日時と開始日を登録する。"
        "開始日の9:00より前に承認すればその日の9:00から、あとなら翌日の9:00から始まる",
        APPROVAL_MENU,
    ),
    Stage.AWAITING_START: NextStep("なし", "開始日時を待つ。自動で「稼働中」になる"),
    Stage.LIVE: NextStep("なし", "することはありません"),
    Stage.STOPPED: NextStep(
        "担当者",
        "再開するときは接続チェックを実行し、停止する前の「{back}」に戻す",
    ),
    Stage.EXPIRED: NextStep(
        "店舗",
        f"{NEW_KEY}そのあと接続チェックが成功すると「{{back}}」に戻る",
    ),
}


def next_step(standing: Standing | None, facts: ShopFacts) -> NextStep:
    """Name the shop's next action; for a shop not known yet, its first."""
    if standing is None:
        return NextStep("担当者", "onboard-shop を実行して申請メールを作る")
    step = _NEXT[standing.stage]
    if standing.stage is Stage.AWAITING_START and facts.notices_start_at:
        start = f"{in_japan(facts.notices_start_at):%Y-%m-%d %H:%M}"
        return step._replace(what=f"{start} に自動で「稼働中」になる。待つ")
    return step._replace(what=step.what.format(back=standing.interrupted))


def checklist(steps: Sequence[Step], facts: ShopFacts, now: datetime) -> list[str]:
    """Write the way as Markdown: done, here, to come; then what to do next.

    Raises:
        MoveRefused: the steps are no history of one shop.

    """
    standing = replay(steps)
    reached = {step.stage: step for step in steps}
    here = _on_the_way(standing)
    lines = [
        _line(stage, reached.get(stage), done=index <= here)
        for index, stage in enumerate(WAY)
    ]
    if standing and standing.stage in ASIDE:
        lines += ["", f"**現在: {_named(standing.stage)}** {_told(steps[-1])}"]
    todo = next_step(standing, facts)
    lines += ["", f"**次にすること (next)** 〔{todo.who}〕 {todo.what}"]
    if todo.menu:
        lines.append(f"RMSのメニュー: `{todo.menu}`")
    if facts.license_expires_at:
        lines += ["", licence_sentence(facts.license_expires_at, now)]
    return lines


def _on_the_way(standing: Standing | None) -> int:
    """Give the index on WAY that was reached; −1 before the first."""
    if standing is None:
        return -1
    return WAY.index(standing.interrupted or standing.stage)


def _line(stage: Stage, step: Step | None, *, done: bool) -> str:
    box = "x" if done else " "
    told = f" — {_told(step)}" if done and step else ""
    return f"- [{box}] {_named(stage)}{told}"


def _named(stage: Stage) -> str:
    return f"{stage} ({ENGLISH[stage]})"


def _told(step: Step) -> str:
    """Write when, who and why; what people typed stays text, never Markdown."""
    return f"{step.at:%Y-%m-%d %H:%M} {_plain(step.who)}: {_plain(step.why)}"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~-])", r"\\\1", text)
