"""What importing means, told one order at a time in plain Python: the oracle."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from duckdb import DuckDBPyConnection
from hypothesis import strategies as st

from data.warehouse.order_files.store import import_orders
from data.warehouse.orders.store import store_orders
from tests.order_files.store.dump import TABLES, dump
from tests.order_files.store.made import MadeFile, a_row
from tests.support.orders import a_line, a_package, an_order, at, order_number
from tests.support.rules import broken_rules

ORDER = ("mall_status", "payment_method", "orderer_city")
PACKAGE = ("noshi", "recipient_city")
LINE = ("choices",)
CELLS = (*ORDER, *PACKAGE, *LINE)
LINES = ("11", "12")
_shops = count(1)
"""Every history plays in a shop of its own, so nothing needs to be cleared."""


@dataclass(frozen=True)
class Row:
    """One line of order 1 or 2; the cells in the order of CELLS."""

    number: int
    line_id: str
    quantity: int
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class Csv:
    """A file with some of the columns, imported in one of the modes."""

    mode: Literal["update", "replace"]
    columns: frozenset[str]
    rows: Sequence[Row]
    chunk: int

    def told(self, row: Row) -> dict[str, str | None]:
        cells = dict(zip(CELLS, row.cells, strict=True))
        return {name: cells[name] for name in CELLS if name in self.columns}


@dataclass(frozen=True)
class Api:
    """A snapshot of order 1 or 2 with one line or both."""

    number: int
    mall_status: str
    lines: int


SAID = {
    "100": ("新規受付", 0, "open"),
    "300": ("受注処理中", 0, "open"),
    "500": ("出荷済", 1, "shipped"),
    "900": ("キャンセル", 2, "cancelled"),
}
"""Statuses of RMS: the shop's own for each, how far it is, and its outcome."""


def rank(mall_status: str | None) -> int:
    return SAID[mall_status][1] if mall_status else 0


values = st.sampled_from([None, None, "a", "b"])
rows = st.builds(
    Row,
    number=st.integers(1, 2),
    line_id=st.sampled_from(LINES),
    quantity=st.integers(1, 2),
    cells=st.tuples(st.sampled_from([None, *SAID]), *[values] * 5),
)
files = st.builds(
    Csv,
    mode=st.sampled_from(["update", "replace"]),
    columns=st.frozensets(st.sampled_from(CELLS)),
    rows=st.lists(rows, min_size=1, max_size=5),
    chunk=st.sampled_from([1, 2, 1000]),
)
snapshots = st.builds(
    Api,
    number=st.integers(1, 2),
    mall_status=st.sampled_from(list(SAID)),
    lines=st.integers(1, 2),
)
steps = st.lists(files | snapshots, min_size=1, max_size=6)


@dataclass
class Known:
    """One order as the rules have it."""

    source: str
    status: str
    cells: dict[str, str | None]
    lines: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    snapshot: Api | None = None
    over: int = 0
    """How far the mall's last word that counted was."""


class Rule:
    """Rules 6.1 to 6.3."""

    def __init__(self) -> None:
        self.orders: dict[int, Known] = {}

    def see(self, new: Api) -> None:
        known = self.orders.get(new.number)
        status = SAID[new.mall_status][0]
        if known is None:
            known = self.orders[new.number] = Known("api", status, {})
        elif known.snapshot == new:
            return
        elif known.cells["mall_status"] != new.mall_status:
            known.status = status
        known.snapshot = new
        known.over = rank(new.mall_status)
        known.cells = {
            "mall_status": new.mall_status,
            "payment_method": "クレジットカード",
            "orderer_city": "札幌市中央区",
            "noshi": "御祝",
            "recipient_city": "札幌市中央区",
        }
        known.lines = dict.fromkeys(LINES[: new.lines], ("包装:あり", 2))

    def take(self, file: Csv) -> None:
        for number in {row.number for row in file.rows}:
            self._take(number, file)

    def _take(self, number: int, file: Csv) -> None:
        told = [row for row in file.rows if row.number == number]
        blank: dict[str, str | None] = dict.fromkeys((*ORDER, *PACKAGE))
        known = self.orders.setdefault(number, Known("csv", "", blank))
        before = (dict(known.cells), dict(known.lines))
        words = [v for row in told if (v := file.told(row).get("mall_status"))]
        word = (words or [None])[-1]
        known.status = self._status(known, word)
        is_behind = word is not None and rank(word) < known.over
        for name in known.cells:
            filled = [v for row in told if (v := file.told(row).get(name))]
            new = (filled or [self._blank(file, name, known.cells[name])])[-1]
            if name != "mall_status" or not is_behind:
                known.cells[name] = new
        known.over = max(known.over, rank(word))
        for row in told:
            old, _ = before[1].get(row.line_id, (None, 0))
            choices = file.told(row).get("choices") or self._blank(file, "choices", old)
            known.lines[row.line_id] = (choices, row.quantity)
        if (known.cells, known.lines) != before:
            known.snapshot = None

    def _status(self, known: Known, word: str | None) -> str:
        """Where the order stands; its own word is not yet the file's."""
        if not known.status:
            return "受注処理中"
        is_news = word is not None and (
            word != known.cells["mall_status"] or rank(word) != known.over
        )
        ranks = {"出荷済": 1, "キャンセル": 2}
        is_further = known.over <= rank(word) > ranks.get(known.status, 0)
        if is_news and is_further:
            return SAID[word][0]
        return known.status if known.status in ranks else "受注処理中"

    def _blank(self, file: Csv, name: str, old: str | None) -> str | None:
        return None if file.mode == "replace" and name in file.columns else old


