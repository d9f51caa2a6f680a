"""The journal of marks: each is stored before its call and settled by reading."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger

from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.marks import AT_ONCE, Looked, Looks
from data.model.advice import has_advice
from data.model.mark import Marked, MarkKind, MarkOutcome, MarkState
from data.model.shops.shop import ShopHandle
from data.warehouse.marks import (
    MarkEnd,
    MarkRun,
    plan_marks,
    settle_marks,
    settle_open_marks,
)
from tasks.machine import now, our_warehouse
from tasks.rms import ShopStopped, open_rms, shop_of_now
from tasks.runs.report import ended, page, sums, table
from tasks.runs.retrying import SAFE_TO_REPEAT, asked_before, repeat_undone

STATE_WORDS = {
    MarkState.DONE: "完了",
    MarkState.REFUSED: "変更なし",
    MarkState.UNKNOWN: "不明",
}
NOT_DONE = "RMSで実行されませんでした。対処: しばらく待って、もう一度実行してください。"
NOT_TAKEN = (
    "RMSの機能またはキーが使えないため、実行されていません。"
    "対処: 実行の結果に従って修正し、もう一度実行してください。"
)
"""Of RMS's own text nothing: it may quote a memo."""
NOT_SHOWN = MarkEnd(
    MarkState.REFUSED,
    reason="RMSにこの注文がありません。対処: 注文番号を確認してください。",
)
NOT_READ = (
    "RMSがこの注文を取得できなかったため、何も変更していません。"
    "対処: しばらく待って、もう一度実行してください。"
    "続く場合は、RMSの受注画面で確認してください。"
)


def open_marks(shop: ShopHandle, kind: MarkKind, who: str) -> MarkRun:
    """Return whose marks a run sets."""
    return MarkRun(str(uuid4()), kind, shop_of_now(shop).shop_id, who.strip())


@task(name="look-at-order", **SAFE_TO_REPEAT)
def look_at(shop: ShopHandle, number: str) -> Looked | None:
    """Read one order at RMS; None where RMS does not show it.

    What is returned may hold a memo: no result of it is kept.
    """
    with open_rms(shop) as rms:
        return rms.marks.look([number]).get(number)


@task(name="look-at-orders", **SAFE_TO_REPEAT)
def look_at_each(shop: ShopHandle, numbers: list[str]) -> Looks:
    """Read the orders at RMS, 100 a call; one that RMS does not show is left out.

    One that RMS fails to read each time is looked for: it keeps no other out. What is
    returned may hold a memo: no result of it is kept.
    """
    looks = Looks()
    with open_rms(shop) as rms:
        for start in range(0, len(numbers), AT_ONCE):
            part = numbers[start : start + AT_ONCE]
            looks |= rms.marks.look_at_each(part, isolates=asked_before())
    return looks


def answers_to(
    run: MarkRun, values: Mapping[str, str], call: Callable[[], Sequence[Marked]]
) -> dict[str, Marked]:
    """Store a mark, send it, and return RMS's answer by order number if it is known.

    The call is made again only where RMS says that it did nothing. Where that stays so
    the mark is refused, and may be sent anew by a person.

    Raises:
        Refused: RMS refused the call itself, or the shop's credentials.
        ShopStopped: no call was made. Either way the marks are stored as refused.

    """
    store_intent(run, values)
    try:
        return {one.order_number: one for one in repeat_undone(call)}
    except (Refused, ShopStopped) as refusal:
        code = next(iter(getattr(refusal, "codes", ())), "")
        end = MarkEnd(MarkState.REFUSED, code, NOT_TAKEN)
        store_end(run, dict.fromkeys(values, end))
        raise
    except OutcomeUnknown as unknown:
        get_run_logger().warning("%s", unknown)
        return {}
    except (Throttled, Unavailable) as undone:
        get_run_logger().warning("%s", undone)
        code = next(iter(undone.codes), "")
        return {n: Marked(n, MarkOutcome.REFUSED, code, NOT_DONE) for n in values}


def look_after(rms: RmsClient, numbers: Sequence[str]) -> dict[str, Looked]:
    """Read orders after a mark; nothing where RMS does not show them: no trouble.

    The answer to the mark then counts alone, and is not lost with this one.
    """
    try:
        looks = repeat_undone(lambda: rms.marks.look_at_each(numbers, isolates=True))
    except CredentialsRefused:
        raise
    except (Refused, Throttled, Unavailable) as trouble:
        get_run_logger().warning("%s", trouble)
        return {}
    for unread in looks.unread.values():
        get_run_logger().warning("%s", unread)
    return looks.seen


def unread_end(trouble: RmsTrouble) -> MarkEnd:
    """Return the end of a mark that was not sent, as its order could not be read."""
    code = next((m.code for m in trouble.messages if m.kind != "INFO"), "")
    why = NOT_READ if isinstance(trouble, Unavailable) else str(trouble)
    return MarkEnd(MarkState.REFUSED, code, why)


def store_intent(run: MarkRun, values: Mapping[str, str]) -> None:
    """Store what is about to be sent; the transaction ends before any call."""
    with our_warehouse() as con:
        plan_marks(con, run, values, now())


def store_end(run: MarkRun, ends: Mapping[str, MarkEnd]) -> None:
    """Store what became of the marks."""
    with our_warehouse() as con:
        settle_marks(con, run, ends, now())


def settle_open(run: MarkRun, numbers: Sequence[str]) -> None:
    """Store that the orders show what earlier marks were to do, whose end was open."""
    with our_warehouse() as con:
        settle_open_marks(con, run, numbers, now())


def mark_end(answer: Marked | None, *, shows: bool, is_read: bool = True) -> MarkEnd:
    """Judge one mark by RMS's answer and by what the order shows afterwards.

    What the order shows counts: a lost answer is done if it stands there, and a good
    answer without it is unknown. A clear refusal keeps RMS's code and words; so does
    one that may speak of an order done before, once that was read and is not.
    """
    code, reason = (answer.code, answer.reason) if answer else ("", "")
    if shows:
        return MarkEnd(MarkState.DONE, code, reason)
    refusals = {MarkOutcome.REFUSED} | ({MarkOutcome.READ_FIRST} if is_read else set())
    if answer and answer.outcome in refusals:
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
    if not has_advice(why):
        why = f"{why.rstrip('。')}。対処: RMSの受注画面で確認してください。"
    return ended(f"{title}: {summary}", why)
