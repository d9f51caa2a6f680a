"""The analysts' copy: when it is due, made, and what is told of it."""

from typing import Any, Final

from prefect import runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events import emit_event
from prefect.flows import Flow
from prefect.states import Completed

from connectors.settings import SettingsProblem, read_settings
from data.warehouse.analytics.publish import Published, publish
from data.warehouse.analytics.versions import is_due
from tasks.analytics_page import write_page
from tasks.machine import now, our_warehouse
from tasks.report import counts, escape, page
from tasks.retrying import SAFE_TO_REPEAT

CHANGED: Final = "juchu.warehouse.changed"
"""The event that `publish-analytics/auto` waits for (prefect.yaml)."""
RESOURCE: Final = "juchu.warehouse"
PUSHES: Final = ["push-inventory", "push-tracking"]


def announce_change(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - Prefect passes by name
    """Emit `juchu.warehouse.changed` when a run has left something to publish.

    A hook of every flow. It looks at the files' times only; a run that stored nothing
    after the last publication emits nothing.
    """
    try:
        settings = read_settings()
    except SettingsProblem:  # the run itself has said so
        return
    if is_due(settings.warehouse, settings.analytics):
        emit_event(CHANGED, resource={"prefect.resource.id": RESOURCE})


def is_own_morning() -> bool:
    """Return whether this day is not one of several that a day of all shops runs."""
    return runtime.flow_run.parent_flow_run_id is None


@task(name="pushes-at-work", **SAFE_TO_REPEAT)
def pushes_at_work() -> list[str]:
    """Return the names of the runs that send stock or tracking numbers now.

    The copy is made while the warehouse is open to read, which a push would wait for.
    """
    running = FlowRunFilterStateType(any_=[StateType.RUNNING])
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=PUSHES)),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=running)),
        )
    return sorted(run.name for run in runs)


@task(name="publish-copy", **SAFE_TO_REPEAT)
def publish_copy() -> Published | None:
    """Make the copy of the present state; None where the last one is of it already.

    Raises:
        WarehouseClosed: the warehouse did not open, or the copy cannot be written.

    """
    settings = read_settings()
    with our_warehouse():
        pass  # migrated, if juchu is newer than the file
    return publish(
        settings.warehouse,
        settings.analytics,
        now(),
        group=settings.analytics_group,
        patience_s=settings.warehouse_patience_s,
    )


@task(name="draw-analytics", **SAFE_TO_REPEAT)
def draw_page() -> str:
    """Draw the page of pictures over the present copy; return where it is."""
    settings = read_settings()
    reports = settings.home / "reports"
    page = write_page(settings.analytics, reports, settings.warehouse_patience_s)
    return str(page)


def leave_to_next(pushes: list[str]) -> State[Any]:
    """Return the final state of a run that makes way for a push."""
    return Completed(
        name="Skipped",
        message=f"転送中({'、'.join(pushes)})のため、分析用データベースは作成していません。"
        "転送が終わると、自動的に作成します。",
    )


def conclude_publishing(made: Published | None) -> State[Any]:
    """Create the report and return the final state."""
    if made is None:
        return Completed(
            name="Skipped",
            message="前回の作成から変更がないため、分析用データベースはそのままです。",
        )
    link = read_settings().analytics
    create_markdown_artifact(
        key="analytics-report",
        markdown=page(
            "分析用データベース",
            counts({"注文": made.orders, "明細": made.lines, "バイト": made.bytes}),
            "個人情報は含みません。何時の内容かは、表 `freshness` で確認できます。",
            f"グラフ: {escape(draw_page())}",
        ),
        description="分析用データベースの作成の結果",
    )
    return Completed(
        message=f"分析用データベースを作成しました: 注文 {made.orders:,}件 / "
        f"明細 {made.lines:,}件。場所: {link}"
    )
