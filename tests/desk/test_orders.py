"""An order is found by its number, told in words, and whoever looks is written down."""

import json
import stat
from pathlib import Path

import pytest

from connectors.look_journal import record_look
from data.warehouse.orders.history import Event
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from data.warehouse.statements import SQL
from tasks.desk.orders import _WORDS, in_words
from tests.analytics.filled import fill
from tests.desk.conftest import NAME, AtDesk
from tests.order_files.store.made import a_row, store
from tests.support.orders import a_line, an_order, at
from tests.support.small_files import small_files

SCRIPT = "<script>alert('商品')</script>"


@pytest.fixture(scope="module")
def filled(tmp_path_factory, migrated: Path) -> bytes:
    path = tmp_path_factory.mktemp("orders") / "juchu.duckdb"
    path.write_bytes(migrated.read_bytes())
    with warehouse(path) as con:
        fill(con)
        order = an_order(7, minute=6)
        (package, *_) = order.packages
        line = a_line("1", "1").model_copy(update={"item_name": SCRIPT})
        package = package.model_copy(update={"lines": (line,)})
        order = order.model_copy(update={"packages": (package,)})
        store_orders(con, [order], source="api", stored_at=at(9), load_id="l2")
    with warehouse(path) as con:
        con.execute("SELECT 1")
    return path.read_bytes(), _wal(path)


def _wal(path: Path) -> bytes:
    wal = path.with_name(path.name + ".wal")
    return wal.read_bytes() if wal.exists() else b""


@pytest.fixture
def desk(desk: AtDesk, filled) -> AtDesk:
    desk.home.mkdir()
    (desk.home / "juchu.duckdb").write_bytes(filled[0])
    if filled[1]:
        (desk.home / "juchu.duckdb.wal").write_bytes(filled[1])
    return desk


def looks(desk: AtDesk) -> list[dict]:
    files = sorted((desk.home / "looks").glob("*.jsonl"))
    return [json.loads(line) for f in files for line in f.read_text().splitlines()]


def number(n: int) -> str:
    return an_order(n).order_number


def test_an_order_is_found_by_its_number_and_told_in_words(desk):
    page = desk.send("/orders", "/orders", number=f" {number(1)} ").text
    assert "鷹羽根 すみれ" in page
    assert "通知を受け取りました(注文)" in page
    assert "RMSから取得しました" in page
    assert looks(desk) == [
        {
            "at": "2026-07-01T09:30:00+09:00",
            "who": NAME,
            "mall": "rakuten",
            "shop_id": an_order(1).shop_id,
            "order_number": number(1),
        }
    ]
    (file,) = (desk.home / "looks").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_number_is_found_as_a_japanese_keyboard_gives_it(desk):
    wide = str.maketrans("0123456789-", "０１２３４５６７８９ー")
    typed = number(1).translate(wide)
    assert "鷹羽根 すみれ" in desk.send("/orders", "/orders", number=typed).text
    assert "明細" in desk.send("/orders", "/orders", number=typed[-8:]).text


def test_an_order_shows_no_codes(desk):
    page = desk.send("/orders", "/orders", number=number(1)).text
    assert "(モール: 発送待ち(300))" in page
    label = in_words(Event(at(9), "label", "sagawa", "1", None))
    assert label == "送り状のファイルを作成しました(佐川急便(e飛伝III)、送付先 1)"


def test_a_parcel_without_a_number_is_told_as_one():
    """Not as one whose number is なし, and stands at RMS."""
    given = (at(9), "shipment_verified")
    numbered = in_words(Event(*given, "400000000005", None, None))
    bare = in_words(Event(*given, "なし", None, None))
    taken = in_words(Event(at(8), "shipment", "なし", "1003", None))

    assert numbered == "送り状番号がRMSに登録されました: 400000000005"
    assert bare == "番号のない発送がRMSに登録されました"
    assert taken == "番号のない発送を取り込みました(日本郵便)"


def test_the_end_of_a_number_finds_it_and_a_short_one_finds_none(desk):
    assert "明細" in desk.send("/orders", "/orders", number=number(2)[-8:]).text
    none = desk.send("/orders", "/orders", number="2").text
    assert "この番号の注文はありません" in none
    several = desk.send("/orders", "/orders", number=number(2)[-9:-1]).text
    assert "鷹羽根" not in several
    assert len(looks(desk)) == 1


def test_what_cannot_be_written_down_is_not_shown(desk):
    (desk.home / "looks").write_text("in the way")
    answer = desk.send("/orders", "/orders", number=number(1))
    assert answer.status_code == 500
    assert "鷹羽根" not in answer.text


def test_a_line_that_a_full_disk_cuts_off_is_told_and_ends_before_the_next(desk):
    """Half a line was taken for a whole one, and the next stood in the same line."""
    desk.send("/orders", "/orders", number=number(1))
    (file,) = (desk.home / "looks").iterdir()
    with small_files(file.stat().st_size + 10), pytest.raises(OSError, match="large"):
        record_look(file.parent, desk.clock[-1], NAME, ("rakuten", "1", "2"))
    desk.send("/orders", "/orders", number=number(2))

    first, cut, third = file.read_text("utf-8").splitlines()
    assert (json.loads(first)["who"], json.loads(third)["who"]) == (NAME, NAME)
    assert len(cut) == 10


def test_an_order_by_file_has_a_history_too(desk):
    with warehouse(desk.home / "juchu.duckdb") as con:
        store(con, a_row(number(8), "1"), minute=11)
    page = desk.send("/orders", "/orders", number=number(8)).text
    assert "09:11</time> 注文CSVから登録しました" in " ".join(page.split())


def test_a_script_in_an_item_name_is_text(desk):
    page = desk.send("/orders", "/orders", number=number(7)).text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_while_a_flow_has_the_warehouse_it_says_so(desk):
    with warehouse(desk.home / "juchu.duckdb"):
        answer = desk.send("/orders", "/orders", number=number(1))
    assert (answer.status_code, "取込中です" in answer.text) == (503, True)
    assert looks(desk) == []


def test_every_kind_of_event_has_words():
    statement = SQL("list_order_events")
    for kind in _WORDS:
        assert f"'{kind}'" in statement or kind.partition("_")[0] in statement
    assert in_words(Event(at(1), "status", None, "出荷済", None)).endswith(
        "になりました"
    )
