"""import-skus fills the mapping; push-inventory knows what the mall does not have."""

from typing import Any

import pytest

from connectors.settings.reading import read_settings
from data.model.stock import SkuMapping
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import map_skus
from flows.check_connection import check_connection
from flows.import_skus import import_skus
from flows.import_stock_count import import_stock_count
from flows.push_inventory import push_inventory
from tasks.machine import now
from tasks.stock import look
from tests.flows.conftest import Shown
from tests.flows.test_connection import key_is_old
from tests.support.effort import first, for_ci
from tests.support.planted import caught, planted_sql
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

WITHOUT_CONTRACT = ["items.get", "items.bulk.get"]
RICE = ("mihon-rice", "normal-inventory")
SHIRT = ("mihon-shirt", "ms-1")


def ended(flow: Any, **given: object) -> tuple[str, str]:
    state = flow("lab", return_state=True, **given)
    return state.type.value, str(state.message)


def ask(query: str) -> list[tuple[Any, ...]]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return con.execute(query).fetchall()


def mapped() -> dict[tuple[str, str], tuple[str, str]]:
    rows = ask("SELECT manage_number, variant_id, sku, source FROM sku_map")
    return {(number, variant): (sku, source) for number, variant, sku, source in rows}


def said_by_person(listing: tuple[str, str], sku: str, shop_id: str) -> None:
    with warehouse(read_settings().warehouse) as con:
        map_skus(
            con,
            shop_id,
            [SkuMapping(manage_number=listing[0], variant_id=listing[1], sku=sku)],
            change_id=f"by hand {sku}",
            who="店長",
            note="同じ棚",
            mapped_at=now(),
        )


def test_every_sku_of_the_mall_is_mapped_at_once(lab: Sandbox, shown: Shown):
    kind, message = ended(import_skus)

    assert (kind, message) == (
        "COMPLETED",
        "商品 8 / SKU 12 / 販売中 12 / 新しく登録 12 / 変更 0 / RMSにないSKU 0",
    )
    assert mapped()[SHIRT] == ("MS-S", "order")
    assert mapped()[RICE] == ("mihon-rice/normal-inventory", "default")
    assert ask("SELECT DISTINCT is_there, is_on_sale, told_by FROM listings") == [
        (True, True, "item")
    ]
    again = ended(import_skus)[1]
    assert "新しく登録 0 / 変更 0" in again


@for_ci
def test_a_trial_writes_nothing(lab: Sandbox, shown: Shown):
    _, message = ended(import_skus, dry_run=True)

    assert message.startswith("試行: 商品 8 / SKU 12")
    assert "MS-S" in shown("import-skus-report")
    assert (mapped(), ask("FROM listings")) == ({}, [])


@for_ci
def test_a_persons_word_stays_and_is_named(lab: Sandbox, shown: Shown):
    said_by_person(SHIRT, "TANA-1", lab.shops["demo"].shop_id)
    ended(import_skus)

    assert mapped()[SHIRT] == ("TANA-1", "person")
    assert "TANA-1 | MS-S" in shown("import-skus-report")


def test_a_number_that_several_skus_have_names_no_stock(lab: Sandbox, shown: Shown):
    same = {"variants": {v: {"merchantDefinedSkuId": "X"} for v in ("ms-1", "ms-2")}}
    lab.set_item("mihon-shirt", set=same)
    ended(import_skus)
    lab.sell(20)
    look.sweep_orders("lab")

    assert mapped()[SHIRT] == ("mihon-shirt/ms-1", "order")
    assert mapped()["mihon-shirt", "ms-2"] == ("mihon-shirt/ms-2", "order")
    assert "同じシステム連携用SKU番号のSKU 2件" in shown("import-skus-report")


@for_ci
def test_two_stocks_joined_by_a_shared_number_would_be_seen(lab: Sandbox, shown: Shown):
    with (
        planted_sql("take_listing_skus", "IS NULL OR s.is_shared", "IS NULL"),
        caught(),
    ):
        test_a_number_that_several_skus_have_names_no_stock(lab, shown)


@for_ci
def test_hidden_deleted_and_alike_are_told(lab: Sandbox, shown: Shown):
    lab.set_item(
        "mihon-shirt", set={"variants": {"MS-1": {}, "ms-2": {"hidden": True}}}
    )
    lab.set_item("kakuu-tea", set={"hideItem": True})
    ended(import_skus)
    lab.set_item("kakuu-bag", deleted=True)
    ended(import_skus)
    report = shown("import-skus-report")

    assert "RMSにないSKU 2件" in report
    assert "販売中でないSKU(倉庫、または販売期間の外) 2件" in report
    assert "大文字と小文字だけが違うSKU 2件" in report
    assert "kakuu-bag" in report.partition("削除された商品")[2]
    assert sorted(ask("SELECT variant_id FROM listings WHERE NOT is_there")) == [
        ("kb-1",), ("kb-2",),
    ]  # fmt: skip


