"""Log what CSV imports stored of orders, around a change of them."""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from data.warehouse.statements import SQL


def log_csv_origins(con: DuckDBPyConnection, given: Mapping[str, object]) -> None:
    """Log the content of changing orders that a CSV import created and no log has.

    A CSV import does not log what it creates, to be quick; whoever is first to
    change it does (docs/rules.md 6.1).
    """
    for mall, shop_id in SQL.run(con, "list_csv_origins").fetchall():
        of_shop = {**given, "mall": mall, "shop_id": shop_id, "is_before": True}
        of_shop |= {"import_id": given["load_id"], "imported_at": given["stored_at"]}
        SQL.run(con, "gather_csv_origins", of_shop)
        SQL.run(con, "log_csv_contents", of_shop)
