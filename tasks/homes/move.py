"""Move a home to another host: one owner before, one after, and no order between.

The lock and the refusal come first, then the file: kept from everybody, marked as of
the next epoch, copied whole, and only then the home's block names the new host. Killed
at any moment, either nobody may write or one host may; the same command again ends it.
"""

import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from connectors.settings.fields import WAREHOUSE_FILE, Settings
from data.warehouse.home_epochs import HomeEpoch, handed_over, latest_epoch
from tasks.homes.blocks import JuchuHome, home_of, save_home
from tasks.homes.deployments import deploy_home, deployments_of
from tasks.homes.lock import one_mover
from tasks.homes.owner import HELD_S, folder_mark
from tasks.setup.prefect_runs import all_pages
from tasks.setup.server import LOCK as SERVER_LOCK
from tasks.shops.blocks import homes_in_blocks
from tasks.watch.alive import LOCK, watch_lives

STAYS: Final = (
    *("/prefect.env", "/pace/", "/logs/", "/prefect/"),
    *(f"/{LOCK}", f"/{SERVER_LOCK}"),
)
"""What is of the host and not of the home; pace counts a machine's own seconds."""
AT_WORK: Final = [
    StateType.PENDING,
    StateType.RUNNING,
    StateType.PAUSED,
    StateType.CANCELLING,
]


class HomeMoveRefused(Exception):
    """Nothing was moved, and the home goes on where it was; says why."""


class MovedHome(NamedTuple):
    """Where the home was and is, and of which epoch."""

    name: str
    before: JuchuHome
    now: JuchuHome
    source: str


def move_home(  # noqa: PLR0913 - what the command takes, and the world it is in
    client: SyncPrefectClient,
    settings: Settings,
    name: str,
    to: str,
    *,
    at: str = "",
    source: str = "",
    now: Callable[[], datetime],
    wait: Callable[[float], None] = time.sleep,
) -> MovedHome:
    """Move a home to host `to`, into folder `at` there; its runs go on there at once.

    So do those that wait by now, such as the crashed day of a dead host.
    `source` is where the home's files are on this machine, by default its own folder;
    `at` may be `host:/folder`, which rsync reaches by ssh, and is by default the folder
    it has. Where the two are the same nothing is copied: the disk moved, or a backup
    was restored there. A file left behind that could not be marked is waited for: its
    host, if it lives, finds out within a minute.

    Raises:
        HomeMoveRefused: a run of the home is at work, or the files cannot be read or
            copied; nothing was changed.
        UnknownHome: there is no such home.
        TimeoutError: somebody else moves it now.
        WarehouseClosed: the file is in use or cannot be opened.

    """
    with one_mover(name):
        home = home_of(name)
        folder = Path(source or home.folder)
        warehouse = folder / WAREHOUSE_FILE
        reached = at or home.folder
        _refuse_at_work(client, name)  # resting deletes the clock's
        waiting = _waiting(client, name, now())
        with _resting(client, name):
            _refuse_at_work(client, name)
            if not warehouse.is_file():
                raise HomeMoveRefused(
                    f"{folder} に {warehouse.name} がありません。対処: ホームの"
                    "ファイルがあるフォルダーを FROM= で指定してください"
                    "(バックアップの場合は、先に make restore で復元します)。"
                )
            _refuse_watch(folder)
            marked = home.place == folder_mark(folder)
            epoch = max(latest_epoch(warehouse), home.epoch) + 1
            new = HomeEpoch(name, epoch, to)
            with handed_over(warehouse, new, now(), settings.warehouse_patience_s):
                if reached != str(folder):
                    _copy(folder, reached)
                moved = home.model_copy(
                    update={
                        "host": to,
                        "folder": reached.rpartition(":")[2],
                        "epoch": epoch,
                        "place": "",
                    }
                )
                save_home(name, moved)
        if not marked:
            wait(HELD_S)
        shops = sorted(shop for shop, its in homes_in_blocks().items() if its == name)
        deploy_home(client, name, moved, shops)
        _take_along(client, waiting)
        return MovedHome(name, home, moved, str(folder))


