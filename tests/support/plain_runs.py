"""Whole runs without a Prefect server: states, repeats, hooks and artifacts in here.

For tests of how a flow ends and what it shows. That Prefect does the same is what the
tests marked `prefect` are for; both kinds call a flow in the same words. A test marked
`both_ways` runs here, and on a real Prefect in the long suite.
"""

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from prefect import runtime
from prefect.client.schemas.objects import State
from prefect.flows import Flow
from prefect.states import Completed, Failed, format_exception, get_state_exception
from prefect.tasks import Task
from prefect.utilities.annotations import quote
from prefect.utilities.callables import get_call_parameters

from tasks.shops import blocks
from tests.support.effort import for_long

both_ways = pytest.mark.parametrize(
    "shown",
    ["here", pytest.param("prefect", marks=[pytest.mark.prefect, for_long])],
    indirect=True,
)
RUNTIME = "PREFECT__RUNTIME__FLOW_RUN__"
"""Where `prefect.runtime` looks when no engine runs the flow."""
RUN_COUNT = "PREFECT__RUNTIME__TASK_RUN__RUN_COUNT"


class Artifact(NamedTuple):
    """What a run left to be seen, as Prefect's server keeps it."""

    run: str | None
    key: str
    data: str


class ShownHere:
    """The artifacts of all runs of a test, the latest last."""

    def __init__(self) -> None:
        self._kept: dict[UUID, Artifact] = {}
        self._ended: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.again: list[tuple[dict[str, Any], Any]] = []

    def __call__(self, key: str) -> str:
        """Return the latest artifact of a key, or nothing."""
        found = [each.data for each in self._kept.values() if each.key == key]
        return found[-1] if found else ""

    def of_latest(self, flow: str) -> dict[str, str]:
        """Return what the flow's latest run left, by key."""
        run = self._ended[flow]
        return {each.key: each.data for each in self._kept.values() if each.run == run}

    def end(self, flow: str, run: str) -> None:
        """Note that the run is the flow's latest from now on."""
        self._ended[flow] = run

    def forget(self) -> None:
        """Drop everything kept so far, where runs go on for months."""
        for kept in (self._kept, self._ended, self.events, self.again):
            kept.clear()

    def schedule_again(self, failed: dict[str, Any], due: Any) -> bool:
        """Keep what a later run shall do again."""
        self.again.append((failed, due))
        return True

    def emit(self, event: str, **more: Any) -> None:
        """Keep an event that Prefect's server would have taken."""
        self.events.append({"event": event} | more)

    def markdown(self, *, key: str, markdown: str, description: str) -> UUID:
        return self._keep(key, markdown, description)

    def table(self, *, key: str, table: list[Any], description: str) -> UUID:
        return self._keep(key, json.dumps(table), description)

    def progress(self, *, key: str, progress: float, description: str) -> UUID:
        return self._keep(key, str(progress), description)

    def move(self, bar: UUID, *, progress: float) -> None:
        self._kept[bar] = self._kept[bar]._replace(data=str(progress))

    def _keep(self, key: str, data: str, description: str) -> UUID:
        assert description
        number = uuid4()
        self._kept[number] = Artifact(runtime.flow_run.id, key, data)
        return number


class PlainTask:
    """A task that runs where it is called, and is repeated as often as it allows."""

    def __init__(self, task: Task[..., Any]) -> None:
        self._task = task
        self.fn = task.fn

    def __call__(self, *given: Any, return_state: bool = False, **named: Any) -> Any:
        if return_state:
            return self._state(given, named)
        return self._tried(given, named)

    def submit(self, *given: Any, **named: Any) -> SimpleNamespace:
        """Run it now and return what a future is asked for."""
        state = self._state(given, named)
        return SimpleNamespace(state=state, wait=lambda: None)

    def _state(self, given: Iterable[Any], named: dict[str, Any]) -> State[Any]:
        try:
            value = self._tried(given, named)
        except Exception as error:  # noqa: BLE001 - every one becomes a state
            return _failed("Task run encountered an exception", error)
        return value if isinstance(value, State) else Completed(data=value)

    def _tried(self, given: Iterable[Any], named: dict[str, Any]) -> Any:
        plain = [g.unwrap() if isinstance(g, quote) else g for g in given]
        for attempt in count(1):
            try:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setenv(RUN_COUNT, str(attempt))
                    return self.fn(*plain, **named)
            except Exception as error:
                if attempt > self._task.retries or not self._may_retry(attempt, error):
                    raise
        raise AssertionError

    def _may_retry(self, attempt: int, error: Exception) -> bool:
        run = SimpleNamespace(
            id=None,
            name=self._task.name,
            run_count=attempt,
            flow_run_id=runtime.flow_run.id,
        )
        asked = self._task.retry_condition_fn
        return asked is None or bool(asked(self._task, run, Failed(data=error)))


