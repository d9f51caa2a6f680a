"""The day after: orders that only a CSV knows fail no run, and are given up."""

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest
from rich.console import Console

from connectors.settings.reading import read_settings
from data.model.run import MISSING_FOR
from data.warehouse.session import warehouse
from flows.daily import daily
from flows.import_order_csv import import_order_csv
from flows.import_shipments import import_shipments
from flows.ingest_orders import ingest_orders
from tasks.setup import demo_day
from tasks.setup.demo_day import CSV_ORDERS, import_orders
from tasks.setup.demo_orders import SAMPLE, write_order_file
from tasks.setup.demo_story import Story
from tasks.setup.services import Services
from tests.carriers.made import TEMPLATE, csv_bytes
from tests.flows.conftest import Shown
from tests.shipping.lab import tracking_number
from tests.support.effort import for_ci
from tests.support.planted import planted_sql
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

OF_SAMPLE = 8
ASKED = 7
"""Those of them that RMS could still change: one is cancelled."""
AGES = (
    ("orders", "imported_at"),
    ("order_refusals", "first_seen_at"),
    ("order_refusals", "last_seen_at"),
)
ORDERS = """
SELECT source, content_source, stock_policy, count(*)
FROM orders GROUP BY ALL ORDER BY ALL
"""


def rows(query: str) -> list[tuple]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return con.execute(query).fetchall()


def sample_numbers() -> set[str]:
    with SAMPLE.open(encoding="cp932", newline="") as file:
        return {row["注文番号"] for row in csv.DictReader(file)}


def imported(path: Path) -> str:
    given = {"path": str(path), "mall": "rakuten", "shop": "lab"}
    return import_order_csv(**given, return_state=True).type.value


def days_pass(days: float) -> None:
    """Let the CSV's orders and their refusals be so much older."""
    with warehouse(read_settings().warehouse) as con:
        for table, column in AGES:
            con.execute(
                f"UPDATE {table} SET {column} = {column} - to_hours(?)",  # noqa: S608 - ours
                [round(days * 24)],
            )


def not_at_rms() -> int:
    """Search RMS, and return how many of the orders asked for it did not have."""
    message = ingest_orders("lab", return_state=True).message
    return int(message.partition("RMSにない注文 ")[2] or 0)


@pytest.fixture
def demo_file(lab: Sandbox, tmp_path: Path) -> Path:
    """Two orders that RMS knows, two that are stored, and those of the sample."""
    stored = lab.sell(2)
    assert daily("lab", return_state=True).is_completed()
    unheard = lab.sell(2)
    at_rms = lab.orders()
    known = [at_rms[number] for number in (*unheard, *stored)]
    return write_order_file(tmp_path / "rakuten.csv", known)


def test_the_two_mornings_after_a_csv_complete_and_list_what_rms_does_not_have(
    lab: Sandbox, shown: Shown, demo_file: Path
):
    ends = [imported(demo_file)]
    before = rows(ORDERS)
    ends += [daily("lab", return_state=True).type.value for _ in range(2)]

    assert ends == ["COMPLETED"] * 3
    assert before == [
        ("api", "csv_changed", "auto", 2),
        ("csv", "csv_created", "manual", OF_SAMPLE + 2),
    ]
    # CSV and API met: what RMS knows is its word again, created by whom it was.
    assert rows(ORDERS) == [
        ("api", "api", "auto", 2),
        ("csv", "api", "manual", 2),
        ("csv", "csv_created", "manual", OF_SAMPLE),
    ]
    report = shown("ingest-report")
    assert f"RMSにない注文 {ASKED}件" in report
    assert sum(number in report for number in sample_numbers()) == ASKED
    assert rows("SELECT sum(refused) FROM loads") == [(0,)]


def asked_here(path: Path, query: str) -> pl.DataFrame:
    """Ask as the demo does, by the connection that this process keeps open."""
    with warehouse(path) as con:
        return pl.DataFrame(con.sql(query))


@for_ci
def test_the_demos_file_is_met_by_the_search_that_follows_it(
    lab: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo_day, "ask", asked_here)
    lab.sell(3, progress=300)
    ingest_orders("lab")
    runs = {
        "import-order-csv/manual": lambda **given: import_order_csv(
            shop="lab", return_state=True, **given
        ),
    }
    services = SimpleNamespace(
        sandbox=lab,
        receiver=None,
        home=home,
        warehouse=read_settings().warehouse,
        run=lambda deployment, **given: SimpleNamespace(
            state=runs[deployment](**given)
        ),
    )
    import_orders(cast("Services", services), Story(Console(quiet=True)))
    ingest_orders("lab")

    assert rows(ORDERS) == [
        ("api", "api", "auto", 3),
        ("csv", "api", "manual", CSV_ORDERS),
        ("csv", "csv_created", "manual", OF_SAMPLE),
    ]


@for_ci
def test_the_message_of_the_run_warns_of_them(lab: Sandbox, demo_file: Path):
    imported(demo_file)
    state = ingest_orders("lab", return_state=True)

    assert state.is_completed()
    assert f"RMSにない注文 {ASKED}" in state.message


@for_ci
def test_after_three_days_they_are_asked_for_no_more(lab: Sandbox, demo_file: Path):
    imported(demo_file)
    asked = []
    for days in (0, MISSING_FOR.days - 0.5, 1):
        days_pass(days)
        asked.append(not_at_rms())

    assert asked == [ASKED, ASKED, 0]


@for_ci
def test_one_never_asked_for_is_asked_for_however_old(lab: Sandbox, demo_file: Path):
    imported(demo_file)
    days_pass(30)

    assert not_at_rms() == ASKED


def test_an_order_that_rms_lost_is_kept_as_the_csv_has_it(lab: Sandbox, tmp_path: Path):
    (number,) = lab.sell(1)
    path = write_order_file(tmp_path / "rakuten.csv", [lab.orders()[number]])
    lab.vanish(number)
    imported(path)
    missing = ingest_orders("lab", return_state=True)
    query = f"SELECT content_source FROM orders WHERE order_number = '{number}'"  # noqa: S608 - ours

    assert missing.is_completed()
    assert f"RMSにない注文 {ASKED + 1}" in missing.message
    assert rows(query) == [("csv_created",)]


def test_an_order_of_the_api_that_goes_missing_still_fails_the_run(lab: Sandbox):
    (number,) = lab.sell(1)
    ingest_orders("lab")
    lab.vanish(number)
    state = ingest_orders("lab", return_state=True)

    assert state.is_failed()
    assert "取得できなかった注文 1" in state.message


@for_ci
def test_a_parcel_of_such_an_order_is_a_warning_not_a_failure(
    lab: Sandbox, shown: Shown, demo_file: Path, tmp_path: Path
):
    imported(demo_file)
    number = min(sample_numbers())
    path = tmp_path / "parcels.csv"
    row = {
        "注文番号": number,
        "配送会社": "ヤマト運輸",
        "伝票番号": tracking_number(901),
        "発送日": "2026/12/01",
    }
    path.write_bytes(csv_bytes(TEMPLATE, [row]))
    assert import_shipments(
        str(path), "template", "lab", return_state=True
    ).is_completed()
    mornings = [daily("lab", return_state=True).type.value for _ in range(2)]

    assert mornings == ["COMPLETED"] * 2
    assert "RMSにない注文 1件" in shown("tracking-report")


@for_ci
def test_without_the_rule_they_would_fail_every_morning(lab: Sandbox, demo_file: Path):
    imported(demo_file)
    with planted_sql("list_not_at_mall", "WHERE mall", "WHERE false AND mall"):
        assert ingest_orders("lab", return_state=True).is_failed()
