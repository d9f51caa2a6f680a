"""A buyer's data leaves the warehouse, and does not come back with the order."""

import json
from datetime import timedelta

import pytest
from duckdb import DuckDBPyConnection

from data.model import buyer as model
from data.model.buyer import OrderKey, Traces, marks_of, without_people
from data.model.order import Order, Person
from data.warehouse import buyers
from data.warehouse.buyers import (
    clear_orders,
    ended_before,
    find_buyer,
    orders_numbered,
    remember_forgotten,
    unknown_keys,
)
from data.warehouse.forget_requests import FILE, Request, note_request, requests_beside
from data.warehouse.invariants import violations
from data.warehouse.orders import store as storing
from data.warehouse.orders.content import content_of
from data.warehouse.orders.store import Stored, store_orders
from tests.support.effort import first
from tests.support.orders import (
    SHOP_ID,
    a_line,
    a_package,
    an_order,
    at,
    order_number,
    told_whole,
)
from tests.support.planted import caught, planted_sql
from tests.support.small_files import small_files

ASKED = Request(at(9), "店長", (OrderKey("rakuten", SHOP_ID, "1"),), ("h",), "k")
TYPED = "名入れ: 架空花子"


def test_a_request_that_a_full_disk_cuts_off_is_not_taken_for_one_on_disk(path):
    """The buyer was cleared, and came back with the next restore."""
    note_request(path, ASKED)
    size = path.with_name(FILE).stat().st_size
    with small_files(size + 10), pytest.raises(OSError, match="large"):
        note_request(path, ASKED)
    note_request(path, ASKED)

    assert requests_beside(path) == [ASKED, ASKED]


def test_a_request_is_read_again_whatever_stands_in_the_name(path):
    """A name that was copied with the end of its line lost the request."""
    asked = ASKED._replace(who="店長\u2028見本\x85")
    note_request(path, asked)

    assert requests_beside(path) == [asked]


def a_person(role: str = "orderer", basket: str = "", **more: str) -> Person:
    told = {
        "family_name": "架空",
        "first_name": "花子",
        "family_name_kana": "カクウ",
        "first_name_kana": "ハナコ",
        "zip": "0600001",
        "prefecture": "北海道",
        "city": "札幌市中央区",
        "street": "架空町一丁目9番",
        "phone": "090-0000-9173",
        "email": "hanako@buyer.example",
        "remarks": "架空の玄関へ",
    } | more
    return Person(role=role, basket_id=basket, **told)


def an_order_of(number: int, minute: float = 5, *, status: str = "300", **who: str):
    """An order whose buyer typed a name; the parcel goes to the buyer."""
    line = a_line("11").model_copy(update={"choices": TYPED})
    order = an_order(
        number,
        minute,
        status,
        packages=[a_package("1", [line]).model_copy(update={"noshi": "架空家"})],
        people=[a_person(**who), a_person("recipient", "1", **who)],
    )
    return told_whole(order).model_copy(update={"gift_wrapping": "架空様のリボン"})


def store(con: DuckDBPyConnection, *given: Order, minute: float = 90) -> Stored:
    return store_orders(
        con, list(given), source="api", stored_at=at(minute), load_id="l"
    )


def key(number: int) -> OrderKey:
    return OrderKey("rakuten", SHOP_ID, order_number(number))


def clear(con: DuckDBPyConnection, *numbers: int, minute: float = 60) -> None:
    clear_orders(con, [key(n) for n in numbers], why="asked", who="店長", at=at(minute))


def everything(con: DuckDBPyConnection) -> str:
    """Every row of every table, as text; hashes of files of ours hold any digits."""
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
        " AND table_name NOT IN ('schema_migrations', 'view_versions')"
    ).fetchall()
    return "\n".join(
        str(con.execute(f'FROM "{table}"').fetchall()) for (table,) in tables
    )


TRACES = (
    *("架空", "花子", "ハナコ", "hanako", "0600001", "架空町", "玄関前"),
    *("0000-9173", "00009173"),  # four digits alone stand in a hash now and then
)
TRACES += ("箱に注意", "店長です", "またどうぞ", "0600002", "中央区0-0", "078391")


def left_of_buyer(con: DuckDBPyConnection) -> list[str]:
    text = everything(con)
    return [trace for trace in TRACES if trace in text]


def play(con: DuckDBPyConnection) -> None:
    """Forget a buyer; then RMS shows the order again, as it was and changed."""
    store(con, an_order_of(1, 5), an_order_of(1, 6, phone="090-0000-91730"))
    clear(con, 1)
    assert left_of_buyer(con) == []
    for minute, status in ((70, "300"), (71, "500")):
        store(con, an_order_of(1, minute, status=status))
        assert left_of_buyer(con) == []
    assert violations(con) == []


