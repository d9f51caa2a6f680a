"""The CSV import cannot reach stock, and nobody rewrites the ledger."""

import re
from pathlib import Path

import grimp
import pytest

import data.warehouse
from data.warehouse.statements import SQL

STOCK = ("data.warehouse.stock", "data.model.stock")
CSV = ("data.warehouse.order_files", "connectors.order_files", "connectors.csv_file")
STATEMENTS = list(SQL.by_name)
WAREHOUSE = Path(str(data.warehouse.__path__[0]))


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("data", "connectors", cache_dir=None)


def matching(pattern: str, names: list[str]) -> list[str]:
    return [name for name in names if re.search(pattern, SQL(name))]


def test_the_csv_import_cannot_reach_stock(graph):
    importing = [module for module in graph.modules if module.startswith(CSV)]
    reached = {
        (module, other)
        for module in importing
        for other in graph.find_upstream_modules(module)
        if other.startswith(STOCK)
    }

    assert len(importing) > 10
    assert reached == set()


def test_no_statement_outside_the_room_of_stock_writes_stock():
    """What an import calls in other rooms, too; a fast clock's times are put right."""
    writes = r"(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO)\s+"
    stock = re.compile(writes + r"(stock_(movements|levels|lines)|sku_map)\b")
    files = {
        f"{path.relative_to(WAREHOUSE)}"
        for path in WAREHOUSE.rglob("*.sql")
        if stock.search(path.read_text("utf-8"))
    }

    assert files == {"stock/adjust.sql", "stock/ledger.sql", "house/clock.sql"}


def test_the_ledger_is_only_ever_added_to():
    rewrites = r"(UPDATE|DELETE FROM|MERGE INTO)\s+stock_movements\b"

    assert matching(r"INSERT INTO stock_movements\b", STATEMENTS)
    assert matching(rewrites, STATEMENTS) == ["heal_instants", "heal_counts"]


def test_what_heals_a_fast_clock_changes_times_alone():
    (cells,) = re.findall(
        r"UPDATE stock_movements SET(.+?)WHERE", SQL("heal_instants"), re.DOTALL
    )

    assert re.findall(r"(\w+) = ", cells) == ["effective_at", "moved_at"]


def test_no_push_is_ever_deleted():
    assert matching(r"DELETE FROM\s+inventory_pushes\b", STATEMENTS) == []
