"""Write the data dictionary of the analysts' copy from its COMMENTs.

`python -m tests.docs.dictionary` writes the page; a test compares.
"""

import tempfile
from pathlib import Path

import duckdb

from data.warehouse.analytics.marts import read_marts
from data.warehouse.analytics.publish import publish
from data.warehouse.session import warehouse
from tests.support.orders import at

PAGE = Path(__file__).parents[2] / "docs" / "analytics-dictionary.md"
HEAD = """# Data dictionary of analytics.duckdb

Written from the copy's COMMENTs by `python -m tests.docs.dictionary`; a test compares.
How to open it, and how instants are read: [analytics.md](analytics.md).
"""
TABLES = """
SELECT table_name, comment, 0 AS place FROM duckdb_tables()
UNION ALL
SELECT view_name, comment, 1 FROM duckdb_views() WHERE NOT internal
ORDER BY place, table_name
"""
COLUMNS = """
SELECT column_name, data_type, split_part(comment, '; an instant:', 1)
FROM duckdb_columns()
WHERE table_name = $table
ORDER BY column_index
"""
SHORT = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}


def dictionary() -> str:
    """Return the page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "juchu.duckdb"
        link = path.with_name("analytics.duckdb")
        with warehouse(path):
            pass
        publish(path, link, at(0))
        with duckdb.connect(link, read_only=True) as con:
            return HEAD + "".join(
                part
                for name, comment, _ in con.execute(TABLES).fetchall()
                for part in parts(con, name, comment)
            )


def parts(con: duckdb.DuckDBPyConnection, name: str, comment: str) -> list[str]:
    """Return a table's section: what it is, its columns, its examples."""
    rows = con.execute(COLUMNS, {"table": name}).fetchall()
    examples = {mart.name: mart.examples for mart in read_marts()}.get(name, ())
    return [
        f"\n## {name}\n\n{comment}\n\n| column | type | what |\n| --- | --- | --- |\n",
        *(
            f"| {column} | {SHORT.get(kind, kind)} | {text.replace('|', '/')} |\n"
            for column, kind, text in rows
        ),
        *(f"\n```sql\n{example}\n```\n" for example in examples),
    ]


if __name__ == "__main__":
    PAGE.write_text(dictionary(), encoding="utf-8")
