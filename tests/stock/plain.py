"""The stock flows' own functions without Prefect."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

from prefect.tasks import Task
from prefect.utilities.annotations import quote

from connectors.shop_environment import shop_from_environment
from flows import adjust_stock, import_stock_count, push_inventory
from tasks import (
    inventory,
    inventory_calls,
    inventory_report,
    loads,
    notices,
    orders,
    rms,
    stock_adjust,
    stock_count,
    stock_count_report,
    stock_waiting,
)
from tests.support.sandbox import Sandbox

MODULES = (
    orders,
    loads,
    notices,
    inventory,
    inventory_calls,
    inventory_report,
    stock_adjust,
    stock_count,
    stock_count_report,
    stock_waiting,
    adjust_stock,
    import_stock_count,
    push_inventory,
    rms,
)


def environment(sandbox: Sandbox, home: Path) -> dict[str, str]:
    shop = sandbox.shops["demo"]
    return {
        "JUCHU_HOME": str(home),
        "JUCHU_RMS_URL": sandbox.url,
        "JUCHU_RMS_REQUESTS_PER_SECOND": "0",
        "JUCHU_RMS_DEADLINE_S": "1",
        "JUCHU_SHOP_LAB_SHOP_ID": shop.shop_id,
        "JUCHU_SHOP_LAB_SERVICE_SECRET": shop.service_secret,
        "JUCHU_SHOP_LAB_LICENSE_KEY": shop.license_key,
    }


class Artifacts(dict[str, Any]):
    """What the flows showed last, by key."""

    def keep(self, *, key: str, description: str, **content: Any) -> None:
        assert description
        (self[key],) = content.values()


def without_prefect(
    set_to: Callable[[ModuleType, str, Any], None], shown: Artifacts
) -> None:
    """Replace what Prefect adds: retries, artifacts, the limit between runs, blocks."""
    instead = {
        "load_shop": shop_from_environment,
        "one_caller": lambda *_: nullcontext(),
        "get_run_logger": lambda: logging.getLogger("push"),
        "create_markdown_artifact": shown.keep,
        "create_table_artifact": shown.keep,
    }
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if name in instead:
                set_to(module, name, instead[name])
            elif isinstance(value, Task):
                set_to(module, name, _plain(value.fn))


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*given: Any, **named: Any) -> Any:
        plain = (g.unwrap() if isinstance(g, quote) else g for g in given)
        return function(*plain, **named)

    return called
