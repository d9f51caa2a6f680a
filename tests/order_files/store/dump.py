"""Everything a warehouse says, to compare before and after."""

from duckdb import DuckDBPyConnection

TABLES = ("orders", "order_packages", "order_lines", "order_people")


def dump(con: DuckDBPyConnection, tables: tuple[str, ...] = ()) -> dict[str, list]:
    """Every value of every table, or of these."""
    names = tables or tuple(
        name
        for (name,) in con.execute(
            "SELECT table_name FROM duckdb_tables() "
            "WHERE NOT internal AND NOT temporary ORDER BY 1"
        ).fetchall()
    )
    return {
        name: con.execute(f"SELECT t::VARCHAR FROM {name} AS t ORDER BY 1").fetchall()  # noqa: S608
        for name in names
    }
