"""A line is one line while the codes of its item come and go between two files."""

import csv
import io
from collections import Counter
from itertools import count
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from connectors.order_files import read_order_file
from connectors.order_files.layout import Layout
from connectors.order_files.registry import all_layouts
from data.model.stock import Adjustment
from data.warehouse.order_files import line_match
from data.warehouse.order_files.store import ImportReport, import_orders
from data.warehouse.stock.adjust import adjust_stock
from tests.order_files.read.test_golden import FOLDERS, GOLDEN
from tests.order_files.store.made import MadeFile, MadeRules, a_row
from tests.order_files.store.test_cases import rows
from tests.order_files.store.test_lines import adjust_new
from tests.support.effort import examples, first
from tests.support.orders import at
from tests.support.planted import caught

_shops = count(1)
LINES = "SELECT sku, quantity FROM order_lines ORDER BY ALL"
WAITING = "SELECT sku, quantity FROM manual_stock_adjustments ORDER BY ALL"
STOCK = "SELECT sku, sum(quantity) FROM stock_movements GROUP BY sku ORDER BY sku"

CODED = {one.name: one for one in all_layouts() if len(one.sku) > 1}
"""Every layout in which a line's SKU may be made of a lesser code."""
NUMBERED = sorted(name for name, one in CODED.items() if one.lines == "position")
KINDS = ("red", "blue", "cup", "cup")
"""Two goods of one page, told apart by their options and best codes; and twins."""

shown = st.lists(
    st.tuples(st.integers(0, len(KINDS) - 1), st.booleans()),
    min_size=1,
    unique_by=lambda one: one[0],
)
histories = st.lists(shown, min_size=2, max_size=4)


def item(layout: Layout, kind: str, *, is_told: bool) -> dict[str, Any]:
    """The cells of an item; without its best code where that is not told."""
    page = "cup" if kind == "cup" else "shirt"
    names = [name for fields in layout.sku for name in fields]
    cells = {name: f"{name}-{page}" for name in ("item_name", *names)}
    cells |= {layout.sku[0][-1]: f"best-{kind}", "choices": kind}
    if not is_told:
        del cells[layout.sku[0][-1]]
    made = [
        "/".join(map(cells.__getitem__, fs)) for fs in layout.sku if {*fs} <= {*cells}
    ]
    return cells | {"sku": made[0]}


def file_of(layout: Layout, step: list[tuple[int, bool]]) -> MadeFile:
    made = [
        a_row("A", str(place + 1), unit_price=500, quantity=len(KINDS[number]))
        | item(layout, KINDS[number], is_told=is_told)
        for place, (number, is_told) in enumerate(step)
    ]
    return MadeFile(
        made, layout=MadeRules(layout.mall, lines="position", sku=layout.sku)
    )


def play(con: DuckDBPyConnection, layout: Layout, history: list) -> None:
    """Import the files of one order; after each it has one line for each it showed.

    A line keeps its id, its pieces and its stock, and has the best code it ever had.
    """
    shop_id, known, seen, best = f"shop-{next(_shops)}", {}, Counter(), Counter()
    for minute, step in enumerate(history):
        import_orders(
            con,
            file_of(layout, step),
            import_id=f"{shop_id}-{minute}",
            shop_id=shop_id,
            mode="update",
            imported_at=at(minute),
        )
        seen |= Counter(KINDS[number] for number, _ in step)
        best |= Counter(KINDS[number] for number, is_told in step if is_told)
        stored = stored_lines(con, shop_id, layout.mall)
        assert Counter(kind for kind, *_ in stored.values()) == seen
        assert {line: stored[line][:3] for line in known} == known
        told = Counter(
            kind
            for kind, _, _, sku in stored.values()
            if sku == item(layout, kind, is_told=True)["sku"]
        )
        assert all(told[kind] >= best[kind] for kind in best)
        adjust_new(con, shop_id, set(stored) - set(known), minute, layout.mall)
        stored = stored_lines(con, shop_id, layout.mall)
        known = {line: rest[:3] for line, rest in stored.items()}
    taken = con.execute(
        "SELECT -sum(quantity) FROM stock_movements WHERE shop_id = $shop_id",
        {"shop_id": shop_id},
    ).fetchall()
    assert taken == [(sum(len(kind) * times for kind, times in seen.items()),)]


