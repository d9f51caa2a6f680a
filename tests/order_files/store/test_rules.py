"""Rules 6.2 to 6.4 of the design, one sentence each."""

import re
from pathlib import Path

import pytest

from data.model.stock import Adjustment
from data.warehouse.orders.answers import known_answers
from data.warehouse.orders.store import store_orders
from data.warehouse.statements import SQL
from data.warehouse.stock.adjust import adjust_stock
from tests.order_files.store.dump import TABLES, dump
from tests.order_files.store.made import a_row, one, store
from tests.support.effort import first, for_ci
from tests.support.orders import SHOP_ID, a_line, a_package, an_order, at, order_number
from tests.support.planted import caught, planted_sql

KNOWN = order_number(1)


@pytest.fixture
def api(con):
    """Order 1 as the API showed it: package 1 with lines 11 and 12."""
    lines = [a_line("11", "1"), a_line("12", "1")]
    order = an_order(1, 5, "100", packages=[a_package("1", lines)])
    order = order.model_copy(update={"answer_hash": "answer"})
    store_orders(con, [order], source="api", stored_at=at(6), load_id="l")
    return order


def known_row(line_id="11", **cells):
    return a_row(KNOWN, line_id, basket_id="1", quantity=2) | cells


CANCELLED = {"mall_status": "900", "cancelled": True, "outcome": "cancelled"}
SHIPPED = {"mall_status": "500", "outcome": "shipped"}
REFUNDED = {"mall_status": "refunded", "outcome": "refunded"}
OPEN = {"mall_status": "300", "outcome": "open"}


def waiting_orders(con):
    mart = Path("data/marts/orders_waiting.sql").read_text(encoding="utf-8")
    return [number for _, _, number, *_ in con.execute(mart).fetchall()]


def test_an_order_created_by_csv_is_processed_and_waits_for_a_person(con):
    report = store(con, a_row(**OPEN))

    assert report.orders_created == report.waiting_for_stock == 1
    assert con.sql(
        "SELECT source, status, mall_status, stock_policy, cancelled FROM orders"
    ).fetchall() == [("csv", "受注処理中", "300", "manual", False)]
    assert waiting_orders(con) == ["A"]
    assert con.sql(
        "SELECT * EXCLUDE (imported_at) FROM manual_stock_adjustments"
    ).fetchall() == [("rakuten", SHOP_ID, "A", "1", "TEA", 1)]


def test_an_adjusted_line_waits_no_more_and_a_changed_count_is_told(con):
    store(con, a_row(), a_row(line_id="2"))
    adjusted = Adjustment(
        mall="rakuten", shop_id=SHOP_ID, order_number="A", line_id="1"
    )
    adjust_stock(
        con, [adjusted], adjustment_id="a", who="担当", note="棚から出した", at=at(10)
    )

    report = store(con, a_row(quantity=5), a_row(line_id="2", quantity=5), minute=11)

    assert report.waiting_for_stock == 1
    assert [w.kind for w in report.warnings] == ["units-after-adjustment"]


def test_an_order_of_the_api_keeps_its_source_and_its_stock_policy(con, api):
    store(con, known_row(payment_method="銀行振込"), known_row("12"))

    assert con.sql(
        "SELECT source, stock_policy, status, payment_method FROM orders"
    ).fetchall() == [("api", "auto", "受注処理中", "銀行振込")]
    assert one(con, "SELECT count(*) FROM manual_stock_adjustments") == 0


def test_a_changed_order_of_the_api_is_known_by_no_answer_and_read_anew(con, api):
    store(con, known_row(payment_method="銀行振込"))
    assert not known_answers(con, SHOP_ID, [KNOWN])(KNOWN, "answer")

    later = api.model_copy(update={"observed_at": at(20)})
    stored = store_orders(con, [later], source="api", stored_at=at(21), load_id="m")

    assert stored.changed == 1
    assert one(con, "SELECT payment_method FROM orders") == "クレジットカード"
    assert one(con, "SELECT status FROM orders") == "受注処理中"


def test_a_snapshot_asked_for_before_the_import_does_not_undo_it(con, api):
    store(con, known_row(payment_method="銀行振込"), minute=10)

    late = an_order(1, 9, "300")
    stored = store_orders(con, [late], source="api", stored_at=at(11), load_id="m")

    assert stored.stale == 1
    assert one(con, "SELECT payment_method FROM orders") == "銀行振込"


