"""Orders of any mall go in by file, are labelled and shipped, and out by file.

Whole runs without a Prefect server, and without any RMS: none of these shops has keys.
"""

import csv
import stat
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from connectors.settings.reading import NEEDED
from data.model.japan_time import JST
from data.model.shipping.short_key import PackageRef, short_key
from data.warehouse.session import warehouse
from flows import (
    export_shipping_labels,
    export_tracking,
    import_order_csv,
    import_shipments,
)
from tasks.machine import our_warehouse
from tasks.shipping.exports import write_upload
from tasks.shipping.labels import open_labels, write_labels
from tests.carriers.made import B2, TEMPLATE, csv_bytes
from tests.support.effort import first
from tests.support.kept_open import kept_open
from tests.support.plain_runs import run_plainly
from tests.support.rules import broken_rules
from tests.tracking_files.orders import (
    amazon,
    amazon_all,
    colorme,
    colorme_packages,
    qoo10,
)

FLOWS = (export_shipping_labels, export_tracking, import_order_csv, import_shipments)
ONE, TWO = "400000000005", "400000000016"
THREE, FOUR = "400000000020", "400000000031"


def today() -> datetime:
    """Now, but no day before those in the files."""
    return max(datetime.now(JST), datetime(2026, 11, 29, tzinfo=JST))


class Desk:
    """A clerk of shops without RMS."""

    def __init__(self, home: Path, shown) -> None:
        self.home = home
        self.shown = shown

    def order(self, write, mall: str, shop: str, **cells: str) -> None:
        path = write(self.home / "orders.csv", **cells)
        self.done(import_order_csv.import_order_csv(path, mall, shop))

    def parcel(self, mall, shop, reference, number=ONE, day="2026/11/28") -> str:
        row = {
            "お客様管理番号": reference,
            "伝票番号": number,
            "出荷予定日": day,
        }
        path = self.home / "b2.csv"
        path.write_bytes(csv_bytes(B2, [row]))
        return self.done(
            import_shipments.import_shipments(str(path), "yamato", shop, mall)
        )

    def correction(self, mall, shop, reference, right, wrong) -> None:
        row = {
            "注文番号": reference,
            "配送会社": "1001",
            "伝票番号": right,
            "発送日": "2026/11/28",
            "訂正前の伝票番号": wrong,
        }
        path = self.home / "template.csv"
        path.write_bytes(csv_bytes(TEMPLATE, [row]))
        self.done(import_shipments.import_shipments(str(path), "template", shop, mall))

    def labels(self, mall: str, shop: str, **given) -> str:
        flow = export_shipping_labels.export_shipping_labels
        return self.done(flow("yamato", shop, mall=mall, **given))

    def export(self, mall: str, shop: str, **given) -> str:
        return self.done(export_tracking.export_tracking(mall, shop, **given))

    def uploads(self) -> list[str]:
        files = sorted((self.home / "uploads").glob("tracking-*"))
        return [path.read_bytes().decode("cp932") for path in files]

    def ask(self, query: str):
        with warehouse(self.home / "juchu.duckdb") as con:
            return con.execute(query).fetchall()

    @staticmethod
    def done(state) -> str:
        assert state.is_completed(), state.message
        return state.message


@pytest.fixture
def desk(home, monkeypatch):
    home.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("JUCHU_HOME", str(home))
    for name, value in NEEDED.items():
        monkeypatch.setenv(f"JUCHU_SENDER_{name.upper()}", value)
    monkeypatch.setenv("JUCHU_SENDER_BILLING_CODE", "030000000000")
    monkeypatch.setattr("tasks.shipping.exports.now", today)
    with kept_open():
        made = Desk(home, run_plainly(monkeypatch, *FLOWS))
        yield made
        with warehouse(home / "juchu.duckdb") as con:
            assert broken_rules(con) == []


