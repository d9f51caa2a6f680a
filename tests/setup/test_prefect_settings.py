"""What pyproject.toml tells Prefect, as a process that starts now reads it."""

from datetime import timedelta

import pytest
from prefect.settings import Settings

from tasks.setup.run_automations import silent_runs


@pytest.fixture(scope="module")
def told() -> Settings:
    """Prefect's settings by the file, without what a test set for itself."""
    return Settings()


def test_a_slot_held_when_the_server_died_is_given_back(told: Settings):
    """Kept in memory, as by default, it would be taken for ever: nothing ends it."""
    storage = told.server.concurrency.lease_storage

    assert storage == "prefect.server.concurrency.lease_storage.filesystem"


def test_who_finds_a_slot_taken_looks_again_soon(told: Settings):
    """By default the server tells it to wait for half a minute, free or not."""
    wait = told.server.concurrency

    assert wait.maximum_concurrency_slot_wait_seconds == 2


def test_no_foreign_page_is_answered_even_by_a_server_that_prefect_starts_itself(
    told: Settings,
):
    """A flow called as a function without a server starts one with the same keys."""
    origins = told.server.api.cors_allowed_origins.split(",")

    assert origins == ["http://127.0.0.1:4200", "http://localhost:4200"]


def test_a_flow_called_as_a_function_waits_for_the_server_it_starts(told: Settings):
    """By default it gives up after 20 seconds, which a busy machine takes and more."""
    assert told.server.ephemeral.startup_timeout_seconds >= 120


def test_a_day_that_waits_for_another_one_looks_again_soon(told: Settings):
    """By default it would wait for half a minute after the other one has ended."""
    assert told.server.deployments.concurrency_slot_wait_seconds == 5


def test_a_run_that_died_is_known_within_two_minutes(told: Settings):
    """Three heartbeats may be missed, and Prefect looks every few seconds."""
    silent = silent_runs().trigger.within
    looks = told.server.events.proactive_granularity

    assert silent > 3 * timedelta(seconds=told.flows.heartbeat_frequency)
    assert silent + looks <= timedelta(minutes=2)