def test_nothing_in_any_table_tells_of_the_buyer_and_nothing_comes_back(con):
    play(con)


def test_money_lines_and_prefecture_stay(con):
    store(con, an_order_of(1))
    before = (
        con.execute(
            "SELECT * EXCLUDE (content_hash, gift_wrapping) FROM orders"
        ).fetchall(),
        con.execute(
            "SELECT sku, quantity, unit_price, item_name FROM order_lines"
        ).fetchall(),
    )
    clear(con, 1)

    assert (
        con.execute(
            "SELECT * EXCLUDE (content_hash, gift_wrapping) FROM orders"
        ).fetchall(),
        con.execute(
            "SELECT sku, quantity, unit_price, item_name FROM order_lines"
        ).fetchall(),
    ) == before
    assert con.execute("SELECT prefecture FROM order_packages").fetchall() == [
        ("北海道",)
    ]


def test_a_cleared_order_shown_as_it_was_is_unchanged(con):
    store(con, an_order_of(1))
    clear(con, 1)

    assert store(con, an_order_of(1, 70)).unchanged == 1
    assert store(con, an_order_of(1, 71, status="500")).changed == 1
    assert store(con, an_order_of(1, 72, status="500")).unchanged == 1


@first(2)
@pytest.mark.parametrize(
    ("statement", "old", "new"),
    [
        ("remove_buyers", "p.mall = c.mall", "p.mall <> c.mall"),
        ("blank_lines", "l.mall = c.mall", "l.mall <> c.mall"),
        ("blank_packages", "noshi             = NULL", "noshi = noshi"),
        ("remove_answers", "a.mall = c.mall", "a.mall <> c.mall"),
        ("blank_wrappings", "o.mall = c.mall", "o.mall <> c.mall"),
        ("write_cleared_contents", "content      = n.content", "content = l.content"),
        ("list_cleared_among", "IN (", "NOT IN ("),
    ],
)
def test_a_forgotten_place_is_caught(undone, statement, old, new):
    with planted_sql(statement, old, new), caught():
        play(undone)


def test_a_buyer_who_comes_back_with_the_next_snapshot_is_caught(undone, monkeypatch):
    monkeypatch.setattr(storing, "kept_clear", lambda _con, given, _at: given)

    with caught():
        play(undone)


def test_choices_left_in_a_snapshot_are_caught(undone, monkeypatch):
    monkeypatch.setattr(
        buyers,
        "without_people",
        lambda order: order.model_copy(update={"people": ()}),
    )

    with caught():
        play(undone)


def test_a_hash_of_what_was_cleared_tells_nobody(con):
    store(con, an_order_of(1).model_copy(update={"answer_hash": "answer"}))
    before = con.execute(
        "SELECT content_hash FROM order_log UNION ALL SELECT content_hash FROM orders"
        " UNION ALL SELECT answer_hash FROM order_sightings"
    ).fetchall()
    clear(con, 1)

    text = everything(con)
    assert [one for (one,) in before if one in text] == []


def test_every_order_of_the_buyer_is_found(con):
    other = {"family_name": "別", "phone": "080-1111-2222", "email": "b@buyer.example"}
    store(
        con,
        an_order_of(1),
        an_order_of(2, phone="０９０ 0000 9173", email="new@buyer.example"),
        an_order_of(3, email=" NEW@buyer.example", family_name="改姓", phone="1"),
        an_order_of(4, **other),
        an_order_of(5, family_name="同居", email="c@buyer.example"),
    )
    found = find_buyer(con, mail="Hanako@Buyer.example ")

    assert found.orders == (key(1), key(2), key(3))
    assert found == find_buyer(con, order=key(3))._replace(traces=found.traces)
    assert found.traces == Traces(
        frozenset(order_number(n) for n in (1, 2, 3)),
        frozenset({"hanako@buyer.example", "new@buyer.example"}),
        frozenset({"9000009173"}),
    )


