from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
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

from tasks.desk.runs import (
    CRASHED,
    NOT_STARTED,
    STOPPED,
    PrefectDeskRuns,
    RunsAway,
    seen_of,
    told_to_staff,
)

DUE = datetime(2026, 7, 1, 9, tzinfo=UTC)
REFUSED = "店舗 dmeo は登録されていません。対処: 店舗コードを確認してください。"


def seen(state: State | None, late: timedelta = timedelta(0)):
    run = FlowRun(
        flow_id=uuid4(), name="import-order-csv", state=state, expected_start_time=DUE
    )
    return seen_of(run, DUE + late, "http://127.0.0.1:4200")


@pytest.mark.parametrize(
    ("state", "phase", "is_over"),
    [
        (None, "開始待ち", False),
        (Scheduled(), "開始待ち", False),
        (Pending(), "開始待ち", False),
        (Running(), "実行中", False),
        (Paused(), "入力待ち", False),
        (Completed(), "完了", True),
        (Failed(message=REFUSED), "失敗", True),
        (Crashed(), "失敗", True),
        (Cancelled(), "中止", True),
    ],
)
def test_each_state_has_a_word_for_staff(state, phase, is_over):
    found = seen(state)
    assert (found.phase, found.is_over) == (phase, is_over)
    assert found.has_succeeded == (phase == "完了")
    assert found.page == f"http://127.0.0.1:4200/runs/flow-run/{found.run_id}"


def test_a_run_that_does_not_start_says_so_after_a_while():
    assert seen(Scheduled(), timedelta(seconds=10)).message == ""
    assert seen(Scheduled(), timedelta(seconds=31)).message == NOT_STARTED


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (Completed(message="新規 3 / 更新 0"), "新規 3 / 更新 0"),
        (Failed(message=REFUSED), REFUSED),
        (
            Failed(
                message=f"Flow run encountered an exception: UnknownShop: {REFUSED}"
            ),
            REFUSED,
        ),
        (
            Failed(message="Flow run encountered an exception: TypeError: bad operand"),
            CRASHED,
        ),
        (Crashed(message="Flow run infrastructure exited with code -9."), CRASHED),
    ],
)
def test_staff_read_our_sentence_and_none_of_prefects(state, told):
    assert told_to_staff(state) == told


def test_a_run_that_somebody_stopped_says_so():
    assert seen(Cancelled(message="cancelled by operator")).message == STOPPED


def test_without_a_server_it_says_which_command_is_missing():
    runs = PrefectDeskRuns(lambda: {"PREFECT_API_URL": "http://127.0.0.1:9/api"})
    with pytest.raises(RunsAway, match="対処: make server"):
        runs.begin("keep-house/0300", {}, who="山田")
    with pytest.raises(RunsAway, match="対処: make server"):
        PrefectDeskRuns(dict).seen(str(uuid4()))
