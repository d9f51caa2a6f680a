"""One SKU read, written and deleted (docs/rms/inventory-and-license-api.md)."""

from datetime import datetime, timedelta

import pytest

from tests.sandbox.inventory import NOWHERE, SHIRT, errors

LONG = "a" * 33


def test_what_is_on_sale_has_stock_from_the_start(inventory):
    answer = inventory.get()

    row = answer.json()
    assert answer.status_code == 200
    assert list(row) == [
        "manageNumber", "variantId", "quantity", "created", "updated",
    ]  # fmt: skip
    assert (row["manageNumber"], row["variantId"], row["quantity"]) == (*SHIRT, 1000)


def test_times_are_iso_8601_in_japan_time(inventory, sandbox):
    now = sandbox.clock(set="2026-05-01T12:00:00", hold=True)
    inventory.put(5)

    row = inventory.get().json()

    assert row["updated"] == now == "2026-05-01T12:00:00+09:00"
    assert datetime.fromisoformat(row["created"]).utcoffset() == timedelta(hours=9)


def test_a_quantity_written_is_read_back(inventory):
    answer = inventory.put(7)

    assert (answer.status_code, answer.content) == (204, b"")
    assert len(answer.headers["requestid"]) == 36
    assert inventory.quantity() == 7


@pytest.mark.parametrize(("change", "left"), [(3, 13), (-10, 0), (0, 10)])
def test_relative_adds_to_what_is_there(inventory, change, left):
    inventory.put(10)

    assert inventory.put(change, mode="RELATIVE").status_code == 204
    assert inventory.quantity() == left


@pytest.mark.parametrize("change", [-11, 99_990])
def test_relative_never_leaves_the_range(inventory, change):
    inventory.put(10)

    answer = inventory.put(change, mode="RELATIVE")

    assert (answer.status_code, errors(answer)) == (400, [("IE0117", "quantity")])
    assert inventory.quantity() == 10


def test_the_first_registration_must_be_absolute(inventory):
    inventory.delete()

    answer = inventory.put(5, mode="RELATIVE")

    assert (answer.status_code, errors(answer)) == (400, [("IE0500", "mode")])
    assert inventory.put(5).status_code == 204


def test_manage_numbers_are_folded_and_variant_ids_are_not(inventory):
    assert inventory.put(3, ("MIHON-Shirt", "ms-1")).status_code == 204
    assert inventory.get(("mihon-SHIRT", "ms-1")).json()["quantity"] == 3

    assert inventory.get(("mihon-shirt", "MS-1")).status_code == 404


def test_an_unknown_sku_is_not_found(inventory):
    answer = inventory.get(NOWHERE)

    assert (answer.status_code, errors(answer)) == (404, [("GE0014", None)])


@pytest.mark.parametrize(
    "sku", [NOWHERE, ("mihon-shirt", "renamed")], ids=["item", "variant"]
)
def test_a_write_to_nowhere_succeeds_and_cannot_be_seen(inventory, sandbox, sku):
    answer = inventory.put(5, sku)

    assert answer.status_code == 204
    assert inventory.get(sku).status_code == 404
    assert inventory.read(sku).json() == {"inventories": []}
    assert inventory.range(minQuantity=5, maxQuantity=5).json() == {"inventories": []}
    (row,) = [r for r in sandbox.stock() if (r["manageNumber"], r["variantId"]) == sku]
    assert (row["quantity"], row["known"]) == (5, False)


def test_a_row_without_an_item_is_gone_a_day_after_its_last_update(inventory, sandbox):
    inventory.put(5, NOWHERE)
    sandbox.clock(advance_s=23 * 3600)
    assert inventory.put(1, NOWHERE, "RELATIVE").status_code == 204
    sandbox.clock(advance_s=23 * 3600)
    assert inventory.put(1, NOWHERE, "RELATIVE").status_code == 204
    sandbox.clock(advance_s=24 * 3600)

    assert errors(inventory.put(1, NOWHERE, "RELATIVE")) == [("IE0500", "mode")]
    assert all(row["known"] for row in sandbox.stock())


