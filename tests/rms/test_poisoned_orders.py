"""One order that RMS writes wildly is refused alone; its neighbours are stored.

Every field that we read is given every hostile value, each in an order of its own, and
all of them come in one answer, beside good orders.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import duckdb
import orjson
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from connectors.rms import fetch, order_wire, wire
from connectors.rms.answers import RawAnswer, Reply, RmsFunction, judge
from connectors.rms.errors import Unavailable
from connectors.rms.fetch import GET_ORDER, Fetch
from connectors.rms.orders import nothing_known
from data.warehouse.orders.read import stored_orders
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders
from data.warehouse.stock.ledger import move_stock
from tests.rms.judged import Answer, Judged, message, said
from tests.rms.order_json import ORDER, order_json
from tests.support.effort import examples, for_long
from tests.support.planted import caught, planted_source
from tests.support.rules import broken_rules

START = datetime(2026, 11, 24, tzinfo=UTC)
READ = message("INFO", "ORDER_EXT_API_GET_ORDER_INFO_101")
HOSTILE: tuple[Any, ...] = (
    3_000_000_000, -3_000_000_000, 2**31, -(2**31), 2**63, 2**64 - 1, -(2**63),
    10**18, -1, 0, 1e308, -1e308, 5e-324, 0.1, True, None, "", "\0", "a\0b",
    "あ" * 70_000, "𠮷髙①", "\u202e", "'; DROP TABLE orders; --",
    "0001-01-01T00:00:00+0900", "9999-12-31T23:59:59-0900", "9999-12-31",
    "0001-01-01", "NaN", [], [None], [[]], {},
)  # fmt: skip


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in an order, lists and models as well as leaves."""
    inner = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inner = enumerate(value)
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


ODD_SUMS = "lines_and_wrappings_are_the_goods"
"""The mall's own sums do not agree: told, and no more."""
PATHS = [path for path in paths(ORDER) if path[0] != "orderNumber"]


def poisoned(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    order = order_json()
    place: Any = order
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = deepcopy(value)
    return order


def stored(con: DuckDBPyConnection, orders: list[dict[str, Any]]) -> tuple[int, int]:
    """Read and store them with good ones between; return how many were refused."""
    numbers = [f"123456-20261101-{n:010}" for n in range(len(orders) + 2)]
    entries = dict(zip(numbers, [order_json(), *orders, order_json()], strict=True))
    for number, entry in entries.items():
        entry["orderNumber"] = number

    def answer(body: dict[str, Any]) -> Answer:
        asked = [entries[number] for number in body["orderNumberList"]]
        return 200, said(READ, OrderModelList=asked, version=10)

    ticks = count()
    clock = lambda: START + timedelta(seconds=next(ticks))  # noqa: E731
    api = Fetch(Judged(answer), "123456", clock)  # type: ignore[arg-type]
    taken, refused = [], []
    for part in api.chunks(numbers, nothing_known):
        taken += part.orders
        refused += part.refused
    at = START + timedelta(days=1)
    store_orders(con, taken, source="api", stored_at=at, load_id="l")
    move_stock(
        con, "123456", order_numbers=[o.order_number for o in taken], moved_at=at
    )
    record_refusals(con, refused, at)
    read = stored_orders(con, "123456", [o.order_number for o in taken], people=True)
    assert {numbers[0], numbers[-1]} <= read.keys()
    assert read.keys() == {o.order_number for o in taken}
    assert len(taken) + len(refused) == len(numbers)
    return len(taken), len(refused)


def test_every_field_with_every_hostile_value_costs_that_order_alone(undone):
    """Two values a field here; all of them in the long run."""
    chosen = [
        poisoned(path, HOSTILE[(n * 2 + k) % len(HOSTILE)])
        for n, path in enumerate(PATHS)
        for k in range(2)
    ]
    _, refused = stored(undone, chosen)
    assert {each.rule for each in broken_rules(undone)} <= {ODD_SUMS}

    assert refused > 10


@pytest.mark.parametrize(
    "sign", [rb"\ud83d", rb"\ude00", b"\xff", b"\xed\xa0\xbd", b"\x01"]
)
def test_a_sign_that_json_does_not_allow_keeps_no_order_out(sign: bytes):
    """Half an emoji in one remark: RMS seemed to be in maintenance, day by day."""
    orders = [order_json() | {"remarks": "よろしくMARK"}, order_json()]
    body = orjson.dumps(said(READ, OrderModelList=orders)).replace(b"MARK", sign)
    reply = judge(GET_ORDER, RawAnswer(200, body, "req-1"))

    first, second = reply.body["OrderModelList"]
    assert first["remarks"].rstrip("�\x01") == "よろしく" != first["remarks"]
    assert second == order_json()
    with pytest.raises(Unavailable):
        judge(GET_ORDER, RawAnswer(200, body[:-1], "req-1"))


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (b"1e999", None),
        (b"-1e999", None),
        (b"NaN", None),
        (b"-Infinity", None),
        (b"9" * 400, None),
        (b"9" * 5000, None),
        (b"123456789012345678901234567890", 123456789012345678901234567890.0),
    ],
    ids=["1e999", "-1e999", "nan", "infinity", "400", "5000", "30-digits"],
)
def test_a_number_that_nobody_can_hold_keeps_no_order_out(number: bytes, read: Any):
    """All orders of the call seemed to be in maintenance, in every run anew."""
    orders = [order_json() | {"requestPrice": 77_777_777}, order_json()]
    body = orjson.dumps(said(READ, OrderModelList=orders)).replace(b"77777777", number)
    reply = judge(GET_ORDER, RawAnswer(200, body, "req-1"))

    first, second = reply.body["OrderModelList"]
    assert first["requestPrice"] == read
    assert second == order_json()