def test_a_later_snapshot_of_an_order_created_by_csv_wins(con):
    store(con, a_row(KNOWN, "11", basket_id="1"), minute=10)

    stored = store_orders(
        con, [an_order(1, 11, "500")], source="api", stored_at=at(12), load_id="m"
    )

    assert stored.changed == 1
    assert con.sql("SELECT source, status, stock_policy FROM orders").fetchall() == [
        ("csv", "出荷済", "manual")
    ]


def test_only_a_changed_mall_status_moves_what_csv_set(con, api):
    store(con, known_row(mall_status="100"), known_row("12"))
    assert one(con, "SELECT status FROM orders") == "受注処理中"

    def see(minute, status):
        order = api.model_copy(
            update={"observed_at": at(minute), "mall_status": status}
        )
        store_orders(con, [order], source="api", stored_at=at(50), load_id="m")
        return one(con, "SELECT status FROM orders")

    assert see(20, "100") == "受注処理中"
    assert see(30, "500") == "出荷済"


@for_ci
def test_an_import_that_moves_only_the_status_keeps_the_answer(con, api):
    report = store(con, known_row(), known_row("12"))

    assert report.orders_updated == 1
    assert known_answers(con, SHOP_ID, [KNOWN])(KNOWN, "answer")
    assert one(con, "SELECT count(*) FROM order_log") == 1


@first()
@pytest.mark.parametrize(("mode", "expected"), [("update", "青"), ("replace", None)])
def test_a_blank_cell_clears_under_replace_only(con, mode, expected):
    store(
        con,
        a_row(
            choices="青",
            payment_method="現金",
            noshi="祝",
            orderer_city="能登",
            recipient_city="加賀",
        ),
    )

    store(
        con,
        a_row(
            choices=None,
            payment_method=None,
            noshi=None,
            orderer_city=None,
            recipient_city=None,
        ),
        mode=mode,
        minute=11,
    )

    assert one(con, "SELECT choices FROM order_lines") == expected
    assert (one(con, "SELECT payment_method FROM orders") is None) == (expected is None)
    assert (one(con, "SELECT noshi FROM order_packages") is None) == (expected is None)
    assert one(con, "SELECT count(city) FROM order_people") == (2 if expected else 0)


def test_a_column_the_file_lacks_never_clears(con):
    store(
        con,
        a_row(
            choices="青",
            payment_method="現金",
            noshi="祝",
            orderer_city="能登",
            recipient_city="加賀",
            tax_rate=0.1,
        ),
    )
    before = dump(con, TABLES)

    report = store(con, a_row(), mode="replace", minute=11)

    assert report.orders_unchanged == 1
    assert dump(con, TABLES) == before


def test_the_same_file_again_changes_no_row_and_says_so(con):
    first = store(con, a_row(), a_row("B"))
    before = dump(con, (*TABLES, "order_log", "order_sightings"))

    again = store(con, a_row(), a_row("B"), minute=11)

    assert (first.is_same_file, again.is_same_file) == (False, True)
    assert (again.orders_unchanged, again.orders_updated) == (2, 0)
    assert dump(con, (*TABLES, "order_log", "order_sightings")) == before


def test_the_same_file_after_a_change_elsewhere_is_not_called_the_same(con):
    store(con, a_row(choices="青"))
    store(con, a_row(choices="赤"), minute=11)

    assert store(con, a_row(choices="青"), minute=12).is_same_file is False


@for_ci
def test_a_variant_the_file_does_not_tell_keeps_the_sku(con, api):
    guessed = {"sku": "sencha", "manage_number": "sencha"}
    store(con, known_row(**guessed), known_row("12", **guessed), mode="replace")

    assert con.sql("SELECT DISTINCT sku FROM order_lines").fetchall() == [
        ("SENCHA-100",)
    ]


@pytest.mark.parametrize(
    ("mode", "later", "sku"),
    [
        ("update", {"sku": "tea/100g"}, "SENCHA-100"),
        ("update", {"sku": "tea/200g", "variant_id": "200g"}, "tea/200g"),
        ("update", {"sku": "SENCHA-200"}, "SENCHA-200"),
        ("replace", {"sku": "tea/100g"}, "tea/100g"),
    ],
)
def test_a_blank_code_of_the_shops_leaves_the_sku_that_an_earlier_file_told(
    con, mode, later, sku
):
    """A reader makes a sku of the mall's own numbers where the shop's code is blank."""
    codes = {"manage_number": "tea", "variant_id": "100g"}
    store(con, a_row(**codes, sku="SENCHA-100"))
    store(con, a_row(**(codes | later), postage_total=1), minute=11, mode=mode)

    assert one(con, "SELECT sku FROM order_lines") == sku


