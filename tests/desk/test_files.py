"""A clerk uploads a file, sees what it would do, and imports it."""

import errno
import os
import re

import pytest

from data.warehouse.session import warehouse
from tests.carriers.made import B2, GOOD, csv_bytes
from tests.desk.conftest import NAME, AtDesk
from tests.support.effort import first, for_ci
from tests.support.mall_csv import rakuten_bytes, rakuten_row

SECOND = {
    "注文番号": "123456-20261124-0000000002",
    "送付先ID": "0000000008",
    "商品明細ID": "0000000012",
}
UNKNOWN = "123456-20260701-0000000099"
ORDERS = {"of": "orders", "mall": "rakuten", "shop": "lab", "mode": "update"}


def upload(clerk: AtDesk, content: bytes, name: str = "注文.csv", **form: str):
    """Send a file by its form, and return the answer."""
    files = {"file": (name, content, "text/csv")}
    page = f"/files?kind={form.get('of', 'orders')}"
    return clerk.send("/files", page, files=files, **(ORDERS | form))


def book(clerk: AtDesk, page: str, **form: str):
    """Press the button that imports what the page shows."""
    trial = clerk.hidden(page, "trial")
    return clerk.send(f"{page}/book", page, **({"trial": trial} | form))


def shown(clerk: AtDesk, path: str) -> str:
    """A page as people read it: words only, white space single."""
    page = clerk.browser.get(path)
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def stored(clerk: AtDesk, query: str) -> list[tuple]:
    with warehouse(clerk.home / "juchu.duckdb") as con:
        return con.execute(query).fetchall()


def test_a_cp932_file_is_shown_before_it_is_imported(clerk: AtDesk):
    content = rakuten_bytes([rakuten_row(), rakuten_row(**SECOND)])
    page = upload(clerk, content).headers["location"]
    preview = shown(clerk, page)

    assert "注文.csv" in preview
    assert "楽天市場" in preview
    assert "取り込めます。まだ取り込んでいません。" in preview
    assert re.search(r"新規の注文 更新する注文 .* 2 2 0 0 0 0", preview)
    assert stored(clerk, "FROM orders") == []

    book(clerk, page)
    booked = shown(clerk, page)
    assert "取り込みました。" in booked
    assert "在庫調整へ進む" in booked
    assert stored(clerk, "SELECT count(*) FROM orders") == [(2,)]
    assert stored(clerk, "SELECT file_name FROM csv_imports") == [("注文.csv",)]
    assert [path.suffix for path in (clerk.home / "uploads").iterdir()] == [".json"]


def test_an_import_that_breaks_off_leaves_its_file_to_be_imported_again(clerk: AtDesk):
    page = upload(clerk, rakuten_bytes([rakuten_row()])).headers["location"]
    clerk.runs.dies = True
    book(clerk, page)
    for way in ("/", "/files"):
        assert re.search(r"注文\.csv .*取り込めませんでした", shown(clerk, way)), way
    broken = shown(clerk, page)
    assert "取り込めませんでした。" in broken
    assert "ファイルは残してあります" in broken
    assert "もう一度取り込む" in broken
    assert stored(clerk, "FROM orders") == []

    book(clerk, page)
    assert "取り込みました。" in shown(clerk, page)
    assert stored(clerk, "SELECT count(*) FROM orders") == [(1,)]
    assert "注文.csv" not in shown(clerk, "/files")
    assert "注文.csv" not in shown(clerk, "/")


@for_ci
def test_what_broke_off_can_be_tried_otherwise_or_dropped(clerk: AtDesk):
    page = upload(clerk, rakuten_bytes([rakuten_row()])).headers["location"]
    clerk.runs.dies = True
    book(clerk, page)
    clerk.send(f"{page}/try", page, once="2", **(ORDERS | {"mode": "replace"}))
    assert "まだ取り込んでいません" in shown(clerk, "/files")
    clerk.runs.dies = True
    book(clerk, page)
    clerk.send(f"{page}/drop", page)

    assert list((clerk.home / "uploads").iterdir()) == []


def test_an_import_that_ends_while_nobody_looks_is_listed_no_more(clerk: AtDesk):
    page = upload(clerk, rakuten_bytes([rakuten_row()])).headers["location"]
    assert re.search(r"注文\.csv .*まだ取り込んでいません", shown(clerk, "/files"))
    book(clerk, page)

    assert "注文.csv" not in shown(clerk, "/files")
    assert [path.suffix for path in (clerk.home / "uploads").iterdir()] == [".json"]


@for_ci
def test_a_second_click_imports_nothing_more(clerk: AtDesk):
    page = upload(clerk, rakuten_bytes([rakuten_row()])).headers["location"]
    assert book(clerk, page).status_code == 303
    again = clerk.send(f"{page}/book", "/files")

    assert again.headers["location"] == page
    assert clerk.send(f"{page}/try", "/files", **ORDERS).status_code == 409
    assert stored(clerk, "SELECT count(*) FROM csv_imports") == [(1,)]


def test_a_page_of_an_earlier_trial_imports_nothing(clerk: AtDesk):
    page = upload(clerk, rakuten_bytes([rakuten_row()])).headers["location"]
    earlier = clerk.hidden(page, "trial")
    clerk.send(f"{page}/try", page, once="2", **(ORDERS | {"mode": "replace"}))
    refused = book(clerk, page, trial=earlier)

    assert refused.status_code == 409
    assert "対処:" in refused.text
    assert stored(clerk, "FROM orders") == []


