"""What waits for a person is on one list, comes off it by hand, and comes back anew."""

import shutil
from collections.abc import Callable

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from data.model.csv_file import CellRemark
from data.model.mark import MarkKind
from data.model.matter import MATTER_WORDS, MatterKind
from data.model.notice import UNREADABLE
from data.model.order import RMS_STATUS, Mall
from data.model.shops.connection import STOPS_CALLS, ConnectionStatus
from data.model.stock import Adjustment
from data.warehouse.house.incidents import record_incident
from data.warehouse.marks import MarkRun, plan_marks
from data.warehouse.matter_view import KINDS, renew_matter_view
from data.warehouse.matters import dismiss_matter, matters
from data.warehouse.notices import record_notices, settle_notices
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from data.warehouse.shops import stop_function
from data.warehouse.stock.adjust import adjust_stock
from data.warehouse.stock.listings import NO_SUCH_ITEM
from data.warehouse.stock.push import UNKNOWN_SKU
from tests.order_files.store.made import MadeFile, a_row
from tests.order_files.store.made import store as import_csv
from tests.stock.made import MUG, TEA, a_count, count, line, order, receive, see
from tests.stock.made import name as rename
from tests.support.effort import first, for_ci
from tests.support.orders import (
    SHOP_ID,
    a_line,
    a_package,
    a_person,
    a_refusal,
    an_order,
    at,
    order_number,
)
from tests.support.planted import plant_in_view, planted_sql
from tests.support.rules import broken_rules
from tests.warehouse.made_notices import a_notice, not_handed_out

ONE = f"rakuten/{SHOP_ID}/{order_number(1)}"
Con = DuckDBPyConnection


def store(con: Con, minute: float = 5, status: str = "300", **varied: object) -> None:
    order = an_order(1, minute, status).model_copy(update=varied)
    store_orders(con, [order], source="api", stored_at=at(minute), load_id="l")


def csv_reject(con: Con) -> None:
    file = MadeFile([a_row(order_number(2))], rejected=[(3, order_number(1))])
    import_csv(con, file=file, minute=5)


def csv_reject_of_no_order(con: Con) -> None:
    file = MadeFile([a_row(order_number(2))], rejected=[(3, None)])
    import_csv(con, file=file, minute=5)


def csv_warning(con: Con, minute: float = 5, column: str = "お届け日指定") -> None:
    row = a_row(order_number(1), quantity=1)
    told = CellRemark(2, column, "unreadable", "読めません。", order_number(1))
    import_csv(con, file=MadeFile([row], warned=[told]), minute=minute)


def csv_warning_of_the_file(con: Con) -> None:
    told = CellRemark(2, None, "short-rows", "列の足りない行があります。")
    file = MadeFile([a_row(order_number(1))], warned=[told])
    import_csv(con, file=file, minute=5)


def shipment_reject(con: Con, import_id: str = "i", minute: float = 5) -> None:
    con.execute(
        """INSERT INTO shipment_imports VALUES (
            ?, 'hash', 'b2.csv', 'yamato', 'b2', 'rakuten', ?, 2, 0, 0, 0, 1, 1, ?
        )""",
        [import_id, SHOP_ID, at(minute)],
    )
    for row, kind in ((2, "rejected"), (3, "unmatched")):
        con.execute(
            "INSERT INTO shipment_rejects VALUES (?, ?, ?, ?, ?, NULL)",
            [import_id, row, kind, None, "読めません。"],
        )


def stock_adjustment(con: Con) -> None:
    import_csv(con, a_row(order_number(1)), minute=5)


def stock_to_give_back(con: Con) -> None:
    import_csv(con, a_row(order_number(1)), minute=3)
    line = Adjustment(
        mall="rakuten", shop_id=SHOP_ID, order_number=order_number(1), line_id="1"
    )
    adjust_stock(con, [line], adjustment_id="a", who="担当", note="棚", at=at(4))
    store(con, status="900")


def stock_to_take_off(con: Con) -> None:
    count(con, a_count(9, own_sku="TEA"), minute=-600)
    import_csv(con, a_row(order_number(1)), minute=3)
    con.execute("UPDATE orders SET outcome = 'shipped'")


def adjustment_outdated(con: Con) -> None:
    count(con, a_count(9, own_sku="TEA"), minute=-600)
    adjusted(con)
    import_csv(con, a_row(order_number(1), quantity=3), minute=5)
    con.execute("DELETE FROM csv_warnings")


def order_not_at_mall(con: Con) -> None:
    import_csv(con, a_row(order_number(1)), minute=4)
    record_refusals(con, [not_handed_out(1)], at(5))


def mark_open(con: Con) -> None:
    run = MarkRun("run", MarkKind.CANCEL, SHOP_ID, "受注担当")
    plan_marks(con, run, {order_number(1): "8/0"}, at(5))


def order_refused(con: Con) -> None:
    record_refusals(con, [a_refusal(1)], at(5))


def notice_refused(con: Con, minute: float = 5) -> None:
    record_notices(con, [a_notice(1, minute)], at(minute))
    refused = [a_refusal(1, UNREADABLE)]
    record_refusals(con, refused, at(minute))
    when = {"asked_at": at(minute), "settled_at": at(minute)}
    settle_notices(con, SHOP_ID, read={}, refused=refused, **when)


def amounts_open(con: Con) -> None:
    store(con, request_total=None, amounts_fixed=False)


def status_unknown(con: Con) -> None:
    store(con, status="950")


def cancel_request(con: Con) -> None:
    store(con, status="800")