@first()
@pytest.mark.parametrize("over", [CANCELLED, SHIPPED, REFUNDED])
def test_an_order_that_is_over_when_created_is_on_no_list_of_open_ones(con, over):
    store(con, a_row(**over), a_row("B"))

    assert one(con, "SELECT status FROM orders WHERE order_number = 'A'") == (
        "受注処理中"
    )
    assert waiting_orders(con) == ["B"]
    stock = con.sql("SELECT order_number FROM manual_stock_adjustments ORDER BY 1")
    assert stock.fetchall() == [("B",)]


def told(con, **later):
    """What an order stands at after a file, and what the file was warned of."""
    report = store(con, a_row(**later), minute=20)
    status = con.sql("SELECT status, mall_status, cancelled FROM orders").fetchall()
    return status, [warned.kind for warned in report.warnings]


@first()
@pytest.mark.parametrize(
    ("word", "status"),
    [(SHIPPED, "出荷済"), (REFUNDED, "キャンセル"), (CANCELLED, "キャンセル")],
)
def test_a_later_word_of_the_mall_moves_an_order_on(con, word, status):
    store(con, a_row(**OPEN))

    assert told(con, **word) == (
        [(status, word["mall_status"], word is CANCELLED)],
        [],
    )


def test_an_unchanged_word_moves_nothing(con):
    store(con, a_row(**SHIPPED))

    assert told(con, **SHIPPED) == ([("受注処理中", "500", False)], [])


@first(2)
@pytest.mark.parametrize("mode", ["update", "replace"])
@pytest.mark.parametrize(
    ("over", "older"),
    [(SHIPPED, OPEN), (CANCELLED, OPEN), (REFUNDED, SHIPPED), (CANCELLED, SHIPPED)],
)
def test_a_step_back_of_an_older_file_is_not_applied_and_warned_of(
    con, over, older, mode
):
    store(con, a_row(**OPEN))
    store(con, a_row(**over, shipped_at=at(3), cancelled_at=at(3)), minute=11)
    asked = "SELECT * EXCLUDE (updated_at) FROM orders"
    before = con.sql(asked).fetchall()
    row = a_row(**older, shipped_at=None, cancelled_at=None)
    report = store(con, row, minute=20, mode=mode)

    assert con.sql(asked).fetchall() == before
    assert [warned.kind for warned in report.warnings] == ["step-back"]


@for_ci
def test_a_file_older_than_what_the_api_showed_takes_no_step_back(con):
    order = an_order(1, 5, "900")
    store_orders(con, [order], source="api", stored_at=at(6), load_id="l")
    row = known_row(mall_status="100", outcome="open", payment_method="銀行振込")
    report = store(con, row)

    assert con.sql(
        "SELECT status, mall_status, cancelled, payment_method FROM orders"
    ).fetchall() == [("キャンセル", "900", True, "銀行振込")]
    assert "step-back" in [warned.kind for warned in report.warnings]


@first()
@pytest.mark.parametrize("status", ["出荷済", "キャンセル"])
def test_nothing_moves_an_order_back_from_its_end(con, status):
    store(con, a_row(**OPEN))
    con.execute("UPDATE orders SET status = ?", [status])

    assert told(con, **OPEN, noshi="祝")[0] == [(status, "300", False)]


@first()
@pytest.mark.parametrize("status", ["新規受付", "入金待ち", "保留"])
def test_an_import_sets_what_has_not_begun_to_work(con, status):
    store(con, a_row(**OPEN))
    con.execute("UPDATE orders SET status = ?", [status])

    assert told(con, **OPEN)[0] == [("受注処理中", "300", False)]


def ship(con, basket: str, state: str = "planned") -> None:
    con.execute(
        f"""INSERT INTO shipments BY NAME SELECT
            'rakuten' AS mall, '{SHOP_ID}' AS shop_id, 'A' AS order_number,
            $basket AS basket_id, '1' AS tracking_number, '1001' AS carrier_code,
            DATE '2026-11-25' AS shipping_date, $state AS state,
            'i' AS import_id, now() AS imported_at, now() AS changed_at""",
        {"basket": basket, "state": state},
    )


