"""What a file may hold: repeats, rejects, other shops, sums (docs/rules.md 6.2)."""

import pytest

from data.model.csv_file import CellFault, CellRemark
from data.model.order_file import SumCheck
from data.warehouse.errors import HasOtherShops
from data.warehouse.order_files.warned import SHOWN
from data.warehouse.people_key import key_in, keyed_hash
from tests.order_files.store.dump import TABLES, dump
from tests.order_files.store.made import MadeFile, MadeRules, a_row, one, store
from tests.support.orders import SHOP_ID


@pytest.mark.parametrize("batch_rows", [1, 1000])
def test_identical_rows_are_one_line_however_far_apart(con, monkeypatch, batch_rows):
    monkeypatch.setattr("data.warehouse.order_files.rows.CHUNK_ROWS", batch_rows)
    lines = [a_row(quantity=2), a_row("B"), a_row(quantity=2)]

    report = store(con, file=MadeFile(lines, batch_rows=batch_rows))

    assert (report.orders_created, report.lines_repeated) == (2, 1)
    assert report.warnings == ()
    assert one(con, "SELECT sum(quantity) FROM order_lines") == 3


def test_where_a_mall_repeats_rows_for_units_they_are_added_but_not_over_files(con):
    lines = [
        a_row(quantity=2, line_total=50),
        a_row("B"),
        a_row(quantity=2, line_total=50),
    ]
    rules = MadeRules(repeats="add_units")
    file = MadeFile(lines, layout=rules)

    store(con, file=file)
    again = store(con, file=file, minute=11)

    assert again.is_same_file
    assert con.sql(
        "SELECT quantity, line_total FROM order_lines WHERE order_number = 'A'"
    ).fetchall() == [(4, 100)]


def test_of_one_line_told_differently_the_later_row_wins_with_a_warning(con):
    report = store(con, a_row(choices="青"), a_row("B"), a_row(choices="赤"))

    assert one(con, "SELECT choices FROM order_lines WHERE order_number = 'A'") == "赤"
    assert [(w.kind, w.order_number) for w in report.warnings] == [
        ("line-differs", "A")
    ]


@pytest.mark.parametrize("chunk", [1, 1000])
def test_an_orders_cells_are_the_last_that_are_not_blank(con, monkeypatch, chunk):
    monkeypatch.setattr("data.warehouse.order_files.rows.CHUNK_ROWS", chunk)
    lines = [
        a_row(payment_method="現金", noshi="祝"),
        a_row("B", payment_method=None, noshi=None),
        a_row("A", "2", payment_method="振込", noshi=None),
        a_row("A", "3", payment_method=None, noshi=None),
    ]

    report = store(con, file=MadeFile(lines, batch_rows=chunk))

    assert con.sql(
        "SELECT payment_method, noshi FROM orders JOIN order_packages "
        "USING (order_number) WHERE order_number = 'A'"
    ).fetchall() == [("振込", "祝")]
    assert {(w.kind, w.order_number) for w in report.warnings} == {
        ("order-differs", "A"),
        ("package-differs", "A"),
    }


def test_an_order_with_a_rejected_row_is_set_aside_whole(con):
    file = MadeFile(
        [a_row(), a_row("B"), a_row("A", "2")], rejected=[(9, "A"), (10, None)]
    )

    report = store(con, file=file)

    assert (report.orders_created, report.orders_set_aside) == (1, 1)
    assert report.lines_rejected == 2
    assert one(con, "SELECT order_number FROM orders") == "B"
    assert con.sql(
        "SELECT row_number, column_name, order_number FROM csv_rejects"
    ).fetchall() == [(9, "個数", "A"), (10, "個数", None)]


def test_a_known_order_that_is_set_aside_stays_as_it_is(con):
    store(con, a_row(choices="青"))
    before = dump(con, TABLES)

    store(con, file=MadeFile([a_row(choices="赤")], rejected=[(9, "A")]), minute=11)

    assert dump(con, TABLES) == before


def test_orders_of_other_shops_refuse_the_file_and_are_listed(con):
    lines = [a_row(shop_id=SHOP_ID), a_row("B", shop_id="9"), a_row("C", shop_id="9")]
    before = dump(con)

    with pytest.raises(HasOtherShops, match=r"9 が 2 件.*対処") as refused:
        store(con, *lines)

    assert refused.value.orders_by_shop == {"9": 2}
    assert dump(con) == before


def test_orders_of_other_shops_are_skipped_and_counted_if_so_chosen(con):
    lines = [
        a_row(shop_id=SHOP_ID),
        a_row("B", shop_id="9"),
        a_row("B", "2", shop_id="9"),
    ]

    report = store(con, *lines, other_shops="skip")

    assert (report.orders_created, report.orders_of_other_shops) == (1, 1)
    assert one(con, "SELECT order_number FROM orders") == "A"


OURS, THEIRS = (f"{shop}-20260701-0000000001" for shop in (SHOP_ID, "9"))
THEIR_REMARK = "9-0000-9173"