def stock_refused(
    con: Con, push_id: str = "p", minute: float = 5, **more: str | None
) -> None:
    row = {"state": "refused", "reason": "拒否されました。"} | more
    con.execute(
        """INSERT INTO inventory_pushes BY NAME SELECT
            ? AS push_id, 'r' AS run_id, 'rakuten' AS mall, ? AS shop_id,
            'tea' AS manage_number, '100g' AS variant_id, 'TEA' AS sku, 1 AS level_seq,
            5 AS level, 0 AS safety, 5 AS offered, ? AS state, ? AS reason,
            ? AS planned_at, ? AS sent_at, ? AS verified_at, 5 AS found_after""",
        [push_id, SHOP_ID, row["state"], row["reason"], *[at(minute)] * 3],
    )


def stock_held(con: Con) -> None:
    cells = {"manage_number": "tea", "variant_id": "100g", "sku": "TEA"}
    import_csv(con, a_row(order_number(1), **cells), minute=4)
    con.execute(
        "INSERT INTO inventory_holds"
        " VALUES ('rakuten', ?, 'tea', '100g', 'TEA', 5, 4, ?)",
        [SHOP_ID, at(5)],
    )


def tracking_refused(con: Con, state: str = "refused") -> None:
    store(con)
    a_shipment(con, state, "RMSが拒否しました。", 5)


def a_shipment(con: Con, state: str, reason: str | None, minute: float) -> None:
    con.execute(
        """INSERT INTO shipments BY NAME SELECT
            'rakuten' AS mall, ? AS shop_id, ? AS order_number, '1' AS basket_id,
            '123' AS tracking_number, '1001' AS carrier_code,
            DATE '2026-07-01' AS shipping_date, ? AS state, ? AS reason,
            '5' AS shipping_detail_id, 'i' AS import_id, ? AS imported_at,
            ? AS changed_at, ? AS verified_at""",
        [SHOP_ID, order_number(1), state, reason, *[at(minute)] * 3],
    )


def parcel_to_stop(con: Con, status: str = "900", minute: float = 6) -> None:
    store(con)
    a_shipment(con, "verified", None, 5)
    store(con, minute, status=status)


def tracking_half_filled(con: Con) -> None:
    store(con)
    a_shipment(con, "verified", None, 5)
    con.execute(
        """UPDATE order_packages SET shipping_rows = [{
            'shipping_detail_id': '5', 'carrier_code': '1001',
            'tracking_number': '', 'shipping_date': DATE '2026-07-01'
        }]"""
    )


def tracking_not_closed(con: Con) -> None:
    store(con)
    a_shipment(con, "verified", None, 5)
    store(con, 5 + 24 * 60)


def function_stopped(con: Con, minute: float = 5) -> None:
    shop_stopped(con, "ok")
    stop_function(con, "demo", "inventories.bulk.get", ["ES01-01"], at(minute))


def shop_stopped(con: Con, status: str = "key", minute: float = 5) -> None:
    con.execute(
        """INSERT OR REPLACE INTO shops BY NAME SELECT
            'demo' AS shop, 'rakuten' AS mall, ? AS shop_id, ? AS connection_status,
            ? AS checked_at, ? AS license_expires_at, ? AS updated_at""",
        [SHOP_ID, status, at(minute), at(9999), at(minute)],
    )


def licence_ending(con: Con, days: int = 7, minute: float = 5) -> None:
    shop_stopped(con, "ok")
    con.execute(
        "INSERT INTO shop_warnings VALUES ('demo', ?, ?, ?)",
        [at(9999), days, at(minute)],
    )


def incident(kind: MatterKind) -> Callable[[Con], None]:
    return lambda con: record_incident(con, kind, "k", at(5), "起きました。対処: 確認")


OF_HOUSE = (
    MatterKind.HOURS_LOST,
    MatterKind.RULE_BROKEN,
    MatterKind.BYTES_LEFT,
    MatterKind.FILE_REPAIRED,
)
MAKERS: dict[str, tuple[Callable[..., None], str]] = {
    MatterKind.CSV_REJECT: (csv_reject, ONE),
    MatterKind.CSV_WARNING: (csv_warning, ONE),
    MatterKind.SHIPMENT_REJECT: (shipment_reject, "i"),
    MatterKind.STOCK_ADJUSTMENT: (stock_adjustment, f"{ONE}/"),
    MatterKind.STOCK_TO_TAKE_OFF: (stock_to_take_off, f"{ONE}/TEA"),
    MatterKind.STOCK_TO_GIVE_BACK: (stock_to_give_back, f"{ONE}/TEA"),
    MatterKind.ADJUSTMENT_OUTDATED: (adjustment_outdated, f"{ONE}/TEA"),
    MatterKind.ORDER_NOT_AT_MALL: (order_not_at_mall, ONE),
    MatterKind.MARK_OPEN: (mark_open, "run/cancel/rakuten"),
    MatterKind.ORDER_REFUSED: (order_refused, ONE),
    MatterKind.NOTICE_REFUSED: (notice_refused, ONE),
    MatterKind.AMOUNTS_OPEN: (amounts_open, ONE),
    MatterKind.STATUS_UNKNOWN: (status_unknown, ONE),
    MatterKind.CANCEL_REQUEST: (cancel_request, ONE),
    MatterKind.STOCK_HELD: (stock_held, f"rakuten/{SHOP_ID}/tea/100g"),
    MatterKind.STOCK_REFUSED: (stock_refused, f"rakuten/{SHOP_ID}/tea/100g"),
    MatterKind.TRACKING_REFUSED: (tracking_refused, f"{ONE}/1/123"),
    MatterKind.PARCEL_TO_STOP: (parcel_to_stop, ONE),
    MatterKind.TRACKING_HALF_FILLED: (tracking_half_filled, ONE),
    MatterKind.TRACKING_NOT_CLOSED: (tracking_not_closed, ONE),
    MatterKind.SHOP_STOPPED: (shop_stopped, "demo"),
    MatterKind.FUNCTION_STOPPED: (function_stopped, "demo/inventories.bulk.get"),
    MatterKind.LICENCE_ENDING: (licence_ending, "demo"),
} | {kind: (incident(kind), "k") for kind in OF_HOUSE}
every_kind = pytest.mark.parametrize("kind", MatterKind)