def stored_lines(con, shop_id: str, mall: str) -> dict[str, tuple]:
    """Kind, pieces, when its stock was adjusted, and SKU of each line by its id."""
    found = con.execute(
        """SELECT line_id, choices, quantity, stock_adjusted_at, sku
        FROM order_lines WHERE shop_id = $shop_id AND mall = $mall""",
        {"shop_id": shop_id, "mall": mall},
    ).fetchall()
    return {line: tuple(rest) for line, *rest in found}


@first(2)
@pytest.mark.parametrize("name", NUMBERED)
@given(history=histories)
@examples(4, derandomize=True)
def test_codes_that_come_and_go_keep_an_order_s_lines(shared, name, history):
    shared.begin()
    try:
        play(shared, CODED[name], history)
    finally:
        shared.rollback()


WHOLE = [(0, True), (1, True), (2, True), (3, True)]
BARE = [(number, False) for number, _ in WHOLE]


@first()
@pytest.mark.parametrize("name", NUMBERED)
def test_a_planted_match_by_place_alone_is_caught(undone, monkeypatch, name):
    by_place = [one._replace(better=0) for one in line_match.passes((("sku",),))[:2]]
    by_place += [line_match.Pass(())]
    monkeypatch.setattr(line_match, "passes", lambda _: by_place)

    with caught():
        play(undone, CODED[name], [BARE, WHOLE[::-1]])


FILES: dict[str, tuple[dict[str, str], dict[str, str], str, str]] = {
    "minne": (
        {"注文ID": "1", "注文日": "2026/11/20", "作品名": "皿", "数量": "2"},
        {"作品管理番号": "P1"},
        "皿",
        "P1",
    ),
    "base": (
        {
            "注文ID": "A1",
            "注文日時": "2026-11-20 10:11:12",
            "商品名": "皿",
            "商品ID": "10001",
            "種類ID": "20001",
            "数量": "2",
        },
        {"商品コード": "SARA"},
        "10001/20001",
        "SARA",
    ),
    "shopify": (
        {
            "Name": "#1001",
            "Created at": "2026-11-20 10:11:12 +0900",
            "Financial Status": "paid",
            "Lineitem name": "皿 - 赤",
            "Lineitem quantity": "2",
        },
        {"Lineitem sku": "SARA"},
        "皿 - 赤",
        "SARA",
    ),
    "ponpare": (
        {
            "注文番号": "1",
            "注文日時": "2026-11-20 10:11:12",
            "商品管理ID": "sara",
            "商品ID": "7",
            "商品名": "皿",
            "個数": "2",
        },
        {"商品ID（表示用）": "SARA"},
        "sara",
        "SARA",
    ),
    "rakuten-legacy": (
        {
            "受注番号": "999777-20161120-1",
            "注文日時": "2016-11-20 10:11:12",
            "商品URL": "sara",
            "商品ID": "7",
            "商品名": "皿",
            "個数": "2",
        },
        {"商品番号": "SARA"},
        "sara",
        "SARA",
    ),
    "futureshop": (
        {
            "受注コード": "000000000001",
            "注文日時": "2026/11/20 10:11:12",
            "商品番号": "sara",
            "商品名": "皿",
            "購入数量": "2",
        },
        {"枝番号": "r"},
        "sara",
        "sara/r",
    ),
}
"""A line, the code that comes later, and its SKU without and with it."""


def take(con, tmp_path, folder: str, row: dict, minute: int, **more) -> ImportReport:
    """Import one line in a file of the golden one's columns, and of those it needs."""
    header = (GOLDEN / folder / "in.csv").read_bytes().split(b"\n", 1)[0]
    names = next(csv.reader([header.decode("cp932").strip("\r")]))
    table = io.StringIO()
    writer = csv.DictWriter(table, list(dict.fromkeys([*names, *row])))
    writer.writeheader()
    writer.writerow(row)
    path = tmp_path / f"{minute}.csv"
    path.write_bytes(table.getvalue().encode("cp932"))
    with read_order_file([path], FOLDERS[folder]) as file:
        return import_orders(
            con,
            file,
            import_id=str(minute),
            shop_id="999777" if folder == "rakuten-legacy" else "demo",
            imported_at=at(minute),
            **{"mode": "update"} | more,
        )


