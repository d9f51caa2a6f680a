"""Runs of deployments, begun and looked at from the desk."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from operator import attrgetter
from threading import Lock
from typing import Any, Final
from uuid import UUID

from markdown_it import MarkdownIt
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    FlowFilter,
    FlowFilterId,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterName,
)
from prefect.client.schemas.objects import Artifact, FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import ArtifactSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import (
    PREFECT_API_REQUEST_TIMEOUT,
    PREFECT_CLIENT_MAX_RETRIES,
    temporary_settings,
)

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import API_URL
from connectors.settings.reading import read_settings
from data.model.advice import has_advice
from tasks.runs.report import PERSONAL
from tasks.runs.states import RUN_STATE_WORDS
from tasks.setup.prefect_runs import client_settings
from tasks.shops.blocks import ShopPlace, shop_places
from tasks.shops.homes import at_home, home_in

ClientSettings = Mapping[Any, Any]
PATIENCE_S: Final = 10.0
"""Seconds to wait for Prefect; its own limit, sixty with retries, is longer than people
wait."""
PLACES_KEPT_S: Final = 30.0
"""How long the shops that are set up are known without asking again."""
UI_URL: Final = "PREFECT_UI_URL"
"""Where browsers find Prefect's pages, if not where we find its API."""
NO_WORKER: Final = timedelta(seconds=30)
"""After so long without a start a worker is probably missing."""
NOT_STARTED: Final = (
    "まだ始まりません。ほかの処理の終了を待っているか、ワーカーが起動していません。"
    "対処: しばらく待っても始まらない場合は、管理者に連絡してください。"
)
CRASHED: Final = (
    "処理が途中で止まりました。対処: もう一度実行してください。同じことが続く場合は、"
    "管理者に連絡してください(Prefect の実行の画面に記録があります)。"
)
STOPPED: Final = "この処理は、画面または自動の設定によって中止されました。"
_KEY: Final = secrets.token_bytes(16)
"""Key of the hash, kept at Prefect, of what was typed: without a key a buyer's mail
address is found by trying. It ends with the desk's process, which takes no form of an
earlier one."""
_IN_FRONT: Final = re.compile(
    r"^(?:Flow|Task) run encountered an exception:?\s*(?:[A-Za-z_]\w*:\s*)?"
)
"""What Prefect puts before the sentence of an error that ended a run."""
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_BETWEEN: Final = re.compile(r"(?<=[!-~])\n(?=[!-~])")
"""A line break between two words of Latin letters, which a space takes the place of."""
_JAPANESE: Final = re.compile(r"[ぁ-んァ-ヶ一-龠]")
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
class RunNow:
    """A run as it is now.

    title       what staff call it (`title_of`); "" for a run of no deployment
    deployment  flow and deployment, e.g. `push-inventory/0900`; the flow's name alone
                for a run of none
    message     how it ended, or why it has not started; "" while nothing is to say
    tables      the rows of each table that it left, by key
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
    title: str = ""
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


class DeskRuns:
    """The runs of the Prefect server that an environment names at each call."""

    def __init__(self, environment: Callable[[], Mapping[str, str]]) -> None:
        self._environment = environment
        self._places: tuple[float, list[ShopPlace]] = (0.0, [])
        self._lock = Lock()
        self._open: tuple[ClientSettings, SyncPrefectClient] | None = None

    @property
    def ui(self) -> str:
        """The address of Prefect's own pages, "" where none is known."""
        known = self._environment()
        return known.get(UI_URL) or known.get(API_URL, "").removesuffix("/api")

    @contextmanager
    def api(self) -> Iterator[SyncPrefectClient]:
        """Yield the client of the server: one for all threads, made once.

        Raises:
            PrefectClosed: no server answers, or none lets us in.

        """
        known = self._environment()
        if API_URL not in known:
            raise PrefectClosed(why_closed(None))
        try:
            yield self._client(_settings(known))
        except (ObjectNotFound, CannotStart):
            raise
        except Exception:  # what httpx raises is the connectors' to know
            if why := why_closed(api_of(known)):
                raise PrefectClosed(why) from None
            raise

    def _client(self, settings: ClientSettings) -> SyncPrefectClient:
        """Return the open client, or open one where server or login are others now.

        Settings of Prefect's cost 80 ms of work each time (3.9.1): a page has no room
        for that.
        """
        with self._lock:
            if self._open is None or self._open[0] != settings:
                with temporary_settings(dict(settings)):
                    client = get_client(sync_client=True)
                client.__enter__()  # kept as long as the desk: nobody leaves it
                self._open = settings, client
            return self._open[1]

    def start(self, deployment: str, once: str, **given: Any) -> str:
        """Begin a deployment's run, once for a page and its choices, and return its id.

        Parameters that are not given are the deployment's own.

        Raises:
            PrefectClosed: no server answers.
            CannotStart: there is no such deployment, or it does not take the values.

        """
        with self.api() as client:
            try:
                of = client.read_deployment_by_name(at_our_home(deployment))
                run = client.create_flow_run_from_deployment(
                    of.id,
                    parameters=dict(of.parameters or {}) | given,
                    idempotency_key=f"desk-{once_of(once, given)}",
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

    def look(self, run_id: str) -> RunNow | None:
        """Return a run of our home as it is now; None if there is none of that id.

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
            of = deployment_of(client, run)
            return self._progress(client, run, of) if is_of_our_home(of) else None

    def latest(self, key: str, deployment: str) -> Report | None:
        """Return the newest report of a key that a run of our home left, or None.

        `deployment` is whose runs leave it, for a shop or for all of them.

        Raises PrefectClosed when no server answers.
        """
        named = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        with self.api() as client:
            found = [
                one
                for runs in self._ours(client, deployment)
                for one in client.read_artifacts(
                    artifact_filter=named,
                    flow_run_filter=runs,
                    sort=ArtifactSort.CREATED_DESC,
                    limit=1,
                )
            ]
        found.sort(key=attrgetter("created"), reverse=True)
        return next(reports_of(found), None)

    def _ours(
        self, client: SyncPrefectClient, deployment: str
    ) -> Iterator[FlowRunFilter | None]:
        """Yield filters for the runs of each shop of our home, and for those of all its
        shops.

        No filter is needed where there are no homes.
        """
        if not read_settings().home_name:
            yield None
            return
        flow = deployment.partition("/")[0]
        names = [f"{flow}-{place.handle}" for place in self.places()]
        yield FlowRunFilter(name=FlowRunFilterName(any_=names))
        with suppress(ObjectNotFound):
            one = client.read_deployment_by_name(at_our_home(deployment)).id
            of = FlowRunFilterDeploymentId(any_=[one])
            yield FlowRunFilter(deployment_id=of)

    def places(self) -> list[ShopPlace]:
        """Return where each shop that is set up has its orders.

        Raises PrefectClosed when no server answers.
        """
        asked_at, known = self._places
        if known and time.monotonic() - asked_at < PLACES_KEPT_S:
            return known
        with self.api(), temporary_settings(dict(_settings(self._environment()))):
            known = shop_places()
        self._places = time.monotonic(), known
        return known

    def _progress(
        self, client: SyncPrefectClient, run: FlowRun, of: DeploymentResponse | None
    ) -> RunNow:
        state, left = run.state, left_by(client, run)
        flow = client.read_flow(run.flow_id).name
        return RunNow(
            id=str(run.id),
            name=run.name,
            title=title_of_run(run, [of] if of else deployments_of(client, run)),
            deployment=f"{flow}/{of.name}" if of else flow,
            state=state_word(state),
            is_final=bool(state and state.is_final()),
            is_good=bool(state and state.is_completed()),
            waits_for_form=bool(state and state.is_paused()),
            message=message_of(run, datetime.now(UTC)),
            begun_at=run.start_time,
            ended_at=run.end_time,
            reports=tuple(reports_of(left)),
            link=f"{self.ui}/runs/flow-run/{run.id}",
            tables=tables_of(left),
        )


def once_of(once: str, given: Mapping[str, Any]) -> str:
    """Return what makes a press of a button count once.

    A browser that goes back shows the page again: the same values sent from it are a
    second press of the button, other values are a second decision.
    """
    values = json.dumps(given, sort_keys=True, default=str)
    hashed = blake2b(values.encode(), key=_KEY, digest_size=8)
    return f"{once}-{hashed.hexdigest()}"


def _settings(known: Mapping[str, str]) -> ClientSettings:
    """Return Prefect's settings for the server that an environment names."""
    return client_settings(known) | {
        PREFECT_API_REQUEST_TIMEOUT: PATIENCE_S,
        PREFECT_CLIENT_MAX_RETRIES: 0,
    }


def at_our_home(deployment: str) -> str:
    """Return the name of a deployment's copy for the home we are of, if it has one."""
    if "@" in deployment:
        return deployment
    return at_home(deployment, read_settings().home_name)


def state_word(state: State[Any] | None) -> str:
    """Return what staff call a state."""
    return RUN_STATE_WORDS[state.type if state else StateType.SCHEDULED]


def deployment_of(client: SyncPrefectClient, run: FlowRun) -> DeploymentResponse | None:
    """Return the deployment of a run; None for a run of none, or of one deleted."""
    if run.deployment_id is None:
        return None
    try:
        return client.read_deployment(run.deployment_id)
    except ObjectNotFound:
        return None


def deployments_of(client: SyncPrefectClient, run: FlowRun) -> list[DeploymentResponse]:
    """Return the deployments of a run's flow."""
    of_flow = FlowFilter(id=FlowFilterId(any_=[run.flow_id]))
    return client.read_deployments(flow_filter=of_flow)


def is_of_our_home(of: DeploymentResponse | None) -> bool:
    """Return whether a deployment is of the home we are of; of no home if we have none.

    What has no deployment is shown only where there are no homes.
    """
    return home_in(of.name if of else "") == read_settings().home_name


def title_of(description: str | None) -> str:
    """Return a deployment's title for staff: its description's first sentence.

    Without what stands in brackets, which is for engineers.
    """
    title = _IN_BRACKETS.sub("", in_one_line(description))
    return title.partition("。")[0].removesuffix("です")


def title_of_run(run: FlowRun, known: Iterable[DeploymentResponse]) -> str:
    """Return what staff call a run, "" where no deployment of its flow is known.

    The warm process runs flows without a deployment: they are called as its flow's are.
    """
    alike = [one for one in known if one.flow_id == run.flow_id]
    own = [one for one in alike if one.id == run.deployment_id]
    return next((title_of(one.description) for one in own or alike), "")


def in_one_line(text: str | None) -> str:
    """Return a text without its line breaks: Japanese words have no space between."""
    lines = (line.strip() for line in (text or "").splitlines())
    return _BETWEEN.sub(" ", "\n".join(lines)).replace("\n", "")


def left_by(client: SyncPrefectClient, run: FlowRun) -> list[Artifact]:
    """Return what a run left to be seen, the newest first."""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    return client.read_artifacts(artifact_filter=mine, sort=ArtifactSort.UPDATED_DESC)


def reports_of(left: Iterable[Artifact]) -> Iterator[Report]:
    """Yield the reports among them; none that tells of a person."""
    for one in left:
        if one.type == "markdown" and one.key not in PERSONAL:
            yield report(one)


def tables_of(left: Iterable[Artifact]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table among them, by its key.

    Prefect keeps a table as text.
    """
    found = {}
    for one in left:
        if one.type == "table" and one.key and one.key not in found:
            rows = json.loads(one.data) if isinstance(one.data, str) else one.data
            if isinstance(rows, list):
                found[one.key] = rows
    return found


def message_of(run: FlowRun, now: datetime) -> str:
    """Return in Japanese how a run ended, or why it has not started."""
    state = run.state
    if state is None or state.is_scheduled() or state.is_pending():
        due = run.expected_start_time or run.created or now
        return NOT_STARTED if now - due > NO_WORKER else ""
    if state.is_cancelled():
        return STOPPED
    return for_staff(state) if state.is_final() else ""


def for_staff(state: State[Any]) -> str:
    """Return a final state's message without what Prefect puts around it.

    What is Prefect's alone, and English, is replaced by what staff can do.
    """
    message = _IN_FRONT.sub("", state.message or "").strip()
    if state.is_completed():
        return message
    return message if has_advice(message) or _JAPANESE.search(message) else CRASHED


def report(artifact: Artifact) -> Report:
    """Return an artifact of Markdown as HTML; HTML in it is shown as text."""
    return Report(
        key=artifact.key or "",
        title=artifact.description or artifact.key or "",
        html=_html(str(artifact.data)),
    )


def _html(text: str) -> str:
    """Return Markdown as HTML whose headings stand below those of a page."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        if token.attrs.pop("style", "") == "text-align:right":
            token.attrSet("class", "count")  # no style within a page: the page's CSP
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