def on_list(con: Con, kind: str) -> list[str]:
    return [one.key for one in matters(con, MatterKind(kind))]


def off_list(con: Con, kind: str, key: str, minute: float = 60 * 24 * 9) -> bool:
    signed = {"who": "受注担当", "note": "電話で確認した", "at": at(minute)}
    return dismiss_matter(con, MatterKind(kind), key, **signed) is not None


def test_every_kind_has_words_a_file_and_a_case_here():
    files = {file.stem for file in KINDS.glob("*.sql")}

    assert set(MATTER_WORDS) == set(MAKERS) == set(MatterKind) == files
    assert list(MATTER_WORDS) == list(MatterKind)  # one order of kinds, not two


def test_a_file_that_changed_makes_the_view_anew_once(path, tmp_path):
    folder = shutil.copytree(KINDS, tmp_path / "matters")
    (folder / "new_kind.sql").write_text(
        "SELECT 'k', 'rakuten', 's', NULL, '2026-11-28 00:00Z'::TIMESTAMPTZ, '対処'"
    )
    with warehouse(path):
        pass
    with duckdb.connect(path) as con:
        before = on_kinds(con)
        assert [
            renew_matter_view(con, folder=folder),
            renew_matter_view(con, folder=folder),
        ] == [
            True,
            False,
        ]
        changed = on_kinds(con)
    with warehouse(path) as con:
        after = on_kinds(con)

    assert (before, changed, after) == (set(), {"new_kind"}, set())


def on_kinds(con: Con) -> set[str]:
    return {kind for (kind,) in con.sql("SELECT kind FROM needs_a_person").fetchall()}


@first(3)
@every_kind
def test_each_kind_is_on_the_list_and_comes_off_it_by_hand(undone: Con, kind):
    make, key = MAKERS[kind]
    make(undone)
    (one, *_) = found = matters(undone, kind)

    assert [each.key.startswith(key) for each in found] == [True] * len(found)
    whose = ("", "") if kind in OF_HOUSE else ("rakuten", SHOP_ID)
    assert (one.mall, one.shop_id) == whose
    assert one.what.count("対処") == 1
    assert broken_rules(undone) == []
    assert len({each.key for each in found}) == len(found)
    assert [off_list(undone, kind, each.key) for each in found] == [True] * len(found)
    assert matters(undone, kind) == []
    assert undone.execute("SELECT DISTINCT who, note FROM dismissals").fetchall() == [
        ("受注担当", "電話で確認した")
    ]


@first(3)
@every_kind
def test_no_kind_is_on_the_list_of_another(undone: Con, kind):
    make, _ = MAKERS[kind]
    make(undone)
    found = {one.kind for one in matters(undone)}

    assert found - {MatterKind.STOCK_ADJUSTMENT} == {kind} - {
        MatterKind.STOCK_ADJUSTMENT
    }


def test_what_is_not_on_the_list_cannot_be_taken_off_it(con: Con):
    assert not off_list(con, "order_refused", ONE)
    assert con.execute("FROM dismissals").fetchall() == []


def test_a_dismissal_needs_who_and_why(undone: Con):
    order_refused(undone)
    with pytest.raises(ValueError, match="who and note"):
        dismiss_matter(
            undone, MatterKind.ORDER_REFUSED, ONE, who=" ", note="x", at=at(9)
        )


def test_a_refusal_that_opens_again_comes_back(con: Con):
    order_refused(con)
    assert off_list(con, "order_refused", ONE, minute=6)
    store(con, 7)
    record_refusals(con, [a_refusal(1)], at(8))

    assert on_list(con, "order_refused") == [ONE]


def test_a_new_notice_that_is_given_up_comes_back(con: Con):
    notice_refused(con)
    assert off_list(con, "notice_refused", ONE, minute=6)
    assert on_list(con, "notice_refused") == []
    notice_refused(con, 7)

    assert on_list(con, "notice_refused") == [ONE]


@pytest.mark.parametrize(
    "reason", ["拒否されました。", UNKNOWN_SKU, NO_SUCH_ITEM, None]
)
def test_what_to_do_about_a_level_names_the_run_that_sends_it_again(
    undone: Con, reason: str | None
):
    """Put right at the mall, its level is the same, and nothing else would send it."""
    stock_refused(undone, state="unknown_sku", reason=reason)
    ((what,),) = undone.execute(
        "SELECT what FROM needs_a_person WHERE kind = 'stock_refused'"
    ).fetchall()

    assert what.endswith("push-inventory を「全件」で実行してください。")
    assert what.count("対処: ") == 1
    assert reason is None or reason in what


