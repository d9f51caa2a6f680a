"""Each list of columns in the import's SQL names every cell of the model once.

SQL keeps its lists written out, so that a statement can be read and run as it stands
(docs/adr/0016); this test is what makes a forgotten column fail.
"""

import re

import pytest

from data.model.order_file import CellScope, fields_of
from data.warehouse.statements import SQL

KEYS = {"order_number", "shop_id", "basket_id", "line_id"}
OUTSIDE = {
    # derived, with rules of their own in the statement
    CellScope.ORDER: {"cancelled", "no_delivery_on"},
    CellScope.PACKAGE: set(),
    CellScope.LINE: set(),
    CellScope.ORDERER: set(),
}
TABLES = {
    CellScope.ORDER: "orders",
    CellScope.PACKAGE: "packages",
    CellScope.LINE: "lines",
    CellScope.ORDERER: "people",
}


def cells(scope: CellScope) -> set[str]:
    """What the model says is stored of a scope, beside keys and derived cells."""
    stored = {field.stored_as for field in fields_of(scope)}
    return stored - KEYS - OUTSIDE[scope]


@pytest.mark.parametrize("scope", TABLES)
@pytest.mark.parametrize("verb", ["insert", "change"])
def test_a_statement_names_every_cell_of_its_level(scope, verb):
    code = re.sub(r"--[^\n]*", "", SQL(f"{verb}_csv_{TABLES[scope]}"))
    words = set(re.findall(r"\w+", code))

    assert cells(scope) - words == set()


BY_RATE = {
    name for name in cells(CellScope.ORDER) if re.search(r"_at_(?:0|8|10)$", name)
}
"""Cells that are stored in one, `tax_summaries`."""


def test_the_log_of_a_content_holds_every_cell_of_orders_packages_and_lines():
    code = re.sub(r"--[^\n]*", "", SQL("log_csv_contents"))
    logged = set(re.findall(r"'(\w+)':", code))

    for scope in (CellScope.ORDER, CellScope.PACKAGE, CellScope.LINE):
        assert cells(scope) - BY_RATE - logged == set()
    assert "tax_summaries" in logged
