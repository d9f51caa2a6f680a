"""Parcels as a carrier's file brings them, invented."""

from data.model.shipping.shipment import Carrier
from data.model.shipping.shipment_file import ShipmentFile, ShipmentRow
from tests.carriers.made import DAY, GOOD


def a_row(reference, number=GOOD, *, row=2, day=DAY, replaces=None):
    return ShipmentRow(row, reference, None, "1001", number, day, None, replaces)


def a_file(*rows, sha="a"):
    return ShipmentFile(
        carrier=Carrier.YAMATO,
        layout="yamato-b2",
        title="ヤマト B2クラウド 発行済データ",
        encoding="cp932",
        file_name="b2.csv",
        sha256=sha,
        rows_read=len(rows),
        rows=rows,
        rejects=(),
        reference_column="お客様管理番号",
    )
