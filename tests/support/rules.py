"""Check the warehouse's rules after a test, but those only that have rows to judge.

A rule over empty tables says of every test what it says of an empty warehouse, and
planning its query is what takes the time. That nothing is overlooked by it, the planted
damages show (`tests/warehouse/test_invariants.py` and its like).
"""

import re
from functools import cache

from duckdb import DuckDBPyConnection

from data.warehouse.invariants import Violation, checks, violations
from data.warehouse.statements import Statement

_SOURCE = re.compile(r"\b(?:FROM|JOIN)\s+(?:\w+\.)*([a-z_]+)\b", re.IGNORECASE)
_sources: dict[str, frozenset[str]] = {}


def broken_rules(con: DuckDBPyConnection) -> list[Violation]:
    """Return what `violations` returns, without asking rules whose tables are empty."""
    sources = tables_of_rules(con)
    filled = _filled(frozenset().union(*sources.values()))
    having_rows = {table for (table,) in filled.execute(con).fetchall()}
    return violations(con, [rule for rule in checks() if sources[rule] & having_rows])


def tables_of_rules(con: DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """Return the tables that each rule reads, by itself or in a view; read once."""
    if not _sources:
        names = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary"
        ).fetchall()
        tables = {name for (name,) in names}
        views = dict(
            con.execute("SELECT view_name, sql FROM duckdb_views()").fetchall()
        )
        for rule, query in checks().items():
            _sources[rule] = _tables_in(query.text, tables, views)
    return _sources


def _tables_in(sql: str, tables: set[str], views: dict[str, str]) -> frozenset[str]:
    seen: set[str] = set()
    texts = [sql]
    while texts:
        new = set(_SOURCE.findall(texts.pop())) - seen
        seen |= new
        texts += [views[name] for name in new if name in views]
    return frozenset(seen & tables)


@cache
def _filled(tables: frozenset[str]) -> Statement:
    """Ask which of the tables have rows; an EXISTS each takes four times as long."""
    asked = (f"(FROM {name} SELECT '{name}' LIMIT 1)" for name in sorted(tables))
    return Statement(" UNION ALL ".join(asked))
