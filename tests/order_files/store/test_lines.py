"""A line keeps its id, its pieces, its package and its stock over all files."""

from collections import Counter
from itertools import count
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from connectors.order_files import read_order_file
from data.model.csv_file import CellRemark
from data.model.order import Mall
from data.model.stock import Adjustment
from data.warehouse.order_files import line_match
from data.warehouse.order_files import rows as file_rows
from data.warehouse.order_files.line_match import Pass
from data.warehouse.order_files.store import import_orders
from data.warehouse.stock.adjust import adjust_stock
from tests.order_files.read.test_golden import GOLDEN
from tests.order_files.store.made import MadeFile, MadeRules, a_row, store
from tests.order_files.store.test_cases import rows
from tests.support.effort import examples, first
from tests.support.orders import at
from tests.support.planted import caught

ITEMS = (
    ("A", "色:赤", "皿", 1000, "b1"),
    ("A", "色:青", "皿", 1000, "b1"),
    ("A", "色:赤", "皿", 1000, "b1"),
    ("A", "色:赤", "皿", 1000, "b2"),
    ("B", None, "椀", 500, "b2"),
    ("C", None, "箸", 500, "b1"),
)
"""SKU, options, title, price, package: twins, and one item in two packages."""
_shops = count(1)

edits = st.sampled_from(["", "", "price", "title"])
shown = st.lists(
    st.tuples(st.integers(0, len(ITEMS) - 1), edits),
    min_size=1,
    unique_by=lambda one: one[0],
)
layouts = st.sampled_from(["position", "id", "id_in_package"])
histories = st.lists(shown, min_size=2, max_size=4)
ALL = [(item, "") for item in range(len(ITEMS))]


def package(item: int, lines: str) -> str:
    """Where a line travels; a file without ids of lines has one package an order."""
    return "b1" if lines == "position" else ITEMS[item][4]


def lines_of(step: list[tuple[int, str]], lines: str) -> Counter:
    """What a file shows, and how often: only a name of the mall's tells twins apart."""
    return Counter(
        (
            ITEMS[item][0],
            str(ITEMS[item][1]),
            package(item, lines),
            None if lines == "position" else item,
        )
        for item, _ in step
    )


def file_of(step: list[tuple[int, str]], lines: str) -> MadeFile:
    made = []
    for place, (item, edit) in enumerate(step):
        sku, choices, name, price, _ = ITEMS[item]
        basket = package(item, lines)
        names = {
            "position": str(place + 1),
            "id": str(500 + item),
            "id_in_package": "700" if item in (2, 3) else str(500 + item),
        }
        cells = {
            "basket_id": basket,
            "sku": sku,
            "choices": choices,
            "item_name": f"{name}(新)" if edit == "title" else name,
            "unit_price": price + 10 if edit == "price" else price,
        }
        made.append(a_row("A", names[lines], **cells))
    return MadeFile(made, layout=MadeRules(mall=Mall.MINNE, lines=lines))


def play(con: DuckDBPyConnection, history: list, lines: str) -> None:
    """Import the files of one order, and see after each that no line became another."""
    shop_id, known, seen = f"shop-{next(_shops)}", {}, Counter()
    for minute, step in enumerate(history):
        import_orders(
            con,
            file_of(step, lines),
            import_id=f"{shop_id}-{minute}",
            shop_id=shop_id,
            mode="update",
            imported_at=at(minute),
        )
        seen |= lines_of(step, lines)
        given: dict[str, Any] = {"shop_id": shop_id}
        stored = con.execute(
            """SELECT line_id, sku, choices, basket_id, quantity, stock_adjusted_at
            FROM order_lines WHERE shop_id = $shop_id""",
            given,
        ).fetchall()
        assert sorted(
            (sku, str(choices), basket) for _, sku, choices, basket, *_ in stored
        ) == sorted(one[:3] for one in seen.elements())
        now = {line: rest for line, *rest in stored}
        assert {line: now.get(line) for line in known} == known
        adjust_new(con, shop_id, set(now) - set(known), minute)
        known = {
            line: rest
            for line, *rest in con.execute(
                """SELECT line_id, sku, choices, basket_id, quantity, stock_adjusted_at
                FROM order_lines WHERE shop_id = $shop_id""",
                given,
            ).fetchall()
        }
    packages = con.execute(
        "SELECT basket_id FROM order_packages WHERE shop_id = $shop_id ORDER BY 1",
        given,
    ).fetchall()
    assert packages == sorted({(basket,) for _, _, basket, _ in seen})
    assert con.execute(
        "SELECT count(*) FROM manual_stock_adjustments WHERE shop_id = $shop_id", given
    ).fetchall() == [(0,)]


def adjust_new(
    con, shop_id: str, lines: set[str], minute: int, mall: str = "minne"
) -> None:
    """Book the stock of lines that nobody booked yet."""
    booked = [
        Adjustment(mall=mall, shop_id=shop_id, order_number="A", line_id=line)
        for line in sorted(lines)
    ]
    if booked:
        name = f"{shop_id}-{minute}"
        signed = {"who": "担当", "note": "棚", "at": at(minute)}
        adjust_stock(con, booked, adjustment_id=name, **signed)


PADDED = {"line_id": "0000000011", "basket_id": "0000000007"}
BARE = {"line_id": "11", "basket_id": "7"}
"""The same ids, as Excel saves them and as RMS's API has them."""


