"""A shop's way from its application to live orders: stages, moves, and what bars them.

    申請準備 → 申請済 → API承認待ち → キー登録済 → 接続確認済
        → 通知承認待ち → 開始待ち → 稼働中

    from any stage     → 停止, and back to the stage where it stopped, or to 申請準備
    with a key         → 期限切れ, and back to that stage once a new key works
    申請済, API承認待ち → 申請準備, to apply again

A shop that has a key of its own begins at キー登録済. A move needs two things: the
graph has it (`moves_from`), and the facts about the shop do not bar it (`barrier`).
From which time the notices of a shop count is computed by `notices_start`.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import StringConstraints

from data.model.japan_time import JST, in_japan
from data.model.order import Frozen, Instant
from data.model.shops.connection import ConnectionStatus
from data.model.shops.licence import NEW_KEY, has_ended


class Stage(StrEnum):
    """Where a shop stands; the value is the word in tables and for shop staff."""

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
"""Stages from which a shop may go back and apply again."""

OneLine = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*$",
    ),
]
"""One line of text that a person typed."""


class StageStep(Frozen):
    """One move of a shop: to which stage, when, by whom and why."""

    stage: Stage
    at: Instant
    who: OneLine
    why: OneLine


class Standing(NamedTuple):
    """Where a shop stands, and where it stood before it was set aside."""

    stage: Stage
    since: Instant
    interrupted: Stage | None = None
    """The stage to come back to from 停止 and 期限切れ."""


class ShopFacts(NamedTuple):
    """What is known of a shop when it asks to move; None = not known."""

    application_made_at: datetime | None = None
    key_seen_at: datetime | None = None
    """When the key now in use was first seen."""
    license_expires_at: datetime | None = None
    connection: ConnectionStatus | None = None
    checked_at: datetime | None = None
    notices_start_at: datetime | None = None
    is_end_typed: bool = False
    """Whether a person told when the key ends, and not RMS."""

    def key_has_ended(self, now: datetime) -> bool:
        """Return whether no call may be made with the key any more.

        An end that a person typed is good for a warning before it and for explaining a
        refusal after it, and stops no call: people leave a former key's date in the
        block, and a night without orders and stock costs more than one call with an
        ended key.
        """
        ends = self.license_expires_at
        if ends is None or not has_ended(ends, now):
            return False
        return not self.is_end_typed or self.connection is ConnectionStatus.KEY_ENDED


class Barrier(StrEnum):
    """What bars a move; the value is the sentence for shop staff.

    It is a template of `stage`, `to`, `options` and `start`.
    """

    UNKNOWN_SHOP = (
        "この店舗はまだ登録されていないため、「{to}」にできません。"
        "対処: 次に選べるのは {options} です。"
    )
    ALREADY_THERE = (
        "この店舗はすでに「{to}」です。対処: 次に選べるのは {options} です。"
    )
    STOPPED = (
        "停止中の店舗の期限は、再開するときに確認します。"
        "対処: 次に選べるのは {options} です。"
    )
    NO_KEY_TO_EXPIRE = (
        "「{stage}」の店舗にはまだライセンスキーがないため、期限切れにできません。"
        "対処: 次に選べるのは {options} です。"
    )
    NO_WAY = (
        "「{stage}」から「{to}」へは進めません。対処: 次に選べるのは {options} です。"
    )
    EARLIER = (
        "「{stage}」になった日時より前の日時では進められません。"
        "対処: このマシンの時計を確認してください。"
    )
    NO_APPLICATION = (
        "申請メールがまだ作成されていません。"
        "対処: onboard-shop で申請メールを作成してください。"
    )
    NO_KEY = (
        "ライセンスキーがまだ登録されていません。"
        "対処: rms-shop ブロックに serviceSecret とライセンスキーを入力してください。"
    )
    NO_EXPIRY = (
        "ライセンスキーの有効期限が登録されていません。"
        "対処: rms-shop ブロックに有効期限を入力してください。"
    )
    KEY_ENDED = f"ライセンスキーの有効期限が切れています。対処: {NEW_KEY}"
    NOT_CHECKED = (
        "このライセンスキーでの接続チェックがまだです。"
        "対処: 接続チェックを実行してください。"
    )
    CHECK_FAILED = (
        "接続チェックが成功していません。"
        "対処: 接続チェックの結果に従って修正し、もう一度実行してください。"
    )
    NO_START = (
        "通知の開始日時が決まっていません。"
        "対処: RMSで通知を承認した日時と開始日を登録してください"
        "(開始日の代わりに、2通目のメールの本文も入力できます)。"
    )
    NOT_BEGUN = (
        "開始日時 {start} になっていません。"
        "対処: 開始日時に自動的に稼働中になります。お待ちください。"
    )
    KEY_VALID = (
        "ライセンスキーの有効期限はまだ切れていません。"
        "対処: 受注を止める場合は「停止」を選んでください。"
    )


class StageRefused(Exception):
    """The shop cannot move there now; the message says why and what to do."""


def moves_from(standing: Standing | None) -> frozenset[Stage]:
    """List the stages the graph allows next, whatever the facts are."""
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


def way_to(standing: Standing | None, to: Stage) -> tuple[Stage, ...]:
    """List the stages to go through to reach this one, itself the last.

    A shop that has not begun takes the shorter way, with a key of its own. Where the
    way does not lead on to the stage, only the stage itself is there, and the move is
    refused or not as any other.
    """
    begins = WAY.index(Stage.KEY_REGISTERED)
    if standing is not None:
        if standing.stage not in WAY:
            return (to,)
        begins = WAY.index(standing.stage) + 1
    onward = WAY[begins:]
    return onward[: onward.index(to) + 1] if to in onward else (to,)


def moved(standing: Standing | None, step: StageStep) -> Standing:
    """Return the standing after a step that the graph allows, whatever the facts are.

    Raises:
        StageRefused: the graph has no such move, or it is dated before the last one.

    """
    if step.stage not in moves_from(standing):
        missing = _no_way(standing, step.stage)
        raise StageRefused(_sentence(missing, standing, step.stage, ShopFacts()))
    if standing is not None and step.at < standing.since:
        raise StageRefused(
            _sentence(Barrier.EARLIER, standing, step.stage, ShopFacts())
        )
    return Standing(step.stage, step.at, _interrupted(standing, step.stage))


def _interrupted(before: Standing | None, to: Stage) -> Stage | None:
    """Return the stage to come back to; a shop stopped while expired keeps its own."""
    if before is None or to not in ASIDE:
        return None
    return before.interrupted or before.stage


def replay(steps: Iterable[StageStep]) -> Standing | None:
    """Return the standing after a shop's whole history; None for an empty one.

    Raises:
        StageRefused: the history holds a move that does not exist.

    """
    standing = None
    for step in steps:
        standing = moved(standing, step)
    return standing


def move(standing: Standing | None, step: StageStep, facts: ShopFacts) -> Standing:
    """Return the standing after a step that neither graph nor facts bar.

    Raises:
        StageRefused: with the reason and what to do, in Japanese.

    """
    if reason := refusal(standing, step.stage, facts, step.at):
        raise StageRefused(reason)
    return moved(standing, step)


def due_move(
    standing: Standing | None, facts: ShopFacts, now: datetime
) -> Stage | None:
    """Return the move that is due now without a person, if there is one.

    To 期限切れ when the key has ended, back when a new key works, to 稼働中 when the
    start has come. Only a person takes a shop out of 停止. By a clock that is behind
    the shop's last step none is due: no step may be dated before it.
    """
    if standing is None or now < standing.since:
        return None
    onward = {
        Stage.AWAITING_START: Stage.LIVE,
        Stage.EXPIRED: standing.interrupted,
    }.get(standing.stage)
    for to in (Stage.EXPIRED, onward):
        if to is not None and barrier(standing, to, facts, now) is None:
            return to
    return None


def refusal(
    standing: Standing | None, to: Stage, facts: ShopFacts, now: datetime
) -> str | None:
    """Return for shop staff why the shop may not move there now; None if it may."""
    found = barrier(standing, to, facts, now)
    return None if found is None else _sentence(found, standing, to, facts)


def barrier(
    standing: Standing | None, to: Stage, facts: ShopFacts, now: datetime
) -> Barrier | None:
    """Return the first thing that bars a move to this stage now; None = it may move."""
    if to not in moves_from(standing):
        return _no_way(standing, to)
    for guard in _GUARDS.get(to, ()):
        if found := guard(standing, facts, now):
            return found
    return None


def _no_way(standing: Standing | None, to: Stage) -> Barrier:
    """Return why the graph has no move from here to there."""
    if standing is None:
        return Barrier.UNKNOWN_SHOP
    if standing.stage is to:
        return Barrier.ALREADY_THERE
    if to in ASIDE and standing.stage is Stage.STOPPED:
        return Barrier.STOPPED
    if to is Stage.EXPIRED:
        return Barrier.NO_KEY_TO_EXPIRE
    return Barrier.NO_WAY


def _sentence(
    found: Barrier, standing: Standing | None, to: Stage, facts: ShopFacts
) -> str:
    start = facts.notices_start_at
    return found.format(
        stage=standing.stage if standing else "",
        to=to,
        options="、".join(one for one in Stage if one in moves_from(standing)),
        start=f"{in_japan(start):%Y-%m-%d %H:%M}" if start else "",
    )


def _is_applied(
    standing: Standing | None, facts: ShopFacts, _now: datetime
) -> Barrier | None:
    made = facts.application_made_at
    if made is None or (
        standing and standing.stage is Stage.PREPARING and made < standing.since
    ):
        return Barrier.NO_APPLICATION
    return None


def _has_key(
    _standing: Standing | None, facts: ShopFacts, now: datetime
) -> Barrier | None:
    if facts.key_seen_at is None:
        return Barrier.NO_KEY
    if facts.license_expires_at is None:
        return Barrier.NO_EXPIRY
    if has_ended(facts.license_expires_at, now):
        return Barrier.KEY_ENDED
    return None


def _is_connected(
    standing: Standing | None, facts: ShopFacts, _now: datetime
) -> Barrier | None:
    """Require a good check made with this key, and after a pause one made since."""
    since = facts.key_seen_at
    if standing and standing.interrupted and since:
        since = max(since, standing.since)
    if facts.checked_at is None or (since and facts.checked_at < since):
        return Barrier.NOT_CHECKED
    if facts.connection is not ConnectionStatus.OK:
        return Barrier.CHECK_FAILED
    return None


def _is_connected_again(
    standing: Standing | None, facts: ShopFacts, now: datetime
) -> Barrier | None:
    """Require a new check of a shop that comes back from 停止 or 期限切れ only."""
    if standing and standing.interrupted:
        return _is_connected(standing, facts, now)
    return None


def _has_start(
    _standing: Standing | None, facts: ShopFacts, _now: datetime
) -> Barrier | None:
    return Barrier.NO_START if facts.notices_start_at is None else None


def _has_begun(
    _standing: Standing | None, facts: ShopFacts, now: datetime
) -> Barrier | None:
    if facts.notices_start_at is not None and now < facts.notices_start_at:
        return Barrier.NOT_BEGUN
    return None


def _has_ended(
    _standing: Standing | None, facts: ShopFacts, now: datetime
) -> Barrier | None:
    return None if facts.key_has_ended(now) else Barrier.KEY_VALID


_Guard = Callable[[Standing | None, ShopFacts, datetime], Barrier | None]
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
    """Return the time from which notices are ingested (docs/rules.md 6.8).

    Approved before 09:00 Japan time of the start date: that day at 09:00. At 09:00 or
    later: 09:00 of the day after the approval, however early on its day that was. One
    vendor's newer page states the next full hour instead
    (docs/rms/event-notification.md §1), hence the parameter `rule`.
    """
    approved = in_japan(approved_at)
    agreed = datetime.combine(start_on, NINE)
    if approved < agreed:
        return agreed
    if rule == "next-hour":
        return approved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return datetime.combine(approved.date() + timedelta(days=1), NINE)
