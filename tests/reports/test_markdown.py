"""Whatever a mall, a file or a person wrote, it stands in a report as text."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tasks.runs.report import (
    LISTED,
    bullets,
    counts,
    escape,
    in_a_row,
    listing,
    page,
    section,
    table,
)

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LINK = re.compile(  # where remark-gfm, on Prefect's page, links plain text
    r"(?i)https?://|www(?=\.)|[-.\w+]+@[-\w]+(?:\.[-\w]+)+", re.ASCII
)
SIGNS = list("|\\`*_~#<>[]()!&;:/.@-+=\"'0123456789ab \n\t\r\u2028\u3000\u202e\0茶")
NASTY = [
    "|", "\\", "\\|", "a\\", "`", "``a`", "<script>alert(1)</script>", "<!--", "<b>",
    "[a](http:b)", "![a](b)", "[a]: b", "<http://a.b>", "https://a.b/c", "www.a.b",
    "a@b.example", "*a*", "__a__", "_a_", "a_b", "~~a~~", "&lt;", "&#60;", "---",
    "- a", "+ a", "1. a", "12) a", "# a", "> a", "===", "***", "___", "a\n\n# b",
    "a\r\nb", "a | b\n--- | ---", "```\na", "~~~", "    a", "a  \nb", ":---",
]  # fmt: skip
words = st.one_of(
    st.lists(st.sampled_from(NASTY + SIGNS), max_size=8).map("".join),
    st.text(max_size=30),
)


def said(text: str) -> str:
    """Return what is to be read of a text: one line, nothing invisible."""
    seen = (
        sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join("".join(seen).split())


def shown(inline: Token) -> str:
    """Return what a page shows of one line; fails where it shows more than text."""
    assert {child.type for child in inline.children} <= {"text"}
    text = "".join(child.content for child in inline.children)
    assert not LINK.search(text)
    return text.replace("\u2060", "")


def cells(markdown: str) -> list[list[str]]:
    """Read a report's only table; fails where there is anything but one table."""
    tokens = READER.parse(markdown)
    kinds = {t.type for t in tokens} - {"inline"}
    assert {re.sub("_(open|close)", "", kind) for kind in kinds} <= {
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(shown(token))
    return rows


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=4))
@example([tuple(NASTY[:3])])
@example([("\\|", "a\\", "`|`")])
def test_no_cell_breaks_the_table_or_becomes_markup(rows):
    columns = ("注文番号", "列", "理由")

    assert cells(table(columns, rows)) == [
        list(columns),
        *([said(cell) for cell in row] for row in rows),
    ]


@settings(deadline=None, max_examples=100)
@given(st.lists(words, min_size=1, max_size=4))
def test_no_item_title_or_line_becomes_markup(items):
    lines = [item for item in map(said, items) if item]
    text = page(items[0], bullets(lines), section(items[-1], in_a_row(lines)))
    inlines = [token for token in READER.parse(text) if token.type == "inline"]

    told = [said(items[0]), *lines, said(items[-1]), ", ".join(lines)]
    assert list(filter(None, map(shown, inlines))) == list(filter(None, told))


@pytest.mark.parametrize("nasty", NASTY)
def test_each_known_trick_is_text(nasty):
    assert cells(table(("a",), [(nasty,)])) == [["a"], [said(nasty)]]


@pytest.mark.parametrize(
    "plain", ["123456-20260701-0000000001", "tea_100_g", "ES04-01: 在庫なし(1.5)", "-5"]
)
def test_ordinary_words_are_left_as_they_are(plain):
    assert escape(plain) == plain


def test_numbers_stand_to_the_right_with_separators():
    assert table(("SKU", "個数"), [("a", 1200), ("b", 3)]).splitlines() == [
        "| SKU | 個数 |",
        "| --- | ---: |",
        "| a | 1,200 |",
        "| b | 3 |",
    ]


def test_nothing_known_is_a_dash():
    assert table(("a", "b"), [(None, 1)]).splitlines()[-1] == "| ― | 1 |"


def test_counts_are_a_table_of_their_own():
    assert cells(counts({"新規": 1000})) == [["項目", "件数"], ["新規", "1,000"]]


def test_a_listing_tells_how_many_there_are_and_shows_the_first():
    text = listing("拒否", ("番号",), [(f"n{i}",) for i in range(LISTED + 1)])

    assert text.startswith(f"## 拒否 {LISTED + 1}件\n")
    assert f"| n{LISTED - 1} |" in text
    assert f"| n{LISTED} |" not in text


def test_where_there_is_nothing_nothing_is_shown():
    assert [table(("a",), []), listing("a", ("b",), []), bullets([])] == ["", "", ""]
    assert page("a", "", section("b", "")) == "# a\n\n## b\n"
