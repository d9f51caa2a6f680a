"""Flows and tasks as plain functions, for tests of what they do and not of Prefect.

Nothing in here may start the threads of Polars: a process that is forked afterwards
would wait for them for ever.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any

from prefect.tasks import Task
from prefect.utilities.annotations import quote

from connectors.settings.shop_environment import (
    handles_in_environment,
    shop_from_environment,
)

SetTo = Callable[[ModuleType, str, Any], None]
"""`setattr`, or a monkeypatch's."""


def without_prefect(
    set_to: SetTo, modules: Iterable[ModuleType], **instead: Any
) -> None:
    """Replace what Prefect adds to the modules: retries, artifacts, limits, blocks.

    `instead` names more that is replaced, or replaced otherwise.
    """
    usual: dict[str, Any] = {
        "load_shop": shop_from_environment,
        "load_rakuten_shop": shop_from_environment,
        "described_shops": handles_in_environment,
        "rakuten_shops": handles_in_environment,
        "one_caller": _no_limit,
        "get_run_logger": lambda: logging.getLogger("push"),
        "create_markdown_artifact": _no_artifact,
        "create_table_artifact": _no_artifact,
        "emit_event": lambda *_, **__: None,
    }
    replaced = usual | instead
    for module in modules:
        for name, value in list(vars(module).items()):
            if name in replaced:
                set_to(module, name, replaced[name])
            elif isinstance(value, Task):
                set_to(module, name, _plain(value.fn))


def _no_limit(*_: Any) -> AbstractContextManager[None]:
    return nullcontext()


def _no_artifact(**_: Any) -> None:
    """Show nothing."""


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*given: Any, **named: Any) -> Any:
        plain = (g.unwrap() if isinstance(g, quote) else g for g in given)
        return function(*plain, **named)

    return called
