"""What tells rows apart: each cell counts for its scope, and for no other."""

import polars as pl
import pytest

from data.model.order_file import BY_NAME, FIELDS, CellKind, CellScope
from data.warehouse.order_files.rows import TYPES, keys, whole

HASHES = {
    CellScope.ORDER: "order_hash",
    CellScope.ORDERER: "order_hash",
    CellScope.PACKAGE: "basket_hash",
    CellScope.RECIPIENT: "basket_hash",
    CellScope.LINE: "line_hash",
}
DERIVED = ("amounts_fixed", "cancelled", "outcome")
COUNTS_FOR_NONE = ("order_number", "shop_id", "line_id", *DERIVED)
FILLED = {
    CellKind.YEN: 7,
    CellKind.UNITS: 7,
    CellKind.NUMBER: 7,
    CellKind.RATE: 0.1,
    CellKind.FLAG: True,
    CellKind.INSTANT: 0,
    CellKind.DAY: 0,
}


def differing(name):
    """The hashes that differ when one of two equal rows leaves a cell blank."""
    kind = BY_NAME[name].kind
    cell = pl.Series(name, [FILLED.get(kind, "x"), None]).cast(TYPES[kind])
    seen = keys(whole(pl.DataFrame({"row_number": [2, 3]}).with_columns(cell)))
    hashes = seen.select("order_hash", "basket_hash", "line_hash")
    return {column.name for column in hashes if column.n_unique() == 2}


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_a_cell_counts_for_its_own_level(name):
    if name in COUNTS_FOR_NONE:
        assert differing(name) == set()
    elif name == "basket_id":  # which package a line is in belongs to the line
        assert differing(name) == {"line_hash"}
    else:
        assert differing(name) == {HASHES[BY_NAME[name].scope]}


def test_equal_rows_are_equal_wherever_they_stand():
    frame = pl.DataFrame({"row_number": [2, 3], "item_name": ["表", "表"]})
    near, far = keys(whole(frame)), keys(whole(frame.tail(1)))

    assert near["line_hash"].to_list() == far["line_hash"].to_list() * 2


@pytest.mark.parametrize(
    ("names", "noticed_by"),
    [
        ({"amounts_fixed"}, "cancelled"),
        ({*DERIVED, "recipient_city"}, "recipient_city"),
    ],
)
def test_a_planted_bug_is_noticed(monkeypatch, names, noticed_by):
    monkeypatch.setattr("data.warehouse.order_files.rows._FOLLOWING", names)

    with pytest.raises(AssertionError):
        test_a_cell_counts_for_its_own_level(noticed_by)