def test_a_request_made_again_names_all_orders_and_labels_of_the_first(con):
    store(con, an_order_of(1), an_order_of(2))
    con.execute(
        "INSERT INTO shipping_labels BY NAME SELECT mall, shop_id, order_number,"
        " '1' AS basket_id, if(ends_with(order_number, '2'), repeat('a', 64),"
        " 'JBCDFGHJKMNPQ') AS short_key, 'yamato' AS carrier, $at AS exported_at"
        " FROM orders",
        {"at": at(50)},
    )
    first_found = find_buyer(con, order=key(1))
    clear_orders(con, first_found.orders, why="asked", who="店長", at=at(60))
    remember_forgotten(con, first_found.marks, at(60))
    numbers = {order_number(1), order_number(2), "JBCDFGHJKMNPQ"}
    assert first_found.traces.numbers == numbers

    for again in ({"order": key(2)}, {"mail": "hanako@buyer.example"}):
        found = find_buyer(con, **again)
        assert found.orders == (key(1), key(2))
        assert found.traces.numbers == numbers


def test_a_request_made_again_names_what_came_since_and_another_request_does_not(con):
    other = {"family_name": "別", "phone": "080-1111-2222", "email": "b@buyer.example"}
    store(con, an_order_of(1), an_order_of(3, **other))
    asked = find_buyer(con, order=key(1))
    clear(con, 1)
    remember_forgotten(con, asked.marks, at(60))
    store(con, an_order_of(2, 70), minute=95)

    again = find_buyer(con, order=key(1))
    assert again.orders == (key(1),)
    assert again.traces.numbers == {order_number(1), order_number(2)}
    assert find_buyer(con, order=key(3)).traces.numbers == {order_number(3)}


def test_a_parcel_to_the_buyer_in_the_order_of_another_is_told(con):
    gift = an_order(
        2,
        people=[
            a_person(family_name="別", email="b@buyer.example", phone="0801112222"),
            a_person("recipient", "1"),
        ],
    )
    waits = an_order_of(1).model_copy(update={"shipped_at": None})
    store(con, waits, gift)

    found = find_buyer(con, order=key(1))
    assert (found.orders, found.given_away) == ((key(1),), 1)
    assert found.unshipped == (order_number(1),)


def test_an_earlier_order_shown_for_the_first_time_is_stored_without_the_buyer(con):
    store(con, an_order_of(1))
    found = find_buyer(con, order=key(1))
    clear(con, 1)
    remember_forgotten(con, found.marks, at(60))
    store(con, an_order_of(2, 70))

    assert left_of_buyer(con) == []
    assert con.execute("SELECT order_number, who FROM cleared_orders").fetchall() == [
        (order_number(1), "店長"),
        (order_number(2), "juchu"),
    ]


def test_whoever_buys_again_gives_the_data_anew(con):
    store(con, an_order_of(1))
    found = find_buyer(con, order=key(1))
    clear(con, 1)
    remember_forgotten(con, found.marks, at(60))
    again = an_order_of(2, 70).model_copy(update={"ordered_at": at(61)})
    store(con, again)

    assert con.execute("SELECT count(*) FROM order_people").fetchall() == [(2,)]


def test_a_forgotten_buyer_is_a_hash_that_needs_the_key(con):
    remember_forgotten(con, {"mail:hanako@buyer.example"}, at(60))

    assert left_of_buyer(con) == []
    assert unknown_keys(con) == 0
    con.execute("SET VARIABLE people_key = 'lost'")
    try:
        assert unknown_keys(con) == 1
    finally:
        con.execute("SET VARIABLE people_key = $key", {"key": "0" * 64})


NAMES = (
    "架空　花子様.csv",
    "架空 花子 再送.csv",
    "Hanako@buyer.example.csv",
    "tel090 0000 9173.zip",
)


def test_a_file_that_was_named_after_the_buyer_is_called_so_no_more(con):
    store(con, an_order_of(1))
    kept = ("orders_20260701.csv", "別野花子様.csv")
    for table in ("csv_imports", "shipment_imports"):
        columns = con.execute(f"DESCRIBE {table}").fetchall()
        for n, name in enumerate((*NAMES, *kept)):
            cells = {
                column: {"VARCHAR": "update", "BIGINT": "0"}.get(kind, "2026-07-01")
                for column, kind, *_ in columns
            } | {"import_id": f"{n}", "file_name": name}
            told = ", ".join(f"'{cell}'" for cell in cells.values())
            con.execute(f"INSERT INTO {table} VALUES ({told})")  # noqa: S608 - ours
    quoted = "注文CSV「" + "」「".join((*NAMES, *kept)) + "」の4行目"
    con.execute(
        "INSERT INTO dismissals BY NAME SELECT 'csv_reject' AS kind, 'k' AS key,"
        " 'rakuten' AS mall, $shop AS shop_id, $at AS since, $what AS what,"
        " '店長' AS who, '済' AS note, $at AS dismissed_at",
        {"shop": SHOP_ID, "at": at(1), "what": quoted},
    )
    con.execute(
        "INSERT INTO alarms BY NAME SELECT 'rejected' AS kind, 'demo' AS shop,"
        " $at AS since, $what AS what, 'broken' AS told",
        {"at": at(1), "what": quoted},
    )
    clear(con, 1)

    assert left_of_buyer(con) == ["花子"]  # of somebody else
    for table in ("csv_imports", "shipment_imports"):
        names = con.execute(
            f"SELECT file_name FROM {table} ORDER BY import_id"  # noqa: S608 - ours
        ).fetchall()
        cleared = tuple(f"cleared:{n}" for n in range(len(NAMES)))
        assert [name for (name,) in names] == [*cleared, *kept]
    told = "」「".join(("cleared",) * len(NAMES) + kept)
    for table in ("dismissals", "alarms"):
        ((what,),) = con.execute(f"SELECT what FROM {table}").fetchall()  # noqa: S608 - ours
        assert what == f"注文CSV「{told}」の4行目"


