"""What people see of exported labels: the file, and what has to be made by hand."""

from typing import Any, Final

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.labels import Labels
from tasks.markdown import plain

LISTED: Final = 200
DELETE_IT: Final = (
    "氏名と住所が入っています。送り状を印刷したら削除してください"
    " (names and addresses: delete it after printing)。"
)


def conclude_labels(labels: Labels) -> State[Any]:
    """Write the report; packages left out do not fail a run, its message tells."""
    create_markdown_artifact(
        key="labels-report",
        markdown=labels_report(labels),
        description="送り状の出力の結果 (labels exported, and those that were not)",
    )
    where = f"{labels.path}" if labels.path else "ファイルなし (no file)"
    look = " 対処: 「labels-report」の表を見てください。" if labels.refused else ""
    return Completed(
        message=f"送り状 {labels.written} 件 / 出力しない {len(labels.refused)} 件"
        f" (labels / left out): {where}{look}"
    )


def labels_report(labels: Labels) -> str:
    """Tell in Markdown how many labels there are and why others are not."""
    lines = [
        "# 送り状の出力の結果",
        "",
        f"- 出力した送り状 (labels): {labels.written}",
        f"- 出力しなかった送付先 (left out): {len(labels.refused)}",
    ]
    if labels.path:
        lines += [
            f"- ファイル (file): `{labels.path}`",
            "",
            DELETE_IT,
        ]
    if labels.refused:
        lines += [
            "",
            "| 注文番号 | 送付先ID | 列 | 理由 |",
            "| --- | --- | --- | --- |",
            *(
                f"| {plain(one.order_number)} | {plain(one.basket_id)}"
                f" | {plain(one.column_name or '-')} | {plain(one.reason)} |"
                for one in labels.refused[:LISTED]
            ),
        ]
    return "\n".join(lines) + "\n"
