"""A matter taken off the list of what waits for a person, with who and why."""

from collections.abc import Sequence
from typing import Any, Final

from prefect import task
from prefect.client.schemas.objects import State

from data.model.advice import without_advice
from data.model.matter import MATTER_WORDS, Matter, MatterKind
from data.warehouse.matters import dismiss_matter, matters
from tasks.machine import now, our_warehouse
from tasks.runs.report import ended
from tasks.runs.retrying import SAFE_TO_REPEAT

KINDS: Final = "、".join(f"{kind}({word})" for kind, word in MATTER_WORDS.items())
MOST_KEYS: Final = 5
"""Keys that a refusal shows of a kind."""


@task(name="take-off-list", **SAFE_TO_REPEAT)
def take_off_list(kind: str, key: str, who: str, note: str) -> Matter | None:
    """Dismiss the matter and return it; None if no such one waits.

    Repeating it is harmless: what is off the list is not found again.
    """
    if kind not in set(MatterKind):
        return None
    with our_warehouse() as con:
        return dismiss_matter(
            con,
            MatterKind(kind),
            key.strip(),
            who=who.strip(),
            note=note.strip(),
            at=now(),
        )


@task(name="left-on-list", **SAFE_TO_REPEAT)
def left_on_list(kind: str) -> list[Matter]:
    """Return what still waits of a kind; nothing for an unknown one."""
    if kind not in set(MatterKind):
        return []
    with our_warehouse() as con:
        return matters(con, MatterKind(kind))


def conclude_dismissal(
    kind: str, key: str, dismissed: Matter | None, left: Sequence[Matter]
) -> State[Any]:
    """Return the final state: Failed, with what to choose from, if nothing came off."""
    if kind not in set(MatterKind):
        return ended(
            f"種類「{kind}」はありません。何も変更していません",
            f"対処: 次の種類から選んでください: {KINDS}",
        )
    word = MATTER_WORDS[MatterKind(kind)]
    if dismissed is None:
        return ended(
            f"「{word}」({kind})の一覧に「{key}」はありません。何も変更していません",
            f"対処: {_choice(left)}",
        )
    return ended(
        f"一覧から外しました: {without_advice(dismissed.what)}"
        f"残りの「{word}」は{len(left)}件です"
    )


def _choice(left: Sequence[Matter]) -> str:
    if not left:
        return "必要ありません。この種類で対応を待つものはありません。"
    more = " など" if len(left) > MOST_KEYS else ""
    keys = "、".join(one.key for one in left[:MOST_KEYS])
    return f"次から選んでください: {keys}{more}(全{len(left)}件)"
