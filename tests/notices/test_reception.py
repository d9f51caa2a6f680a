"""Read, recognised, on disk: in that order, whatever comes in."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.notices import reception
from tests.notices.conftest import NOW, Desk, known
from tests.support.effort import examples
from tests.support.notices import (
    KEY,
    SHOP_ID,
    auth_xml,
    order_xml,
    read_message,
    system_xml,
)

NUMBER = f"{SHOP_ID}-20261124-0000000001"
GOOD = [
    order_xml(NUMBER),
    order_xml(NUMBER, NUMBER[:-1] + "2", seq=None),
    system_xml("4000:1100", "update", NUMBER, "1", "order", "name", "山田", "田中"),
    system_xml("3000:1100", "item.csv"),
]
SNIPPETS = [
    *(b"<", b">", b"/>", b"&", b'"', b"\x00", b"\xff", b"&a;", b"]]>", b"<!--"),
    *(b"<authKey>", b"</authKey>", b"<authKey/>", b"<authKey>x</authKey>"),
    *(b"<orderNumber>../x</orderNumber>", b"<seqId>9</seqId>", b"<authModel>"),
    *(b"</authModel>", b"<!DOCTYPE a>", b'encoding="EUC-JP"', KEY.encode(), b"0"),
]


@st.composite
def mutated(draw) -> bytes:
    """A good message, cut, doubled, spliced."""
    body = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 40)))
        middle = draw(
            st.sampled_from([b"", body[start:end] * 2, *SNIPPETS])
            | st.binary(max_size=3)
        )
        body = body[:start] + middle + body[end:]
    return body


def spooled(desk) -> set[str]:
    return {notice.notice_key for notice in desk.spool.waiting(100_000)}


@pytest.fixture(scope="module")
def kept_desk(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("desk"), known())


@pytest.mark.parametrize("body", GOOD)
def test_a_good_message_is_taken(desk, body):
    assert desk.take(body) == "N-000-000"
    assert len(spooled(desk)) == len(read_message(body).notices(SHOP_ID, NOW))


def test_a_wrong_key_leaves_nothing(desk):
    body = order_xml(NUMBER, auth=auth_xml("wrong"))

    assert desk.take(body) == "E-400-101"
    assert spooled(desk) == set()


def test_a_wrong_key_is_said_before_anything_else_is_looked_at(desk):
    assert desk.take(order_xml("..", auth=auth_xml("wrong"))) == "E-400-101"


def test_one_odd_notice_keeps_none_of_the_others_out(desk):
    assert desk.take(order_xml(NUMBER, "..")) == "N-000-000"
    assert len(spooled(desk)) == 2


def test_a_message_of_odd_notices_alone_is_refused(desk):
    assert desk.take(order_xml("..", "..")) == "E-400-100"
    assert spooled(desk) == set()


def test_a_full_disk_is_our_own_trouble(desk, small_files):
    with small_files(100):
        assert desk.take(order_xml(NUMBER)) == "E-400-900"

    assert spooled(desk) == set()
    assert desk.announced == []


def test_only_what_is_new_is_announced(desk):
    desk.take(order_xml(NUMBER))
    desk.take(order_xml(NUMBER))
    desk.take(order_xml(NUMBER, "123456-2"))

    assert desk.announced == [("demo", 1), ("demo", 1)]


@examples(60)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_taken_for_a_notice(kept_desk, body):
    before = spooled(kept_desk)

    assert kept_desk.take(body) in ("E-400-100", "E-400-101")
    assert spooled(kept_desk) == before


def as_xml(body: bytes) -> str:
    """Return a message as strict parsers read it: what is no character is left out."""
    declared = re.match(rb'<\?xml[^>]*encoding="([\w-]+)"', body)
    text = body.decode(declared[1].decode() if declared else "utf-8", "replace")
    text = re.sub(r"^<\?xml[^>]*\?>", "", text)
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def is_sound(desk, body: bytes) -> bool:
    """Whether the answer fits what is on disk, and only the right key opens."""
    before = spooled(desk)
    code = desk.take(body)
    new = spooled(desk) - before
    if code != "N-000-000":
        return not new and code in ("E-400-100", "E-400-101")
    # Read by another parser: what was accepted is harmless.
    root = ET.fromstring(as_xml(body))  # noqa: S314
    keys = ["".join(key.itertext()) for key in root.iter("authKey")]
    kept = {n.notice_key for n in read_message(body).notices(SHOP_ID, NOW)}
    return KEY in [key.strip() for key in keys] and new <= kept <= spooled(desk)


@example(order_xml(NUMBER).replace(b"<authKey>", b"<authKey><authKey/>"))
@example(order_xml(NUMBER).replace("な".encode(), b"\x00\xff"))
@examples(80)
@given(mutated())
def test_a_damaged_message_opens_nothing_and_breaks_nothing(kept_desk, body):
    assert is_sound(kept_desk, body)


def test_a_planted_key_that_always_fits_is_caught(tmp_path, monkeypatch):
    desk = Desk(tmp_path, known())
    monkeypatch.setattr(reception, "speaker", lambda shops, _: shops[0])

    assert not is_sound(desk, order_xml(NUMBER, auth=auth_xml("wrong")))


def test_a_planted_answer_before_the_disk_is_caught(tmp_path, monkeypatch):
    desk = Desk(tmp_path, known())
    monkeypatch.setattr(
        desk.spool, "keep", lambda notices: reception.Kept(len(list(notices)), 0)
    )

    assert not is_sound(desk, order_xml(NUMBER))


def test_nothing_personal_and_no_key_is_logged(desk, caplog):
    caplog.set_level("DEBUG")
    for body in [*GOOD, order_xml(NUMBER, auth=auth_xml("CANARY-WRONG")), b"<CANARY>"]:
        desk.take(body)

    assert NUMBER in caplog.text
    assert not re.search("CANARY|山田|田中|authKey", caplog.text)
