"""Which file is which, and which is refused (docs/order-files.md §2, §4.1)."""

import random
import sys

import pytest

from connectors.order_files import CsvRefused, layouts, read_order_file
from connectors.order_files.registry import all_layouts
from connectors.order_files.typed import REJECTS
from data.model.csv_file import RowRemark
from data.model.order_file import BY_NAME, FIELDS, PERSONAL, CellScope, fields_of
from data.warehouse.order_files.rows import TYPES, Chunks
from tests.order_files.read.test_golden import FOLDERS, GOLDEN, sources
from tests.support.mall_csv import HEADER, Shape, rakuten_bytes, rakuten_row

STAGES = (107, 142, 143, 144, 150, 154, 155, 158)


def with_columns(names):
    row = rakuten_row()
    return rakuten_bytes([{name: row.get(name, "") for name in names}])


@pytest.mark.parametrize("width", STAGES)
def test_every_stage_of_rakutens_file_is_read(read, width):
    seen = read(with_columns(HEADER[:width]))

    assert seen.rows.height == 1
    assert seen.file.notices == []
    assert seen.file.column_count == width


def test_columns_absent_at_a_stage_are_absent_not_blank(read):
    old = read(with_columns(HEADER[:107])).file.columns_present
    new = read(with_columns(HEADER)).file.columns_present

    assert new - old == {
        "payment_fee",
        "buyer_fee",
        "shop_fee",
        "tax_rate",
        "default_carrier_code",
        "variant_id",
        "sku_info",
        *(f"{what}_at_{rate}" for what in ("billed", "tax") for rate in (0, 8, 10)),
    }


def test_columns_added_after_158_are_accepted_with_a_notice(read):
    seen = read(with_columns([*HEADER, "置き配フラグ", "ソーシャルギフト"]))

    assert seen.rows.height == 1
    assert "置き配フラグ" in seen.file.notices[0]


def test_reordered_columns_are_read_by_name(read):
    names = list(HEADER)
    random.Random(3).shuffle(names)  # noqa: S311

    seen = read(with_columns(names))

    assert seen.column("sku") == read(with_columns(HEADER)).column("sku")
    assert "列名" in seen.file.notices[0]


@pytest.mark.parametrize("gone", ["注文番号", "担当者", "10%税率", "SKU情報", "単価"])
def test_a_shops_own_template_is_refused_with_what_to_choose(read, gone):
    with pytest.raises(CsvRefused, match="全カラム用ダウンロード") as refused:
        read(with_columns([name for name in HEADER if name != gone]))

    assert refused.value.code == "missing-columns"
    assert f"「{gone}」" in refused.value.reason


def test_all_missing_columns_are_named(read):
    wanted = ["注文番号", "商品名", "単価", "個数", "送付先ID"]

    with pytest.raises(CsvRefused) as refused:
        read(with_columns(wanted))

    assert all(
        f"「{name}」" in refused.value.reason
        for name in set(HEADER[:107]) - set(wanted)
    )


def test_all_renamed_columns_are_named(read):
    renamed = {name: f"{name}(旧)" for name in HEADER[20:40]}

    with pytest.raises(CsvRefused) as refused:
        read(with_columns([renamed.get(name, name) for name in HEADER]))

    _, told = refused.value.reason.split("対応していない列があります: ")
    assert [name for name in renamed.values() if f"「{name}」" not in told] == []


def test_a_doubled_column_is_refused(read):
    header, row = rakuten_bytes([rakuten_row()]).split(b"\r\n", 1)
    doubled = header + ',"単価"'.encode("cp932") + b"\r\n" + row[:-2] + b',"1"\r\n'

    with pytest.raises(CsvRefused, match="単価") as refused:
        read(doubled)

    assert refused.value.code == "doubled-columns"


def test_a_doubled_column_that_nobody_reads_is_let_be(read):
    header, row = rakuten_bytes([rakuten_row()]).split(b"\r\n", 1)
    doubled = header + ',"担当者"'.encode("cp932") + b"\r\n" + row[:-2] + b',"1"\r\n'

    assert read(doubled).rows.height == 1


def test_an_unknown_header_is_refused_without_showing_its_cells(read):
    with pytest.raises(CsvRefused) as refused:
        read("山田,090-0000-0000\r\n1,2\r\n".encode("cp932"))

    assert refused.value.code == "unknown-header"
    assert "山田" not in str(refused.value)


@pytest.mark.parametrize("folder", [f for f in FOLDERS if f != "yahoo"])
def test_a_file_of_another_mall_is_refused_with_both_named(read, folder):
    picked = "minne" if FOLDERS[folder] != "minne" else "rakuten"

    with pytest.raises(CsvRefused) as refused:
        read(sources(folder)[0].read_bytes(), mall=picked)

    assert refused.value.code == "other-mall"
    assert picked in refused.value.reason
    assert FOLDERS[folder] in refused.value.reason


def test_an_unknown_mall_is_refused(read):
    with pytest.raises(CsvRefused, match="rakuten"):
        read(b"x", mall="ebay")


