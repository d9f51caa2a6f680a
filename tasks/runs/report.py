"""The reports people read: Markdown whose cells are never markup, and how a run ended.

Names, codes and reasons come from malls, carriers and files. Whatever they hold, it
stands in a report as text on one line: `escape` is the only place that sees to it, and
`table`, `listing`, `bullets` and every title use it.

A report is built of blocks (strings of Markdown, "" for nothing) which `page` and
`section` join with blank lines.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.runs.states import RUN_STATE_WORDS, own_words

LISTED: Final = 50
"""Rows that a report shows of one kind; all of them are in the warehouse."""
PERSONAL: Final = frozenset({"application-mail"})
"""Reports with somebody's name and telephone number: for Prefect's page alone."""
SAME_FILE: Final = "同じファイルです。変更はありません"
TRIED: Final = "試行: 何も書き込んでいません"

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
"""Unicode categories without a sign of their own; some turn the text around."""
_JOINER: Final = "\u2060"
"""Word joiner: invisible, and no address goes on behind it."""
_ADDRESS: Final = re.compile(r"(?i)(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)(?=[-\w]+\.)")
"""Where Prefect's page (remark-gfm) would begin a link without being asked to."""
_MARKUP: Final = re.compile(
    r"[\\`*\[\]<>|~#&]"
    r"|(?<![^\W_])_+|_+(?![^\W_])"  # within a word `_` is no markup
    r"|^[-+=](?=[-+=\s]|$)|^\d{1,9}[.)](?=\s|$)"  # a list, a line, a heading
)


def escape(words: object) -> str:
    """Return words as one line of text in which nothing is Markdown, HTML or a link.

    White space becomes single blanks, and signs that cannot be seen are left out.
    """
    line = " ".join("".join(filter(_is_seen, str(words))).split())
    return _MARKUP.sub(_escaped, _ADDRESS.sub(_JOINER, line))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table, or "" without rows.

    Whole numbers get thousands separators, and a column of nothing else stands to the
    right. None shows as a dash, everything else as escaped text.
    """
    listed = [list(row) for row in rows]
    if not listed:
        return ""
    numeric = [all(map(_is_number, cells)) for cells in zip(*listed, strict=True)]
    return "\n".join(
        [
            _row(columns),
            _line("---:" if right else "---" for right in numeric),
            *map(_row, listed),
        ]
    )


def counts(numbers: Mapping[str, object]) -> str:
    """Return a table of what was counted, one item a row."""
    return table(("項目", "件数"), numbers.items())


def listing(  # noqa: PLR0913 - the parts of a section
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    advice: str = "",
    unit: str = "件",
    most: int = LISTED,
) -> str:
    """Return a section with the number of rows in its title, or "" without rows.

    `advice` is our own Markdown; the table shows the first `most` rows.
    """
    if not rows:
        return ""
    head = f"{title} {len(rows):,}{unit}"
    return section(head, advice, table(columns, rows[:most]))


def naming(title: str, items: Sequence[object], advice: str) -> str:
    """Return a section with the first items in a row, their number in its title.

    "" without items; `advice` is our own Markdown.
    """
    if not items:
        return ""
    return section(f"{title} {len(items):,}件", advice, in_a_row(items))


def bullets(items: Iterable[object]) -> str:
    """Return a list with one item a line, or "" without items."""
    return "\n".join(f"- {escape(item)}" for item in items)


def in_a_row(items: Sequence[object]) -> str:
    """Return the first items with commas between, and "…" where there are more."""
    more = " …" if len(items) > LISTED else ""
    return ", ".join(map(escape, items[:LISTED])) + more


def section(title: str, *blocks: str) -> str:
    """Return blocks under a heading of the second level."""
    return "\n\n".join([f"## {escape(title)}", *filter(None, blocks)])


def page(title: str, *blocks: str) -> str:
    """Return a whole report: blocks under its title."""
    return "\n\n".join([f"# {escape(title)}", *filter(None, blocks)]) + "\n"


def sums(numbers: Mapping[str, int]) -> str:
    """Return what was counted as one line, for a run's message."""
    return " / ".join(f"{what} {number}" for what, number in numbers.items())


def worth_a_look(*, is_trial: bool) -> str:
    """Return what staff read above rows with a warning: of a trial none is stored."""
    if is_trial:
        return "取り込みますが、内容を確認してください。"
    return "取り込み済みです。内容を確認してください。"


def see(key: str) -> str:
    """Return the advice to open the run's artifact of this key."""
    return f"対処: 報告「{key}」を確認してください。"


def ended(summary: str, problem: str = "") -> State[Any]:
    """Return a run's final state: Failed if a person has to act on `problem`.

    `problem` tells what to do; the message then holds both, the summary first.
    """
    if problem:
        return Failed(message="。".join(filter(None, (summary, problem))))
    return Completed(message=summary)


def ends_table(what: str, ends: Mapping[str, State[Any]]) -> str:
    """Return a table of how the parts of a run ended: name, state, first line."""
    rows = (
        (part, RUN_STATE_WORDS[state.type], own_words(_first_line(state)))
        for part, state in ends.items()
    )
    return table((what, "結果", "内容"), rows)


def _first_line(state: State[Any]) -> str:
    return (state.message or "").partition("\n")[0]


def failed_of(ends: Mapping[str, State[Any]]) -> list[str]:
    """Return the names of the parts that did not complete."""
    return [part for part, state in ends.items() if not state.is_completed()]


def _is_seen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) not in _UNSEEN


def _escaped(found: re.Match[str]) -> str:
    """Put a backslash before every sign of markup; a digit needs none."""
    return re.sub(r"([^\w\s]|_)", r"\\\1", found.group())


def _is_number(cell: object) -> bool:
    return isinstance(cell, int)


def _row(cells: Iterable[object]) -> str:
    return _line(map(_cell, cells))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    if value is None:
        return "―"
    return f"{value:,}" if isinstance(value, int) else escape(value)