@pytest.mark.parametrize("mode", ["update", "replace"])
@pytest.mark.parametrize(("before", "after"), [(PADDED, BARE), (BARE, PADDED)])
def test_ids_without_their_leading_zeros_are_the_same_line_and_package(
    con, before, after, mode
):
    second = {"line_id": "0000000012"}
    store(con, a_row(**before), a_row(**before | second))
    stored = con.sql("SELECT line_id, basket_id FROM order_lines ORDER BY 1").fetchall()
    second = {"line_id": "12"}
    report = store(con, a_row(**after), a_row(**after | second), minute=11, mode=mode)

    assert (report.orders_unchanged, report.warned) == (1, {})
    assert rows(con, "SELECT line_id, basket_id FROM order_lines ORDER BY 1") == stored
    assert rows(con, "SELECT count(*) FROM order_packages") == [(1,)]


def test_two_ids_that_differ_in_zeros_alone_stay_two_lines(con):
    both = a_row(line_id="11"), a_row(line_id="011")
    store(con, *both)
    report = store(con, *both, minute=11)

    assert (report.orders_unchanged, report.warned) == (1, {})
    assert rows(con, "SELECT count(*) FROM order_lines") == [(2,)]


@given(history=histories, lines=layouts)
@examples(4, derandomize=True)
def test_any_files_of_an_order_keep_its_lines(shared, history, lines):
    shared.begin()
    try:
        play(shared, history, lines)
    finally:
        shared.rollback()


def test_a_changed_price_and_title_keep_their_lines(con):
    play(con, [ALL, [(4, "price"), (5, "title"), (1, "price")], ALL[::-1]], "position")


PLANTED = {
    "lines are matched by place": (
        [Pass(())],
        [ALL, [(4, "")], ALL[::-1]],
        "position",
    ),
    "the package is dropped from the key": (
        [Pass(("mall_line_id", "sku"))],
        [ALL, [(3, "")], [(3, "price"), (2, "")]],
        "id_in_package",
    ),
    "a price is part of a line": (
        [one for one in line_match.passes((("sku",),)) if "unit_price" in one.keys],
        [ALL, [(4, "price")]],
        "position",
    ),
}


@first()
@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_caught(undone, monkeypatch, bug):
    passes, history, lines = PLANTED[bug]
    monkeypatch.setattr(line_match, "passes", lambda _: passes)

    with caught():
        play(undone, history, lines)


def test_a_line_id_without_its_package_is_caught(undone, monkeypatch):
    whole = file_rows.whole
    monkeypatch.setattr(file_rows, "whole", lambda one, *_: whole(one, "id"))

    with caught():
        play(undone, [ALL], "id_in_package")


REPORTS = {"amazon-orders", "amazon-all-orders"}


@first()
@pytest.mark.parametrize("first", sorted(REPORTS))
def test_two_reports_of_amazon_meet_in_the_same_lines(con, tmp_path, first):
    """The one knows order-item-id, the other does not; both show order 250-…0001."""
    values = {
        "order-id": "250-0000009-0000001",
        "amazon-order-id": "250-0000009-0000001",
        "order-item-id": "70000000000001",
        "sku": "SOX-1",
        "product-name": "靴下",
        "quantity-purchased": "2",
        "quantity": "2",
        "item-price": "1980",
        "order-status": "Pending",
        "purchase-date": "2026-11-24T05:30:00+09:00",
    }
    for minute, folder in enumerate([first, *(REPORTS - {first}), first]):
        header = (GOLDEN / folder / "in.csv").read_bytes().decode("utf-8", "replace")
        names = header.split("\n", 1)[0].strip("\ufeff\r").split("\t")
        path = tmp_path / f"{minute}.txt"
        cells = "\t".join(values.get(name, "") for name in names)
        path.write_text("\t".join(names) + "\n" + cells + "\n", encoding="utf-8")
        with read_order_file([path], "amazon") as file:
            import_orders(
                con,
                file,
                import_id=str(minute),
                shop_id="demo",
                mode="update",
                imported_at=at(minute),
            )

    told = "coalesce(nullif(mall_line_id, ''), line_id)"
    assert rows(con, f"SELECT quantity, sku, {told} FROM order_lines") == [  # noqa: S608
        (2, "SOX-1", "70000000000001")
    ]


def test_a_blank_quantity_of_a_known_line_is_skipped_and_of_a_new_one_not(con):
    first = a_row("A", "1", basket_id="1", quantity=3)
    _store(con, [first], 1)
    known = _store(con, [first | {"quantity": None}], 2)
    new = _store(con, [first, first | {"line_id": "2", "quantity": None}], 3)

    assert rows(con, "SELECT line_id, quantity FROM order_lines") == [("1", 3)]
    assert (known.lines_rejected, known.orders_unchanged) == (0, 1)
    assert (new.lines_rejected, new.orders_set_aside, new.orders_unchanged) == (1, 1, 0)


def _store(con, lines: list[dict[str, Any]], minute: int):
    blank = [
        CellRemark(at_ + 2, "個数", "blank", "空欄です。", "A")
        for at_, line in enumerate(lines)
        if line["quantity"] is None
    ]
    return import_orders(
        con,
        MadeFile(lines, warned=blank),
        import_id=str(minute),
        shop_id="demo",
        mode="update",
        imported_at=at(minute),
    )
