"""`make run`: what it hands over, and what it prints of a run that failed."""

import subprocess
import sys

import pytest

from tasks.setup.run import CannotRun, _arguments, given_values, refuse_missing
from tasks.setup.services import ROOT, Services
from tests.support.effort import for_long

SCHEMA = {
    "properties": {
        "shop": {"type": "string"},
        "since": {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]
        },
        "dry_run": {"type": "boolean"},
        "limit": {"type": "integer"},
        "path": {"anyOf": [{"type": "string"}, {"type": "array"}]},
    }
}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("shop=123456", "123456"),
        ("shop=a=b", "a=b"),
        ("since=2026-13-45", "2026-13-45"),
        ("since=null", None),
        ("dry_run=true", True),
        ("dry_run=False", False),
        ("limit=5", 5),
        ("limit=many", "many"),
        ("path=orders.csv", "orders.csv"),
        ('path=["a.csv", "b.csv"]', ["a.csv", "b.csv"]),
    ],
)
def test_a_value_is_handed_over_as_the_parameters_type(given: str, value: object):
    assert list(given_values([given], SCHEMA).values()) == [value]


@pytest.mark.parametrize("given", ["shp=demo", "shop", "=demo"])
def test_what_is_no_parameter_is_refused_with_those_there_are(given: str):
    with pytest.raises(CannotRun, match=r"対処.*shop、since、dry_run"):
        given_values([given], SCHEMA)


def test_a_parameter_that_is_missing_is_named_before_anything_runs():
    """The run failed with "Field required", and its form's name was not there."""
    schema = SCHEMA | {"required": ["shop", "path"]}
    schema["properties"] = SCHEMA["properties"] | {"path": {"title": "ファイル"}}

    with pytest.raises(CannotRun, match=r"path\(ファイル\)。対処: ARGS='-p path=…'"):
        refuse_missing({"shop": ""}, schema)
    refuse_missing({"shop": "demo", "path": "a.csv"}, schema)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([""], "例: make run FLOW=daily/0900"),
        (["daily/0900", "shop=demo"], "「shop=demo」は読み取れません。対処: "),
        (["daily/0900", "-x", "-p", "shop=demo"], "「-x」は読み取れません。対処: "),
    ],
)
def test_a_command_that_cannot_be_meant_says_how_it_is_written(given, told):
    with pytest.raises(CannotRun, match=told):
        _arguments(given)


def make_run(services: Services, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tasks.setup.run", *arguments],
        env=dict(services.env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.prefect
def test_a_run_that_failed_prints_why_and_its_report(services: Services):
    given = ("-p", "path=no/such.csv", "-p", "shop=demo")
    ran = make_run(services, "import-stock-count/manual", *given)

    assert ran.returncode == 1
    assert "Failed: ファイルを開けません(such.csv が見つかりません)" in ran.stdout
    assert "# 棚卸・入荷を取り込めませんでした" in ran.stdout


@for_long
@pytest.mark.prefect
def test_a_deployment_that_is_not_there_is_told_with_the_nearest(services: Services):
    ran = make_run(services, "import-stock-cont/manual")

    assert ran.returncode == 1
    assert "「import-stock-count/manual」ではありませんか" in ran.stderr
    assert "Traceback" not in ran.stderr
