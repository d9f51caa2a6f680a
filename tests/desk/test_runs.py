"""What the desk says of a run: our sentences, and none of Prefect's."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import Artifact, FlowRun, State
from prefect.client.schemas.responses import DeploymentResponse
from prefect.states import (
    Cancelled,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
)

from tasks.desk import prefect
from tasks.desk.prefect import DeskRuns, PrefectClosed, once_of
from tasks.desk.run_now import (
    CRASHED,
    NOT_STARTED,
    STOPPED,
    for_staff,
    message_of,
    tables_of,
    title_of,
    title_of_run,
)

DUE = datetime(2026, 7, 1, 9, tzinfo=UTC)
REFUSED = "店舗 dmeo は登録されていません。対処: 店舗コードを確認してください。"
IN_FRONT = "Flow run encountered an exception: "


def said(state: State | None, late: timedelta = timedelta(0)) -> str:
    run = FlowRun(flow_id=uuid4(), state=state, expected_start_time=DUE)
    return message_of(run, DUE + late)


@pytest.mark.parametrize("state", [None, Scheduled(), Pending()])
def test_a_run_that_does_not_start_says_so_after_a_while(state):
    assert said(state, timedelta(seconds=10)) == ""
    assert said(state, timedelta(seconds=31)) == NOT_STARTED


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (Running(message="Running"), ""),
        (Paused(), ""),
        (Cancelled(message="cancelled by operator"), STOPPED),
        (Failed(message=f"{IN_FRONT}UnknownShop: {REFUSED}"), REFUSED),
    ],
)
def test_a_run_says_how_it_stands(state, told):
    assert said(state) == told


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (Completed(message="新規 3 / 更新 0"), "新規 3 / 更新 0"),
        (Failed(message=REFUSED), REFUSED),
        (Failed(message=f"{IN_FRONT}UnknownShop: {REFUSED}"), REFUSED),
        (Failed(message=f"{IN_FRONT}TypeError: bad operand"), CRASHED),
        (Crashed(message="Flow run infrastructure exited with code -9."), CRASHED),
    ],
)
def test_staff_read_our_sentence_and_none_of_prefects(state, told):
    assert for_staff(state) == told


@pytest.mark.parametrize(
    ("description", "title"),
    [
        (
            "在庫転送です(手動。daily を使わない場合は毎日 9:00)。\n送ります。",
            "在庫転送",
        ),
        ("注文CSVを、\n  1つ取り込みます(手動)。", "注文CSVを、1つ取り込みます"),
        ("Prefect\nCloud で\n動かします。", "Prefect Cloud で動かします"),
        (None, ""),
    ],
)
def test_a_deployment_is_called_by_its_first_sentence(description, title):
    assert title_of(description) == title


def test_what_prefect_keeps_of_a_form_is_not_found_by_trying(monkeypatch):
    """Of a buyer who asked to be deleted it would tell the mail address."""
    typed = {"mail": "hanako@buyer.example", "who": "山田"}
    kept = once_of("page", typed)
    assert kept == once_of("page", dict(typed))
    assert kept != once_of("page", typed | {"who": "別野"})
    monkeypatch.setattr(prefect, "_KEY", b"another desk's")
    assert kept != once_of("page", typed)


def test_a_run_of_the_warm_process_is_called_as_its_flow_is():
    drain, push, other = uuid4(), uuid4(), uuid4()
    known = [
        DeploymentResponse(flow_id=drain, name="a", description="通知の受信です。"),
        DeploymentResponse(flow_id=push, name="b", description="在庫転送です。"),
    ]
    titles = [title_of_run(FlowRun(flow_id=flow), known) for flow in (push, other)]
    assert titles == ["在庫転送", ""]
    own = FlowRun(flow_id=push, deployment_id=known[1].id)
    assert title_of_run(own, known) == "在庫転送"


def test_the_newest_table_of_each_key_is_read_from_its_text():
    left = [
        Artifact(key="a", type="table", data=json.dumps([{"行": 2}])),
        Artifact(key="a", type="table", data=json.dumps([{"行": 1}])),
        Artifact(key="b", type="markdown", data="# b"),
        Artifact(key="c", type="table", data=json.dumps({"行": [1]})),
    ]
    assert tables_of(left) == {"a": [{"行": 2}]}


def test_without_a_server_it_says_which_command_is_missing():
    away = DeskRuns(lambda: {"PREFECT_API_URL": "http://127.0.0.1:9/api"})
    with pytest.raises(PrefectClosed, match="対処: make server"):
        away.start("keep-house/0300", "1")
    with pytest.raises(PrefectClosed, match="対処: make server"):
        DeskRuns(dict).latest("tracking-report", "push-tracking/0900")
