"""Prefect's server while several processes begin runs and take slots at once."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Completed

from flows.drain_notices import drain_notices
from tasks.runs import limits

pytestmark = pytest.mark.prefect
AT_ONCE, EACH = 4, 8


def test_no_call_is_refused_for_another(prefect_api: SyncPrefectClient):
    """Who is refused asks again after two seconds and more: notices waited for that."""
    limits.ensure_limit("busy")

    def begin_runs(nth: int) -> int:
        with get_client(sync_client=True) as client:
            for _ in range(EACH):
                client.create_flow_run(drain_notices, state=Completed())
                with limits._held(limits.limit_name("busy"), 60):
                    pass
        return nth

    never_again = {PREFECT_CLIENT_MAX_RETRIES: 0}
    with temporary_settings(never_again), ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [
            pool.submit(copy_context().run, begin_runs, nth) for nth in range(AT_ONCE)
        ]
        ended = [run.result(120) for run in runs]

    assert ended == list(range(AT_ONCE))
