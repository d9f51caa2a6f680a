"""Many SKUs at once (docs/rms/inventory-and-license-api.md)."""

import pytest

from tests.sandbox.inventory import NOWHERE, SHIRT, Inventory, entry, errors, rows

TEA = ("kakuu-tea", "kakuu-tea")
MUG = ("kakuu-mug", "kakuu-mug")


@pytest.fixture(scope="session")
def many():
    return [(f"item-{n}", "x") for n in range(1001)]


def test_bulk_upsert_writes_every_entry(inventory):
    answer = inventory.write(entry(5), entry(-1, TEA, "RELATIVE"))

    assert (answer.status_code, answer.content) == (204, b"")
    assert rows(inventory.read(SHIRT, TEA)) == [(*SHIRT, 5), (*TEA, 999)]


def test_bulk_get_leaves_out_what_does_not_exist(inventory):
    answer = inventory.read(
        NOWHERE, ("KAKUU-tea", "kakuu-tea"), ("mihon-shirt", "MS-1")
    )

    assert rows(answer) == [(*TEA, 1000)]


def test_400_are_written_in_one_call(inventory, many):
    entries = [entry(1, sku) for sku in many[:400]]

    assert inventory.write(*entries).status_code == 204


def test_401_are_refused(inventory, many):
    entries = [entry(1, sku) for sku in many[:401]]

    answer = inventory.write(*entries)

    assert (answer.status_code, errors(answer)) == (400, [("IE1101", "inventories")])


def test_1000_are_read_in_one_call_and_1001_refused(inventory, many):
    assert inventory.read(*many[:1000]).json() == {"inventories": []}

    assert errors(inventory.read(*many)) == [("IE1101", "inventories")]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (entry("a", TEA), ("IE0002", "inventories[1].quantity")),
        (entry(-1, TEA), ("IE0003", "inventories[1].quantity")),
        (entry(1, ("a" * 33, "x")), ("IE0004", "inventories[1].manageNumber")),
        (entry(1, ("x", "é")), ("IE0002", "inventories[1].variantId")),
        (entry(1, ("x", "")), ("IE0002", "inventories[1].variantId")),
        (entry(1, TEA, "ADD"), ("IE0002", "inventories[1].mode")),
        (entry(1, TEA, colour=1), ("IE0002", "inventories[1].colour")),
        (entry(1, TEA, None), ("IE0001", "inventories[1].mode")),
        (entry(1, NOWHERE, "RELATIVE"), ("IE0500", "inventories[1].mode")),
        (entry(-1001, TEA, "RELATIVE"), ("IE0117", "inventories[1].quantity")),
        (entry(2, ("MIHON-SHIRT", "ms-1")), ("IE1102", "inventories[1]")),
        ("x", ("IE0002", "inventories[1]")),
    ],
)  # fmt: skip
def test_one_bad_entry_and_nothing_is_written(inventory, sandbox, bad, fault):
    answer = inventory.write(entry(5), bad, entry(6, MUG))

    assert (answer.status_code, errors(answer)) == (400, [fault])
    assert rows(inventory.read(SHIRT, MUG)) == [(*SHIRT, 1000), (*MUG, 1000)]
    assert sandbox.stock_writes() == []


def test_every_bad_entry_is_named(inventory):
    answer = inventory.write(entry("a"), entry(1, TEA), entry(-5, MUG, "ADD"))

    assert errors(answer) == [
        ("IE0002", "inventories[0].quantity"),
        ("IE0002", "inventories[2].mode"),
        ("IE0003", "inventories[2].quantity"),
    ]