def test_a_level_refused_anew_comes_back_and_one_verified_is_done(undone: Con):
    key = MAKERS[MatterKind.STOCK_REFUSED][1]
    stock_refused(undone)
    assert off_list(undone, "stock_refused", key, minute=6)
    stock_refused(undone, "later", 7, state="unknown_sku")
    again = on_list(undone, "stock_refused")
    stock_refused(undone, "last", 8, state="verified")

    assert again == [key]
    assert on_list(undone, "stock_refused") == []


def test_a_check_that_fails_again_brings_a_dismissed_shop_back(undone: Con):
    shop_stopped(undone)
    assert off_list(undone, "shop_stopped", "demo", minute=6)
    shop_stopped(undone, minute=24 * 60)

    assert on_list(undone, "shop_stopped") == ["demo"]


def test_the_next_warning_of_a_key_comes_back(undone: Con):
    licence_ending(undone)
    assert off_list(undone, "licence_ending", "demo", minute=6)
    licence_ending(undone, 3, minute=7)

    assert on_list(undone, "licence_ending") == ["demo"]


def test_without_its_guard_a_dismissal_would_hide_what_breaks_anew(undone: Con):
    """The plant: dismissed once is dismissed for ever."""
    order_refused(undone)
    assert off_list(undone, "order_refused", ONE, minute=6)
    store(undone, 7)
    record_refusals(undone, [a_refusal(1)], at(8))
    plant_in_view(undone, "needs_a_person", "AND (d.dismissed_at >= m.since)", "")

    assert on_list(undone, "order_refused") == []


def test_a_csv_row_is_done_when_its_order_comes(con: Con):
    csv_reject(con)
    assert on_list(con, "csv_reject") == [ONE]
    import_csv(con, a_row(order_number(1)), minute=7)

    assert on_list(con, "csv_reject") == []


def test_a_csv_row_is_done_when_a_file_brings_its_order_as_it_stands(con: Con):
    """The row was put right, and the order had nothing new: it waited for ever."""
    row = a_row(order_number(1))
    import_csv(con, row, minute=4)
    csv_reject(con)
    assert on_list(con, "csv_reject") == [ONE]

    report = import_csv(con, row, minute=7)

    assert (report.orders_updated, report.orders_unchanged) == (0, 1)
    assert on_list(con, "csv_reject") == []


@pytest.mark.parametrize(("again", "waits"), [(False, [ONE]), (True, [])])
def test_a_csv_row_that_is_done_takes_no_other_warning_along(
    con: Con, again: bool, waits: list[str]
):
    """Nothing changed the order of which a file before the rejected one warned."""
    csv_warning(con, minute=4)
    csv_reject(con)
    if again:
        csv_warning(con, minute=7)
    else:
        import_csv(con, a_row(order_number(1), quantity=1), minute=7)

    assert on_list(con, "csv_warning") == [ONE]
    assert on_list(con, "csv_reject") == waits


def test_the_same_file_twice_is_one_matter(con: Con):
    csv_reject(con)
    file = MadeFile([a_row(order_number(2))], rejected=[(9, order_number(1))])
    import_csv(con, file=file, minute=7)
    (one,) = matters(con, MatterKind.CSV_REJECT)

    assert one.since == at(7)
    assert "9行目" in one.what


@pytest.mark.parametrize("again", ["made.csv", "another.csv"])
def test_a_row_of_no_order_is_done_when_its_file_comes_again(con: Con, again: str):
    csv_reject_of_no_order(con)
    assert len(on_list(con, "csv_reject")) == 1
    con.execute("UPDATE csv_imports SET file_name = ?", [again])
    import_csv(con, a_row(order_number(3)), minute=7)

    assert len(on_list(con, "csv_reject")) == (again != "made.csv")


def test_a_cell_left_blank_is_done_when_its_order_changes(con: Con):
    csv_warning(con)
    (one,) = matters(con, MatterKind.CSV_WARNING)
    import_csv(con, a_row(order_number(1), quantity=3), minute=7)

    assert "2行目「お届け日指定」: 読めません。" in one.what
    assert on_list(con, "csv_warning") == []


@for_ci
def test_the_same_warning_of_an_order_again_stays_dismissed_and_another_one_is_new(
    con: Con,
):
    csv_warning(con)
    assert off_list(con, "csv_warning", ONE, minute=6)
    csv_warning(con, 7)
    same = on_list(con, "csv_warning")
    csv_warning(con, 8, "注文日時")

    assert same == []
    assert on_list(con, "csv_warning") == [ONE]


def test_a_warning_about_a_file_is_done_when_one_of_its_name_comes(con: Con):
    csv_warning_of_the_file(con)
    first = on_list(con, "csv_warning")
    import_csv(con, a_row(order_number(1)), minute=7)

    assert first == ["import-5"]
    assert on_list(con, "csv_warning") == []


def test_a_carriers_file_that_comes_again_replaces_its_matter(undone: Con):
    shipment_reject(undone)
    shipment_reject(undone, "later", 7)

    assert on_list(undone, "shipment_reject") == ["later"]


def test_a_parcel_of_a_cancelled_order_is_to_be_stopped(undone: Con):
    tracking_refused(undone, "cancelled")

    assert len(on_list(undone, "tracking_refused")) == 1


@first()
@pytest.mark.parametrize(("minute", "is_told"), [(6, True), (15 * 24 * 60 + 6, False)])
def test_a_return_weeks_after_the_parcel_stops_none(undone: Con, minute, is_told):
    parcel_to_stop(undone, minute=minute)

    assert on_list(undone, "parcel_to_stop") == [ONE] * is_told


