"""How the night went: every step by name, and the reason of one that failed."""

from collections.abc import Mapping
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from tasks.house.backup import DAMAGED, ODD, NightBackup
from tasks.runs.report import ended, ends_table, failed_of, listing, page, see
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.runs.states import own_words

KEY = "house-report"
NOTHING_DONE = "夜間の保守は、何も行っていません(削除も、バックアップもしていません)。"
_MB = 1_000_000


def conclude_house(steps: Mapping[str, State[Any]]) -> State[Any]:
    """Report what was done and return the final state, Failed if anything is wrong."""
    made = _result(steps, "backup")
    backup = made if isinstance(made, NightBackup) else None
    broken = [one for one in backup.broken if one.is_damage] if backup else []
    odd = [one for one in backup.broken if not one.is_damage] if backup else []
    show_house(
        page(
            "夜間の保守",
            ends_table("処理", steps),
            listing(
                "データベースの矛盾",
                ("規則", "件数", "例"),
                [(one.rule, one.count, "、".join(one.examples)) for one in broken],
                advice=DAMAGED,
            ),
            listing(
                "モールの金額の矛盾",
                ("規則", "件数", "例"),
                [(one.rule, one.count, "、".join(one.examples)) for one in odd],
                advice=ODD,
            ),
        )
    )
    failed = failed_of(steps)
    summary = (
        f"バックアップ {backup.file.name}({backup.size / _MB:.1f} MB)を確認しました"
        if backup and backup.counts
        else "今夜のバックアップはありません"
    )
    if closed := _result(steps, "months"):
        summary += f"。{'、'.join(closed)} の売上を締めました"
    problem = ""
    if broken:
        rules = "、".join(one.rule for one in broken)
        problem = f"データベースの規則に合わないものがあります: {rules}。{see(KEY)}"
    elif "backup" not in steps:
        problem = f"{own_words(steps['clock'].message or '')}{NOTHING_DONE}"
    elif failed:
        problem = f"失敗した処理: {'、'.join(failed)}。{see(KEY)}"
    return ended(summary, problem)


@task(name="show-house", **SAFE_TO_REPEAT)
def show_house(markdown: str) -> None:
    """Keep the report with the run."""
    create_markdown_artifact(key=KEY, markdown=markdown, description="夜間の保守の結果")


def _result(steps: Mapping[str, State[Any]], name: str) -> Any:
    """Return what a step returned, None where it failed or was not begun."""
    state = steps.get(name)
    return state.result() if state and state.is_completed() else None
