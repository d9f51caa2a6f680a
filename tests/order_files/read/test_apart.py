"""Orders whose rows stand apart in the file are read as if they stood together."""

import csv
import io

import pytest

from tests.order_files.read.test_golden import GOLDEN
from tests.support.effort import first

ENCODING = {"shopify": "utf-8"}


def header(folder):
    text = (GOLDEN / folder / "in.csv").read_bytes()
    return next(csv.reader(io.StringIO(text.decode(ENCODING.get(folder, "cp932")))))


def written(folder, rows):
    """Return a file of these rows, each a column's text by its name."""
    names, text = header(folder), io.StringIO()
    out = csv.writer(text, quoting=csv.QUOTE_ALL)
    out.writerows([names, *([row.get(name, "") for name in names] for row in rows)])
    return text.getvalue().encode(ENCODING.get(folder, "cp932"))


def shopify(number):
    told = {"Name": number, "Created at": "2026-11-24 10:11:12 +0900"}
    money = {"Subtotal": "4500", "Shipping": "600", "Total": "5100"}
    twin = {"Lineitem name": "茶", "Lineitem price": "1000", "Lineitem quantity": "1"}
    dish = {"Lineitem name": "皿", "Lineitem price": "3000", "Lineitem quantity": "1"}
    starts = {"Financial Status": "paid", "Discount Amount": "500"} | money
    return [told | starts | dish, told | twin, told | twin]


def eccube4(number):
    money = {"小計": "3300", "値引き": "300", "支払合計": "3330", "合計": "3330"}
    told = {"注文番号": number, "出荷ID": f"{number}9", "税率": "10"} | money

    def row(line, kind, price):
        kinds = {"明細区分(ID)": kind, "価格": price, "個数": "1"}
        return told | kinds | {"注文詳細ID": number + line, "商品コード": line}

    goods = [row("1", "1", "1000"), row("2", "1", "2000")]
    return [*goods, row("3", "3", "330"), row("4", "6", "-100"), row("5", "4", "-200")]


def ponpare(number, code="商品ID（表示用）", order="注文番号", total="合計"):
    told = {order: number, total: "4000"}
    item = {code: "A", "単価": "1000", "個数": "1", "税込別": "1"}
    hers, his = {"送付先名字": "見本"}, {"送付先名字": "架空"}
    other = {code: "B", "単価": "500", "個数": "4", "税込別": "1"}
    return [told | item | hers, told | item | his, told | other | his]


def rakuten_legacy(number):
    return ponpare(f"123456-{number}", "商品番号", "受注番号")


MADE = {
    ("shopify", "shopify"): shopify,
    ("eccube4", "eccube"): eccube4,
    ("ponpare", "ponpare"): ponpare,
    ("rakuten-legacy", "rakuten"): rakuten_legacy,
}


def told(seen):
    """Return what the rows say, without the numbers that they are given."""
    bare = seen.rows.drop("row_number", "line_id", "basket_id")
    rows = [repr(row) for row in bare.rows()]
    lines = seen.rows.select("order_number", "line_id").n_unique()
    packages = seen.rows.select("order_number", "basket_id").n_unique()
    return sorted(rows), lines, packages


@first(4)
@pytest.mark.parametrize(("folder", "mall"), list(MADE))
@pytest.mark.parametrize("step", [1, -1])
def test_rows_that_stand_apart_say_what_they_say_together(read, folder, mall, step):
    one, two = MADE[folder, mall]("71"), MADE[folder, mall]("72")
    together = read(written(folder, one + two), mall=mall)
    apart = [row for pair in zip(one, two, strict=True) for row in pair][::step]

    seen = read(written(folder, apart), mall=mall)

    assert told(seen) == told(together)
    assert seen.warnings.height == seen.rejects.height == 0
    assert seen.file.rows_read == len(apart)


def test_of_charges_that_stand_apart_none_is_lost(read):
    one, two = eccube4("71"), eccube4("72")
    fees_last = [*one[:1], *two[:1], *one[1:], *two[1:]]

    seen = read(written("eccube4", fees_last), mall="eccube")

    amounts = ("payment_fee", "point_used", "discount_total")
    assert set(seen.rows.select(amounts).rows()) == {(330, 100, 200)}


def test_a_later_copy_of_an_order_counts_and_adds_nothing(read):
    then, other = ponpare("71"), ponpare("72")
    now = [row | {"合計": "5000"} for row in then]
    now[0] |= {"個数": "2"}

    seen = read(written("ponpare", then + other + now), mall="ponpare")

    ours = seen.rows.filter(order_number="71").sort("row_number")
    assert ours.select("order_number", "line_id").n_unique() == 3
    assert ours["quantity"].to_list()[-3:] == [2, 1, 4]


def minne(number, total, *rows):
    told = {"注文ID": number, "作品名": "皿", "注文の販売価格": total}
    return [told | {"販売価格": "1000", "数量": "1", "小計": "1000"} | r for r in rows]


@pytest.mark.parametrize(
    ("folder", "mall", "rows", "pieces"),
    [
        ("minne", "minne", minne("1", "2000", {}, {}), 2),
        ("minne", "minne", minne("1", "1000", {}, {}), 1),
        ("minne", "minne", minne("1", "2000", {}, {}, {}, {}), 1),
        ("ponpare", "ponpare", [*ponpare("1")[:1] * 2, *ponpare("1")[2:]], 3),
    ],
)
def test_equal_rows_are_as_many_lines_as_the_total_knows_of(
    read, folder, mall, rows, pieces
):
    """Two pieces that differ in nothing the file tells were one: one was not sent."""
    seen = read(written(folder, rows), mall=mall)

    assert seen.column("line_id")[-1] == str(pieces)
    assert seen.rows["line_id"].n_unique() == pieces


def test_equal_rows_are_lines_where_others_of_their_order_stand_apart(read):
    cup = {"作品名": "椀"}
    one, two = minne("1", "3000", {}, {}, cup), minne("2", "3000", {}, {}, cup)
    apart = [*one[:2], *two[:2], one[2], two[2]]  # sorted by name
    copies = [*one, *two, *one]

    for rows in (apart, copies):
        seen = read(written("minne", rows), mall="minne").rows
        assert seen.select("order_number", "line_id").n_unique() == 6


def test_equal_rows_that_stand_apart_are_copies(read):
    """A download that lacks a line, joined twice."""
    one, two = minne("1", "2000", {}), minne("2", "2000", {})

    seen = read(written("minne", [*one, *two, *one]), mall="minne").rows
    assert seen["line_id"].to_list() == ["1"] * 3


def test_rows_apart_are_found_over_blocks_of_the_file(read, monkeypatch):
    monkeypatch.setattr("connectors.csv_file.records.BLOCK_ROWS", 1)
    one, two = shopify("71"), shopify("72")
    apart = [row for pair in zip(one, two, strict=True) for row in pair]

    seen = read(written("shopify", apart), mall="shopify")

    assert told(seen) == told(read(written("shopify", one + two), mall="shopify"))
