"""The margin, beside a calculation by hand; and the files that people fill."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.cost_files import read_cost_file
from connectors.csv_file import CsvRefused
from data.model.costs import ALWAYS, MallFee, SkuCost
from data.model.order import Order
from data.model.stock import SkuMapping
from data.warehouse.analytics.publish import publish
from data.warehouse.costs import store_costs, store_fees
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import map_skus
from flows import import_costs
from tests.support.orders import SHOP_ID, a_line, a_package, an_order, at
from tests.support.plain_runs import run_plainly

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
MARGIN = (
    "SELECT sku, units, sales, known_sales, cost, fee, margin, margin_percent,"
    " lines_unknown FROM margin ORDER BY sku"
)


def of_july() -> list[Order]:
    """Return orders of the first of July: two teas, three with a cup, one cancelled."""
    cup = a_line("12", "1", 1).model_copy(update={"sku": "CUP", "unit_price": 3240})
    return [
        an_order(1),
        an_order(2, packages=[a_package("1", [a_line("11", "1", 3), cup])]),
        an_order(3, status="900"),
    ]


def margins(
    path: Path, *, fees: list[MallFee], orders: list[Order] | None = None
) -> list[tuple]:
    """Return the mart over these orders, or those of the first of July."""
    orders = of_july() if orders is None else orders
    costs = [
        SkuCost("SENCHA-100", ALWAYS, 400),
        SkuCost("SENCHA-100", date(2026, 7, 1), 500),
        SkuCost("SENCHA-100", date(2026, 7, 2), 900),
        SkuCost("NEVER-SOLD", ALWAYS, 1),
    ]
    with warehouse(path) as con:
        store_orders(con, orders, source="api", stored_at=at(9), load_id="l")
        assert store_costs(con, costs, "店長", at(10)) == ["NEVER-SOLD"]
        store_fees(con, fees, "店長", at(10))
    link = path.with_name("analytics.duckdb")
    publish(path, link, at(11))
    with duckdb.connect(link, read_only=True) as con:
        return con.execute(MARGIN).fetchall()


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "juchu.duckdb"))


def test_margin_is_sales_less_the_days_cost_and_the_shops_fee(path):
    """Tea: 5 × 1,080 less 5 × 500 less 10 % less its part of 30 yen an order."""
    fees = [
        MallFee("rakuten", "", ALWAYS, Decimal(50), 0),
        MallFee("rakuten", SHOP_ID, date(2026, 1, 1), Decimal("10.00"), 30),
        MallFee("rakuten", SHOP_ID, date(2026, 7, 2), Decimal(99), 0),
    ]
    tea_fee = (216 + 30) + (324 + 15)  # the cup of the same price takes the other 15

    assert margins(path, fees=fees) == [
        ("CUP", 1, 3240, None, None, None, None, None, 1),
        (
            "SENCHA-100",
            *(5, 5400, 5400, 2500, tea_fee, 5400 - 2500 - tea_fee),
            round(100 * (5400 - 2500 - tea_fee) / 5400, 1),
            0,
        ),
    ]


def test_fees_below_half_a_yen_add_up(path):
    """Of a hundred pieces sold one by one at 10 yen, 4 % are 40 yen and not 100 × 0."""
    tea = a_line("11", "1", 1).model_copy(update={"unit_price": 10})
    orders = [an_order(n, packages=[a_package("1", [tea])]) for n in range(1, 101)]

    ((_, units, sales, *_, fee, _, _, unknown),) = margins(
        path, fees=[MallFee("rakuten", "", ALWAYS, Decimal(4), 0)], orders=orders
    )

    assert (units, sales, fee, unknown) == (100, 1000, 40, 0)


def test_an_order_that_is_free_still_costs_its_fee(path):
    """30 yen an order, of two gifts 15 each."""
    gifts = [
        a_line(n, "1", 1).model_copy(update={"sku": sku, "unit_price": 0})
        for n, sku in (("11", "SENCHA-100"), ("12", "CUP"))
    ]
    fees = [MallFee("rakuten", "", ALWAYS, Decimal(4), 30)]

    rows = margins(
        path, fees=fees, orders=[an_order(1, packages=[a_package("1", gifts)])]
    )

    assert [(row[0], row[5], row[8]) for row in rows] == [
        ("CUP", None, 1),
        ("SENCHA-100", 15, 0),
    ]


def test_without_a_fee_nothing_is_told_as_earned(path):
    rows = margins(path, fees=[MallFee("yahoo", "", ALWAYS, Decimal(6), 0)])

    assert [row[3:] for row in rows] == [(None,) * 5 + (n,) for n in (1, 2)]


def test_a_cost_of_the_stock_that_a_listing_sells_is_the_cost_of_its_lines(path):
    """Orders show SENCHA-100, a person said BLEND; a cost of either is a cost."""
    listing = a_line("11", "1")
    said = SkuMapping(
        manage_number=listing.manage_number,
        variant_id=listing.variant_id,
        sku="BLEND",
    )
    signed = {"who": "店長", "note": "見直し", "mapped_at": at(10)}
    fees = [MallFee("rakuten", "", ALWAYS, Decimal(0), 0)]
    with warehouse(path) as con:
        store_orders(con, [an_order(1)], source="api", stored_at=at(9), load_id="l")
        map_skus(con, SHOP_ID, [said], change_id="m", **signed)
        assert store_costs(con, [SkuCost("BLEND", ALWAYS, 300)], "店長", at(10)) == []
    before = margins(path, fees=fees, orders=[])  # brings costs of SENCHA-100
    with warehouse(path) as con:
        con.execute("DELETE FROM sku_costs WHERE sku = 'SENCHA-100'")
    publish(path, path.with_name("analytics.duckdb"), at(12))
    with duckdb.connect(path.with_name("analytics.duckdb"), read_only=True) as con:
        after = con.execute(MARGIN).fetchall()

    assert [(row[0], row[4], row[8]) for row in before] == [("SENCHA-100", 1000, 0)]
    assert [(row[0], row[4], row[8]) for row in after] == [("SENCHA-100", 600, 0)]


def test_the_samples_are_read_as_they_stand():
    costs = read_cost_file(SAMPLES / "costs.csv")
    fees = read_cost_file(SAMPLES / "fees.csv")

    assert costs.costs[2] == SkuCost("MS-M", date(2026, 7, 1), 1020)
    assert fees.fees[2] == MallFee("yahoo", "", ALWAYS, Decimal("6.0"), 30)
    assert costs.fees == fees.costs == costs.notices == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SKU,原価\nTEA,1200円\n", "2 行目の「原価」: 円の金額を"),
        ("SKU,原価\nTEA,\n", "2 行目の「原価」: 空欄です"),
        ("SKU,原価\n1.23E+10,5\n", "2 行目の「SKU」: Excel"),
        ("SKU,原価\n2-Jan,5\n", "2 行目の「SKU」: Excel"),
        ("SKU,原価,適用開始日\nTEA,5,2026-13-01\n", "2 行目の「適用開始日」"),
        ("SKU,原価\nTEA,5\nTEA,6\n", "3 行目の「SKU」: 2 行目と同じもの"),
        ("SKU,原価,適用開始日\nTEA,5,\ue000\n", "「適用開始日」: 使用できない文字"),
        ("モール,手数料率,店舗番号\nrakuten,8,\ue000\n", "「店舗番号」: 使用できない"),
        ("モール,手数料率\n楽天,8\n", "2 行目の「モール」: 次のいずれか"),
        ("モール,手数料率\nrakuten,101\n", "2 行目の「手数料率」"),
        ("SKU\nTEA\n", "「原価」"),
        ("SKU,原価\n", "行がありません"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_place(tmp_path, text, told):
    file = tmp_path / "costs.csv"
    file.write_text(text, "utf-8")

    with pytest.raises(CsvRefused) as refused:
        read_cost_file(file)
    assert told in str(refused.value)
    assert "対処: " in str(refused.value)


def test_of_a_file_without_a_header_no_cell_is_shown(tmp_path):
    file = tmp_path / "costs.csv"
    file.write_text("J1,090-0000-9173,架空町一丁目9番,架空花子\n", "utf-8")

    with pytest.raises(CsvRefused, match="「原価」") as refused:
        read_cost_file(file)
    assert "0000-9173" not in str(refused.value)
    assert "架空" not in str(refused.value)


def test_the_flow_stores_and_reports_and_a_later_file_takes_the_place(
    home, tmp_path, monkeypatch, request
):
    monkeypatch.setenv("JUCHU_HOME", str(home))
    shown = run_plainly(monkeypatch, request.module, import_costs)
    file = tmp_path / "costs.csv"
    told = []
    for text in ("SKU,原価\nTEA,500\n", "SKU,原価\nTEA,550\n", "SKU,原価\nTEA,x\n"):
        file.write_text(text, "utf-8")
        state = import_costs.import_costs(str(file), return_state=True)
        told.append((state.type.value, state.message))
    with warehouse(home / "juchu.duckdb") as con:
        rows = con.execute("SELECT sku, valid_from, cost FROM sku_costs").fetchall()

    assert [kind for kind, _ in told] == ["COMPLETED", "COMPLETED", "FAILED"]
    assert told[0][1] == "原価 1件 / 手数料 0件 / 注文にも商品にもないSKU 1件"
    assert "2 行目の「原価」" in told[2][1]
    assert "取り込めませんでした" in shown("costs-report")
    assert rows == [("TEA", ALWAYS, 550)]