def with_rejects_of_others():
    """Another shop's orders: all of one rejected, a row of one, a quantity blank."""
    lines = [
        a_row(OURS, shop_id=SHOP_ID),
        a_row("B", shop_id="9"),
        a_row("C", shop_id="9", quantity=None),
    ]
    blank = CellRemark(4, "個数", CellFault.BLANK, "空欄です。", "C")
    return MadeFile(lines, rejected=[(8, THEIRS), (9, "B")], warned=[blank])


def test_rejected_rows_of_other_shops_refuse_the_file_as_well(con):
    with pytest.raises(HasOtherShops) as refused:
        store(con, file=with_rejects_of_others())

    assert refused.value.orders_by_shop == {"9": 3}


def test_rejected_rows_of_other_shops_are_left_out_with_their_orders(con):
    """Nobody here could put them right: a row that is, is left out again."""
    report = store(con, file=with_rejects_of_others(), other_shops="skip")

    assert (report.orders_created, report.orders_of_other_shops) == (1, 3)
    assert (report.lines_rejected, report.orders_set_aside) == (0, 0)
    assert one(con, "SELECT count(*) FROM csv_rejects") == 0


def test_what_stands_for_a_rejected_number_names_no_other_shop(con):
    """The rest of a remark behind a line break may be a telephone number."""
    file = MadeFile([a_row(OURS, shop_id=SHOP_ID)], rejected=[(9, THEIR_REMARK)])

    report = store(con, file=file)

    assert (report.orders_created, report.lines_rejected) == (1, 1)


def test_a_line_the_later_file_lacks_is_kept_with_a_warning(con):
    store(con, a_row(), a_row(line_id="2"))

    report = store(con, a_row(), mode="replace", minute=11)

    assert [(w.kind, w.order_number) for w in report.warnings] == [
        ("line-missing", "A")
    ]
    assert one(con, "SELECT count(*) FROM order_lines") == 2


def test_a_package_all_lines_left_is_taken_away_with_its_recipient(con):
    store(con, a_row(recipient_city="能登"))

    store(con, a_row(basket_id="c", recipient_city="加賀"), minute=11)

    assert one(con, "SELECT basket_id FROM order_packages") == "c"
    assert one(con, "SELECT city FROM order_people") == "加賀"


CHECKS = (SumCheck("goods_total", (), lines="unit_price"),)


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        ({"goods_total": 200}, []),
        ({"goods_total": 201}, ["sum-differs"]),
        ({"goods_total": None}, []),
        ({"goods_total": 201, "amounts_fixed": False}, []),
    ],
)
def test_a_sum_that_does_not_hold_is_told_unless_amounts_are_open(con, cells, kinds):
    lines = [
        a_row(unit_price=100, **cells),
        a_row(line_id="2", unit_price=100, **cells),
    ]

    report = store(con, file=MadeFile(lines, layout=MadeRules(checks=CHECKS)))

    assert [w.kind for w in report.warnings] == kinds


def test_the_first_fifty_warnings_are_told_and_all_are_counted(con):
    twice = [
        a_row(f"A{n}", choices=color) for n in range(SHOWN + 5) for color in "青赤"
    ]

    report = store(con, *twice)

    assert len(report.warnings) == SHOWN
    assert dict(report.warning_counts) == {"line-differs": SHOWN + 5}


def test_every_content_an_order_had_is_in_the_log_without_people(con):
    store(con, a_row(choices="青", orderer_city="能登"))
    store(con, a_row(choices="赤", orderer_city="加賀"), minute=11)
    store(con, a_row(choices="黄"), minute=12)

    assert con.sql(
        "SELECT content->>'$.lines[0].choices' FROM order_log ORDER BY observed_at"
    ).fetchall() == [("青",), ("赤",), ("黄",)]
    assert (
        one(con, "SELECT count(*) FROM order_log WHERE content::VARCHAR LIKE '%加賀%'")
        == 0
    )


def test_a_clock_that_went_back_does_not_turn_history_around(con):
    store(con, a_row(choices="青"), minute=10)
    store(con, a_row(choices="赤"), minute=9)
    store(con, a_row(choices="黄"), minute=8)

    assert one(con, "SELECT choices FROM order_lines") == "黄"


def test_an_empty_file_is_imported_as_nothing(con):
    report = store(con, file=MadeFile([]))

    assert (report.orders_created, report.rows_read) == (0, 0)
    assert one(con, "SELECT count(*) FROM csv_imports") == 1


def test_an_import_is_accounted_for_as_reported(con):
    report = store(con, a_row(), mode="replace")

    row = con.execute("SELECT * FROM csv_imports").fetchall()[0]
    assert row[:11] == (
        "import-10",
        keyed_hash(key_in(con), report.file_sha256),
        "made.csv",
        "rakuten",
        SHOP_ID,
        "replace",
        1,
        1,
        0,
        0,
        0,
    )
