"""How the parts of a run ended: a table of them, and which failed.

Words from outside, as they may stand in a report.
"""

import re
from collections.abc import Mapping
from typing import Any

from prefect.client.schemas.objects import State


def table_of(title: str, what: str, ends: Mapping[str, State[Any]]) -> list[str]:
    """Give Markdown lines: a title and a row for each part, with its first words."""
    rows = [
        f"| {part} | {state.name} | {_first_line(state)} |"
        for part, state in ends.items()
    ]
    return [title, "", f"| {what} | 結果 | 内容 |", "| --- | --- | --- |", *rows]


def failed_of(ends: Mapping[str, State[Any]]) -> list[str]:
    """Name the parts that did not complete."""
    return [part for part, state in ends.items() if not state.is_completed()]


def _first_line(state: State[Any]) -> str:
    return (state.message or "").partition("\n")[0].replace("|", "/")


def plain(text: str) -> str:
    """Give the text on one line, its signs no Markdown."""
    return re.sub(r"([\\`*\[\]<>|~#])", r"\\\1", " ".join(text.split()))