def test_the_good_entries_can_be_written_all_the_same(inventory, sandbox):
    sandbox.settings(partial_upsert=True)

    answer = inventory.write(entry(5), entry("a", TEA), entry(6, MUG))

    assert errors(answer) == [("IE0002", "inventories[1].quantity")]
    assert rows(inventory.read(SHIRT, TEA, MUG)) == [
        (*SHIRT, 5), (*TEA, 1000), (*MUG, 6),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/bulk-get", "/bulk-upsert"])
@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, ("IE0001", "inventories")),
        ({"inventories": None}, ("IE0001", "inventories")),
        ({"inventories": []}, ("IE0001", "inventories")),
        ({"inventories": {}}, ("IE0002", "inventories")),
        ({"inventories": [1]}, ("IE0002", "inventories[0]")),
        ([], ("IE0002", None)),
    ],
)
def test_a_body_without_a_list_of_entries_is_refused(inventory, path, body, fault):
    answer = inventory.bulk(path, body)

    assert (answer.status_code, errors(answer)) == (400, [fault])


def test_a_field_beside_the_list_is_refused(inventory):
    body = {"inventories": [entry(1)], "inventory": 1}

    assert errors(inventory.bulk("/bulk-upsert", body)) == [("IE0002", "inventory")]


def test_bulk_get_takes_names_only(inventory):
    answer = inventory.bulk("/bulk-get", {"inventories": [entry(1)]})

    assert errors(answer) == [
        ("IE0002", "inventories[0].mode"),
        ("IE0002", "inventories[0].quantity"),
    ]


def test_a_sku_is_asked_for_once(inventory):
    answer = inventory.read(SHIRT, TEA, SHIRT)

    assert errors(answer) == [("IE1102", "inventories[2]")]


def test_range_finds_by_quantity_ends_included_newest_update_first(inventory, sandbox):
    for sku, quantity in ((TEA, 10), (SHIRT, 12), (MUG, 14)):
        sandbox.clock(advance_s=1)
        inventory.put(quantity, sku)

    assert rows(inventory.range(minQuantity=10, maxQuantity=12)) == [
        (*SHIRT, 12),
        (*TEA, 10),
    ]
    assert rows(inventory.range(maxQuantity=10)) == [(*TEA, 10)]
    assert len(rows(inventory.range(minQuantity=15))) == 9


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({}, ("IE0105", None)),
        ({"minQuantity": "a"}, ("IE0002", "minQuantity")),
        ({"maxQuantity": "-1"}, ("IE0002", "maxQuantity")),
        ({"maxQuantity": 100_000}, ("IE0003", "maxQuantity")),
        ({"minQuantity": 2, "maxQuantity": 1}, ("IE0113", "minQuantity")),
        ({"minQuantity": 2, "max": 1}, ("IE0002", "max")),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(inventory, query, fault):
    answer = inventory.range(**query)

    assert (answer.status_code, errors(answer)) == (400, [fault])


def test_a_range_shows_1000_and_refuses_more(rms, sandbox, many):
    inventory = Inventory(rms)
    sandbox.set_stocks([
        {"manageNumber": name, "variantId": x, "quantity": 3} for name, x in many[:1000]
    ])  # fmt: skip
    assert len(rows(inventory.range(minQuantity=3, maxQuantity=3))) == 1000

    inventory.put(3)

    answer = inventory.range(minQuantity=3, maxQuantity=3)
    assert (answer.status_code, errors(answer)) == (400, [("IE0116", None)])
    assert answer.json()["errors"][0]["message"] == "Too many search results"


def test_writes_are_listed_in_the_order_rms_took_them(inventory, sandbox):
    inventory.put(5)
    inventory.write(entry(7, NOWHERE), entry(-2, mode="RELATIVE"))
    sandbox.set_stock(*SHIRT, 50)
    inventory.put(4)

    taken = [(w["variantId"], w["sent"], w["quantity"]) for w in sandbox.stock_writes()]

    assert taken == [("ms-1", 5, 5), ("x-1", 7, 7), ("ms-1", -2, 3), ("ms-1", 4, 4)]
    assert [w["number"] for w in sandbox.stock_writes(after=2)] == [3, 4]
