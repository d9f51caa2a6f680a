"""docs/rules.md names every check; the tests that docs name are there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.warehouse import invariants

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAMED = re.compile(r"`(?:(tests/[\w/]+\.py))?::(test_\w+)`|`(tests/[\w/.]+)`")


def named_tests(page: str) -> Iterator[tuple[str, str]]:
    """Every (file, test) a page names; `::test` alone is of the file named last."""
    last = ""
    for file, test, place in NAMED.findall((DOCS / page).read_text(encoding="utf-8")):
        last = file or place or last
        yield last, test


@pytest.mark.parametrize("number", [*range(1, 16)])
def test_every_invariant_has_a_heading(number):
    page = (DOCS / "rules.md").read_text(encoding="utf-8")

    assert re.search(rf"^### I{number}\. \w", page, re.MULTILINE)


def test_every_check_of_the_warehouse_is_named():
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    checks = list(invariants.checks())

    assert len(checks) > 20
    assert [check for check in checks if f"`{check}`" not in page] == []


@pytest.mark.parametrize("page", ["rules.md", "owner.md"])
def test_the_tests_a_page_names_are_there(page):
    named = list(named_tests(page))

    assert len(named) > 15
    assert [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists()
        or (test and f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ] == []


def test_each_of_the_owners_points_names_a_test():
    page = (DOCS / "owner.md").read_text(encoding="utf-8")
    points = re.split(r"^(\d+)\. ", page, flags=re.MULTILINE)[1:]

    assert points[::2] == [str(number) for number in range(1, 18)]
    assert [
        number
        for number, text in zip(points[::2], points[1::2], strict=True)
        if "::test_" not in text
    ] == []
