"""What tells of people goes out of the parameters of runs that never emptied them."""

from types import SimpleNamespace
from typing import Any

import pytest
from prefect.flows import Flow
from prefect.states import Failed

from flows.forget_buyer import forget_buyer
from flows.onboard_shop import onboard_shop
from flows.update_memo import update_memo
from tasks.house import run_parameters
from tasks.runs import parameters
from tasks.runs.parameters import KEPT
from tests.shops.made import SECOND_MAIL

LINES = "企業名:株式会社見本システム\n利用データ:受注情報\n利用開始予定日時:2026/12/01"
GIVEN = {
    "forget-buyer": {"mail": "hanako@buyer.example", "who": "店長"},
    "onboard-shop": {"application": {"contact": "花子"}, "second_mail": SECOND_MAIL},
    "update-memo": {"text": "花子様へ", "shop": "demo"},
}
LEFT = {
    "forget-buyer": {"mail": "", "who": "店長"},
    "onboard-shop": {"application": None, "second_mail": LINES},
    "update-memo": {"text": KEPT, "shop": "demo"},
}


def emptied(patch: pytest.MonkeyPatch, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that are written, by flow."""
    written: dict[str, Any] = {}
    patch.setattr(
        run_parameters,
        "ended_runs",
        lambda flow: [SimpleNamespace(id=flow, parameters=parameters[flow])],
    )

    def replace(name: str, value: Any, flow: str) -> None:
        written.setdefault(flow, dict(parameters[flow]))[name] = value

    patch.setattr(run_parameters, "replace_parameter", replace)
    assert run_parameters.empty_parameters.fn() == len(written)
    return written


def test_what_the_run_would_have_left_is_left(monkeypatch: pytest.MonkeyPatch):
    assert emptied(monkeypatch, GIVEN) == LEFT
    assert emptied(monkeypatch, LEFT) == {}


@pytest.mark.parametrize(
    "flow", [forget_buyer, onboard_shop, update_memo], ids=lambda flow: flow.name
)
def test_a_run_that_is_refused_at_its_door_keeps_as_little(
    flow: Flow[..., Any], monkeypatch: pytest.MonkeyPatch
):
    """A memo, and a pasted mail, stood at Prefect's server until the night."""
    written = dict(GIVEN[flow.name])

    def replace(name: str, value: Any, _run: str) -> None:
        written[name] = value

    monkeypatch.setattr(parameters, "replace_parameter", replace)
    run = SimpleNamespace(id="run", parameters=GIVEN[flow.name])
    for hook in flow.on_failure_hooks:
        if hook.__module__ == parameters.__name__:
            hook(flow, run, Failed())

    assert written == LEFT[flow.name]
