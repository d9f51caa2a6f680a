"""Amounts in every form that a spreadsheet leaves mean the same in every mall's file.

The sums of a layout's own rules are read like any cell: the right amount, or none and a
word about it, never a guess.
"""

import re

import pytest

from tests.order_files.store.test_meaning import MALLS, ORDERS, TOTALS, given

AMOUNT = re.compile(r"-?[1-9][\d,]{2,}(?:\.00)?")
FULL_WIDTH = str.maketrans("0123456789-,.", "０１２３４５６７８９－，．")
FORMS = {
    "yen sign of CP932": lambda text: f"\\{text}",
    "yen": lambda text: f"{text}円",
    "full width": lambda text: f"￥{text}".translate(FULL_WIDTH),
    "padded": lambda text: f" {text}　",
}


def amounts(cells):
    return [name for name, text in cells.items() if AMOUNT.fullmatch(text)]


def seen(read, tmp_path, folder, order, lines):
    (path,) = given(tmp_path, folder, order, *lines)
    mall = MALLS.get(folder, folder.split("-", 1)[0])
    return read(path.read_bytes(), mall=mall)


def told(read, field):
    """Return the order's amount, which a row has, or its lines add up to."""
    amounts = read.column(field)
    if field in read.file.layout.by_line:
        return set() if None in amounts else {sum(amounts)}
    return set(amounts) - {None}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("folder", ORDERS)
def test_prices_and_totals_are_the_same_in_every_form(read, tmp_path, folder, form):
    order, *lines = (
        cells | {name: FORMS[form](cells[name]) for name in amounts(cells)}
        for cells in ORDERS[folder]
    )
    found = seen(read, tmp_path, folder, order, lines)

    assert found.column("unit_price") == [1100, 216]
    assert told(found, "goods_total") == {2416}
    assert told(found, "request_total") == {TOTALS.get(folder, 2616)}
    assert found.warned() == []


CELLS = [
    (folder, at, name)
    for folder, made in ORDERS.items()
    for at, cells in enumerate(made)
    for name in amounts(cells)
]


@pytest.mark.parametrize(("folder", "at", "name"), CELLS)
def test_an_unreadable_amount_is_told_and_no_sum_is_guessed_without_it(
    read, tmp_path, folder, at, name
):
    made = list(ORDERS[folder])
    made[at] = made[at] | {name: "千円"}
    found = seen(read, tmp_path, folder, made[0], made[1:])

    assert "unreadable" in {kind for _, _, kind in found.warned()}
    assert told(found, "goods_total") <= {2416}
    assert told(found, "request_total") <= {TOTALS.get(folder, 2616)}
