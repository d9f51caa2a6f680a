"""Find what a part changes of the orders that the warehouse knows."""

from data.warehouse.order_files.queries import Queries

_CHANGE = (
    "judge_csv_statuses",
    "create_after_file",
    "change_csv_orders",
    "change_csv_packages",
    "change_csv_lines",
    "change_csv_people",
    "gather_csv_changes",
    "gather_csv_moved",
)


def find_changes(queries: Queries, part: int) -> int:
    """Stage what changes of the part's known orders; return how many change.

    Temporary tables `csv_changed_*`, `csv_statuses`, `csv_changes` and `csv_moved` have
    it; nothing of an order is written.
    """
    for name in _CHANGE:
        queries.rows(name, part=part)
    (changed,) = queries.rows("count_csv_changes")[0]
    return int(changed)
