"""Make the forms of the registered deployments plain, for people who do not program.

Prefect's page (3.9.1) shows a value that may be None under two tabs ("datetime" and
"None"), and writes "(Optional)" behind what has a default. Without a default in the
schema the server takes None for it all the same, and the page leaves it out.
"""

from typing import Any, Final

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate

from tasks.homes.deployments import deployments_of
from tasks.setup.prefect_runs import flow_names

NULL: Final = {"type": "null"}
ASKED_FOR: Final = {"import-order-csv": ("path", "mall", "shop")}
"""Parameters with a default that a person has to fill in; by flow.

Their deployments give each a value, because the server asks for them as well.
"""
BESIDE: Final = {"item_path": "path"}
"""Parameters that came last and stand after an earlier one in the form."""


def make_forms_plain(client: SyncPrefectClient) -> None:
    """Store a plain schema for every deployment of ours that has another.

    Homes copy their deployments from these.
    """
    names = flow_names(client)
    for deployment in deployments_of(client, ""):
        schema = deployment.parameter_openapi_schema or {}
        asked = ASKED_FOR.get(names.get(deployment.flow_id, ""), ())
        plain = plain_schema(schema, [*asked])
        if plain != schema:
            update = DeploymentUpdate(parameter_openapi_schema=plain)
            client.update_deployment(deployment.id, update)


def plain_schema(schema: dict[str, Any], asked_for: list[str]) -> dict[str, Any]:
    """Return a schema of parameters without "or None", with more of them required."""
    properties = schema.get("properties", {})
    required = [*schema.get("required", []), *asked_for]
    plain = {name: _plain(each) for name, each in properties.items()}
    for name, neighbour in BESIDE.items():
        if name in plain:
            plain[name]["position"] = plain[neighbour]["position"]
    return schema | {
        "properties": plain,
        "required": list(dict.fromkeys(required)),
    }


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    """Return a field that may be None as one of its other type, where that is simple.

    An object is given whole or not at all, and a choice has to be one: these keep the
    tab for None.
    """
    others = [each for each in field.get("anyOf", []) if each != NULL]
    if field.get("default", "") is not None or len(others) != 1:
        return {**field}
    other: dict[str, Any] = others[0]
    if other.get("format") == "date-time":  # its picker is in UTC; text is Japan time
        other = {"type": "string"}
    if "type" not in other or "enum" in other or other["type"] == "object":
        return {**field}
    return other | {k: v for k, v in field.items() if k not in {"anyOf", "default"}}
