"""The checklist of a shop's way to live orders: what is done, and what to do next."""

from collections.abc import Sequence
from datetime import datetime

from data.model.shops.licence import licence_sentence
from data.model.shops.onboarding import (
    ASIDE,
    WAY,
    ShopFacts,
    Stage,
    StageStep,
    Standing,
    replay,
)
from data.model.shops.onboarding_step import next_step
from tasks.runs.report import escape


def checklist(steps: Sequence[StageStep], facts: ShopFacts, now: datetime) -> list[str]:
    """Return the way in Markdown: a line for each stage, then what to do next.

    Raises:
        StageRefused: the steps are not the history of one shop.

    """
    standing = replay(steps)
    reached = {step.stage: step for step in steps}
    here = _reached(standing)
    lines = [
        _line(stage, reached.get(stage), done=index <= here)
        for index, stage in enumerate(WAY)
    ]
    if standing and standing.stage in ASIDE:
        lines += ["", f"**現在: {standing.stage}** {_details(steps[-1])}"]
    todo = next_step(standing, facts)
    lines += ["", f"**次にすること** 〔{todo.who}〕 {todo.what}"]
    if todo.menu:
        lines.append(f"RMSのメニュー: {todo.menu}")
    if facts.license_expires_at:
        lines += ["", licence_sentence(facts.license_expires_at, now)]
    return lines


def _reached(standing: Standing | None) -> int:
    """Return the index on WAY that was reached; −1 before the first."""
    if standing is None:
        return -1
    return WAY.index(standing.interrupted or standing.stage)


def _line(stage: Stage, step: StageStep | None, *, done: bool) -> str:
    box = "x" if done else " "
    details = f" — {_details(step)}" if done and step else ""
    return f"- [{box}] {stage}{details}"


def _details(step: StageStep) -> str:
    """Return when, who and why; what people typed is escaped, so it is no Markdown."""
    return f"{step.at:%Y-%m-%d %H:%M} {escape(step.who)}: {escape(step.why)}"
