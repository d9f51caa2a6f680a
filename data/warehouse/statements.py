"""Named SQL: one statement per file, the file's name is the statement's.

Frames as SQL sees them, under a name.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from duckdb import DuckDBPyConnection


class Statements:
    """The statements of one folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Give a statement's text; an unknown name raises FileNotFoundError."""
        if name not in self._texts:
            path = self._folder / f"{name}.sql"
            self._texts[name] = path.read_text(encoding="utf-8")
        return self._texts[name]

    def run(
        self, con: DuckDBPyConnection, name: str, given: Mapping[str, object]
    ) -> DuckDBPyConnection:
        """Execute a statement with those of the values that it names."""
        text = self(name)
        named = {key: value for key, value in given.items() if f"${key}" in text}
        return con.execute(text, named)

    def names(self, prefix: str) -> list[str]:
        """Name every statement whose name starts with the prefix, sorted."""
        return sorted(path.stem for path in self._folder.glob(f"{prefix}*.sql"))


SQL = Statements(Path(__file__).parent / "sql")
"""What the warehouse runs. Tests pass a doctored copy to prove their own worth."""


def show(con: DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    """Let SQL read the frame as a view of that name, until it is unregistered."""
    con.register(name, Shown(rows))


class Shown:
    """A view's content: what SQL sees of it is the frame it holds at that moment.

    DuckDB would take a bare frame by way of pyarrow, a fifth of a second to import.
    Registered once: a view replaced within a transaction is kept until its end, with
    its frame; at a million rows that took 4 GB (DuckDB 2.0.0). Texts are not copied.
    """

    def __init__(self, empty: pl.DataFrame) -> None:
        self.rows = empty

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)
