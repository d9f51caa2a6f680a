"""Plant a bug in the product for the length of a block, and see a test catch it.

    with planted_sql("judge_snapshots", "observed_at >", "observed_at >="), caught():
        play(con, history)

A plant has to break a rule, not the syntax: one that ends in a parser, binder or
parameter error proves nothing, so `caught` lets those through and the test fails.
"""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from data.warehouse.statements import SQL, Statement


@contextmanager
def planted_sql(name: str, old: str, new: str) -> Iterator[None]:
    """Let a statement of the warehouse stand with another text."""
    healthy = SQL.by_name[name]
    assert old in healthy.text, f"{name} does not say: {old}"
    SQL.by_name[name] = Statement(healthy.text.replace(old, new))
    try:
        yield
    finally:
        SQL.by_name[name] = healthy


@contextmanager
def planted_source(
    module: ModuleType, old: str, new: str, users: Sequence[ModuleType] = ()
) -> Iterator[None]:
    """Let a module stand with other source; `users` take names from it, in order."""
    file = Path(str(module.__file__))
    source = file.read_text(encoding="utf-8")
    assert source.count(old) == 1, f"{file.name} does not say once: {old}"
    try:
        exec(compile(source.replace(old, new), str(file), "exec"), vars(module))  # noqa: S102 - the bug
        _reload(*users)
        yield
    finally:
        _reload(module, *users)


def _reload(*modules: ModuleType) -> None:
    for module in modules:
        importlib.reload(module)


def caught(
    *more: type[Exception],
) -> AbstractContextManager[pytest.ExceptionInfo[Exception]]:
    """Expect a test's assertion, or a CHECK or key of the warehouse, to fail."""
    return pytest.raises((AssertionError, duckdb.ConstraintException, *more))


def plant_in_view(
    con: duckdb.DuckDBPyConnection, view: str, right: str, wrong: str
) -> None:
    """Replace a rule of a view, which stands in its text, with a wrong one."""
    ((text,),) = con.execute(
        "SELECT sql FROM duckdb_views() WHERE view_name = $view", {"view": view}
    ).fetchall()
    assert right in text
    con.execute(text.replace("CREATE", "CREATE OR REPLACE", 1).replace(right, wrong))
