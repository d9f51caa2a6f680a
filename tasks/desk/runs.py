"""Runs that staff start from the desk: begun, looked at, and what is told of them.

One client of Prefect's API is kept open, because making one takes longer than most
calls do. Each call blocks: the desk makes it in a thread, so that no page waits for
another one's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from threading import Lock
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import ArtifactSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    temporary_settings,
)

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import API_URL, LOGIN
from tasks.run_log import TO_DO

NOT_SHOWN: Final = frozenset({"application-mail"})
"""Reports with somebody's name and telephone number: they are for the run's page."""
NO_WORKER: Final = timedelta(seconds=30)
"""After so long without a start a worker is probably missing."""
BY: Final = "desk:"
"""What the tag that names who started a run begins with."""
NOT_STARTED: Final = (
    "まだ始まりません。ほかの処理の終了を待っているか、ワーカーが起動していません。"
    "対処: しばらく待っても始まらない場合は、管理者に連絡してください。"
)
CRASHED: Final = (
    "処理が途中で止まりました。対処: もう一度実行してください。同じことが続く場合は、"
    "管理者に連絡してください(Prefect の実行の画面に記録があります)。"
)
STOPPED: Final = "この処理は、画面または自動の設定によって中止されました。"
_IN_FRONT: Final = re.compile(
    r"^(?:Flow|Task) run encountered an exception:?\s*(?:[A-Za-z_]\w*:\s*)?"
)
"""What Prefect puts before the sentence of an error that ended a run."""


class Phase(StrEnum):
    """Where a run stands, in words for staff."""

    WAITS = "開始待ち"
    RUNS = "実行中"
    ASKS = "入力待ち"
    DONE = "完了"
    FAILED = "失敗"
    STOPPED = "中止"


_PHASES: Final = {
    StateType.SCHEDULED: Phase.WAITS,
    StateType.PENDING: Phase.WAITS,
    StateType.RUNNING: Phase.RUNS,
    StateType.CANCELLING: Phase.RUNS,
    StateType.PAUSED: Phase.ASKS,
    StateType.COMPLETED: Phase.DONE,
    StateType.FAILED: Phase.FAILED,
    StateType.CRASHED: Phase.FAILED,
    StateType.CANCELLED: Phase.STOPPED,
}


class RunReport(NamedTuple):
    """One report that a run left: its key, its title in Japanese, and its Markdown."""

    key: str
    title: str
    markdown: str


class RunSeen(NamedTuple):
    """A run as it was at one look, with what it left so far.

    message    how it ended, or why it has not started; "" while there is nothing to say
    tables     the rows of each table that it left, by key
    page       its page at Prefect, for engineers
    """

    run_id: str
    name: str
    phase: Phase
    message: str
    started_at: datetime | None
    ended_at: datetime | None
    reports: tuple[RunReport, ...] = ()
    tables: Mapping[str, list[dict[str, Any]]] = {}
    page: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.phase in {Phase.DONE, Phase.FAILED, Phase.STOPPED}

    @property
    def has_succeeded(self) -> bool:
        """Whether it ended as it should."""
        return self.phase is Phase.DONE


class RunsAway(Exception):
    """Prefect's server does not answer; says so in Japanese, with what to do."""


class CannotBegin(Exception):
    """The run was not started; says in Japanese why, and what to do."""


class NoSuchRun(Exception):
    """No run has that id."""


class Runs(Protocol):
    """Where the desk starts runs and looks at them."""

    def begin(
        self,
        deployment: str,
        parameters: Mapping[str, Any],
        *,
        who: str,
        once: str | None = None,
    ) -> str:
        """Start a deployment's run and return its id."""

    def seen(self, run_id: str) -> RunSeen:
        """Return a run as it is now."""


