"""The journal of marks: each is stored before its call and settled by reading."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from connectors.rms.marks import AT_ONCE, Looked
from data.model.mark import Marked, MarkKind, MarkOutcome, MarkState
from data.model.shop import ShopHandle
from data.warehouse.marks import MarkEnd, MarkRun, plan_marks, settle_marks
from tasks.machine import now, our_warehouse
from tasks.report import ended, page, sums, table
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import open_rms, shop_of_now

STATE_WORDS = {
    MarkState.DONE: "完了",
    MarkState.REFUSED: "変更なし",
    MarkState.UNKNOWN: "不明",
}
NOT_SHOWN = MarkEnd(
    MarkState.REFUSED,
    reason="RMSにこの注文がありません。対処: 注文番号を確認してください。",
)


def open_marks(shop: ShopHandle, kind: MarkKind, who: str) -> MarkRun:
    """Return whose marks a run sets."""
    return MarkRun(str(uuid4()), kind, shop_of_now(shop).shop_id, who.strip())


@task(name="look-at-orders", **SAFE_TO_REPEAT)
def look_at(shop: ShopHandle, numbers: list[str]) -> dict[str, Looked]:
    """Read the orders at RMS, 100 a call; one that RMS does not show is left out.

    What is returned may hold a memo: no result of it is kept.
    """
    seen: dict[str, Looked] = {}
    with open_rms(shop) as rms:
        for start in range(0, len(numbers), AT_ONCE):
            seen |= rms.marks.look(numbers[start : start + AT_ONCE])
    return seen


def store_intent(run: MarkRun, values: Mapping[str, str]) -> None:
    """Store what is about to be sent; the transaction ends before any call."""
    with our_warehouse() as con:
        plan_marks(con, run, values, now())


def store_end(run: MarkRun, ends: Mapping[str, MarkEnd]) -> None:
    """Store what became of the marks."""
    with our_warehouse() as con:
        settle_marks(con, run, ends, now())


def end_of(answer: Marked | None, *, shows: bool) -> MarkEnd:
    """Judge one mark by RMS's answer and by what the order shows afterwards.

    What the order shows counts: a lost answer is done if it stands there, and a good
    answer without it is unknown. A clear refusal keeps RMS's code and words.
    """
    code, reason = (answer.code, answer.reason) if answer else ("", "")
    if shows:
        return MarkEnd(MarkState.DONE, code, reason)
    if answer and answer.outcome is MarkOutcome.REFUSED:
        return MarkEnd(MarkState.REFUSED, code, reason)
    return MarkEnd(MarkState.UNKNOWN, code, reason)


def conclude_marks(
    title: str, ends: Mapping[str, MarkEnd], notes: Sequence[str] = ()
) -> State[Any]:
    """Create the report; return the final state, Failed unless every mark is done."""
    rows = [
        (number, STATE_WORDS[end.state], end.code, end.reason)
        for number, end in ends.items()
    ]
    create_markdown_artifact(
        key="mark-report",
        markdown=page(
            title, *notes, table(("注文番号", "結果", "コード", "理由"), rows)
        ),
        description=title,
    )
    states = [end.state for end in ends.values()]
    summary = sums({word: states.count(state) for state, word in STATE_WORDS.items()})
    amiss = [end for end in ends.values() if end.state is not MarkState.DONE]
    looks = [end for end in ends.values() if end.code.endswith("WARNING_101")]
    if not amiss and not looks:
        return ended(f"{title}: {summary}")
    why = (amiss or looks)[0].reason or "反映されたかどうか不明です"
    if "対処" not in why:
        why = f"{why.rstrip('。')}。対処: RMSの受注画面で確認してください。"
    return ended(f"{title}: {summary}", why)
