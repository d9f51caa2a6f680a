"""Runs of deployments, begun and looked at from the desk."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import blake2b
from operator import attrgetter
from threading import Lock
from typing import Any, Final
from uuid import UUID

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
from prefect.client.schemas.objects import Artifact, FlowRun
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
from tasks.desk.run_now import (
    Report,
    RunNow,
    message_of,
    reports_of,
    state_word,
    tables_of,
    title_of_run,
)
from tasks.homes.blocks import at_home, home_in
from tasks.setup.prefect_runs import client_settings
from tasks.shops.blocks import ShopPlace, shop_places

ClientSettings = Mapping[Any, Any]
PATIENCE_S: Final = 10.0
"""Seconds to wait for Prefect; its own limit, sixty with retries, is longer than people
wait."""
PLACES_KEPT_S: Final = 30.0
"""How long the shops that are set up are known without asking again."""
UI_URL: Final = "PREFECT_UI_URL"
"""Where browsers find Prefect's pages, if not where we find its API."""
_KEY: Final = secrets.token_bytes(16)
"""Key of the hash, kept at Prefect, of what was typed: without a key a buyer's mail
address is found by trying. It ends with the desk's process, which takes no form of an
earlier one."""


class PrefectClosed(Exception):
    """Prefect does not answer; says in Japanese why, and what to do."""


class CannotStart(Exception):
    """A run was not started; says in Japanese why, and what to do."""


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
        """Yield filters for our home's runs: those of each shop, then of all of them.

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


def left_by(client: SyncPrefectClient, run: FlowRun) -> list[Artifact]:
    """Return what a run left to be seen, the newest first."""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    return client.read_artifacts(artifact_filter=mine, sort=ArtifactSort.UPDATED_DESC)
