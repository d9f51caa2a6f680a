"""Ours: read a Rakuten file strictly and import it into the warehouse in `home`.

The warehouse stands already, as it does for every import but the first of a lifetime.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from connectors.order_files import read_order_file
from data.warehouse.order_files.store import import_orders
from data.warehouse.session import warehouse
from tests.bench.measured import Stopwatch, report
from tests.support.mall_csv import SHOP


def main(path: str, home: str) -> None:
    database = Path(home) / "juchu.duckdb"
    with warehouse(database):  # made and migrated
        pass
    watch = Stopwatch()
    with read_order_file([Path(path)], "rakuten") as file:
        held = Stopwatch()
        with warehouse(database) as con:
            done = import_orders(
                con,
                file,
                import_id=str(uuid4()),
                shop_id=SHOP,
                mode="update",
                imported_at=datetime.now(UTC),
            )
        held_s = held.read().seconds
    report(watch.read(), done.rows_read, held_s)


if __name__ == "__main__":
    main(*sys.argv[1:])
