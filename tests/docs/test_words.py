"""One name, one thing: a type has a name that no other type of the product has."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TYPE = re.compile(r"^(?:class (?=[A-Z])|(?=[A-Z]\w*[a-z]\w* = ))(\w+)", re.MULTILINE)
SAME = {
    *("Item", "NoticeMessage", "Pace", "SubStatus"),
    "Batch",
    "Mode",
    "Wrapping",
}
"""One thing in two places: the sandbox may not import ours; a protocol and its class; a
parameter and its value; what RMS sends and what is kept."""


def test_a_type_has_a_name_of_its_own():
    named = Counter(
        name
        for floor in ("connectors", "data", "tasks")
        for file in (ROOT / floor).rglob("*.py")
        for name in set(TYPE.findall(file.read_text(encoding="utf-8")))
    )

    assert len(named) > 700
    assert {name for name, files in named.items() if files > 1} == SAME
