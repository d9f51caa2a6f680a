"""A call that changes something at a mall is sent once, whatever becomes of it."""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from prefect.client.schemas.objects import State
from prefect.tasks import Task

import connectors.rms
import tasks as house
from connectors.rms.answers import RmsFunction
from tasks import orders
from tasks.runs import loads as runs
from tasks.runs.retrying import NEVER_REPEAT, may_retry
from tasks.shipping import tracking
from tasks.stock import look, push
from tests.support.effort import first
from tests.support.plain_runs import both_ways
from tests.support.sandbox import Sandbox
from tests.support.work_to_do import count_everything, lay_down_a_parcel

WRITES = re.compile(
    r"\brms\.\w+\."
    r"(confirm|report|write_chunks|write|cancel|update_memo|set_sub_status)\("
)
MARKS = {
    "cancelOrder",
    "cancelOrderAfterShipping",
    "updateOrderMemo",
    "updateOrderSubStatus",
}
CONFIRM, LEVELS, REPORT = (
    "confirmOrder",
    "inventories.bulk.upsert",
    "updateOrderShippingAsync",
)


WRITERS = [
    "confirm-orders",
    "send-levels",
    "report-orders",
    "cancel-at-rms",
    "set-sub-status",
    "write-memo",
]


def modules_of(package) -> list:
    """Import every module but programs, which would run: a server never ends."""
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    names = [module.name for module in found]
    return [importlib.import_module(n) for n in names if not n.endswith("__main__")]


def tasks_of_the_house() -> dict[str, Task]:
    return {
        one.name: one
        for module in modules_of(house)
        for one in vars(module).values()
        if isinstance(one, Task)
    }


def source_with_helpers(function: Callable) -> str:
    """The source of a function and of those beside it that it calls."""
    source = inspect.getsource(function)
    beside = vars(sys.modules[function.__module__])
    called = {beside.get(name) for name in re.findall(r"\b(\w+)\(", source)}
    helpers = [each for each in called if inspect.isfunction(each)]
    return source + "".join(map(inspect.getsource, helpers))


def writers() -> dict[str, Task]:
    return {
        name: one
        for name, one in tasks_of_the_house().items()
        if WRITES.search(source_with_helpers(one.fn))
    }


def test_these_functions_of_rms_change_something_and_no_other():
    functions = {
        one.name
        for module in modules_of(connectors.rms)
        for one in vars(module).values()
        if isinstance(one, RmsFunction) and one.is_write
    }

    assert functions == {CONFIRM, LEVELS, REPORT} | MARKS


def test_these_tasks_call_them_and_no_other():
    assert set(writers()) == set(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_a_task_that_writes_to_a_mall_is_never_repeated(name):
    task = tasks_of_the_house()[name]

    assert task.retries == NEVER_REPEAT["retries"] == 0
    assert task.retry_condition_fn is None


def test_every_task_that_is_repeated_asks_first_whether_it_may():
    repeated = [one for one in tasks_of_the_house().values() if one.retries]

    assert repeated
    assert {one.retry_condition_fn for one in repeated} == {may_retry}


def confirming(lab: Sandbox, _: Path) -> Callable[[], State]:
    load = runs.begin_load("lab", "notices")
    numbers = lab.sell(2, progress=100)
    orders.take_orders.fn("lab", numbers, load)
    return lambda: orders.confirm_orders("lab", numbers, load, return_state=True)


def reporting(lab: Sandbox, home: Path) -> Callable[[], State]:
    number, load = lay_down_a_parcel(lab, home)
    return lambda: tracking.report_orders("lab", [number], load, return_state=True)


def sending(lab: Sandbox, home: Path) -> Callable[[], State]:
    count_everything(lab, home)
    run = push.open_stock_push.fn("lab", full=False)
    seen = replace(look.read_mall.fn("lab", run, full=False), may_raise=True)
    pushes = push.plan_levels.fn(run, seen)
    return lambda: push.send_levels("lab", pushes, return_state=True)


@first(2)
@both_ways
@pytest.mark.parametrize("how", ["500", "refused"])
@pytest.mark.parametrize(
    ("prepared", "function"),
    [(confirming, CONFIRM), (reporting, REPORT), (sending, LEVELS)],
    ids=["confirm", "report", "levels"],
)
def test_a_write_without_a_good_answer_leaves_one_call(
    lab: Sandbox, tmp_path: Path, prepared, function: str, how: str
):
    write = prepared(lab, tmp_path)
    if how == "500":
        lab.fault("500", function=function, times=9)
    else:
        lab.shop("demo", functions_off=[function])
    state = write()

    # A refusal is followed by a call without effect: is the function on at all?
    asked = how == "refused" and function != LEVELS
    assert lab.journal()["counts"][function] == 1 + asked
    assert state.is_completed() == (how == "500")
