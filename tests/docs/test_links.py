"""Every page and section that code and docs name is in the repository."""

from pathlib import Path

import pytest

from tests.docs.references import Fault, faults

ROOT = Path(__file__).parents[2]
PAGE = """# A page

## 1. First

### 4.2b Half

### F1. A fault

## 二つめ: two words

## Sources

someone/else docs/theirs.md §9, flows/theirs.py
"""
HOLDS = {
    "code.py": '"""Say (docs/page.md §1, §4.2b and F1; ADR 2).\n\nThen §4.2b."""',
    "wrapped.py": "# As said before (docs/page.md\n# §4.2b, F1).\n",
    "beside.sql": "-- orders: see page.md §1 (rule 6.1)\nSELECT 1",
    "README.md": "[it](docs/page.md#二つめ-two-words) [up](#top) `page.md` 4.2b\n# Top",
    "docs/other.md": "[up](../README.md) [page](page.md#42b-half) 12 pieces\n",
}
PLANTED = [
    ("code.py", "# docs/gone.md\n", "docs/gone.md", "no such page"),
    ("code.py", "# docs/page.md §2\n", "docs/page.md §2", "no such section"),
    ("code.py", "# (docs/page.md §1, 4.3b)\n", "docs/page.md §4.3b", "no such section"),
    ("code.py", "# (docs/page.md §1-§3)\n", "docs/page.md §3", "no such section"),
    ("code.sql", "-- (docs/page.md\n-- §7)", "docs/page.md §7", "no such section"),
    ("code.py", "# docs/page.md F2\n", "docs/page.md §F2", "no such section"),
    ("code.py", "# as in §1\n", "§1", "in no page that is named here"),
    ("code.py", "# docs/page.md says, and §8\n", "§8", "in no page that is named here"),
    ("code.toml", "# ADR 3\n", "ADR 3", "no such decision"),
    ("code.yaml", "# design: rule 6.1\n", "design: rule", "not in the repository"),
    ("code.py", "# ../shared/x\n", "../shared", "not in the repository"),
    ("docs/new.md", "[x](gone.txt)", "gone.txt", "no such file"),
    ("docs/new.md", "[x](page.md#3-third)", "page.md#3-third", "no such heading"),
    ("docs/new.md", "[x](../docs/page.md#)\n[y](#gone)", "#gone", "no such heading"),
    ("docs/new.md", "in `flows/gone.py`", "flows/gone.py", "no such file"),
    ("docs/new.md", "see gone.md", "gone.md", "no such page"),
]


@pytest.fixture
def clone(tmp_path):
    """A small repository in which every reference leads somewhere."""
    (tmp_path / "docs/adr").mkdir(parents=True)
    (tmp_path / "docs/page.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "docs/rules.md").write_text("## 6.1 Order\n")
    (tmp_path / "docs/adr/0002-a-decision.md").write_text("# 2. A decision")
    for name, text in HOLDS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_every_reference_leads_somewhere():
    assert faults(ROOT, except_in=Path(__file__)) == []


def test_references_are_found_in_code_and_docs(clone):
    (clone / "docs/page.md").unlink()

    assert {fault.file for fault in faults(clone)} == set(HOLDS)


def test_good_references_are_no_faults(clone):
    assert faults(clone) == []


def test_a_decision_has_its_number_alone(clone):
    (clone / "docs/adr/0002-another-decision.md").write_text("# 2. Another decision")

    assert Fault("code.py", "ADR 2", "two decisions have this number") in faults(clone)


@pytest.mark.parametrize(("name", "text", "reference", "why"), PLANTED)
def test_a_broken_reference_is_a_fault(clone, name, text, reference, why):
    (clone / name).write_text(text, encoding="utf-8")

    assert Fault(name, reference, why) in faults(clone)
