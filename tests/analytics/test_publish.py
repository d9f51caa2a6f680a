"""What is in the copy, and above all what is not."""

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from data.warehouse.analytics.marts import read_marts
from data.warehouse.analytics.publish import publish
from data.warehouse.session import warehouse
from tests.analytics.filled import TYPED
from tests.support.canary import leaks
from tests.support.effort import first
from tests.support.orders import at
from tests.support.planted import caught, planted_sql

PLACES = {"prefecture"}
"""The only thing of `order_people` that stands elsewhere, too."""


def words_of_people(path) -> set[str]:
    """Every cell of a person, and every cell a person typed."""
    with warehouse(path) as con:
        people = con.execute("FROM order_people")
        columns = [name for name, *_ in people.description]
        own = range(columns.index("family_name"), len(columns))
        return set(TYPED) | {
            row[place]
            for row in people.fetchall()
            for place in own
            if row[place] and columns[place] not in PLACES
        }


def assert_no_person(path, folder, con) -> None:
    words = words_of_people(path)
    cells = {
        str(cell)
        for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        for row in con.execute(f'FROM "{table}"').fetchall()
        for cell in row
    }

    assert len(words) > len(TYPED) + 8
    assert leaks(folder, words) == []
    assert [word for word in words if any(word in cell for cell in cells)] == []


def test_no_word_of_a_buyer_is_in_the_copys_bytes_or_cells(published, copy):
    link = published / "analytics.duckdb"

    assert_no_person(published / "juchu.duckdb", link.resolve().parent, copy)


MEMO = "(SELECT any_value(memo) FROM juchu.order_people) AS mall_sub_status,"


@first(2)
@pytest.mark.parametrize(
    ("statement", "old", "new"),
    [
        ("copy_order_lines", "item_name,", "item_name, choices,"),
        ("copy_orders", "mall_sub_status,", MEMO),
        ("copy_orders", "shop_fee,", "shop_fee, gift_wrapping,"),
        ("copy_order_packages", "pickup_chain,", "pickup_chain, pickup_store_code,"),
    ],
)
def test_a_column_too_many_would_be_seen(published, tmp_path, statement, old, new):
    link = tmp_path / "analytics.duckdb"
    with planted_sql(statement, old, new):
        publish(published / "juchu.duckdb", link, at(61))
    with duckdb.connect(link, read_only=True) as con, caught():
        assert_no_person(published / "juchu.duckdb", link.resolve().parent, con)


def test_every_table_view_and_column_has_a_comment(copy):
    bare = copy.execute(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE NOT internal AND comment IS NULL"
        " UNION ALL SELECT table_name, NULL FROM duckdb_tables() WHERE comment IS NULL"
        " UNION ALL SELECT view_name, NULL FROM duckdb_views()"
        " WHERE NOT internal AND comment IS NULL"
    ).fetchall()

    assert bare == []


def test_a_comment_of_an_instant_says_how_to_read_it(copy):
    ((silent,),) = copy.execute(
        "SELECT count(*) FROM duckdb_columns() JOIN duckdb_tables() USING (table_name)"
        " WHERE data_type = 'TIMESTAMP WITH TIME ZONE'"
        " AND NOT contains(duckdb_columns.comment, 'Asia/Tokyo')"
    ).fetchall()

    assert silent == 0


def test_days_and_hours_are_japans_whatever_the_clients_zone(copy):
    rows = copy.execute(
        "SELECT DISTINCT day_jst, hour_jst, month_jst FROM orders"
    ).fetchall()

    assert rows == [(date(2026, 7, 1), 6, "2026-07")]


def test_an_order_before_nine_in_japan_is_not_of_the_day_before(migrated, tmp_path):
    """2026-01-01 00:30 in Japan is 2025 in UTC; a file with a date only has no hour."""
    path = Path(shutil.copy(migrated, tmp_path))
    link = path.with_name("analytics.duckdb")
    with warehouse(path) as con:
        for number, source, when in (
            ("1", "api", "2026-01-01 00:30+09"),
            ("2", "csv", "2026-01-01 00:00+09"),
            ("3", "csv", "2026-01-01 00:00+09"),
        ):
            insert_order(con, number, source, when)
        of_file = "UPDATE orders SET content_source = 'csv_created'"
        con.execute(f"{of_file} WHERE order_number = '2'")
    publish(path, link, at(0))
    with duckdb.connect(link, read_only=True) as con:
        rows = con.execute(
            "SELECT day_jst, hour_jst, month_jst FROM orders ORDER BY order_number"
        ).fetchall()

    assert rows == [
        (date(2026, 1, 1), 0, "2026-01"),
        (date(2026, 1, 1), None, "2026-01"),
        (date(2026, 1, 1), 0, "2026-01"),  # the mall has shown it since
    ]


