"""The company that an address is of, at malls that have a cell of its own for it."""

import pytest

from tests.order_files.read.one_row import one_row, read_one
from tests.support.effort import first

STREETS = {
    "shopify": ("Shipping Address1", "Shipping Address2"),
    "eccube4": ("配送先_住所2",),
    "yahoo": ("ShipAddress1", "ShipAddress2"),
}
BILLED = {
    "shopify": ("Billing Address1", "Billing Address2"),
    "eccube4": ("住所2",),
    "yahoo": ("BillAddress1", "BillAddress2"),
}
COMPANIES = {
    "shopify": ("Billing Company", "Shipping Company"),
    "eccube4": ("会社名", "配送先_会社名"),
    "yahoo": ("BillSection1Value", "ShipSection1Value"),
}


def streets(read, folder, **cells):
    """The row's addresses, as `orderer_street` and `recipient_street`."""
    return read_one(read, folder, **cells).rows.row(0, named=True)


def addressed(columns, *texts):
    return dict.fromkeys(columns, "") | dict(zip(columns, texts, strict=False))


@first(3)
@pytest.mark.parametrize("folder", STREETS)
def test_a_parcel_to_a_company_names_it(read, folder):
    """It was sent to a person in an office building, whom nobody there knew."""
    of_buyer, of_parcel = COMPANIES[folder]
    cells = addressed(STREETS[folder], "架空町1-2") | addressed(BILLED[folder], "仮町3")

    seen = streets(
        read,
        folder,
        **cells,
        **{of_buyer: "(株)買主", of_parcel: "見本商事 総務部"},
    )

    assert seen["recipient_street"] == "架空町1-2 見本商事 総務部"
    assert seen["orderer_street"] == "仮町3 (株)買主"


@first()
@pytest.mark.parametrize(
    ("street", "company", "expected"),
    [
        ("架空町1-2", "", "架空町1-2"),
        ("架空町1-2", "－", "架空町1-2"),
        ("架空町1-2 (株)見本", "(株)見本", "架空町1-2 (株)見本"),
        ("", "(株)見本", None),
    ],
)
@pytest.mark.parametrize("folder", ["shopify", "eccube4", "yahoo"])
def test_no_company_is_named_twice_or_without_a_street(
    read, folder, street, company, expected
):
    cells = addressed(STREETS[folder], street)

    seen = streets(read, folder, **cells, **{COMPANIES[folder][1]: company})

    assert seen["recipient_street"] == expected


def test_company_and_department_are_both_named_at_yahoo(read):
    cells = {"ShipAddress1": "架空町1-2", "ShipAddress2": ""}
    cells |= {"ShipSection1Value": "見本商事", "ShipSection2Value": "総務部"}

    assert streets(read, "yahoo", **cells)["recipient_street"] == (
        "架空町1-2 見本商事 総務部"
    )


def test_the_company_stands_on_every_row_of_a_shopify_order(read):
    cells = {"Shipping Address1": "架空町1-2", "Shipping Address2": ""}
    first_row = one_row("shopify", **cells, **{"Shipping Company": "見本商事"})
    below = dict.fromkeys(first_row.decode().split("\r\n")[0].split(","), "")
    number = first_row.decode().split("\r\n")[1].split(",")[0]
    below |= {"Name": number, "Lineitem quantity": "1", "Lineitem name": "帯"}
    other = one_row("shopify", **below).partition(b"\r\n")[2]

    seen = read(first_row + other, mall="shopify")

    assert seen.column("recipient_street") == ["架空町1-2 見本商事"] * 2