def test_the_search_alone_will_do_and_stops_nothing(lab: Sandbox, shown: Shown):
    lab.shop("demo", functions_off=WITHOUT_CONTRACT)
    kind, message = ended(import_skus)
    lab.settings(items_search_lag_s=86_400)
    lab.set_item("mihon-shirt", set={"created": lab.clock()})
    _, later = ended(import_skus)

    assert (kind, message[:12]) == ("COMPLETED", "商品 8 / SKU 1")
    assert later.endswith("検索で見つからないSKU 3")
    assert "商品一括編集機能の契約" in shown("import-skus-report")
    assert "検索で見つからないSKU 3件" in shown("import-skus-report")
    assert ask("SELECT count(*) FROM listings WHERE NOT is_there") == [(0,)]
    assert ask("FROM shop_stops") == []
    assert len(mapped()) == 12


@for_ci
def test_without_the_search_the_function_alone_is_stopped(lab: Sandbox):
    key_is_old()
    lab.shop("demo", functions_off=["items.search"])
    kind, _ = ended(import_skus)

    assert kind == "FAILED"
    assert ask("SELECT function_name FROM shop_stops") == [("items.search",)]
    lab.shop("demo", functions_off=[])
    check_connection("lab")
    assert ended(import_skus)[0] == "COMPLETED"


def counted(home: Any, *rows: str) -> None:
    path = home / "count.csv"
    head = "商品管理番号,SKU管理番号,数量"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    import_stock_count(str(path), "lab")


def test_a_sku_that_no_item_has_is_told_before_it_is_written(
    lab: Sandbox, shown: Shown, home: Any
):
    counted(home, "mihon-shirt,ms-1,7", "mihon-shirt,renamed,5", "gone,g-1,5")
    kind, message = ended(push_inventory)

    assert kind == "FAILED"
    assert "確認済み 1" in message
    assert "RMSにないSKU 2" in message
    assert "転送していません" in shown("inventory-report")
    assert "転送しなかったSKU | 0 |" in shown("inventory-report")
    written = [(w["manageNumber"], w["variantId"]) for w in lab.stock_writes()]
    assert written == [SHIRT]
    assert ended(push_inventory)[0] == "COMPLETED"


def test_an_item_that_shows_no_sku_is_not_taken_for_one_without_ours(
    lab: Sandbox, shown: Shown, home: Any
):
    """Asked about for its stock; the item is there (docs/rms/item-api.md §5)."""
    counted(home, "mihon-shirt,ms-1,7", "mihon-shirt,ms-9,7")
    lab.set_item("mihon-shirt", set={"variants": None})
    ended(push_inventory)
    _, message = ended(import_skus)

    assert {(w["manageNumber"], w["variantId"]) for w in lab.stock_writes()} == {
        SHIRT,
        ("mihon-shirt", "ms-9"),
    }
    assert "RMSにないSKU 0" in message
    assert "mihon-shirt。RMSの応答に" in shown("import-skus-report")
    assert ask("SELECT count(*) FROM listings WHERE NOT is_there") == [(0,)]


@for_ci
def test_a_number_that_rms_will_not_read_is_not_gone(lab: Sandbox, shown: Shown):
    said_by_person(("x" * 33, "ms-1"), "KM-03-A", lab.shops["demo"].shop_id)
    _, message = ended(import_skus)

    assert "RMSにないSKU 0" in message
    assert ask("SELECT count(*) FROM listings WHERE NOT is_there") == [(0,)]


@for_ci
def test_a_row_without_an_item_is_stored_and_still_not_on_sale(
    lab: Sandbox, shown: Shown, home: Any
):
    lab.settings(orphans_shown=True)
    ended(import_skus)
    counted(home, "kakuu-mug,kakuu-mug,7")
    lab.set_item("kakuu-mug", deleted=True)
    ended(import_skus)
    _, message = ended(push_inventory)

    assert "RMSにないSKU 1" in message
    assert lab.stock_writes() == []


@first(1)
@pytest.mark.parametrize("fault", ["off", "503"])
def test_a_shop_that_may_not_read_items_works_as_before(
    lab: Sandbox, shown: Shown, home: Any, fault: str
):
    if fault == "off":
        lab.shop("demo", functions_off=[*WITHOUT_CONTRACT, "items.search"])
    else:
        lab.fault("503", function="items.bulk.get", times=9)
    counted(home, "mihon-shirt,ms-1,7", "mihon-shirt,renamed,5")
    _, message = ended(push_inventory)

    assert "確認済み 1" in message
    assert "RMSにないSKU 1" in message
    assert len(lab.stock_writes()) == 2
    assert ask("FROM shop_stops") == []


@for_ci
def test_a_usual_push_asks_for_no_item(lab: Sandbox, shown: Shown, home: Any):
    counted(home, "mihon-shirt,ms-1,7", "kakuu-mug,kakuu-mug,3")
    assert ended(push_inventory)[0] == "COMPLETED"

    assert "items.bulk.get" not in lab.journal()["counts"]