def test_a_row_with_an_item_stays(inventory, sandbox):
    inventory.put(5)

    sandbox.clock(advance_s=30 * 86_400)

    assert inventory.quantity() == 5


def test_the_level_shows_once_its_item_is_there(inventory, sandbox):
    inventory.put(5, NOWHERE)

    sandbox.set_stock(*NOWHERE)

    assert inventory.quantity(NOWHERE) == 5


def test_a_renamed_sku_is_gone_although_writes_to_it_succeed(inventory, sandbox):
    sandbox.set_stock(*SHIRT, known=False)

    assert inventory.put(5).status_code == 204
    assert inventory.get().status_code == 404


def test_a_deleted_quantity_is_gone_until_it_is_registered_again(inventory):
    answer = inventory.delete()

    assert (answer.status_code, answer.content) == (204, b"")
    assert inventory.get().status_code == 404
    assert errors(inventory.delete()) == [("GE0014", None)]
    inventory.put(4)
    assert inventory.quantity() == 4


def test_each_shop_has_stock_of_its_own(inventory, other, sandbox):
    inventory.put(1)

    (row,) = [r for r in sandbox.stock("demo2") if r["variantId"] == "ms-1"]

    assert row["quantity"] == 1000


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"mode": "ABSOLUTE", "quantity": "a"}, ("IE0002", "quantity")),
        ({"mode": "ABSOLUTE", "quantity": "5"}, ("IE0002", "quantity")),
        ({"mode": "ABSOLUTE", "quantity": 1.5}, ("IE0002", "quantity")),
        ({"mode": "ABSOLUTE", "quantity": True}, ("IE0002", "quantity")),
        ({"mode": "ABSOLUTE", "quantity": -1}, ("IE0003", "quantity")),
        ({"mode": "ABSOLUTE", "quantity": 100_000}, ("IE0003", "quantity")),
        ({"mode": "RELATIVE", "quantity": -100_000}, ("IE0003", "quantity")),
        ({"mode": "absolute", "quantity": 5}, ("IE0002", "mode")),
        ({"mode": [], "quantity": 5}, ("IE0002", "mode")),
        ({"quantity": 5}, ("IE0001", "mode")),
        ({"mode": "ABSOLUTE"}, ("IE0001", "quantity")),
        ({"mode": "ABSOLUTE", "quantity": None}, ("IE0001", "quantity")),
        ({"mode": "ABSOLUTE", "quantity": 5, "Mode": 1}, ("IE0002", "Mode")),
        ([], ("IE0002", None)),
    ],
)  # fmt: skip
def test_a_malformed_body_is_refused_and_nothing_written(inventory, body, fault):
    answer = inventory.put_body(body)

    assert (answer.status_code, errors(answer)) == (400, [fault])
    assert inventory.quantity() == 1000


def test_the_text_of_an_unreadable_value_is_the_references(inventory):
    (error,) = inventory.put("a").json()["errors"]

    assert error["message"] == "quantity has an invalid value : a."


@pytest.mark.parametrize(
    ("sku", "fault"),
    [
        ((LONG, "x"), ("IE0004", "manageNumber")),
        (("x", LONG), ("IE0004", "variantId")),
        (("item.1", "x"), ("IE0002", "manageNumber")),
        (("x", "色"), ("IE0002", "variantId")),
    ],
)
def test_names_have_a_length_and_an_alphabet(inventory, sku, fault):
    answers = [inventory.get(sku), inventory.put(1, sku), inventory.delete(sku)]

    assert [(a.status_code, errors(a)) for a in answers] == [(400, [fault])] * 3


def test_names_of_32_bytes_are_taken(inventory):
    assert inventory.put(1, ("a" * 32, "Z" * 32)).status_code == 204
