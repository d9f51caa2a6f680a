"""A push without Prefect. Nothing in here may start the threads of Polars: a process
that is forked afterwards would wait for them for ever.
"""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from types import ModuleType
from typing import Any

from prefect.tasks import Task
from prefect.utilities.annotations import quote

from connectors.shop_environment import shop_from_environment
from flows import push_tracking
from tasks import (
    loads,
    orders,
    rms,
    stopped,
    tracking,
    tracking_calls,
    tracking_report,
)

SHOP = "lab"
SETTLES = timedelta(seconds=0.5)
_MODULES = (
    orders, loads, tracking, tracking_calls, tracking_report, rms, stopped,
    push_tracking,
)  # fmt: skip


def without_prefect(
    set_to: Callable[[ModuleType, str, Any], None], *more: ModuleType
) -> None:
    """Replace what Prefect adds: retries, artifacts, the limit between runs, blocks."""
    instead = {
        "load_shop": shop_from_environment,
        "one_caller": nullcontext,
        "get_run_logger": lambda: logging.getLogger("push"),
        "create_markdown_artifact": lambda **_: None,
        "create_table_artifact": lambda **_: None,
        "emit_event": lambda *_, **__: None,
    }
    for module in (*_MODULES, *more):
        for name, value in list(vars(module).items()):
            if name in instead:
                set_to(module, name, instead[name])
            elif isinstance(value, Task):
                set_to(module, name, _plain(value.fn))


def quickly(set_to: Callable[[ModuleType, str, Any], None]) -> None:
    """Let a report settle soon, as the sandbox is told to."""
    set_to(tracking_calls, "SETTLES", SETTLES)


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*given: Any) -> Any:
        return function(*(g.unwrap() if isinstance(g, quote) else g for g in given))

    return called
