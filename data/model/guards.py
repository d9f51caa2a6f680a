"""What must be true before a shop may move to a stage, beside the graph's own word."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from data.model.connection import Fault
from data.model.japan_time import in_japan
from data.model.licence import NEW_KEY, has_ended
from data.model.onboarding import (
    MoveRefused,
    Stage,
    Standing,
    Step,
    moved,
    moves_from,
    no_way,
)


class ShopFacts(NamedTuple):
    """What is known of a shop when it asks to move; None = not known."""

    application_made_at: datetime | None = None
    key_seen_at: datetime | None = None
    """When the key now in use was first seen."""
    license_expires_at: datetime | None = None
    connection: Fault | None = None
    checked_at: datetime | None = None
    notices_start_at: datetime | None = None


def refusal(
    standing: Standing | None, to: Stage, facts: ShopFacts, now: datetime
) -> str | None:
    """Say why the shop may not go there now, with what to do; None = it may."""
    if to not in moves_from(standing):
        return no_way(standing, to)
    for guard in _GUARDS.get(to, ()):
        if reason := guard(standing, facts, now):
            return reason
    return None


def move(standing: Standing | None, step: Step, facts: ShopFacts) -> Standing:
    """Make the move if it exists and its guards let it pass.

    Raises:
        MoveRefused: with the reason in Japanese.

    """
    if reason := refusal(standing, step.stage, facts, step.at):
        raise MoveRefused(reason)
    return moved(standing, step)


def due_move(
    standing: Standing | None, facts: ShopFacts, now: datetime
) -> Stage | None:
    """Name the move that needs no person, if one is due now.

    期限切れ when the key has ended, back when a new one works, 稼働中 when the start
    has come. Out of 停止 only a person brings a shop.
    """
    if standing is None:
        return None
    onward = {
        Stage.AWAITING_START: Stage.LIVE,
        Stage.EXPIRED: standing.interrupted,
    }.get(standing.stage)
    for to in (Stage.EXPIRED, onward):
        if to is not None and refusal(standing, to, facts, now) is None:
            return to
    return None


def _is_applied(
    standing: Standing | None, facts: ShopFacts, _now: datetime
) -> str | None:
    made = facts.application_made_at
    if made is None or (
        standing and standing.stage is Stage.PREPARING and made < standing.since
    ):
        return (
            "申請メールがまだありません。"
            "対処: onboard-shop で申請メールを作ってください。"
        )
    return None


def _has_key(_standing: Standing | None, facts: ShopFacts, now: datetime) -> str | None:
    if facts.key_seen_at is None:
        return (
            "キーがまだ登録されていません。対処: rms-shop ブロックに serviceSecret と"
            "ライセンスキーを入力してください。"
        )
    if facts.license_expires_at is None:
        return (
            "ライセンスキーの有効期限がわかりません。対処: rms-shop ブロックに"
            "有効期限を入力してください。"
        )
    if has_ended(facts.license_expires_at, now):
        return f"ライセンスキーの期限が切れています。対処: {NEW_KEY}"
    return None


def _is_connected(
    standing: Standing | None, facts: ShopFacts, _now: datetime
) -> str | None:
    """A good check, made with this key; one from before a pause does not count."""
    since = facts.key_seen_at
    if standing and standing.interrupted and since:
        since = max(since, standing.since)
    if facts.checked_at is None or (since and facts.checked_at < since):
        return (
            "このキーでの接続チェックがまだです。対処: 接続チェックを実行してください。"
        )
    if facts.connection is not Fault.NONE:
        return (
            "接続チェックが成功していません。対処: 接続チェックの結果のとおりに直し、"
            "もう一度実行してください。"
        )
    return None


def _is_connected_again(
    standing: Standing | None, facts: ShopFacts, now: datetime
) -> str | None:
    """Coming back from 停止 or 期限切れ takes a new check; going on does not."""
    if standing and standing.interrupted:
        return _is_connected(standing, facts, now)
    return None


def _has_start(
    _standing: Standing | None, facts: ShopFacts, _now: datetime
) -> str | None:
    if facts.notices_start_at is None:
        return (
            "通知の開始日時が決まっていません。対処: RMSで通知を承認した日時と"
            "開始日を登録してください。"
        )
    return None


def _has_begun(
    _standing: Standing | None, facts: ShopFacts, now: datetime
) -> str | None:
    if facts.notices_start_at is not None and now < facts.notices_start_at:
        start = in_japan(facts.notices_start_at)
        return (
            f"開始日時 {start:%Y-%m-%d %H:%M} の前です。"
            "対処: その時刻に自動で稼働中になります。お待ちください。"
        )
    return None


def _has_ended(
    _standing: Standing | None, facts: ShopFacts, now: datetime
) -> str | None:
    if facts.license_expires_at and has_ended(facts.license_expires_at, now):
        return None
    return (
        "ライセンスキーの期限はまだ切れていません。"
        "対処: 受注を止める場合は「停止」を選んでください。"
    )


_Guard = Callable[[Standing | None, ShopFacts, datetime], str | None]
_AT_WORK: tuple[_Guard, ...] = (_has_key, _is_connected_again)
_GUARDS: dict[Stage, tuple[_Guard, ...]] = {
    Stage.APPLIED: (_is_applied,),
    Stage.KEY_REGISTERED: (_has_key,),
    Stage.CONNECTED: (_has_key, _is_connected),
    Stage.AWAITING_NOTICES: _AT_WORK,
    Stage.AWAITING_START: (*_AT_WORK, _has_start),
    Stage.LIVE: (*_AT_WORK, _has_start, _has_begun),
    Stage.EXPIRED: (_has_ended,),
}
