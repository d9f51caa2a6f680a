"""docs/receiver.md and the READMEs say what is so."""

import re
from pathlib import Path

import pytest

from connectors.notices.messages import Illegal
from connectors.notices.metrics import ReceiverMetrics
from connectors.notices.spool import SpoolState
from tests.notices.conftest import NOW, Desk, known

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "receiver.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.ja.md", "docs/receiver.md"])
def test_the_notice_made_by_hand_is_taken(tmp_path, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    (xml,) = re.findall(r"<\?xml.*</orderNotifyModel>", text, re.DOTALL)
    desk = Desk(tmp_path, known("the key agreed with Rakuten"))

    assert desk.take(xml.encode()) == "N-000-000"


def test_every_reason_of_a_refusal_is_listed():
    assert [why for why in Illegal if f"`{why}`" not in DOCS] == []


def test_every_metric_is_listed():
    text = ReceiverMetrics().rendered(SpoolState(0, None), NOW).decode()
    names = re.findall(r"^# TYPE (juchu\w+) \w+$", text, re.MULTILINE)
    names = [name for name in names if not name.endswith("_created")]

    assert len(names) == 7
    assert [name for name in names if name not in DOCS] == []
