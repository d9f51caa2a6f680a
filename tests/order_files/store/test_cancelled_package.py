"""A package of カラーミー that is cancelled by itself, while its order goes on."""

import csv
import io

from tests.order_files.store.made import one
from tests.order_files.store.taken import files, taken


def two_packages(state):
    """Return a file of an order with two packages, the second with this 発送状態."""
    mall, (content,) = files("colorme", 売上ID="2001")
    header, first = csv.reader(io.StringIO(content.decode(), newline=""))
    second = list(first)
    own = [at for at, name in enumerate(header) if name == "発送状態"]
    for row, line, package, sku in (
        (first, "601", "401", "TEA"),
        (second, "602", "402", "CUP"),
    ):
        cells = {"売上詳細ID": line, "配送先ID": package, "購入商品 型番": sku}
        cells |= {"購入商品 販売個数": "2", "購入商品 小計": "2000"}
        for name, cell in cells.items():
            row[header.index(name)] = cell
        for at in own:
            row[at] = "未発送"
    second[own[1]] = state
    made = io.StringIO(newline="")
    csv.writer(made).writerows([header, first, second])
    return mall, [made.getvalue().encode()]


def test_its_pieces_wait_for_nobody_s_stock(con, tmp_path):
    """They waited to be taken off the level: the shop would not sell them again."""
    for minute, state in enumerate(("未発送", "キャンセル"), start=10):
        taken(con, tmp_path, minute, two_packages(state))

    lines = "SELECT sku, quantity, line_total FROM order_lines ORDER BY line_id"
    assert con.execute(lines).fetchall() == [("TEA", 2, 2000), ("CUP", 0, 0)]
    waiting = "SELECT sku, quantity FROM manual_stock_adjustments"
    assert con.execute(waiting).fetchall() == [("TEA", 2)]
    assert one(con, "SELECT outcome IS NULL AND NOT cancelled FROM orders")


def test_an_older_file_does_not_bring_it_back(con, tmp_path):
    for minute, state in enumerate(("未発送", "キャンセル", "未発送"), start=10):
        taken(con, tmp_path, minute, two_packages(state))

    lines = "SELECT sku, quantity FROM order_lines ORDER BY line_id"
    assert con.execute(lines).fetchall() == [("TEA", 2), ("CUP", 0)]
