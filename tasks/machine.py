"""The warehouse of this machine, as every task opens it."""

from contextlib import AbstractContextManager

from connectors.settings import read_settings
from data.warehouse.session import Connection, warehouse


def our_warehouse() -> AbstractContextManager[Connection]:
    """Open one transaction on the warehouse of the settings.

    Raises WarehouseBusy, which is worth a retry, when others hold the file for longer
    than the patience set, or another WarehouseClosed that says why it did not open.
    """
    settings = read_settings()
    return warehouse(settings.warehouse, settings.warehouse_patience_s)
