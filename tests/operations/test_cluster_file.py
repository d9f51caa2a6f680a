"""The server of a cluster is told the same in Docker, in the bed and in docs."""

from pathlib import Path
from typing import Any

import yaml

from connectors.settings.fields import Settings
from tasks.setup.server import trimming
from tests.cluster.bed import Bed
from tests.cluster.engines import server_settings
from tests.operations.containers import OPERATIONS, ROOT


def cluster_file() -> dict[str, Any]:
    text = (OPERATIONS / "cluster.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def test_the_server_is_told_the_same_everywhere(tmp_path: Path):
    measured = server_settings(Bed(tmp_path, hosts=1, homes=1, shops_each=1))
    said = cluster_file()["x-settings"]
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")

    assert set(measured) - set(said) == set()
    modules = {name for name, value in measured.items() if "prefect_redis" in value}
    assert {name: said[name] for name in modules} == {
        name: measured[name] for name in modules
    }
    in_full = {name for name in measured if not name.endswith(("_PORT", "_HOST"))}
    assert {name for name in in_full if name not in page} == set()


def test_old_runs_are_deleted_as_on_one_machine():
    """Every run, log and event was kept: Prefect deletes what it is told to."""
    told = trimming(Settings.model_fields["runs_days"].default)
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")

    assert told.items() <= cluster_file()["x-settings"].items()
    for name, value in told.items():
        assert f"{name}={value}" in page


def test_its_lock_is_the_users_lock_and_prefect_redis():
    def names(file: Path) -> set[str]:
        lines = file.read_text(encoding="utf-8").splitlines()
        return {line.split()[0] for line in lines if "==" in line}

    users = names(ROOT / "requirements.lock")
    more = names(OPERATIONS / "requirements-cluster.lock") - users

    assert {one.partition("==")[0] for one in more} == {"prefect-redis"}


def test_two_apis_never_migrate_a_database_at_once():
    services = cluster_file()["services"]

    assert cluster_file()["x-settings"]["PREFECT_API_DATABASE_MIGRATE_ON_START"] == (
        "false"
    )
    for name in ("api-1", "api-2", "services"):
        assert services[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
