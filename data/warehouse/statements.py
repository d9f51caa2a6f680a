"""Named SQL: one statement per file, the file's name is the statement's."""

from collections.abc import Mapping
from pathlib import Path

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
