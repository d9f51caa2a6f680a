"""import-stock-count on real files: counts (棚卸) and goods received (入荷)."""

from datetime import timedelta
from pathlib import Path

import pytest
from prefect.states import Completed, Failed

from connectors.rms.errors import ClockWrong
from flows import import_stock_count
from tasks.runs.file_outcome import FileOutcome
from tests.stock.shop_of_flows import SHOP

TEA = ("kakuu-tea", "kakuu-tea")


@pytest.fixture
def count_flow(shelf, monkeypatch):
    """The flow around the count; its task's failure becomes a state."""
    task = import_stock_count.import_stock_file

    def with_state(*given, return_state):
        assert return_state
        try:
            return Completed(data=task(*given))
        except Exception as error:  # noqa: BLE001 - as the engine does
            return Failed(data=error, message=str(error))

    monkeypatch.setattr(import_stock_count, "import_stock_file", with_state)

    def run(path: Path, kind: str = "count", **given) -> tuple[str, str]:
        flow = import_stock_count.import_stock_count.fn
        state = flow(str(path), SHOP, kind, None, "店長", **given)
        return state.type.value, state.message

    return run


def test_the_same_count_twice_says_so(shelf, count_flow):
    path = Path("data/samples/stock_count.csv")
    first, again = count_flow(path), count_flow(path)

    assert first[1].startswith("在庫数が変わったSKU 12 /")
    assert again[0] == "COMPLETED"
    assert again[1].startswith("同じファイルです。変更はありません。対処: 数え直した")
    assert "「棚卸日」のような列を1つ追加して" in again[1]


def test_a_trial_shows_what_a_count_would_change_and_changes_nothing(shelf, count_flow):
    path = Path("data/samples/stock_count.csv")
    trial = count_flow(path, dry_run=True)
    tried = FileOutcome.of_tables(shelf.shown)

    assert trial[1].startswith("試行: 何も書き込んでいません。在庫数が変わったSKU 12")
    assert tried is not None
    assert tried.is_trial
    assert tried.counts["在庫数が変わるSKU"] == 12
    assert shelf.ask("FROM stock_movements") == []

    count_flow(path)
    booked = FileOutcome.of_tables(shelf.shown)
    assert booked is not None
    assert not booked.is_trial
    assert booked.counts["在庫数が変わったSKU"] == 12


def test_a_trial_of_a_faulty_count_says_where(shelf, count_flow):
    path = shelf.home / "bad.csv"
    path.write_text("商品管理番号,SKU管理番号,数量\ntea,a,many\n", "utf-8")
    count_flow(path, dry_run=True)
    refused = FileOutcome.of_tables(shelf.shown)

    assert refused is not None
    assert "2 行目" in refused.problem
    assert "数量" in refused.problem
    assert refused.counts == {}


def test_goods_received_are_added_and_reach_the_mall(shelf, count_flow):
    shelf.counted({TEA: 12})
    path = shelf.home / "delivery.csv"
    rows = ["商品管理番号,SKU管理番号,数量", "kakuu-tea,kakuu-tea,30", "new-item,a,5"]
    path.write_text("\n".join([*rows, ""]), "utf-8")
    first, report = count_flow(path, "receipt"), shelf.shown["stock-count-report"]
    again = count_flow(path, "receipt")
    shelf.pass_time()
    shelf.push()

    assert first[1].startswith(
        "入荷 35個 / 在庫数が変わったSKU 2 / 新しく届いた数なし 0 /"
    )
    assert "# 入荷の結果 (delivery.csv)" in report
    assert "棚卸をまだ取り込んでいないSKU" in report
    assert "- new-item/a" in report
    assert again[1].startswith("同じファイルです。変更はありません")
    assert "「伝票番号」のような列を1つ追加して" in again[1]
    assert "伝票番号" in shelf.shown["stock-count-report"]
    assert shelf.units()[TEA] == 42


def test_a_faulty_receipt_adds_nothing(shelf, count_flow):
    path = shelf.home / "bad.csv"
    rows = ["商品管理番号,SKU管理番号,数量", "tea,a,5", "tea,a,5"]
    path.write_text("\n".join([*rows, ""]), "utf-8")
    kind, message = count_flow(path, "receipt")

    assert kind == "FAILED"
    assert "2 行目と同じ商品・SKUです。1行にまとめてください。" in message
    assert "入荷を取り込めませんでした" in shelf.shown["stock-count-report"]
    assert shelf.ask("FROM stock_movements") == []


def test_a_faulty_count_fails_with_row_and_column_and_counts_nothing(shelf, count_flow):
    path = shelf.home / "bad.csv"
    path.write_text("商品管理番号,SKU管理番号,数量\ntea,a,5\ntea,b,x\n", "utf-8")
    kind, message = count_flow(path)

    assert kind == "FAILED"
    assert "3 行目の「数量」" in message
    assert "対処" in message
    assert "何も変わっていません" in shelf.shown["stock-count-report"]
    assert shelf.ask("FROM stock_movements") == []


def test_by_a_clock_that_rms_showed_to_be_wrong_nothing_is_counted(shelf, count_flow):
    """Two hours ahead the count would have seen orders of which it knows nothing."""
    path = Path("data/samples/stock_count.csv")
    shelf.counted({TEA: 10})
    shelf.push()
    shelf.counted({TEA: 9})
    shelf.ahead += timedelta(hours=2)
    with pytest.raises(ClockWrong):
        shelf.push()
    wrong = count_flow(path)
    shelf.ahead -= timedelta(hours=2)
    still = count_flow(path)
    shelf.push()
    right = count_flow(path)

    assert [end for end, _ in (wrong, still, right)] == [*["FAILED"] * 2, "COMPLETED"]
    assert "時計" in wrong[1]
    assert "対処: 時計を合わせて" in wrong[1]