@pytest.mark.parametrize("make", [order_not_at_mall, amounts_open])
@pytest.mark.parametrize("over", ["status = '出荷済'", "outcome = 'shipped'"])
def test_what_was_shipped_waits_no_more_for_its_amounts_or_its_mall(
    con: Con, make, over: str
):
    """The mall's word alone says it of an order that a CSV created."""
    make(con)
    assert on_list(con, make.__name__) == [ONE]
    con.execute(f"UPDATE orders SET {over}")  # noqa: S608 - ours

    assert on_list(con, make.__name__) == []


@pytest.mark.parametrize(("mall", "where"), [("rakuten", "RMS"), ("ponpare", "CSV")])
def test_open_amounts_are_to_be_fixed_at_the_order_s_own_mall(con: Con, mall, where):
    store(con, mall=Mall(mall), request_total=None, amounts_fixed=False)
    (one,) = matters(con, MatterKind.AMOUNTS_OPEN)

    assert [word in one.what for word in ("RMS", "CSV")] == [
        where == "RMS", where == "CSV",
    ]  # fmt: skip


def test_every_status_of_rms_is_known_to_the_list(con: Con):
    orders = [an_order(n, 5, code) for n, code in enumerate(RMS_STATUS, start=1)]
    store_orders(con, orders, source="api", stored_at=at(5), load_id="l")

    assert on_list(con, "status_unknown") == []


@first(2)
@pytest.mark.parametrize("status", ConnectionStatus)
def test_a_shop_is_on_the_list_while_its_calls_are_stopped(undone: Con, status):
    shop_stopped(undone, status.value)

    assert on_list(undone, "shop_stopped") == ["demo"] * (status in STOPS_CALLS)


def test_a_shop_a_person_stopped_needs_none(undone: Con):
    licence_ending(undone)
    shop_stopped(undone)
    undone.execute("UPDATE shops SET stage = '停止'")

    assert matters(undone) == []


def test_a_dismissal_that_is_not_stored_is_seen(undone: Con):
    order_refused(undone)
    with planted_sql("insert_dismissals", "WHERE kind", "WHERE false AND kind"):
        assert off_list(undone, "order_refused", ONE)

    assert on_list(undone, "order_refused") == [ONE]


def test_stock_to_take_off_waits_for_a_count_after_the_order(undone: Con):
    stock_to_take_off(undone)
    assert on_list(undone, "stock_to_take_off") == [f"{ONE}/TEA"]
    assert on_list(undone, "stock_adjustment") == []

    count(undone, a_count(4, own_sku="TEA"), minute=6)
    assert on_list(undone, "stock_to_take_off") == []


def test_what_was_shipped_before_any_count_is_no_stock_to_take_off(undone: Con):
    import_csv(undone, a_row(order_number(1)), minute=3)
    undone.execute("UPDATE orders SET outcome = 'shipped'")
    assert on_list(undone, "stock_to_take_off") == []

    count(undone, a_count(4, own_sku="TEA"), minute=6)
    assert on_list(undone, "stock_to_take_off") == []


def test_goods_received_under_another_name_are_to_be_taken_off_as_well(con: Con):
    receive(con, a_count(9), minute=-600)
    rename(con, TEA, "TEA")
    import_csv(con, a_row(order_number(1), outcome="shipped"), minute=3)

    assert on_list(con, "stock_to_take_off") == [f"{ONE}/TEA"]


MONDAY, SUNDAY, LAST_MONTH = -60, -24 * 60, -40 * 24 * 60


@first(2)
@pytest.mark.parametrize(
    ("comes_in", "placed", "came", "waits"),
    [
        (count, SUNDAY, "open", True),
        (count, SUNDAY, "shipped", False),
        (count, LAST_MONTH, "open", False),  # the count had seen it go
        (receive, SUNDAY, "open", True),
        (receive, SUNDAY, "shipped", False),
    ],
)
def test_a_count_of_before_the_file_knew_nothing_of_what_was_open_in_it(
    con: Con, comes_in, placed, came, waits
):
    """Sunday's order of another mall, in Monday's file and on Tuesday's truck."""
    comes_in(con, a_count(9, own_sku="TEA"), minute=MONDAY)
    row = a_row(order_number(1), ordered_at=at(placed), mall_status="新規")
    shipped = row | {"mall_status": "済", "outcome": "shipped"}
    import_csv(con, row | {"outcome": came}, minute=3)
    import_csv(con, shipped, minute=24 * 60)
    found = matters(con, MatterKind.STOCK_TO_TAKE_OFF)
    count(con, a_count(8, own_sku="TEA"), minute=24 * 60 + 5)

    assert [one.since for one in found] == [at(24 * 60)] * waits
    assert on_list(con, "stock_to_take_off") == []


def test_goods_that_came_in_after_it_was_shipped_have_no_piece_of_it(con: Con):
    row = a_row(order_number(1), mall_status="新規", outcome="open")
    import_csv(con, row, minute=3)
    import_csv(con, row | {"mall_status": "済", "outcome": "shipped"}, minute=8)
    receive(con, a_count(9, own_sku="TEA"), minute=9)

    assert on_list(con, "stock_to_take_off") == []


def test_what_came_shipped_waits_since_it_came(con: Con):
    """Another cell that changes later brings nothing back that was dismissed."""
    count(con, a_count(9, own_sku="TEA"), minute=-600)
    came = a_row(order_number(1), mall_status="済", outcome="shipped")
    import_csv(con, came, minute=3)
    (one,) = matters(con, MatterKind.STOCK_TO_TAKE_OFF)
    assert off_list(con, "stock_to_take_off", one.key, minute=4)
    import_csv(con, came | {"delivery_slot": "1"}, minute=8)

    assert one.since == at(3)
    assert on_list(con, "stock_to_take_off") == []


