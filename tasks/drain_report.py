"""What people see of a drain: nothing when nothing waited, else how many of what."""

from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from data.model.load import Taken
from data.model.notice import is_handed_out


def nothing_waits() -> State[Any]:
    """End a run that had nothing to do."""
    return Completed(message="待っている通知はありません (no notice waits)")


def conclude_drain(taken: Taken) -> State[Any]:
    """Say in one line what the notices led to.

    Failed when a person has to look: an order that juchu cannot read, or one that RMS
    has not shown for a day. One it does not show yet only waits.
    """
    unreadable = [order for order in taken.refused if is_handed_out(order)]
    summary = (
        f"新規 {taken.created} / 変更 {taken.changed} / 変更なし {taken.unchanged}"
        f" / まだ読めない通知 {taken.postponed} / 読めない注文 {len(unreadable)}"
        f" / 1日待っても読めない通知 {taken.exhausted}"
        " (new / changed / unchanged / put off / refused / given up)"
    )
    if unreadable or taken.exhausted:
        return Failed(
            message=f"{summary}。対処: 表 order_refusals の注文番号を"
            " RMS の受注画面で確かめてください。"
        )
    return Completed(message=summary)
