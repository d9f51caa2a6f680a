"""A deployment's form is made of what Prefect knows of its parameters."""

import importlib
from pathlib import Path

import pytest
import yaml
from prefect.client.schemas.objects import Artifact
from prefect.utilities.callables import parameter_schema

from tasks.desk.run_form import form_fields, takes_who
from tasks.desk.run_now import report
from tasks.desk.runs import OWN_PAGES


def schema(flow: str) -> dict:
    module = importlib.import_module(f"flows.{flow}")
    return parameter_schema(getattr(module, flow).fn).model_dump(mode="json")


def test_a_form_asks_for_what_a_field_can_hold_and_never_who_one_is():
    fields = {field.name: field for field in form_fields(schema("push_inventory"), {})}
    assert fields["shop"].kind == "text"
    assert (fields["dry_run"].kind, fields["dry_run"].value) == ("tick", "")
    assert takes_who(schema("dismiss"))
    assert "who" not in [field.name for field in form_fields(schema("dismiss"), {})]


def test_a_choice_has_its_values_and_a_deployments_own_value_is_chosen():
    given = {"mall": "rakuten", "path": ""}
    fields = {f.name: f for f in form_fields(schema("import_order_csv"), given)}
    assert fields["mall"].kind == "choice"
    assert fields["mall"].choices["yahoo"] == "Yahoo!ショッピング"
    assert fields["mode"].choices == {"update": "更新", "replace": "書換"}
    assert fields["mall"].value == "rakuten"


def test_every_deployment_has_a_form_that_can_be_made():
    deployments = yaml.safe_load(Path("prefect.yaml").read_text("utf-8"))["deployments"]
    for each in deployments:
        flow = each["entrypoint"].partition(":")[2]
        fields = form_fields(schema(flow), each.get("parameters", {}))
        assert all(field.title for field in fields), each


def test_a_flow_that_has_a_page_of_its_own_is_a_flow():
    assert {Path("flows", f"{flow.replace('-', '_')}.py") for flow in OWN_PAGES} <= set(
        Path("flows").iterdir()
    )


def test_a_report_is_shown_with_its_tables_and_without_anybodys_html():
    text = (
        "# 結果\n\n| 注文 | 件 |\n|--|--:|\n| <script>alert(1)</script> | 1 |\n\n"
        "[開く](javascript:alert(1)) [実行](http://127.0.0.1:4200/runs)"
    )
    html = report(Artifact(key="day-report", type="markdown", data=text)).html
    assert "<h3>結果</h3>" in html
    assert "<table>" in html
    assert '<td class="count">1</td>' in html
    assert "style=" not in html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert 'href="http://127.0.0.1:4200/runs"' in html


@pytest.mark.parametrize("path", ["/runs", "/runs/new/daily/0900", "/runs/x"])
def test_without_prefect_the_pages_of_runs_say_what_to_do(desk, path):
    answer = desk.browser.get(path)
    assert answer.status_code in {404, 503}
    assert "対処" in answer.text
