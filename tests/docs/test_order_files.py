"""docs/order-files.md names every mall, layout, refusal and warning there is."""

import ast
import re
from pathlib import Path

import pytest

from connectors.order_files.registry import all_layouts
from data.model.order import Mall
from data.warehouse.order_files.warned import TEXTS
from tests.docs.money_tables import MARKED, tables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "order-files.md").read_text(encoding="utf-8")
READERS = ("connectors/csv_file", "connectors/order_files", "connectors/carriers")


def refusal_codes() -> set[str]:
    """The first argument of every `CsvRefused(...)` in the readers."""
    files = [file for folder in READERS for file in (ROOT / folder).rglob("*.py")]
    files += [ROOT / "connectors/stock_files.py", ROOT / "tasks/order_files/imports.py"]
    calls = [
        call
        for file in files
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "CsvRefused"
    ]
    return {
        part.value
        for call in calls
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_every_mall_and_layout_is_named():
    names = [*Mall, *(layout.name for layout in all_layouts())]

    assert [name for name in names if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("layout", all_layouts(), ids=lambda layout: layout.name)
def test_what_tells_a_layout_is_named(layout):
    told = layout.signature
    names = (*told.starts, *told.has, *told.has_any, *told.lacks)
    rows = re.findall(rf"^\| `{layout.name}`.*", PAGE, re.MULTILINE)

    assert names
    assert [name for name in names if name not in rows[0]] == []
    assert ("(tabs)" in rows[0]) == told.tab


def test_money_and_skus_are_told_as_the_layouts_read_them():
    found = MARKED.search(PAGE)

    assert found
    assert found[0] == f"{found[1]}\n{tables()}\n{found[2]}"


def test_every_refusal_is_named():
    codes = refusal_codes()

    assert len(codes) > 20
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []


def test_every_warning_is_named():
    assert [kind for kind in TEXTS if f"`{kind}`" not in PAGE] == []