def test_stock_to_give_back_waits_for_a_count_after_the_cancellation(undone: Con):
    stock_to_give_back(undone)
    count(undone, a_count(3, own_sku="TEA"), minute=4.5)
    assert on_list(undone, "stock_to_give_back") == [f"{ONE}/TEA"]

    count(undone, a_count(4, own_sku="TEA"), minute=6)
    assert on_list(undone, "stock_to_give_back") == []


def adjusted(con: Con, minute: float = 4, **cells: object) -> None:
    """Import an order by CSV, and adjust its stock."""
    import_csv(con, a_row(order_number(1), **cells), minute=minute - 1)
    line = Adjustment(
        mall="rakuten", shop_id=SHOP_ID, order_number=order_number(1), line_id="1"
    )
    adjust_stock(con, [line], adjustment_id="a", who="担当", note="棚", at=at(minute))


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"outcome": "cancelled", "cancelled": True}, "キャンセルされました"),
        ({"outcome": "refunded"}, "返金されました"),
    ],
)
def test_stock_to_give_back_of_an_order_that_a_file_ends_waits_for_a_count(
    con: Con, over, word
):
    """A later change of another cell settles nothing."""
    adjusted(con, mall_status="新規", outcome="open")
    before = on_list(con, "stock_to_give_back")
    ended = a_row(order_number(1), mall_status="終了", **over)
    import_csv(con, ended, minute=6)
    (one,) = matters(con, MatterKind.STOCK_TO_GIVE_BACK)
    import_csv(con, ended | {"delivery_slot": "1"}, minute=8)
    after = matters(con, MatterKind.STOCK_TO_GIVE_BACK)
    count(con, a_count(4, own_sku="TEA"), minute=9)

    assert (before, on_list(con, "stock_to_give_back")) == ([], [])
    assert (one.key, one.since) == (f"{ONE}/TEA", at(6))
    assert [(same.key, same.since) for same in after] == [(one.key, one.since)]
    assert word in one.what


@first(2)
@pytest.mark.parametrize(
    ("counted", "is_done", "told"),
    [
        (4, True, "在庫を調整した後に"),
        (-600, True, "在庫を調整した後に"),
        (4, False, "棚卸の後に"),
        (-600, False, ""),  # no count has left its piece out
    ],
)
def test_a_piece_that_a_count_left_out_is_to_be_given_back_as_well(
    con: Con, counted: float, is_done: bool, told: str
):
    """Whoever counts leaves out what waits to be sent, and books nothing for it."""
    import_csv(con, a_row(order_number(1)), minute=3)
    count(con, a_count(4, own_sku="TEA"), minute=counted)
    if is_done:
        line = Adjustment(
            mall="rakuten",
            shop_id=SHOP_ID,
            order_number=order_number(1),
            line_id="1",
            is_done=True,
        )
        adjust_stock(con, [line], adjustment_id="a", who="担当", note="棚", at=at(5))
    before = on_list(con, "stock_to_give_back")
    import_csv(con, a_row(order_number(1), outcome="cancelled"), minute=6)
    found = matters(con, MatterKind.STOCK_TO_GIVE_BACK)
    count(con, a_count(5, own_sku="TEA"), minute=7)

    assert [told in one.what for one in found] == [True] * bool(told)
    assert (before, on_list(con, "stock_to_give_back")) == ([], [])


def test_a_part_that_was_paid_back_gives_no_stock_back(con: Con):
    adjusted(con, mall_status="paid", outcome="open")
    paid_back = a_row(order_number(1), mall_status="partially_refunded", outcome="open")
    import_csv(con, paid_back | {"refunded_total": 500}, minute=6)

    assert on_list(con, "stock_to_give_back") == []


def test_stock_to_give_back_follows_its_listing_to_another_sku(undone: Con):
    cells = {"manage_number": "tea", "variant_id": "100g", "sku": "TEA-100"}
    adjusted(undone, **cells)
    import_csv(undone, a_row(order_number(1), **cells, cancelled=True), minute=6)
    rename(undone, TEA, "BLEND")

    assert on_list(undone, "stock_to_give_back") == [f"{ONE}/BLEND"]


def test_units_that_changed_after_the_adjustment_wait_for_a_count(con: Con):
    """Whoever looks at the order later, or ships it, settles nothing."""
    count(con, a_count(9, own_sku="TEA"), minute=-600)
    adjusted(con, mall_status="新規", outcome="open")
    changed = a_row(order_number(1), mall_status="新規", outcome="open", quantity=3)
    import_csv(con, changed, minute=6)
    shipped = changed | {"mall_status": "済", "outcome": "shipped", "quantity": 4}
    import_csv(con, shipped, minute=8)
    (one,) = matters(con, MatterKind.ADJUSTMENT_OUTDATED)
    count(con, a_count(4, own_sku="TEA"), minute=9)

    assert (one.key, one.since) == (f"{ONE}/TEA", at(8))
    assert "+3個" in one.what
    assert on_list(con, "adjustment_outdated") == []


