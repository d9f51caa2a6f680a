"""What people see of a CSV import: a report of each file, and how the run ended."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from prefect import runtime
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.incoming import Download
from data.warehouse.csv_import import ImportReport
from tasks.csv_markdown import SAME_FILE, TRIED, import_report, refusal_report
from tasks.order_csv import Choices, Imported

LOOK = "対処: 「import-report」の表を見てください。"
SAID = 5
"""Files whose problems fit into a run's message; each has its own report."""


class Ending(NamedTuple):
    """How it went with one download: what changed, and what a person has to do."""

    name: str
    report: ImportReport | None = None
    problem: str = ""


def import_run_name() -> str:
    """Name a run after the mall and shop of its file, or after the watched folder."""
    given = runtime.flow_run.parameters
    if not given.get("path"):
        return "import-order-csv-incoming"
    return f"import-order-csv-{given.get('mall')}-{given.get('shop')}"


def report_import(
    download: Download, choices: Choices, imported: State[Imported], unmoved: str
) -> Ending:
    """Write a file's report in Japanese; say in short how it went with the file."""
    outcome = imported.result(raise_on_failure=False)
    if isinstance(outcome, Imported):
        text = import_report(download, choices, outcome)
        ending = Ending(download.name, outcome.report, unmoved)
    else:
        text = refusal_report(download, f"{outcome} {unmoved}")
        ending = Ending(download.name, problem=f"{outcome} {unmoved}".strip())
    create_markdown_artifact(
        key="import-report",
        markdown=text,
        description="CSV取込の結果 (what this import brought in)",
    )
    return ending


def conclude(endings: Sequence[Ending], choices: Choices) -> State[Any]:
    """Say how the run ended: Failed if a file was refused, so that somebody looks.

    Rows set aside do not fail a run, but its message says so.
    """
    if not endings:
        return Completed(message="incoming フォルダに取り込むファイルはありません。")
    reports = [ending.report for ending in endings if ending.report]
    amiss = [ending for ending in endings if ending.problem]
    parts = [f"{TRIED}。"] if choices.dry_run else []
    if reports:
        parts.append(_counts(reports))
    if any(report.lines_rejected for report in reports):
        parts.append(LOOK)
    if len(endings) == 1:
        parts += [each.problem for each in amiss]
    elif amiss:
        parts.append(f"問題のあったファイル {len(amiss)} / {len(endings)}:")
        parts += [f"{each.name}: {each.problem}" for each in amiss[:SAID]]
    message = " ".join(parts)
    return Failed(message=message) if amiss else Completed(message=message)


def _counts(reports: Sequence[ImportReport]) -> str:
    same = f"{SAME_FILE}。 " if all(r.is_same_file for r in reports) else ""
    return (
        f"{same}新規 {sum(r.orders_created for r in reports)}"
        f" / 更新 {sum(r.orders_updated for r in reports)}"
        f" / 変更なし {sum(r.orders_unchanged for r in reports)}"
        f" / 取り込めなかった行 {sum(r.lines_rejected for r in reports)}"
        " (created / updated / unchanged / rejected lines)"
    )
