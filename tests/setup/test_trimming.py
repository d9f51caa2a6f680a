"""What tells Prefect's server how long to keep runs and events is a time it takes."""

from datetime import timedelta

from prefect.settings.models.server.events import ServerEventsSettings
from prefect.settings.models.server.services import ServerServicesDBVacuumSettings

from tasks.setup.server import trimming


def test_the_server_takes_the_days(monkeypatch):
    for name, value in trimming(30).items():
        monkeypatch.setenv(name, value)

    assert ServerEventsSettings().retention_period == timedelta(days=30)
    assert ServerServicesDBVacuumSettings().retention_period == timedelta(days=30)