def insert_order(
    con, number: str, source: str = "csv", when: str = "2026-01-01 10:00+09"
) -> None:
    con.execute(
        "INSERT INTO orders BY NAME SELECT 'minne' AS mall, 's' AS shop_id,"
        " $number AS order_number, $source AS source, '保留' AS status,"
        " 'manual' AS stock_policy, CAST($at AS TIMESTAMPTZ) AS ordered_at,"
        " true AS amounts_fixed, false AS cancelled, 'h' AS content_hash,"
        " 'api' AS content_source, now() AS observed_at, now() AS imported_at,"
        " now() AS updated_at",
        {"number": number, "source": source, "at": when},
    )


def test_freshness_says_of_which_moment_it_is(copy):
    row = copy.execute("SELECT published_jst, orders FROM freshness").fetchall()

    assert row == [("2026-07-01 10:00", 5)]


def test_every_mart_is_a_view_and_its_examples_run(copy):
    for mart in read_marts():
        found = copy.execute(f'FROM "{mart.name}"')
        names = [name for name, *_ in found.description]
        for example in mart.examples:
            copy.execute(example).fetchall()

        assert names == list(mart.columns), mart.name
        assert mart.examples


def test_a_mart_comes_after_those_that_it_reads_and_a_circle_is_refused(tmp_path):
    head = (
        "-- {0}: all.\n-- out:\n--   i  one\n-- example: FROM {0}\nSELECT i FROM {1}\n"
    )
    for name, source in (("a", "b"), ("b", "c"), ("c", "orders")):
        (tmp_path / f"{name}.sql").write_text(head.format(name, source))
    assert [mart.name for mart in read_marts(tmp_path)] == ["c", "b", "a"]

    (tmp_path / "c.sql").write_text(head.format("c", "a"))
    with pytest.raises(ValueError, match="cycle"):
        read_marts(tmp_path)


def test_no_mart_asks_for_what_an_older_duckdb_lacks():
    """`if` is a function of 2.0's; tests/analytics/test_older_readers.py runs them."""
    assert [
        mart.name for mart in read_marts() if re.search(r"\bif\(", mart.query)
    ] == []


def test_views_with_japanese_names_hold_what_the_tables_hold(copy):
    for view, table in (
        ("受注", "orders"),
        ("受注明細", "order_lines"),
        ("在庫", "stock_levels"),
        ("在庫移動", "stock_movements"),
        ("送り状", "shipments"),
        ("CSV取込", "csv_imports"),
    ):
        rows = len(copy.execute(f"FROM {view}").fetchall())
        assert rows == len(copy.execute(f"FROM {table}").fetchall()), view


def test_a_buyer_is_known_again_by_phone_or_mail_and_by_nothing_in_the_copy(
    migrated, tmp_path
):
    """The key is the warehouse's own: another home gives the same buyer another one."""
    told = {
        "1": ("090-1234-5678", "a@example.jp"),
        "2": ("+81 90 1234 5678", "b@example.jp"),
        "3": ("０９０１２３４５６７８", None),
        "4": (None, "A@Example.jp "),
        "5": ("", "a@example.jp"),
        "6": ("0", ""),
    }
    keys = {}
    for name in ("one", "other"):
        home = tmp_path / name
        home.mkdir()
        path = Path(shutil.copy(migrated, home))
        with warehouse(path) as con:
            for number, (phone, email) in told.items():
                an_order_of(con, number, phone, email)
        publish(path, home / "analytics.duckdb", at(0))
        with duckdb.connect(home / "analytics.duckdb", read_only=True) as con:
            keys[name] = dict(
                con.execute("SELECT order_number, buyer_key FROM orders").fetchall()
            )

    one = keys["one"]
    assert one["1"] == one["2"] == one["3"]
    assert one["4"] == one["5"] != one["1"]
    assert one["6"] is None
    assert len(one["1"]) == 32
    assert not set(filter(None, one.values())) & set(keys["other"].values())


def an_order_of(con, number: str, phone: str | None, email: str | None) -> None:
    insert_order(con, number)
    con.execute(
        "INSERT INTO order_people BY NAME SELECT 'minne' AS mall, 's' AS shop_id,"
        " $number AS order_number, 'orderer' AS role, '' AS basket_id,"
        " $phone AS phone, $email AS email",
        {"number": number, "phone": phone, "email": email},
    )
