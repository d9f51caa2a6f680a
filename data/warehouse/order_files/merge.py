"""Write what a part changes of known orders, and log how they stood."""

from data.warehouse.order_files.queries import Queries
from data.warehouse.orders.adjusted import adjusted_lines_kept

_WRITE = (
    "mark_csv_outdated_labels",
    "write_csv_tax_summaries",
    "merge_csv_orders",
    "merge_csv_packages",
    "merge_csv_lines",
    "merge_csv_people",
    "remove_csv_people",
    "remove_csv_packages",
    "log_csv_statuses",
    "mark_csv_orders",
    "forget_csv_answers",
)


def merge_changes(queries: Queries) -> None:
    """Write what `find_changes` staged; the contents before and after are logged."""
    queries.rows("log_csv_contents", is_before=True)
    with adjusted_lines_kept(queries.con, "take_csv_adjusted_lines", queries.given):
        for name in _WRITE:
            queries.rows(name)
    queries.rows("log_csv_contents", is_before=False)
