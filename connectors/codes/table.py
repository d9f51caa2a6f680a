"""The tables of codes, read once a process: status, subject and next step of each."""

import csv
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

_HERE: Final = Path(__file__).parent
ORDER, GATEWAY, INVENTORY, LICENCE = "order", "gateway", "inventory", "licence"
ONLY_A_STATUS: Final = "-"
"""The name of a row of the gateway's table that speaks of a bare status."""


class Action(StrEnum):
    """What a code asks its caller to do next (docs/rms/order-api.md §1.7)."""

    OK = "ok"
    OK_CHECK = "ok_check"
    """Done, or accepted, but something beside it needs a look."""
    NOTHING = "nothing"
    """A good answer that holds nothing."""
    AGAIN = "again"
    """Nothing was done: the same call later is safe."""
    THROTTLED = "throttled"
    """The same, after slowing down."""
    READ_FIRST = "read_first"
    """The order is not as the caller thinks: read it, then decide."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """A write may be done: read, then decide; a read is asked again."""
    REFUSED = "refused"
    CREDENTIALS = "credentials"


class Code(NamedTuple):
    """One row; no `statuses` means any, and `about` is the subject in one word."""

    name: str
    table: str
    statuses: tuple[int, ...]
    about: str
    action: Action
    meaning: str

    @property
    def is_about_the_call(self) -> bool:
        """Whether no order and no SKU of the call can be at fault."""
        return self.table == GATEWAY or self.about in _OF_THE_CALL


_OF_THE_CALL: Final = frozenset({"rms", "header", "key", "pace"})
_CALLS_OF_STOCK: Final = frozenset({"IE1101", "IE1105", "GE0007", "GE0011", "GE0019"})
"""Codes of the inventory API's table, which has no subjects, that name no entry."""


def code_of(name: str) -> Code | None:
    """Return the row of a code, None for one that no table has."""
    return _by_name().get(as_listed(name))


def as_listed(name: str) -> str:
    """Return a code as the list of codes spells it; a sample of Rakuten's does not.

    It writes CANCEL_ORDER_AFTERSHIPPING (docs/rms/order-api.md §1.7).
    """
    return name.replace("_AFTERSHIPPING_", "_AFTER_SHIPPING_")


def code_of_status(status: int) -> Code | None:
    """Return the row that speaks of a bare HTTP status, None where none does."""
    return _by_status().get(status)


@cache
def codes() -> tuple[Code, ...]:
    """Return every row of the tables that has a code of its own."""
    return tuple(_by_name().values())


@cache
def _by_name() -> Mapping[str, Code]:
    return {
        code.name: code
        for table in (ORDER, GATEWAY, INVENTORY, LICENCE)
        for code in _read(table)
        if code.name != ONLY_A_STATUS
    }


@cache
def _by_status() -> Mapping[int, Code]:
    return {
        code.statuses[0]: code for code in _read(GATEWAY) if code.name == ONLY_A_STATUS
    }


def _read(table: str) -> Iterator[Code]:
    text = (_HERE / f"{table}.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        name = row["code"]
        about = row.get("about") or ("rms" if name in _CALLS_OF_STOCK else "entry")
        yield Code(
            name,
            table,
            tuple(int(part) for part in row["http"].split("|") if part.isdigit()),
            about,
            Action(row["action"]),
            row["meaning"],
        )