class PrefectDeskRuns:
    """The runs of the server that an environment names at the moment of each call."""

    def __init__(self, environment: Callable[[], Mapping[str, str]]) -> None:
        self._environment = environment
        self._lock = Lock()
        self._open = ExitStack()
        self._client: SyncPrefectClient | None = None
        self._of: tuple[str, str | None] = ("", None)

    def close(self) -> None:
        """Close the client; the next call opens another one."""
        with self._lock:
            self._client = None
            self._open.close()

    def begin(
        self,
        deployment: str,
        parameters: Mapping[str, Any],
        *,
        who: str,
        once: str | None = None,
    ) -> str:
        """Start a deployment's run and return its id; a tag of it names who did.

        The deployment's own parameters hold where none are given. With `once`, a second
        call with the same word starts nothing and returns the first one's run.

        Raises:
            CannotBegin: there is no such deployment, or the values cannot be.
            RunsAway: Prefect's server does not answer.

        """
        with self._api() as client:
            try:
                found = client.read_deployment_by_name(deployment)
                run = client.create_flow_run_from_deployment(
                    found.id,
                    parameters=dict(found.parameters or {}) | dict(parameters),
                    tags=[f"{BY}{who}"],
                    idempotency_key=once,
                )
            except ObjectNotFound:
                raise CannotBegin(
                    f"デプロイメント {deployment} が登録されていません。"
                    "対処: 管理者に、make deploy の実行を依頼してください。"
                ) from None
            except PrefectHTTPStatusError as problem:
                if problem.response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                raise CannotBegin(
                    "入力した値では実行できません。"
                    "対処: 値を確認して、もう一度実行してください。"
                ) from None
        return str(run.id)

    def seen(self, run_id: str) -> RunSeen:
        """Return a run as it is now, with its reports once it is over.

        Raises:
            NoSuchRun: no run has that id.
            RunsAway: Prefect's server does not answer.

        """
        try:
            number = UUID(run_id)
        except ValueError:
            raise NoSuchRun(run_id) from None
        with self._api() as client:
            try:
                run = client.read_flow_run(number)
            except ObjectNotFound:
                raise NoSuchRun(run_id) from None
            told = seen_of(run, datetime.now(UTC), self._of[0].removesuffix("/api"))
            if not told.is_over:
                return told
            mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
            left = client.read_artifacts(
                artifact_filter=mine, sort=ArtifactSort.UPDATED_DESC, limit=200
            )
        return told._replace(
            reports=tuple(
                RunReport(one.key, one.description or one.key, str(one.data))
                for one in left
                if one.type == "markdown" and one.key and one.key not in NOT_SHOWN
            ),
            tables={
                one.key: one.data
                for one in reversed(left)
                if one.type == "table" and one.key and isinstance(one.data, list)
            },
        )

    @contextmanager
    def _api(self) -> Iterator[SyncPrefectClient]:
        """Yield the client; what shows that nobody answers is raised as `RunsAway`."""
        try:
            yield self._opened()
        except (CannotBegin, NoSuchRun, RunsAway):
            raise
        except Exception:
            if why := why_closed(api_of(self._environment())):
                self.close()
                raise RunsAway(why) from None
            raise

    def _opened(self) -> SyncPrefectClient:
        known = self._environment()
        if api_of(known) is None:
            raise RunsAway(why_closed(None))
        of = (known[API_URL], known.get(LOGIN))
        with self._lock:
            if self._client is None or of != self._of:
                self._open.close()
                settings: dict[Any, Any] = {
                    PREFECT_API_URL: of[0],
                    PREFECT_API_AUTH_STRING: of[1],
                }
                with temporary_settings(settings):
                    client = get_client(sync_client=True)
                    self._client = self._open.enter_context(client)
                self._of = of
            return self._client


def seen_of(run: FlowRun, now: datetime, ui: str) -> RunSeen:
    """Return what a run's record tells, without what it left."""
    state = run.state
    phase = _PHASES[state.type] if state else Phase.WAITS
    return RunSeen(
        run_id=str(run.id),
        name=run.name,
        phase=phase,
        message=_message(run, state, phase, now),
        started_at=run.start_time,
        ended_at=run.end_time,
        page=f"{ui}/runs/flow-run/{run.id}",
    )


def _message(
    run: FlowRun, state: State[Any] | None, phase: Phase, now: datetime
) -> str:
    """Return in Japanese how a run ended, or why it has not started."""
    if phase is Phase.WAITS:
        due = run.expected_start_time or run.created or now
        return NOT_STARTED if now - due > NO_WORKER else ""
    if phase is Phase.STOPPED:
        return STOPPED
    if state is None or phase in {Phase.RUNS, Phase.ASKS}:
        return ""
    return told_to_staff(state)


def told_to_staff(state: State[Any]) -> str:
    """Return a final state's message without what Prefect puts around it.

    What is Prefect's alone, and English, is replaced by what staff can do.
    """
    said = _IN_FRONT.sub("", state.message or "").strip()
    if state.is_completed():
        return said
    return said if TO_DO in said or _is_japanese(said) else CRASHED


def _is_japanese(text: str) -> bool:
    return bool(re.search(r"[ぁ-んァ-ヶ一-龠]", text))