class Deep(Judged):
    """Puts a list within lists, five hundred of them, in the place of a mark."""

    def post(self, function: RmsFunction, _: str, body: Mapping[str, Any]) -> Reply:
        status, said = self._answer(dict(body))
        lists = b"[" * 500 + b"]" * 500
        raw = orjson.dumps(said).replace(b'"MARK"', lists)
        return judge(function, RawAnswer(status, raw, "req-1"))


def test_an_order_of_lists_within_lists_is_refused_alone():
    numbers = [f"123456-20261101-{n:010}" for n in range(3)]
    entries = [order_json(orderNumber=number) for number in numbers]
    entries[1]["newField"] = "MARK"
    http = Deep(lambda _: (200, said(READ, OrderModelList=entries)))
    api = Fetch(http, "123456", lambda: START)  # type: ignore[arg-type]
    (read,) = api.chunks(numbers, nothing_known)

    assert [one.order_number for one in read.orders] == [numbers[0], numbers[2]]
    assert [(r.order_number, r.code) for r in read.refused] == [
        (numbers[1], "UNREADABLE")
    ]
    assert "対処: " in read.refused[0].reason


@for_long
def test_every_field_with_every_hostile_value_at_all(undone):
    stored(undone, [poisoned(path, value) for path in PATHS for value in HOSTILE])
    assert {each.rule for each in broken_rules(undone)} <= {ODD_SUMS}


anything = st.one_of(
    st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(HOSTILE),
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(PATHS), anything), min_size=5, max_size=20))
@examples(4)
def test_whatever_is_drawn_keeps_no_other_order_out(shared, drawn):
    shared.begin()
    try:
        stored(shared, [poisoned(path, value) for path, value in drawn])
    finally:
        shared.rollback()


def units(many: int) -> dict[str, Any]:
    return poisoned(("PackageModelList", 0, "ItemModelList", 0, "units"), many)


def test_three_thousand_million_pieces_are_refused_and_named(con):
    assert stored(con, [units(3_000_000_000)]) == (2, 1)
    ((reason,),) = con.execute("SELECT reason FROM order_refusals").fetchall()
    assert "units" in reason


def test_planted_a_number_without_a_limit_is_caught(shared):
    shared.begin()
    try:
        with (
            planted_source(
                wire,
                'Field(ge=-MOST_NUMBER, le=MOST_NUMBER)]\n"""A number',
                'Field(ge=-MOST_NUMBER)]\n"""A number',
                (order_wire, fetch),
            ),
            caught(duckdb.ConversionException),
        ):
            stored(shared, [units(3_000_000_000)])
    finally:
        shared.rollback()
