"""Marts: the queries of data/marts, each a view of its name in the analysts' copy.

A mart is a file with one SELECT. Its header says what it is, and of each column what it
holds; both become COMMENTs. An example is a query that works in the copy.

    -- sales_per_day: what each shop sold on each day of Japan.
    -- out:
    --   day     the day in Japan
    --   orders  orders placed on it
    -- example: FROM sales_per_day ORDER BY day DESC LIMIT 7
    SELECT ...
"""

import re
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from data.warehouse.instance import literal
from data.warehouse.session import Connection

MARTS: Final = Path(__file__).parents[2] / "marts"
_HEAD: Final = re.compile(
    r"-- (?P<name>\w+): (?P<about>.*\n(?:-- (?!out:).*\n)*)"
    r"-- out:\n(?P<columns>(?:--  .*\n)+)"
    r"(?P<examples>(?:-- example: .*\n(?:--   .*\n)*)+)"
    r"(?P<query>(?s:.+))"
)
_COLUMN: Final = re.compile(r"--   (\w+)  +(.+(?:\n--    .+)*)")
_EXAMPLE: Final = re.compile(r"-- example: (.+(?:\n--   .+)*)")
_SOURCE: Final = re.compile(r"\b(?:FROM|JOIN) (\w+)")
_JOINT: Final = re.compile(r"\s*\n?-- +|\s+")


@dataclass(frozen=True)
class Mart:
    """One file of data/marts, taken apart."""

    name: str
    about: str
    columns: dict[str, str]
    """What each column holds, in the order of the header."""
    examples: tuple[str, ...]
    query: str


def read_marts(folder: Path = MARTS) -> list[Mart]:
    """Return every mart; one that reads from others comes after them.

    Raises:
        ValueError: a file has no header of that form, or marts read from each other in
            a circle.

    """
    marts = {mart.name: mart for mart in map(_read, sorted(folder.rglob("*.sql")))}
    reads = {
        name: sorted(marts.keys() & set(_SOURCE.findall(mart.query)) - {name})
        for name, mart in marts.items()
    }
    return [marts[name] for name in TopologicalSorter(reads).static_order()]


def _read(file: Path) -> Mart:
    found = _HEAD.fullmatch(file.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{file}: a mart begins with its name, `out:` and an example")
    return Mart(
        name=found["name"],
        about=_joined(found["about"]),
        columns={
            name: _joined(text) for name, text in _COLUMN.findall(found["columns"])
        },
        examples=tuple(map(_joined, _EXAMPLE.findall(found["examples"]))),
        query=found["query"].rstrip().removesuffix(";"),
    )


def _joined(text: str) -> str:
    """Return the text of several comment lines as one."""
    return _JOINT.sub(" ", text).strip()


def create_marts(con: Connection, marts: list[Mart]) -> None:
    """Create a view of each mart in the current database, with its COMMENTs."""
    for mart in marts:
        comments = [
            f'COMMENT ON COLUMN "{mart.name}"."{column}" IS {literal(text)};'
            for column, text in mart.columns.items()
        ]
        con.execute(
            f'CREATE VIEW "{mart.name}" AS {mart.query};'
            f'COMMENT ON VIEW "{mart.name}" IS {literal(mart.about)};'
            + "".join(comments)
        )