def test_a_stored_shipment_moves_an_order_on(con):
    store(con, a_row(**OPEN))
    ship(con, "b")

    assert told(con, **OPEN)[0] == [("出荷済", "300", False)]


@first()
@pytest.mark.parametrize("state", ["replaced", "refused", "cancelled"])
def test_a_parcel_that_does_not_count_moves_no_order_on(con, state):
    """Its number was taken back: called shipped, the order would get no label."""
    store(con, a_row(**OPEN))
    ship(con, "b", state)

    assert told(con, **OPEN)[0] == [("受注処理中", "300", False)]


def test_a_package_that_comes_with_a_later_file_is_still_here(con):
    store(con, a_row(**OPEN))
    ship(con, "b")
    second = a_row(line_id="2", basket_id="c", **OPEN)
    store(con, a_row(**OPEN), second, minute=20)

    assert con.sql("SELECT status FROM orders").fetchall() == [("受注処理中",)]


def test_an_order_with_a_package_still_here_is_not_shipped(con):
    """It was, with the first parcel: then the other package got no label."""
    second = a_row(line_id="2", basket_id="c", **OPEN)
    store(con, a_row(**OPEN), second)
    ship(con, "b")
    assert told(con, **OPEN)[0] == [("受注処理中", "300", False)]

    ship(con, "c")
    store(con, a_row(**OPEN), minute=30)
    assert con.sql("SELECT status FROM orders").fetchall() == [("出荷済",)]


@pytest.mark.parametrize("mode", ["update", "replace"])
def test_a_file_that_knows_of_less_paid_back_is_an_older_one(con, mode):
    part = OPEN | {"mall_status": "partially_refunded", "refunded_total": 500}
    store(con, a_row(**part))
    store(con, a_row(**part | {"refunded_total": 1500}), minute=11)
    older = store(con, a_row(**OPEN, refunded_total=0), minute=12, mode=mode)

    assert [warned.kind for warned in older.warnings] == ["step-back"]
    assert con.sql("SELECT mall_status, refunded_total FROM orders").fetchall() == [
        ("partially_refunded", 1500)
    ]


def test_a_cancelled_order_is_no_older_for_less_that_was_paid_back(con):
    part = OPEN | {"mall_status": "partially_refunded", "refunded_total": 500}
    store(con, a_row(**part))
    status, warned = told(con, **CANCELLED, refunded_total=0)

    assert status == [("キャンセル", CANCELLED["mall_status"], True)]
    assert warned == []
    assert con.sql("SELECT outcome FROM orders").fetchall() == [("cancelled",)]


def test_a_cancelled_order_whose_stock_was_adjusted_is_told(con):
    store(con, a_row(**OPEN))
    line = Adjustment(mall="rakuten", shop_id=SHOP_ID, order_number="A", line_id="1")
    adjust_stock(con, [line], adjustment_id="a", who="担当", note="棚", at=at(11))

    assert told(con, **CANCELLED)[1] == ["cancelled-after-adjustment"]
    again = store(con, a_row(**CANCELLED, noshi="祝"), minute=21)
    assert again.warnings == ()


PLANTED = {
    "a step back is applied": ("is_news AND said < known", "false"),
    "an end is moved back": ("WHEN status = '出荷済' THEN status", ""),
}


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_a_status_that_goes_back_is_caught(con, bug):
    with planted_sql("judge_csv_statuses", *PLANTED[bug]), caught():
        if bug == "an end is moved back":
            test_nothing_moves_an_order_back_from_its_end(con, "出荷済")
        test_a_step_back_of_an_older_file_is_not_applied_and_warned_of(
            con, CANCELLED, OPEN, "update"
        )


@pytest.mark.parametrize(
    ("table", "alone"),
    [
        ("orders", {"tax_summaries"}),
        ("packages", set()),
        ("lines", set()),
        ("people", set()),
    ],
)
def test_a_change_sets_every_column_it_brings_but_none_of_the_key(
    con, api, table, alone
):
    """A column that joins a change and not its list would never be written."""
    store(con, known_row())
    brought = con.table(f"csv_changed_{table}").columns
    merge = SQL(f"merge_csv_{table}")
    key = re.search(r" USING \(([\w, ]+)\)", merge)[1].split(", ")
    named = re.findall(r"^    (\w+) = n\.\1\b", merge, re.MULTILINE)

    assert len(named) == len(set(named))
    assert set(named) | alone == set(brought) - set(key)
