"""Set a sub-status on orders: which fits where, the call, and reading it back."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from connectors.rms.marks import AT_ONCE, Looked
from data.model.mark import MarkState, SubStatus, progress_word
from data.model.shops.shop import ShopHandle
from data.model.typed.name import suggestion
from data.warehouse.marks import MarkEnd, MarkRun
from tasks.marks.journal import (
    NOT_SHOWN,
    answers_to,
    conclude_marks,
    look_after,
    look_at_each,
    mark_end,
    settle_open,
    store_end,
    unread_end,
)
from tasks.rms import open_rms
from tasks.runs.report import ended, page, table
from tasks.runs.retrying import NEVER_REPEAT, SAFE_TO_REPEAT

CLEAR = "解除"
"""What is entered to take a sub-status off."""


class SubStatusRefused(Exception):
    """The shop has no sub-status of that name; says which it has."""


@task(name="list-sub-statuses", **SAFE_TO_REPEAT)
def sub_statuses_of(shop: ShopHandle) -> list[SubStatus]:
    """Return the sub-statuses that the shop has made at RMS."""
    with open_rms(shop) as rms:
        return rms.marks.sub_statuses()


def show_sub_statuses(known: Sequence[SubStatus]) -> State[Any]:
    """Create a table of the sub-statuses; return the final state of such a run."""
    rows = [(one.sub_status_id, one.name, progress_word(one.progress)) for one in known]
    create_markdown_artifact(
        key="sub-statuses",
        markdown=page("サブステータス", table(("ID", "名前", "ステータス"), rows)),
        description="この店舗のサブステータス",
    )
    return ended(f"サブステータスは{len(known)}件あります。何も変更していません")


def meant(typed: str, known: Sequence[SubStatus]) -> list[SubStatus]:
    """Return the sub-statuses of that name or ID; none for 解除.

    One name may stand for several: each orderProgress has sub-statuses of its own.

    Raises:
        SubStatusRefused: there is none.

    """
    text = typed.strip()
    if text == CLEAR:
        return []
    found = [one for one in known if text in {one.name, str(one.sub_status_id)}]
    if not found:
        names = list(dict.fromkeys(one.name for one in known if one.name))
        raise SubStatusRefused(
            f"サブステータス「{text[:40]}」はこの店舗にありません。"
            f"{suggestion(text, names)}何も変更していません。"
            f"対処: 次から選んでください: {'、'.join((*names, CLEAR))}"
        )
    return found


def fitting(seen: Looked, chosen: Sequence[SubStatus]) -> int | MarkEnd | None:
    """Return the ID that fits an order's state, None to take it off.

    A MarkEnd where none fits: sub-statuses belong to one orderProgress each.
    """
    if not chosen:
        return None
    for one in chosen:
        if one.progress == seen.progress:
            return one.sub_status_id
    return MarkEnd(
        MarkState.REFUSED,
        reason=f"ステータス「{progress_word(seen.progress)}」の注文には設定できません。"
        "対処: このステータスのサブステータスを選んでください。",
    )


def set_sub_statuses(
    shop: ShopHandle,
    run: MarkRun,
    numbers: list[str],
    chosen: Sequence[SubStatus],
    *,
    dry_run: bool,
) -> State[Any]:
    """Set what fits each order, read the orders again and report each."""
    looks = look_at_each(shop, numbers)
    ends: dict[str, MarkEnd] = {n: NOT_SHOWN for n in numbers if n not in looks.seen}
    ends |= {number: unread_end(trouble) for number, trouble in looks.unread.items()}
    by_id: dict[int | None, list[str]] = defaultdict(list)
    for number, order in looks.seen.items():
        fits = fitting(order, chosen)
        if isinstance(fits, MarkEnd):
            ends[number] = fits
        else:
            by_id[fits].append(number)
    if dry_run:
        sent = sum(map(len, by_id.values()))
        return ended(
            f"試行: {sent}件に設定する予定です(設定できない注文 {len(ends)}件)。"
            "RMSには何も送っていません"
        )
    for sub_status_id, group in by_id.items():
        for start in range(0, len(group), AT_ONCE):
            ends |= send_sub_status(
                shop, run, group[start : start + AT_ONCE], sub_status_id
            )
    return conclude_marks(
        "サブステータスの設定", {number: ends[number] for number in numbers}
    )


@task(name="set-sub-status", **NEVER_REPEAT)
def send_sub_status(
    shop: ShopHandle, run: MarkRun, numbers: list[str], sub_status_id: int | None
) -> dict[str, MarkEnd]:
    """Set one sub-status on up to 100 orders, and judge each by reading it again.

    Raises:
        RmsTrouble: RMS refused the whole call, or the shop's credentials.

    """
    value = "" if sub_status_id is None else str(sub_status_id)
    with open_rms(shop) as rms:
        answers = answers_to(
            run,
            dict.fromkeys(numbers, value),
            lambda: rms.marks.set_sub_status(numbers, sub_status_id),
        )
        after = look_after(rms, numbers)
    ends = {
        number: mark_end(
            answers.get(number),
            shows=number in after and after[number].sub_status_id == sub_status_id,
            is_read=number in after,
        )
        for number in numbers
    }
    store_end(run, ends)
    settle_open(run, [n for n, end in ends.items() if end.state is MarkState.DONE])
    return ends