def play(
    con: DuckDBPyConnection,
    history: Sequence[Csv | Api],
    monkeypatch: Any,
) -> None:
    """Play a history against the warehouse and the rule; they agree at every step."""
    shop_id, rule = str(next(_shops)), Rule()
    for minute, step in enumerate(history):
        if isinstance(step, Api):
            rule.see(step)
            package = a_package(
                "1", [a_line(line, "1") for line in LINES[: step.lines]]
            )
            order = an_order(
                step.number,
                minute,
                step.mall_status,
                packages=[package],
                shop_id=shop_id,
            )
            store_orders(con, [order], source="api", stored_at=at(99), load_id="l")
        else:
            rule.take(step)
            monkeypatch.setattr(
                "data.warehouse.order_files.rows.CHUNK_ROWS", step.chunk
            )
            _import(con, step, shop_id, minute)
            assert shown(con, shop_id) == expected(rule)
            _replay(con, step, shop_id, minute + 0.5)
        assert shown(con, shop_id) == expected(rule)
    assert broken_rules(con) == []


def _replay(con, step, shop_id, minute) -> None:
    before = dump(con, (*TABLES, "order_log", "order_sightings"))
    assert _import(con, step, shop_id, minute).is_same_file
    assert dump(con, (*TABLES, "order_log", "order_sightings")) == before


def _import(con, step: Csv, shop_id, minute):
    lines = [
        a_row(
            order_number(row.number),
            row.line_id,
            basket_id="1",
            quantity=row.quantity,
            **step.told(row),
            **outcome(step.told(row).get("mall_status")),
        )
        for row in step.rows
    ]
    return import_orders(
        con,
        MadeFile(lines, batch_rows=step.chunk),
        import_id=f"{shop_id}-{minute}",
        shop_id=shop_id,
        mode=step.mode,
        imported_at=at(minute),
    )


def outcome(mall_status: str | None) -> dict[str, Any]:
    """What a reader derives from the mall's word."""
    if mall_status is None:
        return {}
    return {"outcome": SAID[mall_status][2], "cancelled": mall_status == "900"}


def shown(con: DuckDBPyConnection, shop_id: str) -> list[tuple]:
    """What the warehouse says of each order, and whether it waits for stock."""
    return con.execute(
        """
        SELECT
            o.order_number, o.source, o.stock_policy, o.status, o.mall_status,
            o.payment_method, any_value(b.city), any_value(p.noshi),
            any_value(r.city),
            list((l.line_id, l.choices, l.quantity) ORDER BY l.line_id),
            count(m.line_id)
        FROM orders AS o
        JOIN order_packages AS p USING (mall, shop_id, order_number)
        JOIN order_lines AS l USING (mall, shop_id, order_number, basket_id)
        LEFT JOIN order_people AS b ON b.shop_id = o.shop_id
            AND b.order_number = o.order_number AND b.role = 'orderer'
        LEFT JOIN order_people AS r ON r.shop_id = o.shop_id
            AND r.order_number = o.order_number AND r.role = 'recipient'
        LEFT JOIN manual_stock_adjustments AS m ON m.shop_id = o.shop_id
            AND m.order_number = o.order_number AND m.line_id = l.line_id
        WHERE o.shop_id = $shop_id
        GROUP BY ALL
        ORDER BY ALL
        """,
        {"shop_id": shop_id},
    ).fetchall()


def expected(rule: Rule) -> list[tuple]:
    return [
        (
            order_number(number),
            known.source,
            "auto" if known.source == "api" else "manual",
            known.status,
            *(known.cells[name] for name in ORDER),
            *(known.cells[name] for name in PACKAGE),
            [(line, *told) for line, told in sorted(known.lines.items())],
            0
            if known.source == "api" or known.over or known.status == "キャンセル"
            else len(known.lines),
        )
        for number, known in sorted(rule.orders.items())
    ]