def test_a_colorme_order_goes_in_by_file_and_out_as_colorme_takes_it(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    labelled = desk.labels("colorme", "mihon", shipping_date="2099-12-01")
    (path,) = (desk.home / "labels").glob("*.csv")
    text = path.read_bytes().decode("cp932").splitlines()
    (label,) = csv.DictReader(text)
    took = desk.parcel("colorme", "mihon", label["お客様管理番号"])
    told = desk.export("colorme", "mihon")
    (upload,) = (desk.home / "uploads").glob("*.csv")

    assert labelled.startswith("送り状 1 件 / 出力しなかった送付先 0 件")
    assert label["お届け先住所"] == "東京都見本区表町1-2-3"
    assert label["出荷予定日"] == "2099/12/01"
    assert label["お客様管理番号"] == short_key(
        PackageRef("colorme", "mihon", "501", "5011")
    )
    assert took.startswith("新規 1")
    assert told == (
        f"送り状番号 1 件 / 出力しなかった番号 0 件: アップロード用のファイル {upload}"
    )
    assert upload.read_bytes() == (
        f"注文ID,配送先ID,配送伝票番号\r\n501,5011,{ONE}\r\n".encode("cp932")
    )
    assert stat.S_IMODE(upload.stat().st_mode) == 0o600


def test_a_line_that_a_second_report_named_is_confirmed_by_that_name(desk: Desk):
    desk.order(amazon_all, "amazon", "mihon")
    desk.order(amazon, "amazon", "mihon")
    desk.parcel("amazon", "mihon", "250-0000001-0000001")
    desk.export("amazon", "mihon")
    (upload,) = desk.uploads()
    (row,) = upload.splitlines()[3:]

    assert desk.ask("SELECT line_id, quantity FROM order_lines") == [("1", 2)]
    assert row.split("\t")[1:3] == ["12345678901234", "2"]


def test_an_amazon_order_goes_in_by_file_and_out_as_a_shipping_confirmation(
    desk: Desk,
):
    desk.order(amazon, "amazon", "mihon")
    assert desk.labels("amazon", "mihon").startswith("送り状 1 件")
    desk.parcel("amazon", "mihon", "250-0000001-0000001")
    desk.export("amazon", "mihon")
    (upload,) = desk.uploads()

    assert upload.splitlines()[3].split("\t") == [
        "250-0000001-0000001",
        "12345678901234",
        "2",
        "2026-11-28",
        "Other",
        "ヤマト運輸",
        ONE,
        "",
        "",
    ]
    assert len(upload.splitlines()) == 4


def test_each_number_leaves_once_and_the_table_says_what_left_when(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501")
    first = desk.export("colorme", "mihon")
    second = desk.export("colorme", "mihon")
    files = sorted(path.name for path in (desk.home / "uploads").iterdir())

    assert first.startswith("送り状番号 1 件")
    assert second == "新しい送り状番号はありません。"
    assert desk.ask(
        "SELECT mall, shop_id, order_number, basket_id, tracking_number, "
        "carrier_code, file_name, reason FROM tracking_exports"
    ) == [("colorme", "mihon", "501", "5011", ONE, "1001", files[0], None)]
    assert len(files) == 1


def test_a_number_is_written_once_more_when_it_is_asked_for(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501", day=f"{today():%Y/%m/%d}")
    desk.export("colorme", "mihon")
    desk.export("colorme", "mihon", again=True)
    first, second = desk.uploads()

    assert first == second
    assert desk.ask("SELECT count(*) FROM tracking_exports") == [(2,)]


def test_an_old_number_is_not_written_once_more_with_the_rest(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501", day="2020/12/01")
    desk.export("colorme", "mihon")

    assert desk.export("colorme", "mihon", again=True).startswith("新しい")


def test_a_changed_date_is_told_to_the_mall(desk: Desk):
    desk.order(amazon, "amazon", "mihon")
    for day in ("2026/11/28", "2026/11/29", "2026/11/28"):
        desk.parcel("amazon", "mihon", "250-0000001-0000001", day=day)
        desk.export("amazon", "mihon")

    assert [text.splitlines()[3].split("\t")[3] for text in desk.uploads()] == [
        "2026-11-28",
        "2026-11-29",
        "2026-11-28",
    ]


def test_a_second_parcel_of_a_package_is_told_once_to_be_typed_in(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501")
    desk.parcel("colorme", "mihon", "501", TWO)
    told = desk.export("colorme", "mihon")

    assert told.startswith("送り状番号 1 件 / 出力しなかった番号 1 件")
    assert TWO in desk.shown("export-tracking-report")
    assert TWO not in desk.uploads()[0]
    assert desk.export("colorme", "mihon").startswith("新しい")
    assert desk.ask(
        "SELECT tracking_number FROM tracking_exports WHERE reason IS NOT NULL"
    ) == [(TWO,)]


def test_a_corrected_number_takes_the_place_of_the_wrong_one_in_the_mall(desk: Desk):
    """The right one came behind the second, and the wrong one stayed at the mall."""
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501", TWO)
    desk.parcel("colorme", "mihon", "501", ONE)
    desk.export("colorme", "mihon")
    for right, wrong in ((THREE, TWO), (FOUR, THREE)):
        desk.correction("colorme", "mihon", "501", right, wrong)
    told = desk.export("colorme", "mihon")
    desk.correction("colorme", "mihon", "501", TWO, FOUR)
    desk.export("colorme", "mihon")

    assert told.startswith("送り状番号 1 件 / 出力しなかった番号 0 件")
    assert [text.splitlines()[1:] for text in desk.uploads()] == [
        [f"501,5011,{TWO}"],
        [f"501,5011,{FOUR}"],
        [f"501,5011,{TWO}"],
    ]


@pytest.mark.parametrize("is_labelled", [False, True])
def test_an_order_cancelled_after_its_number_left_is_a_parcel_to_stop(
    desk: Desk, is_labelled: bool
):
    desk.order(colorme, "colorme", "mihon")
    if is_labelled:
        desk.labels("colorme", "mihon")
    desk.parcel("colorme", "mihon", "501")
    desk.export("colorme", "mihon")
    desk.order(colorme, "colorme", "mihon", 発送状態="キャンセル")

    ((order, what),) = desk.ask(
        "SELECT order_number, what FROM needs_a_person WHERE kind = 'parcel_to_stop'"
    )
    assert (order, f"送り状番号 {ONE}" in what) == ("501", True)


def test_a_cancelled_order_is_not_told_to_the_mall(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501")
    desk.order(colorme, "colorme", "mihon", 発送状態="キャンセル")
    told = desk.export("colorme", "mihon")

    assert told.startswith("送り状番号 0 件 / 出力しなかった番号 1 件: ファイルなし")
    assert "キャンセルされた注文です。" in desk.shown("export-tracking-report")
    assert desk.uploads() == []


@pytest.mark.parametrize("status", ["キャンセル", "発送済"])
def test_what_the_mall_shows_as_over_gets_no_label(desk: Desk, status):
    desk.order(colorme, "colorme", "mihon", 発送状態=status)

    assert desk.labels("colorme", "mihon").startswith("送り状 0 件 / 出力しなかった")


def test_a_shop_name_nobody_imported_is_refused_with_the_one_that_is_meant(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    flows = (
        lambda shop: export_tracking.export_tracking("colorme", shop),
        lambda shop: export_shipping_labels.export_shipping_labels(
            "yamato", shop, mall="colorme"
        ),
        lambda shop: import_shipments.import_shipments("x", "yamato", shop, "colorme"),
    )
    for flow in flows:
        with pytest.raises(Exception, match=r"「mihon」ではありませんか.*対処"):
            flow("mihom")


@pytest.mark.parametrize(
    ("mall", "why"),
    [
        ("rakuten", "登録されていません"),
        ("colorm", "「colorme」ではありませんか"),
        ("yahoo", "先に import-order-csv で"),
    ],
)
def test_a_mall_without_such_a_shop_or_file_is_refused_with_what_to_do(
    desk: Desk, mall, why
):
    with pytest.raises(Exception, match=f"{why}.*対処|{why}"):
        export_tracking.export_tracking(mall, "mihon")


def test_a_mall_whose_file_we_do_not_know_gets_a_list_and_a_plain_word(desk: Desk):
    path = desk.home / "base.csv"
    source = Path("tests/order_files/golden/base/in.csv")
    path.write_bytes(source.read_bytes())
    import_order_csv.import_order_csv(str(path), "base", "mihon", return_state=True)
    ((order,),) = desk.ask("SELECT min(order_number) FROM orders")
    desk.parcel("base", "mihon", order)
    told = desk.export("base", "mihon")
    (upload,) = (desk.home / "uploads").iterdir()

    assert "一覧(手入力用)" in told
    assert "モールの画面で入力してください" in desk.shown("export-tracking-report")
    assert upload.read_bytes().decode("utf-8-sig").splitlines()[1:] == [
        f"{order},1,ヤマト運輸,{ONE},2026-11-28"
    ]


def test_a_past_shipping_date_is_refused_before_anything_is_written(desk: Desk):
    desk.order(colorme, "colorme", "mihon")
    with pytest.raises(Exception, match=r"過去の日付.*対処"):
        desk.labels("colorme", "mihon", shipping_date="2020-01-01")


def test_amazon_is_told_of_no_more_pieces_than_are_still_to_be_sent(desk: Desk):
    """A part had left by itself: Amazon refuses more than the rest."""
    pieces = {"quantity_purchased": "3", "quantity_shipped": "1"}
    desk.order(amazon, "amazon", "mihon", **pieces, quantity_to_ship="2")
    desk.parcel("amazon", "mihon", "250-0000001-0000001")
    desk.export("amazon", "mihon")
    (upload,) = desk.uploads()
    (row,) = csv.DictReader(upload.splitlines()[2:], delimiter="\t")

    assert (row["order-item-id"], row["quantity"]) == ("12345678901234", "2")
    assert desk.ask("SELECT quantity FROM manual_stock_adjustments") == [(3,)]


def test_the_rest_of_a_qoo10_cart_is_sent_and_told_by_itself(desk: Desk):
    """One line had left before: the rest got no label, and its number went to both."""
    by_itself = {"配送状態": "配送中", "送り状番号": TWO, "発送日": "2026/11/25"}
    desk.order(
        lambda path: qoo10(path, {"注文番号": "1"}, {"注文番号": "2"} | by_itself),
        "qoo10",
        "mihon",
    )

    assert desk.labels("qoo10", "mihon").startswith("送り状 1 件")
    desk.parcel("qoo10", "mihon", "900001")
    desk.export("qoo10", "mihon")
    (upload,) = desk.uploads()
    rows = csv.DictReader(upload.splitlines())
    assert [(row["注文番号"], row["送り状番号"]) for row in rows] == [("1", ONE)]


@pytest.mark.parametrize("day", ["2026/11/23", "2099/11/28"])
def test_a_day_no_parcel_can_have_left_on_is_told_to_no_mall(desk: Desk, day):
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501", day=day)

    assert desk.export("colorme", "mihon").startswith(
        "送り状番号 0 件 / 出力しなかった番号 1 件"
    )
    assert "対処: 発送日" in desk.shown("export-tracking-report")
    desk.parcel("colorme", "mihon", "501")
    assert desk.export("colorme", "mihon").startswith("送り状番号 1 件")


def test_a_number_left_out_for_its_day_does_not_keep_the_right_one_out(desk: Desk):
    """The mall had neither: the first number of the package counted as told."""
    desk.order(colorme, "colorme", "mihon")
    desk.parcel("colorme", "mihon", "501", day="2099/11/28")
    desk.export("colorme", "mihon")
    desk.parcel("colorme", "mihon", "501", TWO)
    desk.export("colorme", "mihon")

    assert [text.splitlines()[1:] for text in desk.uploads()] == [[f"501,5011,{TWO}"]]


def test_of_two_packages_of_colorme_the_one_that_left_gets_no_second_label(desk: Desk):
    def two(path: Path) -> str:
        one, other = "発送済", "未発送"
        return colorme_packages(path, ("5011", "9001", one), ("5012", "9002", other))

    desk.order(two, "colorme", "mihon")
    desk.labels("colorme", "mihon")

    assert desk.ask("SELECT basket_id FROM shipping_labels") == [("5012",)]
    assert desk.ask("SELECT outcome FROM orders") == [(None,)]


@contextmanager
def cancelled_after_commit():
    """Open our warehouse, and be cancelled when it has committed."""
    with our_warehouse() as con:
        yield con
    raise KeyboardInterrupt


def test_a_run_cancelled_after_its_commit_keeps_the_files_that_are_recorded(
    desk: Desk, monkeypatch
):
    desk.order(colorme, "colorme", "mihon")
    with monkeypatch.context() as patch:
        patch.setattr("tasks.shipping.labels.our_warehouse", cancelled_after_commit)
        with pytest.raises(KeyboardInterrupt):
            _write_labels_of("mihon")
    (label,) = (desk.home / "labels").glob("*.csv")
    (row,) = csv.DictReader(label.read_bytes().decode("cp932").splitlines())
    desk.parcel("colorme", "mihon", row["お客様管理番号"])
    with monkeypatch.context() as patch:
        patch.setattr("tasks.shipping.exports.our_warehouse", cancelled_after_commit)
        with pytest.raises(KeyboardInterrupt):
            write_upload.fn("colorme", "mihon", "", again=False)

    assert desk.ask("SELECT count(*) FROM shipping_labels") == [(1,)]
    assert desk.ask("SELECT count(*) FROM tracking_exports") == [(1,)]
    assert len(desk.uploads()) == 1


def test_a_run_cancelled_before_its_commit_leaves_no_file(desk: Desk, monkeypatch):
    desk.order(colorme, "colorme", "mihon")

    def cancelled(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tasks.shipping.labels.record_labels", cancelled)
    with pytest.raises(KeyboardInterrupt):
        _write_labels_of("mihon")

    assert [*(desk.home / "labels").glob("*")] == []
    assert desk.ask("SELECT count(*) FROM shipping_labels") == [(0,)]


def _write_labels_of(shop: str) -> None:
    load, day = open_labels.fn(shop, "colorme", None)
    write_labels.fn([], "yamato", "", again=False, load=load, leaves_on=day)


@pytest.mark.parametrize(
    "left",
    [{"発送日": "2026/11/25"}, {"送り状番号": ONE}],
    ids=["a day, by ordinary mail without a number", "a number"],
)
def test_a_package_that_left_by_the_malls_file_gets_no_label(desk: Desk, left):
    sent = {"配送状態": "配送要請", "注文番号": "1", **left}
    desk.order(lambda path: qoo10(path, sent), "qoo10", "mihon")

    assert desk.labels("qoo10", "mihon").startswith("送り状 0 件 / 出力しなかった")


def test_a_line_of_which_nothing_is_left_is_not_confirmed_again(desk: Desk):
    pieces = {"quantity_purchased": "3", "quantity_shipped": "3"}
    desk.order(amazon, "amazon", "mihon", **pieces, quantity_to_ship="0")
    desk.parcel("amazon", "mihon", "250-0000001-0000001")
    told = desk.export("amazon", "mihon")

    assert told.startswith("送り状番号 0 件 / 出力しなかった番号 1 件")


def test_what_amazon_sends_itself_waits_for_nobody(desk: Desk):
    """FBA's orders waited for our stock and our labels."""
    desk.order(amazon_all, "amazon", "mihon", fulfillment_channel="Amazon")

    assert desk.ask("SELECT outcome FROM orders") == [("shipped",)]
    assert desk.ask("SELECT * FROM manual_stock_adjustments") == []
    assert desk.labels("amazon", "mihon").startswith("送り状 0 件 / 出力しなかった")


@first()
@pytest.mark.parametrize(
    ("cell", "waits", "goes_on"),
    [("入金状態", "未入金", "入金済"), ("発送状態", "入金待ち", "未発送")],
)
def test_what_the_mall_says_not_to_send_yet_gets_no_label_and_is_told(
    desk: Desk, cell, waits, goes_on
):
    """An order by 銀行振込 got its label before it was paid."""
    desk.order(colorme, "colorme", "mihon", 決済方法="銀行振込", **{cell: waits})
    message = desk.labels("colorme", "mihon")

    assert message.startswith("送り状 0 件 / 出力しなかった送付先 1 件")
    assert "モールのステータスが、まだ発送できない" in desk.shown("labels-report")
    desk.order(colorme, "colorme", "mihon", 決済方法="銀行振込", **{cell: goes_on})
    assert desk.labels("colorme", "mihon").startswith("送り状 1 件")


def test_a_wished_day_before_the_shipping_date_is_told_and_not_on_the_label(
    desk: Desk,
):
    desk.order(colorme, "colorme", "mihon", 配送希望日="2099/11/30")
    told = desk.labels("colorme", "mihon", shipping_date="2099-12-01")
    (path,) = (desk.home / "labels").glob("*.csv")
    (label,) = csv.DictReader(path.read_bytes().decode("cp932").splitlines())

    assert "お届け希望日に間に合わない送付先 1 件" in told
    assert label["お届け予定（指定）日"] == ""
    assert "| 501 | 5011 | 2099-11-30 |" in desk.shown("labels-report")


@pytest.mark.parametrize(("wished", "is_told"), [("12/08", False), ("12/09", True)])
def test_a_label_of_a_parcel_that_would_wait_for_its_day_is_told(desk, wished, is_told):
    """It was printed weeks before, and its number reported as shipped."""
    desk.order(colorme, "colorme", "mihon", 配送希望日=f"2099/{wished}")
    told = desk.labels("colorme", "mihon", shipping_date="2099-12-01")

    assert ("お届け希望日が先の送付先 1 件" in told) is is_told
    assert ("発行しないでください" in desk.shown("labels-report")) is is_told
