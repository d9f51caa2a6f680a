"""An order's lines after any files of it are those that a person would count by hand.

The model below knows nothing of ids, passes or layouts: it has what was bought, to whom
it goes, how many pieces the mall last told, and what somebody took off the stock.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from connectors.order_files import read_order_file
from data.model.stock import Adjustment
from data.warehouse.order_files import line_match, package_match
from data.warehouse.order_files.line_match import Pass
from data.warehouse.order_files.store import import_orders
from data.warehouse.stock.adjust import adjust_stock
from tests.order_files.store.test_meaning import written
from tests.support.effort import examples, first, for_ci
from tests.support.orders import at
from tests.support.planted import caught


@dataclass(frozen=True)
class Bought:
    """One line as its buyer knows it: of which item, for whom, how many pieces."""

    item: str
    to: str
    pieces: int
    price: int = 500
    title: str = "品"
    is_booked: bool = False

    @property
    def told(self) -> tuple[str, str, int, bool]:
        """What must be found again in the warehouse."""
        return self.item, self.to, self.pieces, self.is_booked


WANTED: Final = (
    Bought("cup-red", "花子", 1, 1000),
    Bought("cup-red", "花子", 2, 1000),
    Bought("cup-blue", "花子", 1, 1000),
    Bought("cup-red", "次郎", 4, 1000),
    Bought("bowl", "次郎", 3),
    Bought("tray", "花子", 1),
)
"""Twins that differ in their pieces alone, and one item for two people."""


@dataclass(frozen=True)
class Sheet:
    """How one mall writes such a line; the columns are those of its real file."""

    mall: str
    order: dict[str, str]
    item: str
    title: str
    price: str
    pieces: str
    line: str = ""
    to: str = ""
    named: tuple[str, str] = ("", "")
    first: dict[str, str] = field(default_factory=dict)

    @property
    def has_packages(self) -> bool:
        """Whether an order may go to several people."""
        return bool(self.to or self.named[0])

    def row(self, number: int, bought: Bought) -> dict[str, str]:
        shown = {
            **self.order,
            self.title: bought.title,
            self.item: bought.item,
            self.price: str(bought.price),
            self.pieces: str(bought.pieces),
        }
        # One id in two packages is two lines (カラーミー).
        line = 0 if self.mall == "colorme" and number == 3 else number
        more = {self.line: str(9000000001 + line), self.to: TO[bought.to]}
        if self.named[0]:
            more |= dict(zip(self.named, (bought.to, f"{bought.to}町1-2"), strict=True))
        return shown | {name: cell for name, cell in more.items() if name}


TO: Final = {"花子": "8000000001", "次郎": "8000000002"}
NUMBER: Final = "123456-20261124-0000000001"
SHEETS: Final = {
    "rakuten-158": Sheet(
        "rakuten",
        {"注文番号": NUMBER, "ステータス": "300", "注文日時": "2026-11-24 10:00:00"},
        "システム連携用SKU番号",
        "商品名",
        "単価",
        "個数",
        "商品明細ID",
        "送付先ID",
    ),
    "colorme": Sheet(
        "colorme",
        {"売上ID": "1", "受注日": "2026/11/24 10:00:00"},
        "購入商品 型番",
        "購入商品 商品名",
        "購入商品 販売価格(消費税込)",
        "購入商品 販売個数",
        "売上詳細ID",
        "配送先ID",
    ),
    "eccube4": Sheet(
        "eccube",
        {
            "注文ID": "1",
            "注文番号": "1",
            "受注日": "2026-11-24 10:00:00",
            "明細区分(ID)": "1",
        },
        "商品コード",
        "商品名",
        "価格",
        "個数",
        "注文詳細ID",
        "出荷ID",
    ),
    "aupay": Sheet(
        "aupay",
        {"orderId": "1", "orderDate": "2026/11/24 10:00:00"},
        "itemCode",
        "itemName",
        "itemPrice",
        "unit",
        "orderDetailId",
    ),
    "amazon-orders": Sheet(
        "amazon",
        {
            "order-id": "250-0000001-0000001",
            "purchase-date": "2026-11-24T01:00:00+00:00",
        },
        "sku",
        "product-name",
        "item-price",
        "quantity-purchased",
        "order-item-id",
    ),
    "qoo10": Sheet(
        "qoo10",
        {"カート番号": "1", "注文日": "2026/11/24 10:00:00", "配送状態": "配送要請"},
        "販売者商品コード",
        "商品名",
        "販売価格",
        "数量",
        "注文番号",
    ),
    "futureshop": Sheet(
        "futureshop",
        {"受注コード": "000000000001", "注文日時": "2026/11/24 10:00:00"},
        "商品番号",
        "商品名",
        "販売単価",
        "購入数量",
        named=("お届け先氏名（姓）", "お届け先住所２"),
    ),
    "ponpare": Sheet(
        "ponpare",
        {"注文番号": "1", "注文日時": "2026-11-24 10:00:00"},
        "商品ID（表示用）",
        "商品名",
        "単価",
        "個数",
        named=("送付先名字", "送付先住所：市区町村以降"),
    ),
    "rakuten-legacy": Sheet(
        "rakuten",
        {"受注番号": NUMBER, "注文日時": "2017-11-24 10:00:00"},
        "商品番号",
        "商品名",
        "単価",
        "個数",
        named=("送付先名字", "送付先住所：町以降"),
    ),
    "shopify": Sheet(
        "shopify",
        {"Name": "#1", "Created at": "2026-11-24 10:00:00 +0900"},
        "Lineitem sku",
        "Lineitem name",
        "Lineitem price",
        "Lineitem quantity",
        first={"Financial Status": "paid", "Total": "9000"},
    ),
    "base": Sheet(
        "base",
        {"注文ID": "A", "注文日時": "2026-11-24 10:00:00", "発送状況": "未対応"},
        "商品ID",
        "商品名",
        "価格",
        "数量",
    ),
    "minne": Sheet(
        "minne",
        {"注文ID": "1", "注文日": "2026/11/24"},
        "作品管理番号",
        "作品名",
        "販売価格",
        "数量",
    ),
    "creema": Sheet(
        "creema",
        {"注文ID": "1", "購入日": "2026/11/24 10:00:00", "ステータス": "発送準備中"},
        "作品タイトル",
        "備考",
        "作品価格",
        "数量",
    ),
}
"""Six with ids of lines, three of them with packages; three that tell people by their
addresses; and four with neither."""

SOONEST: Final = ("futureshop", "minne", "colorme")
"""One of each kind; the first two in the fast suite."""
EDITS: Final = ("", "", "", "pieces", "price", "title")
steps = st.tuples(
    st.permutations(range(len(WANTED))),
    st.integers(1, len(WANTED)),
    st.tuples(*[st.sampled_from(EDITS)] * len(WANTED)),
    st.booleans(),
    st.sampled_from(["update", "replace"]),
)
"""The rows in which order, how many of them, what the mall changed, whether somebody
takes the stock afterwards, and the mode."""
histories = st.lists(steps, min_size=2, max_size=4)


@dataclass
class Paper:
    """One order on paper: what the files said so far, line by line."""

    lines: dict[int, Bought] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)

    def hear(self, number: int, bought: Bought) -> None:
        before = self.lines.get(number)
        is_booked = before is not None and before.is_booked
        self.lines[number] = replace(bought, is_booked=is_booked)

    def book(self) -> None:
        for number, one in self.lines.items():
            if not one.is_booked:
                self.taken[one.item] += one.pieces
                self.lines[number] = replace(one, is_booked=True)


def edited(one: Bought, edit: str, step: int) -> Bought:
    new: dict[str, dict[str, Any]] = {
        "pieces": {"pieces": one.pieces + 10 * (step + 1)},
        "price": {"price": one.price + 1 + step},
        "title": {"title": f"品{step}"},
        "": {},
    }
    return replace(one, **new[edit])


def twins(number: int, now: list[Bought]) -> list[int]:
    """The lines of the same item for the same recipient."""
    one = now[number]
    return [
        n for n, other in enumerate(now) if (other.item, other.to) == (one.item, one.to)
    ]


def play(con: DuckDBPyConnection, folder: Path, name: str, history: list) -> None:
    """Import the files of one order; after each, the warehouse has what paper has."""
    sheet, paper, now = SHEETS[name], Paper(), list(WANTED)
    if not sheet.has_packages:
        now = [replace(one, to="花子") for one in now]
    ids: dict[str, tuple[str, str]] = {}
    for step, (order, many, edits, books, mode) in enumerate(history):
        shown = list(order[:many])
        if not sheet.line:
            shown = with_what_tells(shown, paper, now)
        for number in shown:
            if sheet.line or {*twins(number, now)} <= {*shown}:
                now[number] = edited(now[number], edits[number], step)
            paper.hear(number, now[number])
        rows = [sheet.row(number, now[number]) for number in shown]
        rows[0] |= sheet.first
        path = written(folder / f"{step}.csv", name, *rows)
        with read_order_file([path], sheet.mall) as file:
            import_orders(
                con,
                file,
                import_id=str(step),
                shop_id="123456",
                mode=mode,
                imported_at=at(step),
            )
        found = stored(con, sheet)
        assert Counter(found.values()) == Counter(
            one.told for one in paper.lines.values()
        )
        assert {line: found[line][:2] for line in ids} == ids
        ids = {line: whose[:2] for line, whose in found.items()}
        if books:
            paper.book()
            adjust(con, sheet.mall, step)
    assert moved(con) == {item: -pieces for item, pieces in paper.taken.items()}


def with_what_tells(shown: list[int], paper: Paper, now: list[Bought]) -> list[int]:
    """Add what a person needs where lines have no ids.

    The first file shows everybody, or one could be the other with a corrected address;
    and a line comes with its twins, or one could be the other with other pieces.
    """
    everybody = [] if paper.lines else [4, 5]
    new = [
        twin
        for number in (*shown, *everybody)
        for twin in twins(number, now)
        if twin not in paper.lines
    ]
    return list(dict.fromkeys([*shown, *new]))


def stored(con, sheet: Sheet) -> dict[str, tuple[str, str, int, bool]]:
    """Item, recipient, pieces and whether its stock was taken, of each line by id."""
    rows = con.execute(
        """SELECT l.line_id, l.sku, coalesce(r.family_name, l.basket_id),
            l.quantity, l.stock_adjusted_at IS NOT NULL
        FROM order_lines AS l LEFT JOIN order_people AS r
            ON r.order_number = l.order_number AND r.basket_id = l.basket_id
            AND r.role = 'recipient'"""
    ).fetchall()
    who = {basket: to for to, basket in TO.items()}
    return {
        line: (sku, who.get(to, to) if sheet.has_packages else "花子", *rest)
        for line, sku, to, *rest in rows
    }


def adjust(con, mall: str, step: int) -> None:
    waiting = con.execute(
        "SELECT order_number, line_id FROM manual_stock_adjustments"
    ).fetchall()
    lines = [
        Adjustment(mall=mall, shop_id="123456", order_number=number, line_id=line)
        for number, line in waiting
    ]
    if lines:
        signed = {"who": "担当", "note": "棚", "at": at(step)}
        adjust_stock(con, lines, adjustment_id=f"a{step}", **signed)


def moved(con) -> dict[str, int]:
    return dict(
        con.execute(
            "SELECT sku, sum(quantity)::INT FROM stock_movements GROUP BY sku"
        ).fetchall()
    )


@first(2)
@pytest.mark.parametrize("name", [*SOONEST, *sorted({*SHEETS} - {*SOONEST})])
@given(history=histories)
@examples(4, derandomize=True)
def test_an_orders_lines_are_those_a_person_would_count(
    shared, tmp_path, name, history
):
    shared.begin()
    try:
        play(shared, tmp_path, name, history)
    finally:
        shared.rollback()


NONE = ("",) * len(WANTED)


def part(*shown: int) -> tuple:
    """A file of these rows, as the mall had them before; then somebody takes stock."""
    return shown, len(shown), NONE, True, "update"


ALL = part(*range(len(WANTED)))
FOUND = {
    "a twin alone, and twins in another order": (
        "minne",
        [ALL, part(1), part(4, 3, 0, 1)],
        (line_match, "passes", lambda real, *given: without_pieces(real(*given))),
    ),
    "more of an item for somebody else, in place of another line": (
        "rakuten-legacy",
        [part(2, 0, 1, 4, 5), part(3, 0, 4, 2, 5)],
        (package_match, "_is_as_many", lambda _: pl.lit(value=True)),
    ),
}
"""What no rule held before, each with a bug that brings it back."""


def without_pieces(passes: Sequence[Pass]) -> list[Pass]:
    return [one for one in passes if "quantity" not in one.keys or one.better]


@for_ci
@pytest.mark.parametrize("case", FOUND)
def test_a_line_does_not_become_another(undone, tmp_path, case):
    name, history, _ = FOUND[case]
    play(undone, tmp_path, name, history)


@for_ci
@pytest.mark.parametrize("case", FOUND)
def test_a_planted_bug_is_caught(undone, tmp_path, monkeypatch, case):
    name, history, (module, function, bug) = FOUND[case]
    monkeypatch.setattr(module, function, partial(bug, getattr(module, function)))

    with caught():
        play(undone, tmp_path, name, history)
