"""The analysts' copy and lake: when they are due, made, and what is told of them."""

from pathlib import Path
from typing import Any, Final

from prefect import task
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
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events import emit_event
from prefect.flows import Flow
from prefect.logging import get_run_logger
from prefect.states import Completed

from connectors.folder_lock import alone_in
from connectors.lake_places import (
    FILE,
    LakePlace,
    forget_place,
    lake_places,
    remember_place,
)
from connectors.lake_store import S3, FolderStore, LakeOutOfReach, S3Store
from connectors.settings.fields import Settings
from connectors.settings.reading import SettingsProblem, read_settings
from data.warehouse.analytics.lake import Flowed, LakeStore, fill_lake, leave_lake
from data.warehouse.analytics.publish import Published, publish
from data.warehouse.analytics.versions import is_due
from data.warehouse.errors import WarehouseBusy
from tasks.machine import now, our_warehouse
from tasks.runs.parameters import forget_people
from tasks.runs.report import counts, ended, escape, page
from tasks.runs.retrying import SAFE_TO_REPEAT, show_retries
from tasks.setup.prefect_runs import all_pages
from tasks.shops.blocks import rakuten_shops
from tasks.watch.alive import watch_lives
from tasks.watch.runs import our_tag

CHANGED: Final = "juchu.warehouse.changed"
"""The event that `publish-analytics/auto` waits for (prefect.yaml)."""
RESOURCE: Final = "juchu.warehouse"
NO_LAKE: Final = "off"
NOTHING: Final = Flowed(0, 0, 0)
PUSHES: Final = ["push-inventory", "push-tracking"]


class LakeLeft(Exception):
    """A former lake still has buyers' keys; says in Japanese where, and what to do."""


def announce_change(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - Prefect passes by name
    """Emit `juchu.warehouse.changed` when a run has left something to publish.

    A hook of every flow that may change the warehouse. It looks at the files' times
    only; a run that stored nothing after the last publication emits nothing.
    """
    try:
        settings = read_settings()
    except SettingsProblem:  # the run itself has said so
        return
    if is_due(settings.warehouse, settings.analytics):
        home = f".{settings.home_name}" if settings.home_name else ""
        emit_event(CHANGED, resource={"prefect.resource.id": f"{RESOURCE}{home}"})


MAY_CHANGE: Final[dict[str, Any]] = {
    "on_completion": [show_retries, announce_change],
    "on_failure": [show_retries, announce_change],
    "persist_result": False,
}
"""Options of a flow that may change the warehouse: the analysts' copy follows it."""
TOLD_OF_PEOPLE: Final[dict[str, Any]] = {
    **MAY_CHANGE,
    "on_failure": [show_retries, forget_people, announce_change],
}
"""The same of a flow with a parameter that tells of a person, which goes as well."""


@task(name="pushes-at-work", **SAFE_TO_REPEAT)
def pushes_at_work() -> list[str]:
    """Return the names of our home's runs that send stock or tracking numbers now.

    The copy is made while the warehouse is open to read, which a push would wait for.
    A run that a killed warm process has left behind is none of them: it has no
    heartbeat to miss, and stays Running until another warm process begins.
    """
    running = FlowRunFilterStateType(any_=[StateType.RUNNING])
    with get_client(sync_client=True) as client:
        found = all_pages(
            client.read_flow_runs,
            flow_filter=FlowFilter(name=FlowFilterName(any_=PUSHES)),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=running)),
            sort=FlowRunSort.ID_DESC,
        )
        runs = [*found]  # of all homes
    if not watch_lives():
        left = our_tag()
        runs = [run for run in runs if left not in run.tags]
    if not read_settings().home_name:
        return sorted(run.name for run in runs)
    ours = set(rakuten_shops())
    return sorted(run.name for run in runs if run.parameters.get("shop") in ours)


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


@task(name="fill-lake", **SAFE_TO_REPEAT)
def update_lake() -> Flowed:
    """Bring the lake to the state of the copy, unless it is there or none is wanted.

    Where it was before another setting no buyer's key stays: nobody would forget a
    buyer there.

    Raises:
        LakeOutOfReach: the folder or the service does not take it.
        LakeLeft: a former place is out of reach; the present one is up to date.
        PlacesUnreadable: where the lake has been is not known.
        WarehouseBusy: a client has this version of the copy open to write.

    """
    settings = read_settings()
    # A morning's copy and one after a change come at the same moment now and then.
    with alone_in(settings.home):
        return _update_lake(settings)


