"""The walk does what README says: its commands are read, not typed again."""

from pathlib import Path

import pytest

from tests.readme.commands import blocks

ROOT = Path(__file__).parents[2]


def test_try_it_is_the_demo_then_what_to_do_beside_it_then_the_tests():
    demo, beside, tests = blocks((ROOT / "README.md").read_text("utf-8"))

    assert (demo, tests) == ("make demo\n", "make test\n")
    assert "make query" in beside
    assert beside.count("prefect deployment run") == 2


def test_both_readmes_say_to_try_the_same():
    japanese = (ROOT / "README.ja.md").read_text("utf-8")
    english = (ROOT / "README.md").read_text("utf-8")

    assert blocks(japanese, "## 試す") == blocks(english)


def test_a_section_without_commands_is_refused():
    with pytest.raises(LookupError, match="Try it"):
        blocks("# juchu\n\n## Try it\n\nlater\n\n## Next\n\n```\nmake demo\n```\n")
