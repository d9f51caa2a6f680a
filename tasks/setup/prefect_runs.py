"""Runs of a Prefect server whose address and login are somebody's to tell.

The demo, the tests and the second day begin runs of deployments by it and wait for
their ends, without a process of Prefect's for each.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final, TypeVar
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
)
from prefect.client.schemas.objects import Artifact, FlowRun, State
from prefect.client.schemas.sorting import FlowSort
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)
from prefect.states import Scheduled

from connectors.prefect_env import API_URL, LOGIN
from tasks.setup.one_certificate import SETTING as CERTIFICATE

LOOK_EVERY_S: Final = 0.3
ENDED_WITHIN_S: Final = 300.0
NOBODY: Final = "http://127.0.0.1:9/api"
PAGE: Final = 200
"""Most that Prefect's server puts into one answer (3.9.1)."""
T = TypeVar("T")


def all_pages(read: Callable[..., Sequence[T]], **asked: Any) -> Iterator[T]:
    """Yield everything of a list of Prefect's, which it answers a page at a time.

    Ask for an order without ties (`ID_DESC`, else `CREATED_DESC`): names are shared,
    and between two pages one of a name could be lost.
    """
    for start in count(0, PAGE):
        page = read(limit=PAGE, offset=start, **asked)
        yield from page
        if len(page) < PAGE:
            return


def flow_names(client: SyncPrefectClient) -> dict[UUID, str]:
    """Return the name of every flow that the server knows, by its id."""
    flows = all_pages(client.read_flows, sort=FlowSort.CREATED_DESC)
    return {flow.id: flow.name for flow in flows}


def client_settings(known: Mapping[str, str]) -> dict[Any, Any]:
    """Return Prefect's settings for clients of the server that an environment names.

    None starts a server of its own; a server without TLS needs one authority only
    (`one_certificate`).
    """
    return {
        PREFECT_API_URL: known.get(API_URL, NOBODY),
        PREFECT_API_AUTH_STRING: known.get(LOGIN),
        PREFECT_API_SSL_CERT_FILE: known.get(CERTIFICATE),
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
    }


class RunFailed(RuntimeError):
    """A run that did not end Completed, or not in time."""


class PrefectRuns:
    """The runs of the server that an environment names at the moment of each call."""

    def __init__(self, environment: Callable[[], Mapping[str, str]]) -> None:
        self._environment = environment

    @contextmanager
    def api(self) -> Iterator[SyncPrefectClient]:
        """Open a client of the server, whatever server our own environment names."""
        known = self._environment()
        with (
            temporary_settings(client_settings(known)),
            get_client(sync_client=True) as client,
        ):
            yield client

    def begun(
        self, deployment: str, late: timedelta | None = None, **given: Any
    ) -> FlowRun:
        """Begin a deployment's run, now or as one that was due a while ago."""
        due: State[Any] | None = None
        if late is not None:
            due = Scheduled(scheduled_time=datetime.now(UTC) - late)
        with self.api() as client:
            return client.create_flow_run_from_deployment(
                client.read_deployment_by_name(deployment).id,
                parameters=given,
                state=due,
            )

    def seen(self, run: FlowRun) -> FlowRun:
        """Return a run as it is now."""
        with self.api() as client:
            return client.read_flow_run(run.id)

    def ended(self, run: FlowRun, within_s: float = ENDED_WITHIN_S) -> FlowRun:
        """Wait for a run's end and return it, however it ended.

        Raises:
            RunFailed: it has not ended in time.

        """
        give_up_at = time.monotonic() + within_s
        with self.api() as client:
            while not (run.state and run.state.is_final()):
                if time.monotonic() > give_up_at:
                    raise RunFailed(f"{run.name} has not ended after {within_s:.0f} s")
                time.sleep(LOOK_EVERY_S)
                run = client.read_flow_run(run.id)
        return run

    def completed(self, deployment: str, **given: Any) -> FlowRun:
        """Run a deployment and return its run, which has completed.

        Raises:
            RunFailed: it did not end Completed; has its message.

        """
        run = self.ended(self.begun(deployment, **given))
        if not (run.state and run.state.is_completed()):
            how = run.state and f"{run.state.name}: {run.state.message}"
            raise RunFailed(f"{deployment}: {how}")
        return run

    def artifact(self, run: FlowRun, key: str) -> Artifact:
        """Return the report of that key that the run left.

        Raises:
            LookupError: it left none.

        """
        mine = ArtifactFilter(
            flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]),
            key=ArtifactFilterKey(any_=[key]),
        )
        with self.api() as client:
            found = client.read_artifacts(artifact_filter=mine)
        if not found:
            raise LookupError(f"{run.name} left no report {key}")
        return found[0]
