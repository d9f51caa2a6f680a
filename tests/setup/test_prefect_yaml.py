"""prefect.yaml says what Prefect reads, and nothing Prefect would ignore."""

import importlib
from pathlib import Path

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
from prefect.events.schemas.deployment_triggers import DeploymentEventTrigger
from prefect.utilities.processutils import command_from_string
from pydantic import BaseModel

from connectors.notices.announce import EVENT, RESOURCE
from tasks.rms import CREDENTIALS_REFUSED
from tasks.setup.deploy import words_of_yaml

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
        for trigger in deployment.get("triggers", []):
            found |= set(trigger) - keys_of(DeploymentEventTrigger)
    return found


def flow_of(deployment: dict) -> Flow:
    path, function = deployment["entrypoint"].split(":")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    return getattr(module, function)


def is_japanese(text: str) -> bool:
    return any("ぁ" <= sign <= "鿿" for sign in text)


@pytest.mark.parametrize("folder", ["/srv/juchu", '/home/店 の/it\'s $x "y"'])
def test_a_run_starts_whatever_the_projects_folder_is_called(folder):
    python = f"{folder}/.venv/bin/python"
    words = words_of_yaml("demo", python)
    command = YAML["definitions"]["work_pool"]["job_variables"]["command"]
    for name, value in words.items():
        command = command.replace(f"{{{{ ${name} }}}}", value)

    assert command_from_string(command) == [python, "-m", "prefect.engine"]


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
        ("posture:", "postur:"),
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


def test_the_server_checks_only_forms_that_a_clerk_has_to_fill_in():
    """It refuses in English, and what flows take: `-p shop=10001`, `-p since=20261101`.

    In these four it tells in the form which field is empty; the memo's text is not
    kept where a run does not begin.
    """
    checked = {
        flow_of(one).name
        for one in DEPLOYMENTS
        if one.get("enforce_parameter_schema", True)
        and flow_of(one).parameters.properties
    }

    assert checked == {"cancel-order", "export-tracking", "show-payment", "update-memo"}


def deployments_of(flow: str) -> list[dict]:
    return [d for d in DEPLOYMENTS if d["entrypoint"].endswith(f":{flow}")]


def schedules_of(flow: str) -> list[tuple[str, bool]]:
    return [
        (s["cron"], s["active"])
        for deployment in deployments_of(flow)
        for s in deployment["schedules"]
    ]


def test_the_day_starts_at_nine_and_only_once():
    assert schedules_of("daily") == [("0 9 * * *", True)]
    assert schedules_of("ingest_orders") == [("0 9 * * *", False)]


def test_a_day_that_waits_for_another_is_not_lost():
    (day,) = deployments_of("daily")

    assert day["concurrency_limit"]["collision_strategy"] == "ENQUEUE"


def test_below_the_warm_process_are_nets_of_a_quarter_and_an_hour():
    assert schedules_of("push_inventory") == [("30 * * * *", True)]
    (push,) = deployments_of("push_inventory")
    assert [s["parameters"] for s in push["schedules"]] == [{"shop": None}]


def test_notices_are_drained_by_a_net_and_when_the_receiver_says_so():
    (drain,) = deployments_of("drain_notices")
    (trigger,) = drain["triggers"]

    assert schedules_of("drain_notices") == [("*/15 * * * *", True)]
    assert trigger["expect"] == [EVENT]
    assert trigger["match"] == {"prefect.resource.id": f"{RESOURCE}.*"}


def test_a_drain_that_finds_another_at_work_leaves_instead_of_queueing():
    (drain,) = deployments_of("drain_notices")

    assert drain["concurrency_limit"]["collision_strategy"] == "CANCEL_NEW"


@pytest.mark.parametrize("flow", ["daily", "drain_notices", "check_connection"])
def test_a_scheduled_run_names_no_shop_and_so_works_for_every_live_one(flow):
    (deployment,) = deployments_of(flow)

    assert "shop" not in deployment.get("parameters", {})
    assert flow_of(deployment).parameters.properties["shop"]["default"] is None


def test_a_schedule_of_a_deployment_with_a_shop_of_its_own_is_for_every_shop():
    (ingest,) = deployments_of("ingest_orders")

    assert ingest["parameters"] == {"shop": "{{ $JUCHU_SHOP }}"}
    assert [s["parameters"] for s in ingest["schedules"]] == [{"shop": None}]


def test_the_connection_is_checked_before_nine_and_when_a_key_was_refused():
    (check,) = deployments_of("check_connection")
    (trigger,) = check["triggers"]

    assert schedules_of("check_connection") == [("50 8 * * *", True)]
    assert trigger["expect"] == [CREDENTIALS_REFUSED]
