"""prefect.yaml says what Prefect reads, and nothing Prefect would ignore."""

import importlib
from pathlib import Path
from typing import get_args

import pytest
import yaml
from prefect import Flow
from prefect.cli.deploy._models import (
    ConcurrencyLimitSpec,
    DeploymentConfig,
    PrefectYamlModel,
    RawScheduleConfig,
    WorkPoolConfig,
)
from pydantic import BaseModel

TEXT = Path("prefect.yaml").read_text(encoding="utf-8")
YAML = yaml.safe_load(TEXT)
DEPLOYMENTS = YAML["deployments"]
IDS = [f"{d['entrypoint']}-{d['name']}" for d in DEPLOYMENTS]
every_deployment = pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=IDS)


def keys_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def unknown_keys(document: dict) -> set[str]:
    found = set(document) - keys_of(PrefectYamlModel) - {"definitions"}
    for deployment in document["deployments"]:
        found |= set(deployment) - keys_of(DeploymentConfig)
        found |= set(deployment.get("work_pool", {})) - keys_of(WorkPoolConfig)
        found |= set(deployment.get("concurrency_limit", {})) - keys_of(
            ConcurrencyLimitSpec
        )
        for schedule in deployment.get("schedules", []):
            found |= set(schedule) - keys_of(RawScheduleConfig)
    return found


def flow_of(deployment: dict) -> Flow:
    path, function = deployment["entrypoint"].split(":")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    return getattr(module, function)


def is_japanese(text: str) -> bool:
    return any("ぁ" <= sign <= "鿿" for sign in text)


def test_no_key_is_one_that_prefect_would_ignore():
    assert unknown_keys(YAML) == set()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("schedules:", "schedulez:"),
        ("concurrency_limit:", "concurrencylimit:"),
        ("collision_strategy:", "colision_strategy:"),
        ("timezone:", "time_zone:"),
        ("work_pool: *pool", "workpool: *pool"),
    ],
)
def test_a_misspelt_key_would_be_seen(right, wrong):
    assert unknown_keys(yaml.safe_load(TEXT.replace(right, wrong))) != set()


@every_deployment
def test_file_function_and_flow_share_one_name(deployment):
    path, function = deployment["entrypoint"].split(":")

    assert Path(path).stem == function
    assert flow_of(deployment).name == function.replace("_", "-")


@every_deployment
def test_staff_read_japanese_and_tags_group_it(deployment):
    assert is_japanese(deployment["description"])
    assert deployment["tags"]


@every_deployment
def test_runs_do_not_pile_up(deployment):
    assert deployment["concurrency_limit"]["limit"] == 1


@every_deployment
def test_schedules_are_in_japan_time_and_have_a_slug(deployment):
    schedules = deployment.get("schedules", [])

    assert all(s["timezone"] == "Asia/Tokyo" for s in schedules)
    assert all(s["slug"] for s in schedules)


@every_deployment
def test_the_form_explains_every_parameter_in_japanese(deployment):
    fields = flow_of(deployment).parameters.properties.values()

    assert all(is_japanese(field["title"]) for field in fields)
    assert all(is_japanese(field["description"]) for field in fields)


@every_deployment
def test_given_parameters_exist_in_the_flow(deployment):
    known = set(flow_of(deployment).parameters.properties)

    assert set(deployment.get("parameters", {})) <= known


def test_the_day_starts_at_nine():
    (ingest,) = [d for d in DEPLOYMENTS if "ingest_orders" in d["entrypoint"]]

    assert [s["cron"] for s in ingest["schedules"]] == ["0 9 * * *"]
    assert get_args(flow_of(ingest).fn.__annotations__["shop"])[0] is str
