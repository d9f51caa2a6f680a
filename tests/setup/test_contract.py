"""What others rely on stays: names, parameters, schedules, tables and their columns.

`golden/contract.json` was written from the version before the rooms were moved. A new
name may come; a name that goes, or means another type, breaks somebody's runs or SQL.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import yaml
from prefect.utilities.callables import parameter_schema

from connectors.settings.fields import Settings
from data.warehouse.session import warehouse

GOLDEN = Path(__file__).parent / "golden" / "contract.json"
PROSE = {"title", "description", "position", "examples"}


def test_what_others_rely_on_is_there_as_it_was(tmp_path):
    before, now = json.loads(GOLDEN.read_text("utf-8")), contract(tmp_path / "w.duckdb")

    assert {
        subject: [name for name in there if now[subject].get(name) != there[name]]
        for subject, there in before.items()
    } == {subject: [] for subject in before}


def contract(file: Path) -> dict[str, dict[str, Any]]:
    """Flows with their parameters, deployments, settings, tables with their columns."""
    deployments = yaml.safe_load(Path("prefect.yaml").read_text("utf-8"))["deployments"]
    flows = {each["entrypoint"] for each in deployments}
    with warehouse(file) as con:
        columns = con.execute(
            "SELECT table_name || '.' || column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database() AND NOT internal ORDER BY ALL"
        ).fetchall()
    return {
        "flows": {entrypoint: flow(entrypoint) for entrypoint in sorted(flows)},
        "deployments": {
            f"{flow(each['entrypoint'])['name']}/{each['name']}": {
                "entrypoint": each["entrypoint"],
                "schedules": [
                    [one.get("cron"), one.get("timezone"), one.get("slug")]
                    for one in each.get("schedules", [])
                ],
                "parameters": each.get("parameters", {}),
            }
            for each in deployments
        },
        "settings": dict.fromkeys(sorted(Settings.model_fields), True),
        "columns": dict(columns),
    }


def flow(entrypoint: str) -> dict[str, Any]:
    file, function = entrypoint.split(":")
    name = file.removesuffix(".py").replace("/", ".")
    found = getattr(importlib.import_module(name), function)
    schema = parameter_schema(found.fn).model_dump(mode="json")
    return {"name": found.name, "parameters": bare(schema)}


def bare(part: Any) -> Any:
    """The schema without its prose, which may be reworded."""
    if isinstance(part, list):
        return [bare(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: bare(value)
        for key, value in part.items()
        if key not in PROSE or not isinstance(value, str | int | list)
    }
