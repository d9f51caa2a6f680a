"""Parcels and a sender that need a label, invented, and what a label file shows."""

import csv
import io

import pytest

from connectors.carriers import LabelFile, write_b2_labels, write_ehiden3_labels
from data.model.shipping.label import ParcelOrder, Sender
from tests.carriers.made import DAY, KEY, ORDER

SENDER = Sender(
    name="見本商店",
    zip="1000001",
    address="架空県見本市表町1-2-3",
    building="見本ビル2階",
    phone="03-0000-0000",
    billing_code="000000000000",
)

WRITERS = {"b2": write_b2_labels, "ehiden3": write_ehiden3_labels}
both = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def parcel(**cells):
    known = {
        "order_number": ORDER,
        "short_key": KEY,
        "recipient_name": "髙﨑 予史",
        "zip": "100-0001",
        "prefecture": "架空県",
        "city": "見本市",
        "street": "表町①－２－３ ㈱見本ビル１０階",
        "phone": "03-0000-0000",
        "contents": "ソフト畳表",
        "shipping_date": DAY,
    }
    return ParcelOrder(**(known | cells))


def rows(made: LabelFile):
    text = made.content.decode("cp932")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def refusals(made: LabelFile):
    return [(one.order_number, one.column_name) for one in made.refused]