def test_the_short_list_of_qoo10_is_refused_by_its_missing_columns(read):
    names = ["配送状態", "注文番号", "カート番号", "配送会社", "送り状番号", "商品名"]

    with pytest.raises(CsvRefused, match="住所") as refused:
        read(",".join(names).encode("cp932"), mall="qoo10")

    assert refused.value.code == "missing-columns"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_reject_or_notice_shows_a_cell_of_a_person(read, folder):
    contents = [path.read_bytes() for path in sources(folder)]

    seen = read(*contents, mall=FOLDERS[folder])

    people = {
        cell
        for name in PERSONAL & set(seen.rows.columns)
        for cell in seen.column(name)
        if cell and len(cell) > 1
    }
    said = seen.rejects.write_json() + "".join(seen.file.notices)
    assert not [cell for cell in people if cell in said]


def test_layouts_name_fields_of_the_common_model_only():
    named = {made.field for one in all_layouts() for made in one.cells}

    assert {name for name in named if not name.startswith("_")} <= set(BY_NAME)


def test_checks_and_skus_name_fields_their_layout_has():
    for one in (one for one in all_layouts() if one.role != "orders"):
        both = [one, *(each for each in all_layouts() if each.name == one.partner)]
        fields = {made.field for each in both for made in each.cells}
        named = {name for names in one.sku for name in names}
        named |= {check.total for check in one.checks}
        named |= {
            part for check in one.checks for part, _ in (*check.parts, *check.perhaps)
        }
        summed = {check.lines for check in one.checks} - {"", "own_total"}

        assert named | summed <= fields, one.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_cells_come_with_the_types_that_the_warehouse_stores(folder):
    with read_order_file(sources(folder), FOLDERS[folder]) as file:
        cells = {name: file.schema[name] for name in file.columns_present}

    assert cells == {name: TYPES[BY_NAME[name].kind] for name in cells}


def test_rejects_are_remarks_on_rows_as_a_frame():
    assert REJECTS.names() == list(RowRemark._fields)
    assert Chunks(None).rejects.schema == REJECTS


@pytest.mark.parametrize("cut", [b'"1"', b'"000001"'])
def test_a_futureshop_number_that_lost_its_zeros_is_no_other_order(read, cut):
    content = (GOLDEN / "futureshop" / "in.csv").read_bytes()
    seen = read(content.replace(b'"000000000001"', cut), mall="futureshop")

    aside = [one for one in seen.rejects.to_dicts() if one["row_number"] < 4]
    assert [one["column_name"] for one in aside] == ["受注コード"] * 2
    assert all("先頭の0" in one["reason"] for one in aside)
    assert not {"1", "000001"} & set(seen.column("order_number"))


FOURTEENTH = """
from connectors.order_files.layout import Layout, Signature, cell
from data.model.order import Mall

LAYOUTS = (
    Layout(
        name="fourteenth",
        mall=Mall.MINNE,
        title="見本モール 注文データ",
        where="見本",
        signature=Signature(starts=("番号", "品", "数")),
        cells=(
            cell("order_number", "番号"),
            cell("item_name", "品"),
            cell("quantity", "数"),
        ),
        sku=(("item_name",),),
        lines="position",
    ),
)
"""


def test_a_layout_is_added_by_its_module_alone(read, monkeypatch, tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "fourteenth.py").write_text(FOURTEENTH, encoding="utf-8")
    monkeypatch.setattr(layouts, "__path__", [*layouts.__path__, str(folder)])
    all_layouts.cache_clear()
    try:
        seen = read("番号,品,数\r\n7,畳表,2\r\n".encode("cp932"), mall="minne")
    finally:
        sys.modules.pop(f"{layouts.__name__}.fourteenth", None)
        all_layouts.cache_clear()

    assert seen.file.layout.name == "fourteenth"
    assert seen.column("sku") == ["畳表"]


def test_every_mall_of_the_design_has_a_layout():
    assert {one.mall for one in all_layouts()} == {
        *("rakuten", "yahoo", "aupay", "amazon", "qoo10", "shopify", "eccube"),
        *("base", "colorme", "futureshop", "ponpare", "minne", "creema"),
    }


def test_field_names_are_unique_and_people_are_personal():
    assert len({field.name for field in FIELDS}) == len(FIELDS)
    assert {
        field.name
        for scope in (CellScope.ORDERER, CellScope.RECIPIENT)
        for field in fields_of(scope)
    } == PERSONAL
    assert BY_NAME["recipient_zip"].stored_as == "zip"
    assert BY_NAME["package_cod_fee"].stored_as == "cod_fee"
    assert BY_NAME["package_total"].stored_as == "package_total"


def test_full_width_digits_in_a_header_equal_the_others(read):
    content = (GOLDEN / "rakuten-legacy" / "in.csv").read_bytes()
    spelled = "注文者郵便番号１".encode("cp932")
    assert spelled in content

    seen = read(content.replace(spelled, "注文者郵便番号1".encode("cp932")))

    assert seen.column("orderer_zip")[0] == "0600001"


def test_an_excel_saved_file_reads_like_the_original(read):
    rows = [rakuten_row(注文番号=f"123456-20261124-{n}") for n in range(5)]
    original = read(rakuten_bytes(rows))
    saved = read(rakuten_bytes(rows, Shape(quoted=False, line_end="\r\n")))

    assert saved.rows.equals(original.rows)
