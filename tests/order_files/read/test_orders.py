"""Rules of single malls over an order's rows (docs/order-files.md §6, §7, §9)."""

import pytest

from tests.order_files.read.test_golden import GOLDEN


def golden(folder):
    return (GOLDEN / folder / "in.csv").read_bytes()


def lines_of(seen, number):
    rows = seen.rows.filter(seen.rows["order_number"] == number)
    return list(zip(rows["line_id"], rows["sku"], strict=True))


def test_shopifys_times_keep_their_offset_before_noon_and_after(read):
    east, west = b"2026-11-24 10:11:12 +0900", b"2026-11-23 20:11:12 -0500"
    content = golden("shopify")
    assert east in content

    seen = read(content.replace(east, west), mall="shopify")

    assert seen.rows.equals(read(content, mall="shopify").rows)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("600001", "0600001"),
        ("〒060-0001", "0600001"),
        ("SW1A 1AA", "SW1A1AA"),
        ("なし", "なし"),
    ],
)
def test_a_zip_in_one_cell_regains_the_zero_that_excel_took(read, written, read_as):
    content = golden("minne").decode("cp932").replace("100-0001", written)

    seen = read(content.encode("cp932"), mall="minne")

    assert set(seen.column("recipient_zip")) == {read_as}


def test_shopifys_order_cells_are_carried_down_and_twins_stay_two(read):
    seen = read(golden("shopify"), mall="shopify")

    first_showing = seen.rows.filter(seen.rows["order_number"] == "#1001").head(3)
    assert first_showing["request_total"].to_list() == [5000] * 3  # 3 × 1500 + 500
    assert first_showing["recipient_zip"].to_list() == ["1000001"] * 3
    assert lines_of(seen, "#1001")[:3] == [
        ("1", "TEE-S"),
        ("2", "TEE-M"),
        ("3", "TEE-M"),
    ]


@pytest.mark.parametrize("folder", ["shopify", "base", "minne", "futureshop"])
def test_a_joined_download_gives_the_same_lines_the_same_numbers(read, folder):
    content = golden(folder)
    mall = "base" if folder == "base" else folder
    header, body = content.split(b"\n", 1)
    once = read(content, mall=mall).rows.drop("row_number")

    for twice in (content + content, header + b"\n" + body + b",\n" + body):
        again = read(twice, mall=mall).rows.drop("row_number")
        assert (
            again.unique()
            .sort("order_number", "line_id")
            .equals(once.unique().sort("order_number", "line_id"))
        )


def test_other_lines_of_an_order_seen_before_take_new_numbers(read):
    content = golden("minne").decode("cp932")
    header, first, *rest = content.split("\r\n")
    apart = "\r\n".join([header, first, rest[1], rest[0], ""])

    assert lines_of(read(apart.encode("cp932"), mall="minne"), "61") == [
        ("1", "BR-1"),
        ("2", "刺繍ピアス"),
    ]


def test_an_order_is_not_cut_between_blocks(read, monkeypatch):
    monkeypatch.setattr("connectors.csv_file.records.BLOCK_ROWS", 1)
    content = golden("shopify")

    assert read(content, mall="shopify").rows.height == 9


def test_option_rows_of_base_go_to_the_item_above(read):
    seen = read(golden("base"), mall="base")

    assert seen.column("choices")[0] == "茶\n商品オプション「名入れ」"
    assert len(lines_of(seen, "A1B2C3D4")) == 2


@pytest.mark.parametrize(("total", "price"), [("20600", 10300), ("20100", 9800)])
def test_what_an_option_of_base_costs_is_in_the_price_if_it_is_in_the_total(
    read, total, price
):
    content = golden("base").replace(b'"10300"', f'"{total}"'.encode())
    seen = read(content, mall="base")

    assert seen.column("unit_price")[:2] == [price, 9800]


def test_charges_of_eccube_are_no_lines(read):
    seen = read(golden("eccube4"), mall="eccube")

    assert seen.column("item_number") == ["UTSUWA-01"] * 3
    assert seen.column("postage_total") == [1000] * 3


def test_columns_of_equal_names_are_told_apart_by_place(read):
    seen = read(golden("colorme"), mall="colorme")

    assert seen.column("mall_status")[0] == "未発送"
    assert seen.column("line_status")[0] == "一部発送"


def test_aupays_identical_rows_all_come_and_the_layout_says_to_add_them(read):
    seen = read(golden("aupay"), mall="aupay")

    assert seen.file.layout.repeats == "add_units"
    assert [line for line, _ in lines_of(seen, "300000001")].count("400000001") == 2


def test_amazons_quotes_are_text_and_its_times_are_japans(read):
    seen = read(golden("amazon-unshipped"), mall="amazon")

    assert seen.column("sku")[1] == '"quoted" tail'
    assert seen.column("item_name")[0] == '靴下 25" 予備'
    assert seen.column("ordered_at")[0].isoformat() == "2026-11-24T05:30:00+09:00"


def test_quotes_of_a_spreadsheet_in_a_file_of_tabs_are_no_text(read):
    """An address with a comma stood on its label in quotes."""
    header, row, *_ = golden("amazon-unshipped").decode("cp932").splitlines()
    places = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    saved = places | {
        "ship-address-1": '"見本区表町1-2-3, 203"',
        "product-name": '"靴下 25""予備"',
        "sku": '"plain"',
    }

    file = "\r\n".join(["\t".join(saved), "\t".join(saved.values()), ""])
    seen = read(file.encode("cp932"), mall="amazon")

    assert seen.column("recipient_street")[0].startswith("見本区表町1-2-3, 203")
    assert seen.column("item_name") == ['靴下 25"予備']
    assert seen.column("sku") == ['"plain"']


def test_destinations_without_id_are_numbered_by_address(read):
    baskets = read(golden("futureshop"), mall="futureshop").column("basket_id")

    assert set(baskets) == {"1", "2"}