@first(3)
@pytest.mark.parametrize("folder", FILES)
def test_a_code_that_a_later_file_fills_in_or_leaves_out_doubles_no_line(
    con, tmp_path, folder
):
    line, code, lesser, best = FILES[folder]
    take(con, tmp_path, folder, line, 1)
    assert rows(con, WAITING) == [(lesser, 2)]

    filled = take(con, tmp_path, folder, line | code, 2)
    assert filled.warned.get("line-missing", 0) == 0
    assert rows(con, LINES) == rows(con, WAITING) == [(best, 2)]

    take(con, tmp_path, folder, line, 3)
    assert rows(con, LINES) == rows(con, WAITING) == [(best, 2)]


def test_a_better_code_moves_no_stock_that_was_adjusted_and_tells_it(con, tmp_path):
    line, code, lesser, _ = FILES["shopify"]
    take(con, tmp_path, "shopify", line, 1)
    booked = Adjustment(
        mall="shopify", shop_id="demo", order_number="#1001", line_id="1"
    )
    signed = {"who": "担当", "note": "棚", "at": at(1)}
    adjust_stock(con, [booked], adjustment_id="a", **signed)

    filled = take(con, tmp_path, "shopify", line | code, 2)
    again = adjust_stock(con, [booked], adjustment_id="b", **signed)

    assert filled.warned["sku-after-adjustment"] == 1
    assert [one.code for one in again.refused] == ["adjusted"]
    assert rows(con, WAITING) == []
    assert rows(con, STOCK) == [(lesser, -2)]


def test_the_codes_of_a_mall_that_has_none_for_lines_tell_its_goods_apart(
    con, tmp_path
):
    """One title, one price; BASE's own numbers say that they are two goods."""
    line, code, *_ = FILES["base"]
    take(con, tmp_path, "base", line, 1)
    other = take(con, tmp_path, "base", line | code | {"種類ID": "20002"}, 2)

    assert other.warned["line-missing"] == 1
    assert rows(con, LINES) == [("10001/20001", 2), ("SARA", 2)]


def test_two_codes_for_one_title_are_two_lines(con, tmp_path):
    line, code, *_ = FILES["minne"]
    take(con, tmp_path, "minne", line | code, 1)
    take(con, tmp_path, "minne", line | {"作品管理番号": "P2"}, 2)

    assert rows(con, LINES) == [("P1", 2), ("P2", 2)]


def test_a_title_alone_is_no_match_at_another_price(con, tmp_path):
    line, code, *_ = FILES["minne"]
    take(con, tmp_path, "minne", line | {"販売価格": "500"}, 1)
    take(con, tmp_path, "minne", line | code | {"販売価格": "900"}, 2)

    assert rows(con, LINES) == [("P1", 2), ("皿", 2)]


def test_a_code_of_the_variant_that_comes_after_the_item_s_is_the_better_one(
    con, tmp_path
):
    line, code, _, item_code = FILES["base"]
    take(con, tmp_path, "base", line | code, 1)
    assert rows(con, LINES) == [(item_code, 2)]

    take(con, tmp_path, "base", line | code | {"種類コード": "SARA-R"}, 2)
    assert rows(con, LINES) == rows(con, WAITING) == [("SARA-R", 2)]


def test_a_code_of_the_shop_s_is_taken_by_a_file_without_the_mall_s_variants(
    con, tmp_path
):
    line, code, _, best = FILES["base"]
    take(con, tmp_path, "base", line, 1)
    take(con, tmp_path, "base", line | code | {"種類ID": ""}, 2)

    assert rows(con, LINES) == [(best, 2)]


@pytest.mark.parametrize("folder", ["minne", "ponpare", "rakuten-legacy", "shopify"])
def test_a_blank_code_clears_the_sku_under_replace(con, tmp_path, folder):
    line, code, lesser, _ = FILES[folder]
    take(con, tmp_path, folder, line | code, 1)
    take(con, tmp_path, folder, line, 2, mode="replace")

    assert rows(con, LINES) == [(lesser, 2)]
