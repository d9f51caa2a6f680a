"""A shop's way from application to live orders: its stages and the moves allowed.

    申請準備 → 申請済 → API承認待ち → キー登録済 → 接続確認済
        → 通知承認待ち → 開始待ち → 稼働中

    from anywhere      → 停止, and back to where it stopped, or to 申請準備
    where a key is     → 期限切れ, and back to where it ended, with a new key that works
    申請済, API承認待ち → 申請準備, to apply again

A shop that has a key of its own begins at キー登録済. Which moves exist is the graph
here; whether one may be made now is asked of the facts, in `guards`.

What must be true before a shop may move to a stage, beside the graph's own word.

When a shop's notices begin to count (design: rule 6.8).
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import StringConstraints

from data.model.connection import Fault
from data.model.japan_time import JST, in_japan
from data.model.licence import NEW_KEY, has_ended
from data.model.order import Frozen, Instant


class Stage(StrEnum):
    """Where a shop stands; the value is the word in tables and for staff."""

    PREPARING = "申請準備"
    APPLIED = "申請済"
    AWAITING_API = "API承認待ち"
    KEY_REGISTERED = "キー登録済"
    CONNECTED = "接続確認済"
    AWAITING_NOTICES = "通知承認待ち"
    AWAITING_START = "開始待ち"
    LIVE = "稼働中"
    STOPPED = "停止"
    EXPIRED = "期限切れ"


WAY = (
    Stage.PREPARING,
    Stage.APPLIED,
    Stage.AWAITING_API,
    Stage.KEY_REGISTERED,
    Stage.CONNECTED,
    Stage.AWAITING_NOTICES,
    Stage.AWAITING_START,
    Stage.LIVE,
)
BEGINNINGS = (Stage.PREPARING, Stage.KEY_REGISTERED)
ASIDE = (Stage.STOPPED, Stage.EXPIRED)
WITH_KEY = frozenset(WAY[3:])
AGAIN = frozenset({Stage.APPLIED, Stage.AWAITING_API, Stage.STOPPED})
"""From here a shop may go back and apply again."""

Words = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*$",
    ),
]


class Step(Frozen):
    """One move of a shop: to which stage, when, by whom and why."""

    stage: Stage
    at: Instant
    who: Words
    why: Words


class Standing(NamedTuple):
    """Where a shop stands, and where it was before it was set aside."""

    stage: Stage
    since: Instant
    interrupted: Stage | None = None
    """The stage to come back to from 停止 and 期限切れ."""


class MoveRefused(Exception):
    """The shop cannot go there now; the message says why and what to do."""


def moves_from(standing: Standing | None) -> frozenset[Stage]:
    """List the stages a shop may go to next, facts left aside."""
    if standing is None:
        return frozenset(BEGINNINGS)
    stage, back = standing.stage, standing.interrupted
    ways = {WAY[WAY.index(stage) + 1]} if stage in WAY[:-1] else set()
    if back is not None:
        ways.add(back)
    if stage in AGAIN:
        ways.add(Stage.PREPARING)
    if stage in WITH_KEY:
        ways.add(Stage.EXPIRED)
    if stage is not Stage.STOPPED:
        ways.add(Stage.STOPPED)
    return frozenset(ways)


def moved(standing: Standing | None, step: Step) -> Standing:
    """Give where the step leads.

    Raises:
        MoveRefused: no such move from here, or it would be earlier than the last.

    """
    if step.stage not in moves_from(standing):
        raise MoveRefused(no_way(standing, step.stage))
    if standing is not None and step.at < standing.since:
        raise MoveRefused(
            f"{standing.stage}になった時刻より前の日時には移せません。"
            "対処: このマシンの時計を確認してください。"
        )
    return Standing(step.stage, step.at, _interrupted(standing, step.stage))


def replay(steps: Iterable[Step]) -> Standing | None:
    """Walk a shop's whole history again; no steps are no standing.

    Raises:
        MoveRefused: the history holds a move that does not exist.

    """
    standing = None
    for step in steps:
        standing = moved(standing, step)
    return standing


def no_way(standing: Standing | None, to: Stage) -> str:
    """Say why there is no move from here to there, and which there are."""
    if standing is None:
        fact = f"この店舗はまだ登録されていないので「{to}」にできません"
    elif standing.stage is to:
        fact = f"この店舗はすでに「{to}」です"
    elif to in ASIDE and standing.stage is Stage.STOPPED:
        fact = "停止中の店舗の期限は、再開するときに確認します"
    elif to is Stage.EXPIRED:
        fact = f"「{standing.stage}」の店舗にはまだキーがなく、期限切れになりません"
    else:
        fact = f"「{standing.stage}」から「{to}」へは進めません"
    options = [stage for stage in Stage if stage in moves_from(standing)]
    return f"{fact}。対処: 次に選べるのは {'、'.join(options)} です。"


def _interrupted(before: Standing | None, to: Stage) -> Stage | None:
    """Keep the way back; a shop stopped while expired comes back to its work."""
    if before is None or to not in ASIDE:
        return None
    return before.interrupted or before.stage


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


StartRule = Literal["09:00", "next-hour"]
NINE = time(9, tzinfo=JST)


def notices_start(
    approved_at: datetime, start_on: date, rule: StartRule = "09:00"
) -> datetime:
    """Give the moment from which notices are ingested.

    Approved before 09:00 Japan time of the start date: that day at 09:00; at 09:00 or
    later: 09:00 of the day after the approval, however early it was. One vendor's
    newer page has the next full hour instead (rms/event-notification.md §1), hence
    the rule.
    """
    approved = in_japan(approved_at)
    agreed = datetime.combine(start_on, NINE)
    if approved < agreed:
        return agreed
    if rule == "next-hour":
        return approved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return datetime.combine(approved.date() + timedelta(days=1), NINE)