def test_a_sku_that_changed_after_the_adjustment_waits_under_both(con: Con):
    """Of one that nobody counted no number is wrong."""
    count(con, a_count(9, MUG, own_sku="MUG"), minute=-600)
    adjusted(con, quantity=2)
    import_csv(con, a_row(order_number(1), sku="MUG", quantity=2), minute=6)
    uncounted = on_list(con, "adjustment_outdated")
    receive(con, a_count(4, own_sku="TEA"), minute=-600)
    found = matters(con, MatterKind.ADJUSTMENT_OUTDATED)
    import_csv(con, a_row(order_number(1), quantity=2), minute=7)

    assert {one.key: one.what[30:].count("+2個") for one in found} == {
        f"{ONE}/MUG": 1,
        f"{ONE}/TEA": 0,
    }
    assert uncounted == [f"{ONE}/MUG"]
    assert on_list(con, "adjustment_outdated") == []


@first(2)
@pytest.mark.parametrize(
    ("line", "units", "told"),
    [
        ("1", 5, "+3個"),
        ("2", 2, None),  # which waits, and shows what was adjusted before
        ("1", 2, None),
        ("2", 0, "-2個"),
    ],
)
def test_what_the_mall_changes_after_the_adjustment_is_told(
    con: Con, line, units, told
):
    cells = {"basket_id": "1", "manage_number": "sencha", "variant_id": "100g"}
    count(con, a_count(9, ("sencha", "100g", ""), own_sku="SENCHA-100"), minute=-600)
    adjusted(con, **cells, sku="SENCHA-100", quantity=2)
    packages = (a_package("1", [a_line(line, "1", units)]),)
    store(con, 6, packages=packages, goods_total=1080 * units)
    found = matters(con, MatterKind.ADJUSTMENT_OUTDATED)
    store(con, 7, status="900", packages=packages, goods_total=1080 * units)

    assert [told in one.what for one in found] == ([True] if told else [])
    assert on_list(con, "adjustment_outdated") == []


@pytest.mark.parametrize(
    ("before", "waits"), [("300", []), ("500", [f"{ONE}/SENCHA-100"])]
)
def test_what_was_shipped_before_it_was_cancelled_may_not_be_back(
    con: Con, before, waits
):
    """The ledger gives back what every cancellation does; no count has seen it yet."""
    store(con, 4, status=before)
    store(con, 6, status="900")
    told = matters(con, MatterKind.STOCK_TO_GIVE_BACK)
    count(con, a_count(4, own_sku="SENCHA-100"), minute=9)

    assert [one.key for one in told] == waits
    assert all("2個" in one.what and "発送後" in one.what for one in told)
    assert on_list(con, "stock_to_give_back") == []


@first(2)
@pytest.mark.parametrize(
    ("before", "after", "waits"),
    [("500", "500", ["TEA-100"]), ("300", "500", []), ("500", "400", ["TEA-100"])],
)
def test_pieces_taken_off_after_shipping_may_not_be_back(
    undone: Con, before, after, waits
):
    see(undone, order(1, 5, before, lines=[line(3)]), minute=5)
    see(undone, order(1, 7, after, lines=[line(1)]), minute=7)
    told = matters(undone, MatterKind.STOCK_TO_GIVE_BACK)
    see(undone, order(1, 9, after, lines=[line(3)]), minute=9)
    assert on_list(undone, "stock_to_give_back") == []
    see(undone, order(1, 11, after, lines=[line(1)]), minute=11)
    count(undone, a_count(4, own_sku="TEA-100"), minute=12)

    assert [one.key for one in told] == [f"{ONE}/{sku}" for sku in waits]
    assert all("2個" in one.what and one.since == at(7) for one in told)
    assert on_list(undone, "stock_to_give_back") == []


@first()
@pytest.mark.parametrize(("other", "waits"), [(2, []), (1, [f"{ONE}/TEA-100"])])
def test_what_one_look_takes_off_one_line_and_puts_on_another_has_not_come_back(
    undone: Con, other: int, waits: list[str]
):
    """A line that is divided after shipping: of three pieces one and two."""
    see(undone, order(1, 5, "500", lines=[line(3)]), minute=5)
    divided = [line(1), line(other, line_id="12")]
    see(undone, order(1, 7, "500", lines=divided), minute=7)
    told = matters(undone, MatterKind.STOCK_TO_GIVE_BACK)

    assert [one.key for one in told] == waits
    assert all("、1個" in one.what for one in told)


def test_a_change_after_the_cancellation_makes_no_new_stock_to_give_back(undone: Con):
    stock_to_give_back(undone)
    assert off_list(undone, "stock_to_give_back", f"{ONE}/TEA", minute=6)
    store(undone, 7, status="900", delivery_slot=1)
    dismissed = on_list(undone, "stock_to_give_back")
    count(undone, a_count(4, own_sku="TEA"), minute=8)
    undone.execute("DELETE FROM dismissals")
    store(undone, 9, status="900", delivery_slot=2)

    assert (dismissed, on_list(undone, "stock_to_give_back")) == ([], [])


def test_an_order_cancelled_anew_has_stock_to_give_back_anew(undone: Con):
    stock_to_give_back(undone)
    assert off_list(undone, "stock_to_give_back", f"{ONE}/TEA", minute=6)
    store(undone, 7, status="300")
    store(undone, 8, status="900")

    assert on_list(undone, "stock_to_give_back") == [f"{ONE}/TEA"]


