"""docs/receiver.md says what is so."""

import re
from pathlib import Path

from connectors.notices.messages import Illegal
from connectors.notices.metrics import Metrics
from connectors.notices.spool import SpoolState
from tests.notices.conftest import NOW, Desk, known

DOCS = (Path(__file__).parents[2] / "docs" / "receiver.md").read_text(encoding="utf-8")


def test_the_notice_made_by_hand_is_taken(tmp_path):
    xml = DOCS.partition("<<'XML'\n")[2].partition("XML\n")[0]
    desk = Desk(tmp_path, known("the key agreed with Rakuten"))

    assert desk.take(xml.encode()) == "N-000-000"


def test_every_reason_of_a_refusal_is_listed():
    assert [why for why in Illegal if f"`{why}`" not in DOCS] == []


def test_every_metric_is_listed():
    text = Metrics().rendered(SpoolState(0, None), NOW).decode()
    names = re.findall(r"^# TYPE (juchu\w+) \w+$", text, re.MULTILINE)
    names = [name for name in names if not name.endswith("_created")]

    assert len(names) == 7
    assert [name for name in names if name not in DOCS] == []
