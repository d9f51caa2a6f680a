"""Check the warehouse's rules after a test, but those only that have rows to judge.

A rule over empty tables says of every test what it says of an empty warehouse, and
planning its query is what takes the time. A plain join is as empty as any of its
tables: most tests clear no order. That nothing is overlooked by it, the planted damages
show (`tests/warehouse/test_invariants.py` and its like).
"""

import re
from functools import cache

from duckdb import DuckDBPyConnection

from data.warehouse.invariants import Violation, checks, violations
from data.warehouse.statements import Statement

_SOURCE = re.compile(r"\b(?:FROM|JOIN)\s+(?:\w+\.)*([a-z_]+)\b", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
_OUTER = re.compile(r"\b(?:LEFT|RIGHT|FULL|ANTI|POSITIONAL)\b", re.IGNORECASE)
_sources: dict[str, list[list[frozenset[str]]]] = {}


def broken_rules(con: DuckDBPyConnection) -> list[Violation]:
    """Return what `violations` returns, without asking rules whose tables are empty."""
    rules = tables_of_rules(con)
    filled = _filled(
        frozenset().union(*(s for r in rules.values() for p in r for s in p))
    )
    having_rows = {table for (table,) in filled.execute(con).fetchall()}
    return violations(
        con,
        [
            rule
            for rule in checks()
            if any(all(source & having_rows for source in part) for part in rules[rule])
        ],
    )


def tables_of_rules(con: DuckDBPyConnection) -> dict[str, list[list[frozenset[str]]]]:
    """Return for each part of a rule, of each source it needs, the tables behind it.

    Parts are what UNION ALL joins. A view has several tables: one with rows will do.
    """
    if not _sources:
        names = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary"
        ).fetchall()
        tables = {name for (name,) in names}
        views = dict(
            con.execute("SELECT view_name, sql FROM duckdb_views()").fetchall()
        )
        for rule, query in checks().items():
            _sources[rule] = [
                [_tables_in(source, tables, views) for source in sources]
                for sources in _needed(re.sub(r"--.*", "", query.text))
            ]
    return _sources


def _needed(sql: str) -> list[list[str]]:
    """Return the sources that each part of a plain query needs; else all as one."""
    parts = sql.split("UNION ALL")
    if any(len(_FROM.findall(part)) != 1 or _OUTER.search(part) for part in parts):
        return [[sql]]
    return [[f"FROM {name}" for name in _SOURCE.findall(part)] for part in parts]


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
