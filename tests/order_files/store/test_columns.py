"""Each list of columns in the import's SQL names every cell of the model once.

SQL keeps its lists written out, so that a statement can be read and run as it stands
(docs/adr/0016); this test is what makes a forgotten column fail.
"""

import re

import pytest

from data.model.order_file import Level, fields_of
from data.warehouse.statements import SQL

KEYS = {"order_number", "shop_id", "basket_id", "line_id"}
OUTSIDE = {
    Level.ORDER: {"cancelled"},  # derived, with rules of its own in the statement
    Level.PACKAGE: set(),
    Level.LINE: set(),
    Level.ORDERER: set(),
}
TABLES = {
    Level.ORDER: "orders",
    Level.PACKAGE: "packages",
    Level.LINE: "lines",
    Level.ORDERER: "people",
}


def cells(level: Level) -> set[str]:
    """What the model says is stored of a level, beside keys and derived cells."""
    stored = {field.stored_as for field in fields_of(level)}
    return stored - KEYS - OUTSIDE[level]


@pytest.mark.parametrize("level", TABLES)
@pytest.mark.parametrize("verb", ["insert", "change"])
def test_a_statement_names_every_cell_of_its_level(level, verb):
    code = re.sub(r"--[^\n]*", "", SQL(f"{verb}_csv_{TABLES[level]}"))
    words = set(re.findall(r"\w+", code))

    assert cells(level) - words == set()


BY_RATE = {name for name in cells(Level.ORDER) if re.search(r"_at_(?:0|8|10)$", name)}
"""Cells that are stored in one, `tax_summaries`."""


def test_the_log_of_a_content_holds_every_cell_of_orders_packages_and_lines():
    code = re.sub(r"--[^\n]*", "", SQL("log_csv_contents"))
    logged = set(re.findall(r"'(\w+)':", code))

    for level in (Level.ORDER, Level.PACKAGE, Level.LINE):
        assert cells(level) - BY_RATE - logged == set()
    assert "tax_summaries" in logged
