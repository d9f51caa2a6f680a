"""The process at work: flows of the product, called one after the other as told.

`python -m tests.year.clerk` reads a JSON object a line and answers each with one: it
runs a flow, takes settings, or asks the warehouse. It is killed by SIGKILL now and
then. Flows run as flows with checked parameters, hooks and repeats, and without a
Prefect server, which takes a second a run; what sleeps moves the shared clock. Where
`YEAR_OPENS_ONCE` is set a flow opens the warehouse once and not for each step, which
takes half of a long plan's time; the night and the whole morning use the real door.
"""

import importlib
import logging
import os
import sys
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, NoReturn

import httpx
import orjson
import pytest

from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from tasks import rms
from tasks.runs import retrying
from tasks.shipping import tracking
from tests.support.kept_open import kept_open
from tests.support.plain_runs import ShownHere, run_plainly
from tests.year.machine import OPENS_ONCE

SHOP: Final = "demo"
FLOWS: Final = (
    "check_connection",
    "daily",
    "drain_notices",
    "import_shipments",
    "import_stock_count",
    "ingest_orders",
    "keep_house",
    "push_inventory",
    "push_tracking",
)
ALL_SHOPS: Final = ("keep_house",)
REAL_DOOR: Final = ("daily", "keep_house")


def main() -> NoReturn:
    """Work until the standard input ends."""
    logging.disable(logging.WARNING)  # troubles are planned: their states tell of them
    flows = {name: importlib.import_module(f"flows.{name}") for name in FLOWS}
    patch = pytest.MonkeyPatch()
    shown = run_plainly(patch)
    sleep = partial(_move_clock, os.environ["JUCHU_RMS_URL"])
    patch.setattr(rms, "RmsHttp", partial(rms.RmsHttp, sleep=sleep))
    for module in (tracking, retrying):
        patch.setattr(module, "time", SimpleNamespace(sleep=sleep))
    _answer({"ready": True})
    for line in sys.stdin:
        asked = orjson.loads(line)
        if "settings" in asked:
            os.environ.update(asked["settings"])
            _answer({})
        elif "sql" in asked:
            with warehouse(read_settings().warehouse) as con:
                _answer({"rows": con.execute(asked["sql"]).fetchall()})
        else:
            _answer(_ran(flows, shown, asked["flow"], asked["given"]))
    sys.exit()


def _ran(
    flows: dict[str, Any], shown: ShownHere, name: str, given: dict[str, Any]
) -> dict[str, Any]:
    before = os.times()
    to_whom = {} if name in ALL_SHOPS else {"shop": SHOP}
    is_once = name not in REAL_DOOR and os.environ.get(OPENS_ONCE)
    with kept_open() if is_once else nullcontext():
        state = getattr(flows[name], name)(**to_whom, **given, return_state=True)
    shown.forget()
    after = os.times()
    return {
        "state": state.type.value,
        "message": state.message,
        "cpu_s": after.user + after.system - before.user - before.system,
    }


def _answer(told: dict[str, Any]) -> None:
    sys.stdout.write(orjson.dumps(told, default=_text).decode() + "\n")
    sys.stdout.flush()


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _move_clock(rms_url: str, seconds: float) -> None:
    """Let time go by instead of waiting for it."""
    httpx.post(f"{rms_url}/_control/clock", json={"advance_s": seconds})


if __name__ == "__main__":
    main()
