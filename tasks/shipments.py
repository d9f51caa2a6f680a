"""A carrier's file of tracking numbers: read it whole, store its parcels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from prefect import task

from connectors.carriers import Remark, ShipmentFile, read_shipment_file
from data.model.shop import ShopHandle
from data.warehouse.shipments import (
    Aside,
    ParcelFile,
    ShipmentReport,
    import_shipments,
)
from tasks.order_csv import telling_no_values
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops import load_shop
from tasks.warehouse import our_warehouse


@dataclass(frozen=True)
class ImportedShipments:
    """What is told of a file that was read to its end; no cell of it."""

    title: str
    encoding: str
    notices: Sequence[str]
    warnings: Sequence[Aside]
    report: ShipmentReport


@task(name="import-shipment-file", task_run_name="import-{carrier}", **SAFE_TO_REPEAT)
def import_shipment_file(
    path: str, carrier: str, shop: ShopHandle
) -> ImportedShipments:
    """Store the parcels of a file, or raise and leave the warehouse as it was.

    Repeating it is harmless: the same file again changes nothing.
    """
    with telling_no_values():
        known = load_shop(shop)
        file = read_shipment_file(Path(path), carrier)
        with our_warehouse() as con:
            report = import_shipments(
                con,
                _parcels(file),
                import_id=str(uuid4()),
                shop_id=known.shop_id,
                mall=known.mall,
                imported_at=now(),
            )
        return ImportedShipments(
            title=file.layout.title,
            encoding=file.encoding,
            notices=file.notices,
            warnings=_asides(file.warnings),
            report=report,
        )


def _parcels(file: ShipmentFile) -> ParcelFile:
    return ParcelFile(
        carrier=file.layout.carrier.value,
        layout=file.layout.name,
        file_name=file.file_name,
        sha256=file.sha256,
        rows_read=file.rows_read,
        rows=file.rows,
        rejects=_asides(file.rejects),
        reference_column=file.layout.reference.name,
    )


def _asides(remarks: Sequence[Remark]) -> list[Aside]:
    """Leave the reference out: anything may stand there that somebody typed."""
    return [Aside(one.row_number, one.column_name, one.reason) for one in remarks]
