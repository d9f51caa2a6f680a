"""README.ja.md says the same as README.md, and staff's pages say it in Japanese."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")
STAFF_PAGES = ("onboarding.md", "order-files.md", "shipping.md", "stock.md")
FOR_DEVELOPERS = re.compile(r"^(## For developers|# Reference)$", re.MULTILINE)
MEANING_AGAIN = re.compile(r"[ぁ-んァ-ヶ一-龠。」]\s?\((?:[a-z']+ ){2,}[a-z']+[.)]")
"""A few English words in brackets behind Japanese ones."""


def without_words(text: str) -> dict[str, list[str]]:
    """What a README has beside its sentences."""
    fences = re.findall(r"^\s*```.*?^\s*```", text, re.DOTALL | re.MULTILINE)
    commands = [
        re.sub(r"\s+#.*", "", line)
        for fence in fences
        if "─►" not in fence  # the drawing has words
        for line in fence.splitlines()
    ]
    bare = re.sub(r"^\s*```.*?^\s*```", "", text, flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)]+)\)", bare)
    return {
        "commands": commands,
        "links": sorted(set(links) - {"README.md", "README.ja.md"}),
        "headings": re.findall(r"^#+(?= )", bare, re.MULTILINE),
        "rows": re.findall(r"^\| (`[^`]+`)", bare, re.MULTILINE),
        "promises": re.findall(r"^- \*\*", bare, re.MULTILINE),
        "code": sorted(re.findall(r"`[^`]+`", bare)),
    }


@pytest.mark.parametrize("part", ["commands", "links", "headings", "rows", "promises"])
def test_both_readmes_have_the_same_parts(part):
    assert without_words(ENGLISH)[part] == without_words(JAPANESE)[part]


def test_both_readmes_name_the_same_things():
    assert without_words(ENGLISH)["code"] == without_words(JAPANESE)["code"]


@pytest.mark.parametrize("name", ["README.ja.md", *STAFF_PAGES])
def test_no_english_repeats_a_japanese_sentence(name):
    path = ROOT / name if name.startswith("README") else ROOT / "docs" / name
    for_staff = FOR_DEVELOPERS.split(path.read_text(encoding="utf-8"))[0]

    assert MEANING_AGAIN.findall(for_staff) == []


def test_english_behind_a_sentence_would_be_seen():
    assert MEANING_AGAIN.search("空欄のセルは上書きしません (blank cells keep it).")
