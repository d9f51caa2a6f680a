"""Named SQL statements, kept in `.sql` files beside the Python that runs them.

A file holds the statements of one step, in the order in which they run. Each begins
with `-- name: what_it_does` and a header that says what goes in and what comes out:

    -- name: count_verdicts
    -- How many snapshots were judged how.
    -- in:  temporary table `judged`
    -- out: created, changed, unchanged, stale
    SELECT ...
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import polars as pl
from duckdb import DuckDBPyConnection

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_NO_CODE = re.compile(r"--[^\n]*|'[^']*'")
_PARAMETER = re.compile(r"\$([a-z]\w*)")


@dataclass(frozen=True)
class Statement:
    """SQL as it is sent, and the parameters that its code names."""

    text: str
    _parsed: list[duckdb.Statement] = field(
        default_factory=list, init=False, compare=False, repr=False
    )

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names after `$`, outside comments and literals: DuckDB refuses any other."""
        return frozenset(_PARAMETER.findall(_NO_CODE.sub(" ", self.text)))

    def execute(
        self, con: DuckDBPyConnection, given: Mapping[str, object] | None = None
    ) -> DuckDBPyConnection:
        """Execute it; the values are for the last statement of several.

        It is parsed once: DuckDB 2.0.1 takes a third of a short statement's time for
        its text. What it means is looked up anew each time, so that no change of a
        table or of a connection is missed.
        """
        if not self._parsed:
            self._parsed[:] = con.extract_statements(self.text)
        *before, last = self._parsed
        for each in before:
            con.execute(each)
        return con.execute(last, given)


def read_statements(file: Path) -> dict[str, Statement]:
    """Return a file's statements by name, in the order of the file.

    Raises:
        ValueError: text stands before the first name, or a name stands twice.

    """
    head, *rest = _NAME.split(file.read_text(encoding="utf-8"))
    found = dict(zip(rest[::2], map(Statement, rest[1::2]), strict=True))
    if head.strip() or len(found) * 2 != len(rest):
        raise ValueError(f"{file}: each statement needs a name of its own")
    return found


class Statements:
    """Every statement of the warehouse by its name, read at first use."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = files

    @cached_property
    def by_name(self) -> dict[str, Statement]:
        """All statements.

        Raises:
            ValueError: two files give one name to different statements.

        """
        found: dict[str, Statement] = {}
        for file in self._files:
            statements = read_statements(file)
            if twice := found.keys() & statements.keys():
                raise ValueError(f"{file}: named elsewhere, too: {sorted(twice)}")
            found |= statements
        return found

    def __call__(self, name: str) -> str:
        """Return a statement's text; an unknown name raises KeyError."""
        return self.by_name[name].text

    def run(
        self,
        con: DuckDBPyConnection,
        name: str,
        given: Mapping[str, object] = MappingProxyType({}),
    ) -> DuckDBPyConnection:
        """Execute a statement with those of the given values that it names."""
        return self.by_name[name].execute(con, self.values(name, given))

    def column(
        self,
        con: DuckDBPyConnection,
        name: str,
        given: Mapping[str, object] = MappingProxyType({}),
    ) -> list[Any]:
        """Execute a query of one column and return its values."""
        return [value for (value,) in self.run(con, name, given).fetchall()]

    def value(
        self,
        con: DuckDBPyConnection,
        name: str,
        given: Mapping[str, object] = MappingProxyType({}),
    ) -> Any:
        """Execute a query of one column and one row and return its value."""
        (value,) = self.column(con, name, given)
        return value

    def values(self, name: str, given: Mapping[str, object]) -> dict[str, object]:
        """Return those of the given values that a statement names."""
        wanted = self.by_name[name].parameters
        return {key: value for key, value in given.items() if key in wanted}


_FOLDER = Path(__file__).parent
SQL = Statements(
    sorted(
        file
        for file in _FOLDER.rglob("*.sql")
        if file.parent.name not in {"migrations", "invariants", "matters"}
    )
)
"""What the warehouse runs. Tests plant bugs in it (tests/support/planted.py)."""


def show(con: DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    """Register the frame as a view of that name, until it is unregistered."""
    con.register(name, Shown(rows))


class Shown:
    """A view's content: what SQL sees of it is the frame it holds at that moment.

    DuckDB would take a bare frame by way of pyarrow, which juchu does not install.
    Registered once: a view replaced within a transaction is kept until its end, with
    its frame; at a million rows that took 4 GB (DuckDB 2.0.0). Texts are not copied.
    """

    def __init__(self, empty: pl.DataFrame) -> None:
        self.rows = empty

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)