def test_a_change_after_the_cancellation_neither_hides_nor_renews_a_parcel_to_stop(
    undone: Con,
):
    parcel_to_stop(undone)
    store(undone, 20 * 24 * 60, status="900", delivery_slot=1)
    (one,) = matters(undone, MatterKind.PARCEL_TO_STOP)
    assert off_list(undone, "parcel_to_stop", ONE, minute=7)
    dismissed = on_list(undone, "parcel_to_stop")
    store(undone, 21 * 24 * 60, status="300")
    a_shipment_again = "UPDATE shipments SET verified_at = $at"
    undone.execute(a_shipment_again, {"at": at(21 * 24 * 60)})
    store(undone, 22 * 24 * 60, status="900")

    assert (one.since, dismissed) == (at(6), [])
    assert on_list(undone, "parcel_to_stop") == [ONE]


def test_a_change_after_the_cancellation_hides_no_printed_label(undone: Con):
    store(undone)
    a_label(undone)
    store(undone, 6, status="900")
    store(undone, 20 * 24 * 60, status="900", delivery_slot=1)

    assert [
        (one.key, one.since) for one in matters(undone, MatterKind.PARCEL_TO_STOP)
    ] == [(ONE, at(6))]


def test_a_parcel_of_an_order_whose_cancellation_was_withdrawn_is_told_again(
    undone: Con,
):
    """It was sent, and stayed unreported under 「キャンセルされた注文です」."""
    store(undone, 4, status="800")
    a_shipment(undone, "cancelled", "キャンセルされた注文です。", 5)
    assert off_list(undone, "tracking_refused", f"{ONE}/1/123", minute=6)
    assert on_list(undone, "tracking_refused") == []
    store(undone, 7, status="300")

    (one,) = matters(undone, MatterKind.TRACKING_REFUSED)
    assert one.since == at(7)
    assert "取り下げられました" in one.what


def a_label(con: Con, minute: float = 5) -> None:
    con.execute(
        """INSERT INTO shipping_labels BY NAME SELECT
            'rakuten' AS mall, ? AS shop_id, ? AS order_number, '1' AS basket_id,
            'K1' AS short_key, 'yamato' AS carrier, ? AS exported_at""",
        [SHOP_ID, order_number(1), at(minute)],
    )


MOVED = {"street": "北一条西2-0-1"}
NO_OTHER_DOOR = {
    "other blanks": {"street": "北一条西 ２－０－０"},
    "other cells": {"city": "札幌市", "street": "中央区北一条西2-0-0"},
    "another phone": {"phone": "09000000001"},
}


def store_to(con: Con, minute: float, status: str = "300", **cells: str) -> None:
    recipient = a_person("1").model_copy(update=cells)
    order = an_order(minute=minute, status=status, people=[a_person(), recipient])
    store_orders(con, [order], source="api", stored_at=at(minute), load_id="l")


def stopped_since(con: Con) -> list[object]:
    return [one.since for one in matters(con, MatterKind.PARCEL_TO_STOP)]


@pytest.mark.parametrize("is_planted", [False, True])
def test_a_label_is_told_of_whose_recipient_changed_before_the_order_was_shipped(
    undone: Con, is_planted: bool
):
    """RMS is read again and again; its parcel went to the old address."""
    store_to(undone, 4)
    a_label(undone)
    old, new = ("verdict = 'changed'", "false") if is_planted else ("", "")
    with planted_sql("mark_outdated_labels", old, new):
        store_to(undone, 6, **MOVED)

    assert stopped_since(undone) == [at(6)] * (not is_planted)
    store_to(undone, 8, status="500", **MOVED)
    assert stopped_since(undone) == []


def test_a_label_is_told_of_while_its_order_waits_for_a_payment_again(undone: Con):
    """RMS takes its instruction to ship back: what is sent now is not paid."""
    store_to(undone, 4)
    a_label(undone)
    store_to(undone, 6, status="200")
    (told,) = matters(undone, MatterKind.PARCEL_TO_STOP)

    assert (told.since, "発送待ちに戻るまで" in told.what) == (at(6), True)
    store_to(undone, 8)
    assert stopped_since(undone) == []


CARD, COD = 1, 2


@first(2)
@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ((COD, 7080), (COD, 5080), True),
        ((CARD, 7080), (CARD, 5080), False),
        ((CARD, 7080), (COD, 7080), True),
        ((COD, 7080), (CARD, 7080), True),
        ((COD, 7080), (COD, 7080), False),
    ],
)
def test_a_label_is_told_of_when_another_sum_is_to_be_collected_at_the_door(
    undone: Con, before: tuple[int, int], after: tuple[int, int], is_told: bool
):
    """The carrier collects what the label says: too much, too little, or nothing."""
    store_paid(undone, 4, *before)
    a_label(undone)
    store_paid(undone, 6, *after)

    assert stopped_since(undone) == [at(6)] * is_told


def store_paid(con: Con, minute: float, code: int, total: int) -> None:
    order = an_order(
        minute=minute, status="300", people=[a_person(), a_person("1")]
    ).model_copy(update={"payment_code": code, "request_total": total})
    store_orders(con, [order], source="api", stored_at=at(minute), load_id="l")


@first()
@pytest.mark.parametrize("cells", NO_OTHER_DOOR.values(), ids=NO_OTHER_DOOR)
def test_a_label_is_right_while_its_address_is_only_written_otherwise(
    undone: Con, cells: dict[str, str]
):
    store_to(undone, 4)
    a_label(undone)
    store_to(undone, 6, **cells)

    assert stopped_since(undone) == []


def test_a_label_of_a_package_that_rms_has_no_more_is_told_of(undone: Con):
    store_to(undone, 4)
    a_label(undone)
    other = an_order(minute=6, packages=[a_package("2")], people=[a_person()])
    store_orders(undone, [other], source="api", stored_at=at(6), load_id="l")

    assert stopped_since(undone) == [at(6)]
