"""What 2.1 has beside 2.0 (docs/rms/inventory-and-license-api.md)."""

import pytest

from tests.sandbox.inventory import NOWHERE, SHIRT, Inventory, entry, errors

LEAD_TIME = {"normalDeliveryTimeId": 1, "backOrderDeliveryTimeId": 2}
CHOSEN = {"operationLeadTime": LEAD_TIME, "shipFromIds": [1, 2]}


@pytest.fixture
def old(rms) -> Inventory:
    return Inventory(rms, "2.0")


@pytest.fixture
def new(rms) -> Inventory:
    return Inventory(rms, "2.1")


def chosen(inventory: Inventory) -> dict[str, object]:
    row = inventory.get().json()
    return {name: row[name] for name in CHOSEN if name in row}


@pytest.mark.parametrize("bulk", [True, False])
def test_lead_times_are_shown_by_2_1_alone_and_only_where_chosen(old, new, bulk):
    before = chosen(new)
    answer = new.write(entry(5, **CHOSEN)) if bulk else new.put(5, **CHOSEN)

    assert answer.status_code == 204
    assert answer.headers["content-type"] == "application/json"
    assert before == {}
    assert chosen(new) == CHOSEN
    assert chosen(old) == {}


@pytest.mark.parametrize("bulk", [True, False])
def test_what_2_1_leaves_out_is_deleted(new, bulk):
    new.put(5, **CHOSEN)

    done = new.write(entry(6)) if bulk else new.put(6)

    assert done.status_code == 204
    assert (new.quantity(), chosen(new)) == (6, {})


def test_2_0_knows_no_lead_times(old):
    answer = old.put(5, **CHOSEN)

    assert answer.status_code == 400
    assert {code for code, _ in errors(answer)} == {"IE0002"}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"operationLeadTime": {"normalDeliveryTimeId": 999}}, "operationLeadTime"),
        ({"shipFromIds": [1, 999]}, "shipFromIds"),
    ],
)
def test_an_id_the_shop_has_not_set_up_is_ie0118(new, fields, path):
    one = new.put(5, **fields)
    many = new.write(entry(5, **fields))

    assert (one.status_code, errors(one)) == (400, [("IE0118", path)])
    assert errors(many) == [("IE0118", f"inventories[0].{path}")]


def test_a_variant_list_holds_every_row_of_an_item(new):
    new.put(7, (SHIRT[0], "ms-2"), **CHOSEN)
    new.put(8, (SHIRT[0], "renamed"))

    answer = new.send("GET", f"/variant-lists/manage-numbers/{SHIRT[0]}")

    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["manageNumber", "variantList", "created", "updated"]
    found = {row["variantId"]: row["quantity"] for row in body["variantList"]}
    assert found == {"ms-1": 1000, "ms-2": 7, "ms-3": 1000, "renamed": 8}


def test_a_variant_list_of_nothing_is_ge0014_and_2_0_has_none(old, new):
    path = f"/variant-lists/manage-numbers/{NOWHERE[0]}"
    answer = new.send("GET", path)

    assert (answer.status_code, errors(answer)) == (404, [("GE0014", None)])
    assert errors(old.send("GET", path)) == [("GE0007", None)]


def test_a_manage_number_has_at_most_400_variants(inventory):
    many = [entry(1, ("kakuu-big", f"v-{n}")) for n in range(400)]
    first = inventory.write(*many)
    again = inventory.write(entry(2, ("kakuu-big", "v-7")))
    more = inventory.put(1, ("kakuu-big", "v-400"))

    assert (first.status_code, again.status_code) == (204, 204)
    assert (more.status_code, errors(more)) == (400, [("IE0121", "variantId")])


def test_a_shop_before_its_migration_reads_stock_and_writes_none(inventory, sandbox):
    sandbox.shop("demo", has_skus=False)
    refused = [inventory.put(5), inventory.write(entry(5)), inventory.delete()]

    assert [errors(each) for each in refused] == [[("IE1105", None)]] * 3
    assert inventory.quantity() == 1000


RENAMED = (SHIRT[0], "renamed")


@pytest.mark.parametrize("sku", [NOWHERE, RENAMED], ids=["no-item", "no-sku"])
def test_rows_without_an_item_may_be_shown(inventory, sandbox, sku):
    """No page says whether they are: a client must stand either."""
    sandbox.settings(orphans_shown=True)
    inventory.put(5, sku)

    assert inventory.get(sku).json()["quantity"] == 5
    assert len(inventory.read(sku).json()["inventories"]) == 1


def test_a_row_of_an_unknown_sku_goes_in_the_night_and_not_after_a_day(
    inventory, sandbox
):
    sandbox.settings(orphans_shown=True)
    sandbox.clock(set="2026-05-01T23:00:00", hold=True)
    inventory.put(5, RENAMED)
    inventory.put(5, NOWHERE)
    sandbox.clock(advance_s=2 * 3600)

    assert inventory.get(RENAMED).status_code == 404
    assert inventory.get(NOWHERE).status_code == 200


def test_2_0s_bulk_upsert_may_make_capitals_small(old, new, sandbox):
    sandbox.settings(folds_variants=True, orphans_shown=True)
    for inventory in (old, new):
        assert inventory.write(entry(5, ("kakuu-tea", "Red"))).status_code == 204

    assert old.get(("kakuu-tea", "red")).status_code == 200
    assert old.get(("kakuu-tea", "Red")).json()["quantity"] == 5  # by 2.1
