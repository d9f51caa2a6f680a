"""One name, one thing: of types, and of the errors that docstrings promise."""

import builtins
import re
from argparse import ArgumentTypeError
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TYPE = re.compile(r"^(?:class (?=[A-Z])|(?=[A-Z]\w*[a-z]\w* = ))(\w+)", re.MULTILINE)
PROMISED = re.compile(r"Raises:\n((?: +\S.*\n)+)|Raises ([A-Z]\w+)")
ERROR = re.compile(r"^ +([A-Z]\w+):", re.MULTILINE)
OF_OTHERS = {ArgumentTypeError.__name__}
SAME = {
    *("Item", "NoticeMessage", "Pace", "SubStatus"),
    "Batch",
    "StockFile",
    "Mode",
    "Wrapping",
}
"""One thing in two places: the sandbox may not import ours; a protocol and its class; a
parameter and its value; what RMS sends and what is kept."""


@cache
def sources() -> list[str]:
    return [
        file.read_text(encoding="utf-8")
        for floor in ("connectors", "data", "tasks")
        for file in (ROOT / floor).rglob("*.py")
    ]


def test_a_type_has_a_name_of_its_own():
    named = Counter(name for text in sources() for name in set(TYPE.findall(text)))

    assert len(named) > 700
    assert {name for name, files in named.items() if files > 1} == SAME


def test_an_error_that_a_docstring_promises_is_there():
    """After a rename a caller would catch what nobody raises."""
    there = {name for text in sources() for name in TYPE.findall(text)}
    promised = {
        name
        for text in sources()
        for listed, alone in PROMISED.findall(text)
        for name in [*ERROR.findall(listed), *filter(None, [alone])]
    }

    assert len(promised) > 60
    assert promised - there - set(dir(builtins)) - OF_OTHERS == set()