@contextmanager
def _resting(client: SyncPrefectClient, name: str) -> Iterator[None]:
    """Schedule nothing for the home; on an error its deployments go on as they were."""
    awake = [one for one in deployments_of(client, name) if not one.paused]
    for one in awake:
        client.pause_deployment(one.id)
    try:
        yield
    except BaseException:
        for one in awake:
            client.resume_deployment(one.id)
        raise


def _waiting(client: SyncPrefectClient, name: str, at: datetime) -> list[FlowRun]:
    """Return the runs that wait: begun by somebody, or by a clock and due by now.

    Of the clock's the latest of a deployment does the work of those before it.
    """
    begun: list[FlowRun] = []
    due: dict[UUID | None, FlowRun] = {}
    for run in _runs_in(client, name, [StateType.SCHEDULED]):
        when = run.next_scheduled_start_time
        if not run.auto_scheduled:
            begun.append(run)
        elif when and when <= at:
            before = due.get(run.deployment_id, run).next_scheduled_start_time
            if before is None or before <= when:
                due[run.deployment_id] = run
    return [*begun, *due.values()]


def _take_along(client: SyncPrefectClient, waiting: Sequence[FlowRun]) -> None:
    """Have the runs that waited for the host before wait for the new one.

    A run's queue cannot be changed: each gets a copy, once, and is cancelled. The
    clock's were deleted when their deployments were made to rest.
    """
    for run in waiting:
        if run.deployment_id is None:
            continue
        client.create_flow_run_from_deployment(
            run.deployment_id,
            parameters=run.parameters,
            name=run.name,
            state=Scheduled(scheduled_time=run.next_scheduled_start_time),
            idempotency_key=f"{run.id}-moved",
        )
        moved: State[Any] = Cancelled(
            name="Moved", message="ホームの移動先で実行します。"
        )
        with suppress(ObjectNotFound):
            client.set_flow_run_state(run.id, moved, force=True)


def _runs_in(
    client: SyncPrefectClient, name: str, states: list[StateType]
) -> list[FlowRun]:
    ids = [one.id for one in deployments_of(client, name)]
    if not ids:
        return []
    of = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=ids),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
    )
    # A clock's runs of the days to come are among them, several hundred.
    runs = all_pages(
        client.read_flow_runs, flow_run_filter=of, sort=FlowRunSort.ID_DESC
    )
    return [*runs]


def _refuse_at_work(client: SyncPrefectClient, name: str) -> None:
    if runs := _runs_in(client, name, AT_WORK):
        named = "、".join(f"{run.name}({run.state_name})" for run in runs)
        raise HomeMoveRefused(
            f"ホーム {name} の実行が終わっていません: {named}。移動していません。"
            "対処: 実行が終わるのを待つか、Prefect の画面で取り消してから、"
            "もう一度実行してください(停止したホストの実行は、2分以内に Crashed に"
            "なります)。"
        )


def _refuse_watch(folder: Path) -> None:
    if watch_lives(folder):
        raise HomeMoveRefused(
            f"{folder} の常駐プロセス(make watch)が動いています。移動していません。"
            "対処: 常駐プロセスを停止してから、もう一度実行してください。"
        )


def _copy(folder: Path, to: str) -> None:
    """Copy the home's files with rsync; what was in the folder before is gone."""
    host, _, path = to.rpartition(":")
    made = f"mkdir -p -m 700 {shlex.quote(path)} && rsync"
    command = [
        "rsync",
        "--archive",
        "--delete",
        f"--rsync-path={made}",
        *(f"--exclude={each}" for each in STAYS),
        f"{folder}/",
        f"{to}/" if host else f"{path}/",
    ]
    if not host:
        Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)
        command.remove(f"--rsync-path={made}")
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell here; ssh's is given a quoted path
    except FileNotFoundError:
        raise HomeMoveRefused(
            "rsync がありません。対処: 両方のホストに rsync を入れてください"
            "(Debian: apt install rsync)。"
        ) from None
    if done.returncode:
        *_, why = ["", *done.stderr.strip().splitlines()]
        raise HomeMoveRefused(
            f"{to} にコピーできません({why or f'rsync {done.returncode}'})。"
            "移動していません。"
            "対処: ssh で接続できることと、空き容量を確認してください。"
        )
