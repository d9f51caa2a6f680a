"""The runbook's command, as it stands, deletes a buyer; Prefect keeps no address."""

import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Cancelled

from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import move_stock
from flows.forget_buyer import forget_buyer
from tasks.house.run_parameters import empty_parameters
from tasks.setup.services import ROOT, Services
from tests.support.canary import leaks
from tests.support.effort import for_long
from tests.support.orders import SHOP_ID, at, order_number
from tests.warehouse.test_buyers import an_order_of, left_of_buyer, store

pytestmark = pytest.mark.prefect
RUNBOOK = Path("docs/runbook.md")
COMMAND = re.compile(r"^make run FLOW=(forget-buyer/manual) ARGS='(.+)'$", re.MULTILINE)
NUMBER = "123456-20261124-0000000001"
"""The order number of the runbook's example."""
PHONE, MAIL = "090-0000-9173", "hanako@buyer.example"


OTHER = {
    "family_name": "別野",
    "phone": "080-0000-9174",
    "email": "betsuno@buyer.example",
}
"""A second buyer, because nothing of the first comes back."""


def buy(services: Services, number: int, **who: str) -> None:
    """Store a closed order: no other test's run on this server asks RMS for it."""
    with warehouse(services.warehouse) as con:
        store(con, an_order_of(number, status="700", **who))
        bought = [order_number(number)]
        move_stock(con, SHOP_ID, order_numbers=bought, moved_at=at(90))


def make_run(services: Services, flow: str, *given: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tasks.setup.run", flow, *given],
        env=dict(services.env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def in_prefects_database(services: Services, text: str) -> list[str]:
    """The tables with a row that holds the text."""
    (file,) = services.home.rglob("prefect*.db")
    with sqlite3.connect(file) as con:
        tables = con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [
            name
            for (name,) in tables.fetchall()
            if text in str(con.execute(f'SELECT * FROM "{name}"').fetchall())  # noqa: S608
        ]


@for_long
def test_the_command_of_the_runbook(services: Services):
    with warehouse(services.warehouse) as con:
        before = left_of_buyer(con)  # the mall's invented buyers share some names
    assert not {"9173", "hanako"} & {*before}
    buy(services, 1)
    ((flow, given),) = COMMAND.findall(RUNBOOK.read_text("utf-8"))
    arguments = shlex.split(given.replace(NUMBER, order_number(1)))

    said = make_run(services, flow, *arguments)

    assert "購入者の情報を削除しました: 注文 1 件" in said
    with warehouse(services.warehouse) as con:
        assert left_of_buyer(con) == before
    assert leaks(services.home, [PHONE, MAIL]) == []


def test_a_mail_address_does_not_stay_with_prefect(services: Services):
    buy(services, 2, **OTHER)
    said = make_run(
        services,
        "forget-buyer/manual",
        "-p",
        f"mail={OTHER['email']}",
        "-p",
        "who=店長",
    )

    assert "購入者の情報を削除しました" in said
    assert OTHER["email"] not in said
    assert in_prefects_database(services, "forget-buyer") != []
    assert in_prefects_database(services, OTHER["email"]) == []


def test_of_a_run_that_never_began_the_night_takes_the_address(
    services: Services, prefect_api: SyncPrefectClient
):
    """Cancelled, or its worker gone: the address stood there as long as runs do."""
    given = {"order_number": "", "mail": "fumi@buyer.example", "who": "店長"}
    run = prefect_api.create_flow_run(forget_buyer, parameters=given, state=Cancelled())
    kept = in_prefects_database(services, given["mail"])
    emptied = empty_parameters.fn()

    assert kept != []
    assert (emptied, empty_parameters.fn()) == (1, 0)
    assert in_prefects_database(services, given["mail"]) == []
    assert prefect_api.read_flow_run(run.id).parameters == given | {"mail": ""}
