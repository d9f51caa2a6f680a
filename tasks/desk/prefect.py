"""Runs of deployments, begun and looked at from the desk."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from markdown_it import MarkdownIt
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import Artifact, FlowRun, State, StateType
from prefect.client.schemas.sorting import ArtifactSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import API_URL, LOGIN
from tasks.desk.words import STATE_WORDS

PERSONAL: Final = frozenset({"application-mail"})
"""Reports with somebody's name and telephone number: they stay in Prefect."""
_MARKDOWN: Final = MarkdownIt("js-default", {"html": False, "linkify": False})
"""Escapes HTML, and makes no link of `javascript:` and its like."""


class PrefectClosed(Exception):
    """Prefect does not answer; says in Japanese why, and what to do."""


class CannotStart(Exception):
    """A run was not started; says in Japanese why, and what to do."""


@dataclass(frozen=True)
class Report:
    """What a run left to be read, as HTML of ours."""

    key: str
    title: str
    html: str


@dataclass(frozen=True)
class Progress:
    """A run as it is now.

    deployment  flow and deployment, e.g. `push-inventory/0900`; the flow's name alone
                for a run of none
    message     what its state says, "" while it says nothing
    """

    id: str
    name: str
    deployment: str
    state: str
    is_final: bool
    is_good: bool
    waits_for_form: bool
    message: str
    begun_at: datetime | None
    ended_at: datetime | None
    reports: tuple[Report, ...]
    link: str


class DeskRuns:
    """The runs of the Prefect server that an environment names at each call."""

    def __init__(self, environment: Callable[[], Mapping[str, str]]) -> None:
        self._environment = environment

    @property
    def ui(self) -> str:
        """The address of Prefect's own pages, "" where none is known."""
        return self._environment().get(API_URL, "").removesuffix("/api")

    @contextmanager
    def api(self) -> Iterator[SyncPrefectClient]:
        """Open a client.

        Raises:
            PrefectClosed: no server answers, or none lets us in.

        """
        known = self._environment()
        if why := why_closed(api_of(known)):
            raise PrefectClosed(why)
        settings: dict[Any, Any] = {
            PREFECT_API_URL: known[API_URL],
            PREFECT_API_AUTH_STRING: known.get(LOGIN),
            PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
        }
        with temporary_settings(settings), get_client(sync_client=True) as client:
            yield client

    def start(self, deployment: str, once: str, **given: Any) -> str:
        """Begin a deployment's run and return its id; the same `once` begins one only.

        Parameters that are not given are the deployment's own.

        Raises:
            PrefectClosed: no server answers.
            CannotStart: there is no such deployment, or it does not take the values.

        """
        with self.api() as client:
            try:
                of = client.read_deployment_by_name(deployment)
                run = client.create_flow_run_from_deployment(
                    of.id,
                    parameters=dict(of.parameters or {}) | given,
                    idempotency_key=f"desk-{once}",
                )
            except (ObjectNotFound, ValueError):
                raise CannotStart(
                    f"処理 {deployment} が登録されていません。"
                    "対処: 管理者に make deploy の実行を依頼してください。"
                ) from None
            except PrefectHTTPStatusError as problem:
                if problem.response.status_code >= 500:
                    raise
                raise CannotStart(
                    "この内容では実行できません。"
                    "対処: 入力した内容を確認して、もう一度実行してください。"
                ) from None
        return str(run.id)

    def look(self, run_id: str) -> Progress | None:
        """Return a run as it is now, with its reports; None if there is none.

        Raises PrefectClosed when no server answers.
        """
        try:
            wanted = UUID(run_id)
        except ValueError:
            return None
        with self.api() as client:
            try:
                run = client.read_flow_run(wanted)
            except ObjectNotFound:
                return None
            return self._progress(client, run)

    def _progress(self, client: SyncPrefectClient, run: FlowRun) -> Progress:
        state = run.state
        return Progress(
            id=str(run.id),
            name=run.name,
            deployment=deployment_of(client, run),
            state=state_word(state),
            is_final=bool(state and state.is_final()),
            is_good=bool(state and state.is_completed()),
            waits_for_form=bool(state and state.is_paused()),
            message=(state and state.message) or "",
            begun_at=run.start_time,
            ended_at=run.end_time,
            reports=tuple(reports_of(client, run)),
            link=f"{self.ui}/runs/flow-run/{run.id}",
        )


def state_word(state: State[Any] | None) -> str:
    """Return what staff call a state."""
    return STATE_WORDS[state.type if state else StateType.SCHEDULED]


def deployment_of(client: SyncPrefectClient, run: FlowRun) -> str:
    """Return `flow/deployment` of a run, or its flow's name alone."""
    flow = client.read_flow(run.flow_id).name
    if run.deployment_id is None:
        return flow
    try:
        return f"{flow}/{client.read_deployment(run.deployment_id).name}"
    except ObjectNotFound:
        return flow


def reports_of(client: SyncPrefectClient, run: FlowRun) -> Iterator[Report]:
    """Return a run's reports, the newest first; none that tells of a person."""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    for one in client.read_artifacts(
        artifact_filter=mine, sort=ArtifactSort.UPDATED_DESC
    ):
        if one.type == "markdown" and one.key not in PERSONAL:
            yield report(one)


def report(artifact: Artifact) -> Report:
    """Return an artifact of Markdown as HTML; HTML in it is shown as text."""
    return Report(
        key=artifact.key or "",
        title=artifact.description or artifact.key or "",
        html=_MARKDOWN.render(str(artifact.data)),
    )
