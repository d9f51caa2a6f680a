"""Insert the orders of a part that the warehouse did not know."""

from data.warehouse.order_files.queries import Queries

_INSERT = (
    "insert_csv_orders",
    "insert_csv_packages",
    "insert_csv_lines",
    "insert_csv_people",
)


def insert_new(queries: Queries, part: int) -> None:
    """Insert the part's new orders with their packages, lines and people."""
    for name in _INSERT:
        queries.rows(name, part=part)
