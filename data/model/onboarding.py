"""A shop's way from application to live orders: its stages and the moves allowed.

    申請準備 → 申請済 → API承認待ち → キー登録済 → 接続確認済
        → 通知承認待ち → 開始待ち → 稼働中

    from anywhere      → 停止, and back to where it stopped, or to 申請準備
    where a key is     → 期限切れ, and back to where it ended, with a new key that works
    申請済, API承認待ち → 申請準備, to apply again

A shop that has a key of its own begins at キー登録済. Which moves exist is the graph
here; whether one may be made now is asked of the facts, in `guards`.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import StringConstraints

from data.model.order_parts import Frozen, Instant


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