def test_a_name_of_two_signs_is_a_buyers_where_both_its_parts_are_known(con):
    """林薫様.csv kept its name; 山田商店.csv is nobody's."""
    store(con, an_order_of(1, family_name="林", first_name="薫"))
    store(con, an_order_of(2, family_name="山田", first_name=""))
    for n, name in enumerate(("林 薫様.csv", "山田商店.csv")):
        con.execute(
            "INSERT INTO csv_imports BY NAME SELECT $n AS import_id,"
            " 'h' AS file_sha256, $name AS file_name, 'rakuten' AS mall,"
            " $shop AS shop_id, 'update' AS mode, 0 AS rows_read,"
            " 0 AS orders_created, 0 AS orders_updated, 0 AS orders_unchanged,"
            " 0 AS lines_rejected, $at AS imported_at",
            {"n": f"{n}", "name": name, "shop": SHOP_ID, "at": at(1)},
        )
    clear(con, 1, 2)

    names = con.execute("SELECT file_name FROM csv_imports ORDER BY 1").fetchall()
    assert names == [("cleared:0",), ("山田商店.csv",)]


def test_two_shops_may_have_one_number(con):
    store(con, an_order_of(1), an_order(1, shop_id="654321"))

    assert len(orders_numbered(con, order_number(1))) == 2


def test_the_journal_says_who_when_and_which_and_is_not_taken_back(con):
    store(con, an_order_of(1))
    clear_orders(con, [key(1)], why="term", who="juchu", at=at(50))
    clear(con, 1, minute=60)
    clear_orders(con, [key(1)], why="term", who="juchu", at=at(70))

    assert con.execute("FROM cleared_orders").fetchall() == [
        (*key(1), "asked", "店長", at(60))
    ]


def test_orders_end_when_they_are_shipped_or_cancelled(con):
    store(
        con,
        an_order_of(1, status="500").model_copy(update={"shipped_at": at(0)}),
        an_order_of(2, status="300").model_copy(update={"shipped_at": None}),
        an_order_of(3, 30, status="900").model_copy(update={"shipped_at": None}),
    )

    assert ended_before(con, at(0) + timedelta(seconds=1), 9) == [key(1)]
    assert ended_before(con, at(31), 9) == [key(1), key(3)]
    clear(con, 1)
    assert ended_before(con, at(31), 9) == [key(3)]


def test_a_content_keeps_all_but_its_private_cells():
    order = an_order_of(1)
    content, people, _ = content_of(order, "")
    left, _, _ = content_of(without_people(order), "")

    assert buyers.without_cells(json.loads(content)) == json.loads(left)
    assert people != buyers.NOBODY
    assert content_of(without_people(order), "")[1] == buyers.NOBODY


def test_a_phone_written_for_abroad_is_the_same_buyers(con):
    mails = ("a@buyer.example", "b@buyer.example", "c@buyer.example")
    phones = ("+81 90-0000-9173", "090-0000-9173", "09000009174")
    for n, (phone, email) in enumerate(zip(phones, mails, strict=True), 1):
        store(con, an_order_of(n, phone=phone, email=email))

    assert find_buyer(con, order=key(1)).orders == (key(1), key(2))
    assert find_buyer(con, order=key(2)).orders == (key(1), key(2))


def test_a_phone_alone_or_a_name_alone_is_nobody():
    assert marks_of("架空", "花子", None, "none") == frozenset()
    assert marks_of(None, None, "090-0000-9173", None) == frozenset()
    assert marks_of("架空", "花子", "119", None) == frozenset()
    assert model.phone_of("０９０-0000-9173") == "09000009173"
