"""`make run FLOW=name/deployment ARGS='-p name=value'`: run it, and print how it ended.

`prefect deployment run --watch` prints how a run ended, but not why. Here the state's
message and the run's reports are printed, and the exit code follows the state.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import ArtifactSort, DeploymentSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from connectors.prefect_env import API_URL
from data.model.typed.name import suggestion
from tasks.runs.report import PERSONAL
from tasks.runs.states import NO_WORKER
from tasks.setup.prefect_runs import PrefectRuns, all_pages, flow_names
from tasks.setup.server_in_use import environment_of_server

LOOK_AGAIN_S: Final = 1.0
COMPLETED: Final = 0
NOT_COMPLETED: Final = 1
WAITS: Final = 3
"""The exit code of a run that waits for a person's form; 2 is argparse's."""


class CannotRun(Exception):
    """The run was not started; says in Japanese why, and what to do."""


def main() -> None:
    """Run the deployment, print its message and reports, and exit by its state."""
    try:
        arguments = _arguments(sys.argv[1:])
    except CannotRun as problem:
        sys.exit(str(problem))
    known = environment_of_server()
    with PrefectRuns(lambda: known).api() as client:
        try:
            begun = _begin(client, arguments.flow, arguments.param)
            sys.exit(_followed(client, begun, known[API_URL].removesuffix("/api")))
        except CannotRun as problem:
            sys.exit(str(problem))


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return what is to run, and with which parameters.

    Raises:
        CannotRun: no deployment is named, or something stands there that is neither.

    """
    parser = argparse.ArgumentParser(
        prog="make run", description="デプロイメントを実行し、結果を表示します。"
    )
    parser.add_argument("flow", metavar="FLOW", help="例: import-order-csv/manual")
    parser.add_argument(
        "-p", "--param", action="append", default=[], help="名前=値 (例: shop=demo)"
    )
    arguments, stray = parser.parse_known_args(given)
    if not arguments.flow.strip():
        raise CannotRun(
            "FLOW= にデプロイメントを指定してください。例: make run FLOW=daily/0900"
        )
    if stray:
        raise CannotRun(
            f"「{' '.join(stray)}」は読み取れません。対処: パラメーターは1つずつ、"
            "ARGS='-p shop=demo -p mall=rakuten' のように指定してください。"
        )
    return arguments


def _begin(client: SyncPrefectClient, name: str, given: Sequence[str]) -> FlowRun:
    """Start the deployment's run.

    Raises:
        CannotRun: there is no such deployment or parameter, one is missing, or the
            value cannot be.

    """
    deployment = _deployment(client, name)
    schema = deployment.parameter_openapi_schema or {}
    parameters = dict(deployment.parameters or {}) | given_values(given, schema)
    refuse_missing(parameters, schema)
    try:
        return client.create_flow_run_from_deployment(
            deployment.id, parameters=parameters
        )
    except PrefectHTTPStatusError as problem:
        why = problem.response.json().get("detail", problem.response.text)
        raise CannotRun(
            f"この値では実行できません: {why}。"
            "対処: 値を確認して、もう一度実行してください。"
        ) from None


def _deployment(client: SyncPrefectClient, name: str) -> DeploymentResponse:
    try:
        return client.read_deployment_by_name(name)
    except (ObjectNotFound, ValueError):
        flows = flow_names(client)
        names = sorted(
            f"{flows[one.flow_id]}/{one.name}"
            for one in all_pages(
                client.read_deployments, sort=DeploymentSort.CREATED_DESC
            )
        )
        raise CannotRun(
            f"デプロイメント {name} はありません。{suggestion(name, names)}"
            f"対処: 次のいずれかを指定してください: {'、'.join(names)}。"
        ) from None


def given_values(given: Sequence[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that were given as `name=value`, each as its type.

    A parameter that takes text gets the text as it stands; any other value is JSON.

    Raises:
        CannotRun: there is no such parameter, or no `=`.

    """
    fields: Mapping[str, Any] = schema.get("properties", {})
    found: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if name not in fields or not equals:
            raise CannotRun(
                f"パラメーター {name} はありません。{suggestion(name, fields)}"
                f"対処: 名前=値 の形で指定してください(名前: {'、'.join(fields)})。"
            )
        found[name] = _value(text, _types(fields[name]))
    return found


def refuse_missing(parameters: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse a run that would fail, in English, for want of a parameter.

    Raises:
        CannotRun: names each that is missing, by its name and its title in the form.

    """
    fields = schema.get("properties", {})
    missing = [name for name in schema.get("required", ()) if name not in parameters]
    if missing:
        titles = [f"{name}({fields[name].get('title', name)})" for name in missing]
        raise CannotRun(
            f"必要なパラメーターがありません: {'、'.join(titles)}。"
            f"対処: ARGS='-p {missing[0]}=…' のように指定してください。"
        )


def _types(field: Mapping[str, Any]) -> set[str]:
    one_of = [field, *field.get("anyOf", [])]
    return {str(kind["type"]) for kind in one_of if "type" in kind}


def _value(text: str, types: set[str]) -> Any:
    if text == "null" and "null" in types:
        return None
    if "string" in types and not (text.startswith("[") and "array" in types):
        return text
    try:
        return json.loads(text.lower() if types == {"boolean"} else text)
    except ValueError:
        return text


def _followed(client: SyncPrefectClient, run: FlowRun, ui: str) -> int:
    """Print the run's states as they change, then its end; return the exit code."""
    page = f"{ui}/runs/flow-run/{run.id}"
    _print(f"{run.name}: {page}")
    shown, begun, is_warned = "", time.monotonic(), False
    while True:
        state = client.read_flow_run(run.id).state
        name = (state.name if state else None) or ""
        if name != shown:
            _print(f"{name} …")
            shown = name
        if state and state.is_final():
            break
        if state and state.is_paused():
            _print(f"入力を待っています。対処: 次のページで入力してください: {page}")
            return WAITS
        waits = time.monotonic() - begun
        if not is_warned and name in {"Scheduled", "Pending", "Late"}:
            is_warned = waits > NO_WORKER.total_seconds()
            if is_warned:
                _print("まだ始まりません。対処: make worker の起動を確認してください。")
        time.sleep(LOOK_AGAIN_S)
    for report in _reports(client, run):
        _print(report)
    _print(f"{state.name}: {state.message or ''}")
    return COMPLETED if state.is_completed() else NOT_COMPLETED


def _reports(client: SyncPrefectClient, run: FlowRun) -> Iterator[str]:
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    for one in client.read_artifacts(
        artifact_filter=mine, sort=ArtifactSort.UPDATED_DESC
    ):
        if one.key in PERSONAL:
            yield f"報告「{one.key}」は個人情報を含むため、ページで確認してください。"
        elif one.type == "markdown":
            yield str(one.data)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