@for_ci
def test_what_is_left_out_is_named_by_row_and_column(clerk: AtDesk):
    content = rakuten_bytes([rakuten_row(), rakuten_row(**SECOND, 個数="x")])
    page = upload(clerk, content).headers["location"]
    preview = shown(clerk, page)

    assert "取り込めない行があります。" in preview
    number = SECOND["注文番号"]
    assert f"3 個数 {number} 個数(整数)として読み取れません。" in preview
    book(clerk, page)
    assert "取り込めなかった行があります" in shown(clerk, page)
    assert stored(clerk, "SELECT count(*) FROM orders") == [(1,)]


def test_a_file_of_another_mall_is_refused_and_tried_again_with_the_right_one(
    clerk: AtDesk,
):
    content = rakuten_bytes([rakuten_row()])
    page = upload(clerk, content, mall="yahoo").headers["location"]
    refused = shown(clerk, page)

    assert "このままでは取り込めません。" in refused
    assert "対処:" in refused
    assert ">取り込む<" not in clerk.browser.get(page).text
    clerk.send(f"{page}/try", page, once="2", **ORDERS)
    assert "取り込めます。" in shown(clerk, page)


@for_ci
def test_an_upload_that_is_dropped_is_gone(clerk: AtDesk):
    page = upload(clerk, rakuten_bytes([rakuten_row()])).headers["location"]
    clerk.send(f"{page}/drop", page)

    assert list((clerk.home / "uploads").iterdir()) == []
    assert clerk.browser.get(page).status_code == 404


@first(2)
@pytest.mark.parametrize(
    "form",
    [
        {"mall": "nowhere"},
        {"mode": "destroy"},
        {"of": "people"},
        {"shop": ""},
        {"shop": "*", "other_shop": "x" * 200},
        {"of": "shipments", "carrier": "dove"},
    ],
)
def test_a_choice_that_was_not_offered_keeps_nothing(clerk: AtDesk, form):
    answer = upload(clerk, rakuten_bytes([rakuten_row()]), **form)

    assert answer.status_code == 400
    assert "対処:" in answer.text
    assert not (clerk.home / "uploads").exists()


def test_no_file_and_three_files_are_refused(clerk: AtDesk):
    assert clerk.send("/files", "/files", **ORDERS).status_code == 400
    three = [("file", (f"{n}.csv", b"x", "text/csv")) for n in range(3)]
    assert clerk.send("/files", "/files", files=three, **ORDERS).status_code == 400
    assert not (clerk.home / "uploads").exists()


def test_who_chooses_a_whole_folders_files_reads_that_they_go_one_by_one(clerk: AtDesk):
    thirty = [("file", (f"{n}.csv", b"x", "text/csv")) for n in range(30)]
    answer = clerk.send("/files", "/files", files=thirty, **ORDERS)

    assert answer.status_code == 400
    assert "ファイルは1つずつ取り込みます" in answer.text
    assert not (clerk.home / "uploads").exists()


@for_ci
def test_a_name_of_markup_is_shown_as_text(clerk: AtDesk):
    name = '"><img src=x onerror=alert(1)>.csv'
    content = rakuten_bytes([rakuten_row()])
    page = upload(clerk, content, name=name).headers["location"]

    assert "<img" not in clerk.browser.get(page).text


def test_a_count_is_signed_by_who_is_at_the_desk(clerk: AtDesk):
    content = "商品管理番号,SKU管理番号,数量\ntea,100g,12\n".encode("cp932")
    page = upload(clerk, content, "棚卸.csv", of="stock", kind="count")
    page = page.headers["location"]
    assert "在庫数が変わるSKU" in shown(clerk, page)
    assert stored(clerk, "FROM stock_movements") == []

    book(clerk, page)
    assert "取り込みました。" in shown(clerk, page)
    assert stored(clerk, "SELECT sku, quantity, who FROM stock_movements") == [
        ("tea/100g", 12, NAME)
    ]


def test_a_carriers_file_names_the_rows_of_no_order(clerk: AtDesk):
    row = {"お客様管理番号": UNKNOWN, "伝票番号": GOOD, "出荷予定日": "2026/07/01"}
    page = upload(clerk, csv_bytes(B2, [row]), "b2.csv", of="shipments")
    preview = shown(clerk, page.headers["location"])

    assert "注文が見つからない行 1件" in preview
    assert "2 お客様管理番号" in preview
    assert UNKNOWN not in preview


def test_a_full_disk_is_told_with_what_to_do_and_keeps_nothing(
    clerk: AtDesk, monkeypatch: pytest.MonkeyPatch
):
    """The clerk was told of an error of the page, and to try it again."""

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), number)

    monkeypatch.setattr(os, "fsync", full)
    answer = upload(clerk, rakuten_bytes([rakuten_row()]))

    assert answer.status_code == 507
    assert "空き容量がありません" in answer.text
    assert "対処: 管理者に" in answer.text
    assert [*(clerk.home / "uploads").iterdir()] == []


def test_an_upload_nobody_knows_is_not_found(clerk: AtDesk):
    for token in ("0" * 32, "..%2F..%2Fprefect.env", "a"):
        assert clerk.browser.get(f"/files/{token}").status_code == 404
