"""The changelog has the form that a tag takes its text from."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSION = re.compile(r"## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def headings(mark: str) -> list[str]:
    return [line for line in CHANGELOG.splitlines() if line.startswith(f"{mark} ")]


def test_what_is_not_released_comes_first_and_versions_follow_newest_first():
    first, *released = headings("##")
    versions = [VERSION.fullmatch(heading) for heading in released]

    assert first == "## [Unreleased]"
    assert None not in versions
    numbers = [tuple(map(int, found[1].split("."))) for found in versions]
    assert numbers == sorted(set(numbers), reverse=True)


def test_changes_stand_under_their_kind_each_once():
    for section in CHANGELOG.split("\n## ")[1:]:
        kinds = re.findall(r"^### (.+)$", section, re.MULTILINE)

        assert set(kinds) <= KINDS
        assert len(kinds) == len(set(kinds))


def test_the_newest_version_is_that_of_the_package():
    released = VERSION.findall(CHANGELOG)
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert released[:1] in ([], [package["version"]])
