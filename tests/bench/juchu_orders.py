"""Ours: the whole `ingest-orders` flow, on the Prefect server in use."""

import logging
import sys

from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from flows.ingest_orders import ingest_orders
from tasks.shops.blocks import load_shop
from tests.bench.measured import Stopwatch, report
from tests.support.stored import orders_by_status


def main(shop: str) -> None:
    logging.disable(logging.WARNING)
    watch = Stopwatch()
    ingest_orders(shop)
    spent = watch.read()
    with warehouse(read_settings().warehouse) as con:
        stored = orders_by_status(con, load_shop(shop).shop_id)
    report(spent, sum(stored.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