class PlainFlow:
    """A flow that runs where it is called, with checked parameters and its hooks."""

    def __init__(self, flow: Flow[..., Any], shown: ShownHere) -> None:
        self._flow = flow
        self._shown = shown
        self.fn = flow.fn

    def __call__(self, *given: Any, return_state: bool = False, **named: Any) -> Any:
        parameters = get_call_parameters(self.fn, given, named)
        with _run_of(self._flow.name) as run:
            state = self._state(parameters)
            self._call_hooks(run, state)
        self._shown.end(self._flow.name, run)
        if return_state:
            return state
        if not state.is_completed():
            raise get_state_exception(state)
        return state

    def _state(self, parameters: dict[str, Any]) -> State[Any]:
        try:
            value = self.fn(**self._flow.validate_parameters(parameters))
        except Exception as error:  # noqa: BLE001 - every one becomes a state
            return _failed("Flow run encountered an exception:", error)
        return value if isinstance(value, State) else Completed(data=value)

    def _call_hooks(self, run: str, state: State[Any]) -> None:
        done = state.is_completed()
        hooks = self._flow.on_completion_hooks if done else self._flow.on_failure_hooks
        for hook in hooks or ():
            hook(
                self._flow,
                SimpleNamespace(id=run, parameters={}, deployment_id=None),
                state,
            )


def run_plainly(patch: pytest.MonkeyPatch, *more: ModuleType) -> ShownHere:
    """Leave Prefect out of every flow and task in the project and in `more` modules.

    No shop has a block. What the runs show is in the answer.
    """
    shown = ShownHere()
    instead: dict[str, Any] = {
        "one_caller": lambda *_: nullcontext(),
        "create_markdown_artifact": shown.markdown,
        "create_table_artifact": shown.table,
        "create_progress_artifact": shown.progress,
        "update_progress_artifact": shown.move,
        "emit_event": shown.emit,
        "get_run_logger": lambda: logging.getLogger("run"),
        "handles_in_blocks": lambda *_: [],
        "already_caught_up": lambda: False,
        "pushes_at_work": list,
        "schedule_again": shown.schedule_again,
        "resume_arrivals": lambda: None,
        "replace_parameter": lambda *_: None,
        "ended_runs": lambda _: [],
    }
    patch.setattr(blocks.RmsShop, "load", _no_block)
    project = [m for name, m in sys.modules.items() if name.startswith(_OURS)]
    for module in [*project, *more]:
        for name, value in list(vars(module).items()):
            if name in instead:
                patch.setattr(module, name, instead[name])
            elif isinstance(value, Task):
                patch.setattr(module, name, PlainTask(value))
            elif isinstance(value, Flow):
                patch.setattr(module, name, PlainFlow(value, shown))
    return shown


_OURS = ("flows.", "tasks.")


def _no_block(name: str) -> Any:
    """Fail as Prefect does for a document that is not there."""
    raise ValueError(name)


def _failed(what: str, error: Exception) -> State[Any]:
    return Failed(data=error, message=f"{what} {format_exception(error)}")


@contextmanager
def _run_of(flow: str) -> Iterator[str]:
    """Be in a run, as far as `prefect.runtime` can tell."""
    run = str(uuid4())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"{RUNTIME}ID", run)
        patch.setenv(f"{RUNTIME}FLOW_NAME", flow)
        yield run
