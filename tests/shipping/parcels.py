"""Parcels as a carrier's file brings them, invented."""

from data.model.shipment_file import ShipmentRow
from data.warehouse.shipping.shipments import ParcelFile
from tests.carriers.made import DAY, GOOD


def a_row(reference, number=GOOD, *, row=2, day=DAY, replaces=None):
    return ShipmentRow(row, reference, None, "1001", number, day, None, replaces)


def a_file(*rows, sha="a"):
    return ParcelFile(
        carrier="yamato",
        layout="yamato-b2",
        file_name="b2.csv",
        sha256=sha,
        rows_read=len(rows),
        rows=rows,
        rejects=[],
        reference_column="お客様管理番号",
    )
