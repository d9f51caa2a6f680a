"""The shop's memo (ひとことメモ) of an order: read, written, read back.

RMS overwrites the whole memo, and a person may have written there: so what stands there
is read first and kept, unless the run says otherwise. The text may name people: it
reaches no table, log, state, report or stored parameter.
"""

from typing import Any

from prefect import task
from prefect.client.schemas.objects import State

from connectors.rms.errors import (
    CredentialsRefused,
    Refused,
    Throttled,
    Unavailable,
)
from connectors.rms.marks import Looked
from data.model.mark import LONGEST_MEMO, MEMO_BYTES
from data.model.shops.shop import ShopHandle
from data.warehouse.marks import MarkEnd, MarkRun
from tasks.marks.journal import (
    NOT_SHOWN,
    answers_to,
    conclude_marks,
    look_after,
    mark_end,
    settle_open,
    store_end,
)
from tasks.rms import FunctionStopped, ShopStopped, open_rms
from tasks.runs.failures import hiding_values
from tasks.runs.parameters import KEPT, replace_parameter
from tasks.runs.report import ended
from tasks.runs.retrying import NEVER_REPEAT, opaque


class MemoRefused(Exception):
    """The memo cannot be written; the text quotes nothing of it."""


SAFE_OF_RMS = (
    MemoRefused,
    CredentialsRefused,
    ShopStopped,
    FunctionStopped,
    Throttled,
    Unavailable,
)
"""Errors whose text cannot quote the memo: RMS looked at the key only, did not answer,
or was not asked."""


def keep_no_text() -> None:
    """Take the text out of what Prefect's server keeps of the run."""
    replace_parameter("text", KEPT)


def new_memo(before: str, text: str, *, overwrite: bool) -> str:
    """Return the memo that is to stand there: the old one is kept above the new line.

    Raises:
        MemoRefused: it would be longer than RMS takes.

    """
    text = text.strip()
    keeps = not overwrite and before.strip()
    memo = f"{before.rstrip()}\n{text}" if keeps else text
    if len(memo) > LONGEST_MEMO or len(memo.encode()) > MEMO_BYTES:
        raise MemoRefused(
            f"メモが長すぎます(RMSの上限は{LONGEST_MEMO:,}文字です)。"
            "何も変更していません。対処: 短くするか、「上書き」を選んでください。"
        )
    return memo


def write_memo(  # noqa: PLR0913 - what the form asks
    shop: ShopHandle,
    run: MarkRun,
    number: str,
    text: str,
    *,
    overwrite: bool,
    dry_run: bool,
) -> State[Any]:
    """Write the memo of one order and report how it ended."""
    if not text.strip() and not overwrite:
        raise MemoRefused(
            "メモが入力されていません。何も変更していません。"
            "対処: メモを入力してください。消すには「上書き」を選び、空欄にします。"
        )
    if dry_run:
        return ended("試行: メモを書く予定です。RMSには何も送っていません")
    end = send_memo(shop, run, number, opaque(text), overwrite=overwrite)
    return conclude_marks("ひとことメモの登録", {number: end})


@task(name="write-memo", **NEVER_REPEAT)
def send_memo(
    shop: ShopHandle, run: MarkRun, number: str, text: str, *, overwrite: bool
) -> MarkEnd:
    """Read the memo, write the new one and judge it by reading it again.

    Where it stands there already nothing is sent.

    Raises:
        MemoRefused: it would be too long.
        RmsTrouble: RMS refused the reading or the shop's credentials, or could not be
            reached.

    """
    # Of the text nothing has been sent by then, so no answer can quote it.
    with hiding_values(*SAFE_OF_RMS, Refused), open_rms(shop) as rms:
        before = rms.marks.look([number]).get(number)
    if before is None:
        return NOT_SHOWN
    with hiding_values(*SAFE_OF_RMS), open_rms(shop) as rms:
        if _has(before, text, overwrite=overwrite):
            settle_open(run, [number])
            return mark_end(None, shows=True)
        memo = new_memo(before.memo, text, overwrite=overwrite)
        value = {number: "overwrite" if overwrite else "append"}
        answers = answers_to(run, value, lambda: [rms.marks.update_memo(number, memo)])
        after = look_after(rms, [number]).get(number)
    shows = after is not None and _plain(after.memo) == _plain(memo)
    end = mark_end(answers.get(number), shows=shows, is_read=after is not None)
    store_end(run, {number: end})
    return end


def _has(seen: Looked, text: str, *, overwrite: bool) -> bool:
    """Return whether the memo says so already, as after a run whose end was lost."""
    if overwrite:
        return _plain(seen.memo) == _plain(text)
    return f"\n{_plain(text)}\n" in f"\n{_plain(seen.memo)}\n"


def _plain(memo: str) -> str:
    """Return a memo with one kind of line end, as RMS may show another than it got."""
    return memo.replace("\r\n", "\n").replace("\r", "\n").strip()