def _update_lake(settings: Settings) -> Flowed:
    places, now_at, flowed = lake_places(settings.home), None, NOTHING
    if settings.lake != NO_LAKE:
        now_at = _place(settings)
        if now_at not in places:
            remember_place(settings.home, now_at)
    former = [place for place in places if place != now_at]
    # First: one that is the present place by another name is whole again afterwards.
    left = [place for place in former if not _leave(settings, place)]
    if now_at:
        store = _store(settings, now_at)
        patience_s = settings.warehouse_patience_s
        flowed = fill_lake(settings.analytics, store, patience_s) or NOTHING
    if left:
        raise LakeLeft(
            f"以前のデータレイク {'、'.join(map(str, left))} に、購入者を見分けるキー"
            "(buyer_key)が残っています。対処: アクセスできるようにするか、"
            f"そのデータレイクを削除して、{settings.home / FILE} からこの保存先の行を"
            "削除してください。"
        )
    return flowed


def _leave(settings: Settings, place: LakePlace) -> bool:
    """Take the buyers' keys out of a former lake; return whether it was in reach."""
    log = get_run_logger()
    try:
        emptied = leave_lake(_store(settings, place))
    except LakeOutOfReach:
        return False
    forget_place(settings.home, place)
    if emptied is None:
        log.warning(
            "以前のデータレイク %s が見つかりません。対処: 取り外したディスクなどに"
            "残っている場合は、削除してください。",
            place,
        )
    else:
        log.warning(
            "以前のデータレイク %s の %d ファイルから、購入者を見分けるキー"
            "(buyer_key)を削除しました。ほかの内容はそのままです。",
            place,
            emptied,
        )
    return True


def _place(settings: Settings) -> LakePlace:
    if not settings.lake.startswith(S3):
        return LakePlace(address=str(settings.lake_folder.absolute()))
    return LakePlace(
        address=settings.lake_address.rstrip("/"),
        endpoint=settings.lake_endpoint,
        region=settings.lake_region,
    )


def _store(settings: Settings, place: LakePlace) -> LakeStore:
    if not place.address.startswith(S3):
        return FolderStore(Path(place.address), settings.analytics_group)
    return S3Store(
        place.address,
        endpoint=place.endpoint,
        region=place.region,
        key_id=settings.lake_key_id,
        secret=settings.lake_secret,
    )


@task(name="draw-analytics", **SAFE_TO_REPEAT)
def draw_page() -> str:
    """Draw the page of pictures over the present copy; return where it is."""
    # Every flow reads this module; what draws is read by the run that draws.
    from tasks.analytics.page import write_page  # noqa: PLC0415

    settings = read_settings()
    return str(
        write_page(settings.analytics, settings.reports, settings.warehouse_patience_s)
    )


def leave_to_next(pushes: list[str]) -> State[Any]:
    """Return the final state of a run that makes way for a push."""
    return Completed(
        name="Skipped",
        message=f"転送中({'、'.join(pushes)})のため、分析用データベースは作成していません。"
        "転送が終わると、自動的に作成します。",
    )


def conclude_publishing(made: Published | None, lake: State[Flowed]) -> State[Any]:
    """Create the report and return the final state, Failed where the lake was not."""
    flowed = lake.result(raise_on_failure=False)
    problem = ""
    if isinstance(flowed, Exception) and not isinstance(flowed, WarehouseBusy):
        problem = str(flowed)  # a client that writes to the copy is no problem
    if made is None:
        return _end_unchanged(problem)
    link = read_settings().analytics
    files = (
        {"データレイクに書き込んだファイル": flowed.written}
        if isinstance(flowed, Flowed)
        else {}
    )
    create_markdown_artifact(
        key="analytics-report",
        markdown=page(
            "分析用データベース",
            counts(
                {"注文": made.orders, "明細": made.lines, "バイト": made.bytes} | files
            ),
            "個人情報は含みません。いつの内容かは、表 `freshness` で確認できます。",
            f"グラフ: {escape(draw_page())}",
            escape(problem),
        ),
        description="分析用データベースの作成の結果",
    )
    return ended(
        f"分析用データベースを作成しました: 注文 {made.orders:,}件 / "
        f"明細 {made.lines:,}件。場所: {link}",
        problem,
    )


def _end_unchanged(problem: str) -> State[Any]:
    if problem:
        return ended("", problem)
    return Completed(
        name="Skipped",
        message="前回の作成から変更がないため、分析用データベースはそのままです。",
    )
