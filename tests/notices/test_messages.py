"""What is read out of a message, and what makes it illegal."""

import re
import time
import tracemalloc

import pytest

from connectors.notices.messages import (
    Illegal,
    IllegalMessage,
    MessageParser,
)
from data.model.notice import NoticeKind
from tests.notices.conftest import NOW, notices_in
from tests.support.notices import (
    CONTRACT,
    KEY,
    PAYMENT_CHANGED,
    SHOP_ID,
    SHOP_URL,
    auth_xml,
    order_xml,
    read_message,
    system_xml,
)

NUMBER = f"{SHOP_ID}-20261124-0000000001"
OTHER = f"{SHOP_ID}-20261124-0000000002"
CHANGE = ("update", NUMBER, "1", "order", "address", "東京都港区1-2-3", "大阪市北区9")
BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">]>
<orderNotifyModel>&e;</orderNotifyModel>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE b [
<!ENTITY a SYSTEM "file:///etc/passwd">]>
<orderNotifyModel><authModel><authKey>&a;</authKey></authModel></orderNotifyModel>"""
DTD = (
    b'<!DOCTYPE orderNotifyModel SYSTEM "http://127.0.0.1:1/x.dtd">'
    + order_xml(NUMBER).partition(b"?>")[2]
)


def reason(body: bytes) -> Illegal:
    with pytest.raises(IllegalMessage) as caught:
        notices_in(body)
    return caught.value.reason


def test_a_message_says_whom_it_speaks_for():
    message = read_message(order_xml(NUMBER))

    assert message.auth_key.get_secret_value() == KEY
    assert (message.shop_url, message.contract_id) == (SHOP_URL, CONTRACT)


def test_an_order_notice_names_its_order():
    (notice,) = notices_in(order_xml(NUMBER))

    assert (notice.kind, notice.order_number) == (NoticeKind.ORDER, NUMBER)
    assert (notice.shop_id, notice.subject, notice.received_at) == (SHOP_ID, None, NOW)


@pytest.mark.parametrize(
    ("pair", "values", "kind"),
    [
        ("4000:1100", CHANGE, NoticeKind.CHANGED),
        ("5000:1100", (NUMBER, "2", "2026/11/24 09:00:00"), NoticeKind.SCREENING),
        ("5100:1100", (NUMBER, "1", "2026/11/24 09:00:00"), NoticeKind.CAUTION),
    ],
)
def test_a_system_notice_about_an_order_names_it(pair, values, kind):
    (notice,) = notices_in(system_xml(pair, *values))

    assert (notice.kind, notice.order_number, notice.subject) == (kind, NUMBER, pair)


@pytest.mark.parametrize("pair", ["3000:1100", "3100:1100", "4100:1100", "77:88"])
def test_any_other_pair_is_kept_as_seen(pair):
    (notice,) = notices_in(system_xml(pair, NUMBER, NUMBER))

    assert (notice.kind, notice.order_number) == (NoticeKind.OTHER, None)
    assert notice.subject == pair


def test_an_order_is_found_by_the_name_of_the_value_whatever_the_pair():
    (notice,) = notices_in(system_xml(PAYMENT_CHANGED, "1", "2", NUMBER))

    assert (notice.kind, notice.order_number) == (NoticeKind.CHANGED, NUMBER)
    assert notice.subject == PAYMENT_CHANGED


@pytest.mark.parametrize("odd", ["<>", "", "1" * 300])
def test_one_odd_notice_refuses_none_of_the_others(odd):
    numbers = [f"{SHOP_ID}-20261124-{n:010}" for n in range(499)]
    notices = notices_in(order_xml(*numbers[:250], odd, *numbers[250:]))

    assert [n.order_number for n in notices if n.order_number] == numbers
    assert [n.kind for n in notices if not n.order_number] == [NoticeKind.OTHER]


BY_NUMBER = (b"&#1;", b"&#xB;", b"&#55357;&#56832;", b"&#x110000;", b"&#xfffe;")
"""Signs that XML does not allow, as Java's writers put them: an emoji as its halves."""


@pytest.mark.parametrize("sign", [b"\xff", b"\xe3\x81", b"\x0b", b"\x00", *BY_NUMBER])
def test_a_byte_that_xml_does_not_allow_refuses_no_notice(sign):
    """In the choices of one basket, as shops type them; XML calls the whole broken."""
    numbers = [f"123456-20261101-{n:010}" for n in range(300)]
    body = order_xml(*numbers)
    at = body.index(b"</selectedChoice>", len(body) // 2)
    notices = notices_in(body[:at] + sign + body[at:])

    assert [notice.order_number for notice in notices] == numbers


def test_a_sign_by_its_number_is_read_wherever_a_piece_ends():
    signs = b"&#1;&#x41;&#xD83D;&#xDE00;&amp;#1"
    body = order_xml(NUMBER).replace(b"</selectedChoice>", signs + b"</selectedChoice>")
    at = body.index(signs)
    for cut in range(at, at + len(signs)):
        parser = MessageParser()
        parser.feed(body[:cut])
        parser.feed(body[cut:])

        (notice,) = parser.close().notices(SHOP_ID, NOW)
        assert notice.order_number == NUMBER


def test_an_order_with_an_odd_number_of_its_notice_is_not_lost():
    good, odd = order_xml(NUMBER), order_xml(OTHER, seq="../1")
    _, start, part = odd.partition(b"<orderInfoNotifyModel>")
    both = good.replace(b"</orderNotifyModel>", start + part)

    assert [n.order_number for n in notices_in(both)] == [NUMBER, OTHER]


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("encoding", ["UTF-8", "Shift_JIS", "EUC-JP"])
def test_a_message_reads_the_same_in_pieces_of_any_size(size, encoding):
    codec = {"Shift_JIS": "cp932"}.get(encoding, encoding)
    body = order_xml(NUMBER, OTHER).decode().replace("UTF-8", encoding).encode(codec)
    parser = MessageParser()
    for start in range(0, len(body), size):
        parser.feed(body[start : start + size])

    assert parser.close().notices(SHOP_ID, NOW) == notices_in(body)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"<a>", b"<a>" * 1000),
        (b"", b"<orderInfoNotifyModel/>" * 1000),
        (b"<!--", b"x" * 1000),
        (b"<a b='", b"x" * 1000),
    ],
)
def test_what_is_held_of_an_endless_message_is_bounded(first, then):
    parser = MessageParser()
    parser.feed(b"<orderNotifyModel>" + b" " * 300 + first)

    def endless() -> None:
        for _ in range(16_000):
            parser.feed(then)

    tracemalloc.start()
    with pytest.raises(IllegalMessage):
        endless()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4_000_000


def test_what_a_buyer_changed_is_neither_stored_nor_logged(desk, caplog):
    caplog.set_level("DEBUG")
    said = desk.take(system_xml("4000:1100", *CHANGE)), desk.take(order_xml(NUMBER))
    on_disk = [p.read_bytes() for p in desk.spool._folder.rglob("*") if p.is_file()]
    personal = re.compile("港区|北区")

    assert said == ("N-000-000", "N-000-000")
    assert NUMBER.encode() in b"".join(on_disk)
    assert not personal.search(b"".join(on_disk).decode(errors="replace"))
    assert NUMBER in caplog.text
    assert not personal.search(caplog.text)


def test_one_message_may_hold_many_notices():
    assert [n.order_number for n in notices_in(order_xml(NUMBER, OTHER))] == [
        NUMBER,
        OTHER,
    ]


def test_the_same_notice_twice_in_a_message_is_one():
    assert len(notices_in(order_xml(NUMBER, NUMBER))) == 1


def test_a_repeat_has_the_same_key_whatever_else_is_in_the_message():
    alone = notices_in(order_xml(NUMBER))
    again = notices_in(order_xml(OTHER, NUMBER, auth=auth_xml("another-key")))

    assert alone[0].notice_key == again[1].notice_key


@pytest.mark.parametrize(
    "other",
    [
        order_xml(NUMBER, seq="2"),
        order_xml(OTHER),
        order_xml(NUMBER, seq=None),
        system_xml("5000:1100", NUMBER, request="1"),
        system_xml("5100:1100", NUMBER, request="1"),
        system_xml("5100:1100", NUMBER, request="2"),
        system_xml("5100:1100", OTHER, request="1"),
    ],
)
def test_another_notice_has_another_key(other):
    assert (
        notices_in(order_xml(NUMBER))[0].notice_key != notices_in(other)[0].notice_key
    )


@pytest.mark.parametrize(
    ("pair", "place"), [("4000:1100", 1), ("5000:1100", 0), ("5100:1100", 0)]
)
def test_orders_that_a_message_numbers_by_one_request_id_are_two_notices(pair, place):
    first, second = (
        system_xml(pair, *["x"] * place, number, request="R-1")
        for number in (NUMBER, OTHER)
    )
    _, start, part = first.partition(b"<notifyInfoModel>")
    both = second.replace(b"</notifyModel>", start + part)
    notices = notices_in(both)

    assert [notice.order_number for notice in notices] == [OTHER, NUMBER]
    assert len({notice.notice_key for notice in notices}) == 2


def test_another_shop_s_notice_has_another_key():
    message = read_message(order_xml(NUMBER))
    keys = {message.notices(s, NOW)[0].notice_key for s in (SHOP_ID, "54321")}

    assert len(keys) == 2


@pytest.mark.parametrize(
    "body",
    [order_xml(NUMBER, seq=None), system_xml("5000:1100", NUMBER, request=None)],
)
def test_without_a_number_of_rakuten_s_the_body_tells_a_repeat(body):
    changed = body.replace(b"C0001", b"C0002")

    assert notices_in(body) == notices_in(body)
    assert notices_in(body)[0].notice_key != notices_in(changed)[0].notice_key


def test_two_system_notices_without_request_id_in_a_message_are_two():
    body = system_xml("3000:1100", "a.csv", request=None)
    start, part, end = body.partition(body[body.index(b"<notifyInfo") : -14])

    assert len(notices_in(start + part + part + end)) == 2


@pytest.mark.parametrize(
    "encoding", ["Shift_JIS", "EUC-JP", "Windows-31J", "UTF-16", "ISO-2022-JP"]
)
def test_a_message_is_read_in_the_encoding_it_declares(encoding):
    codec = {"Shift_JIS": "cp932", "Windows-31J": "cp932"}.get(encoding, encoding)
    text = order_xml(NUMBER).decode().replace("UTF-8", encoding)

    assert notices_in(text.encode(codec))[0].order_number == NUMBER


@pytest.mark.parametrize(
    ("encoding", "codec", "sign"),
    [
        ("US-ASCII", "utf-8", b"\xe3\x81\x82"),
        ("US-ASCII", "utf-8", b"\x0b"),
        ("ISO-8859-1", "utf-8", b"\x00"),
        ("ISO-8859-1", "utf-8", b"\x0b"),
        ("UTF-16", "utf-16-le", b"\x0b\x00"),
        ("UTF-16", "utf-16-le", b"\x3d\xd8"),
        ("ISO-2022-JP", "iso2022_jp", b"\x0b"),
    ],
)
def test_a_byte_refuses_no_notice_in_whatever_encoding(encoding, codec, sign):
    numbers = [f"{SHOP_ID}-20261124-{n:010}" for n in range(30)]
    text = order_xml(*numbers).decode().replace("UTF-8", encoding)
    mark = b"\xff\xfe" if codec == "utf-16-le" else b""
    body, end = text.encode(codec), "</selectedChoice>".encode(codec)
    at = body.index(end)
    notices = notices_in(mark + body[:at] + sign + body[at:])

    assert [notice.order_number for notice in notices] == numbers


def test_utf_8_that_calls_itself_utf_16_is_read():
    """So .NET writes what it builds as a text and sends as UTF-8."""
    body = order_xml(NUMBER).replace(b"UTF-8", b"utf-16")

    assert notices_in(body)[0].order_number == NUMBER


@pytest.mark.parametrize("before", [b"\n", b"\r\n \t"])
def test_a_blank_line_before_the_message_is_no_obstacle(before):
    assert notices_in(before + order_xml(NUMBER))[0].order_number == NUMBER


def test_a_byte_order_mark_is_no_obstacle():
    assert notices_in(b"\xef\xbb\xbf" + order_xml(NUMBER))[0].order_number == NUMBER


def test_unknown_elements_and_a_namespace_are_ignored():
    body = order_xml(NUMBER).replace(
        b"<orderNotifyModel>", b'<orderNotifyModel xmlns="urn:x"><new>1</new>'
    )

    assert notices_in(body)[0].order_number == NUMBER


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", Illegal.NOT_XML),
        (b"hello", Illegal.NOT_XML),
        (b"\x00\xff\xfe", Illegal.NOT_XML),
        (order_xml(NUMBER)[:-5], Illegal.NOT_XML),
        (order_xml(NUMBER) + b"<more/>", Illegal.NOT_XML),
        (BOMB, Illegal.DANGEROUS_XML),
        (EXTERNAL, Illegal.DANGEROUS_XML),
        (DTD, Illegal.DANGEROUS_XML),
        (order_xml(NUMBER).replace(b"UTF-8", b"utf-7"), Illegal.ENCODING),
        (order_xml(NUMBER).replace(b"UTF-8", b"no-such"), Illegal.ENCODING),
        (order_xml(NUMBER).replace(b"orderNotify", b"otherNotify"), Illegal.ROOT),
        (order_xml(NUMBER, auth=""), Illegal.NO_KEY),
        (order_xml(NUMBER, auth="<authModel/>"), Illegal.NO_KEY),
        (order_xml(NUMBER, auth=auth_xml(key=" ")), Illegal.NO_KEY),
        (order_xml(), Illegal.EMPTY),
        (order_xml(""), Illegal.ORDER_NUMBER),
        (order_xml("../../etc/passwd"), Illegal.ORDER_NUMBER),
        (order_xml("1' OR '1'='1"), Illegal.ORDER_NUMBER),
        (order_xml("1" * 10_000), Illegal.ORDER_NUMBER),
        (system_xml("4000:1100", "update"), Illegal.ORDER_NUMBER),
        (system_xml("5000:1100"), Illegal.ORDER_NUMBER),
        (system_xml("five:1100"), Illegal.PAIR),
        (system_xml(":1100"), Illegal.PAIR),
        (system_xml(f"{'9' * 5000}:1"), Illegal.PAIR),
    ],
)
def test_what_is_wrong_with_a_message_has_a_name(body, why):
    assert reason(body) is why


@pytest.mark.parametrize(
    "body",
    [
        order_xml(NUMBER, seq="../1"),
        order_xml(NUMBER, seq="1\n2"),
        order_xml(NUMBER, seq="1" * 10_000),
        system_xml("5000:1100", NUMBER, request="a b"),
        system_xml("5000:1100", NUMBER, request="5000-" + "a" * 250),
        system_xml("5000:1100", NUMBER, request="受付/1="),
        system_xml("5000:1100", NUMBER).replace(b">5000<", b">five<"),
        system_xml("5000:1100", NUMBER).replace(b">1100<", b"><"),
    ],
)
def test_a_notice_whose_order_can_be_read_is_good_whatever_else_it_says(body):
    (notice,) = notices_in(body)
    (again,) = notices_in(body)

    assert notice.order_number == NUMBER
    assert notice.notice_key == again.notice_key


def test_numbers_in_other_signs_tell_notices_apart():
    keys = {
        notices_in(system_xml("5000:1100", NUMBER, request=f"a {n}"))[0].notice_key
        for n in range(3)
    }

    assert len(keys) == 3


def test_an_unknown_pair_with_an_empty_order_number_is_stored_as_seen():
    body = system_xml("5000:1100", "").replace(b">5000<", b">9000<")
    (notice,) = notices_in(body)

    assert notice.order_number is None


def test_a_refusal_quotes_nothing_of_the_message():
    with pytest.raises(IllegalMessage) as caught:
        notices_in(order_xml("<secret>"))

    assert str(caught.value) == "order_number"
    assert KEY not in repr(vars(read_message(order_xml(NUMBER))))


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" * 21_000,
        b"<orderNotifyModel>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</orderNotifyModel>",
        b'<a b="' + b"x" * 65_000 + b'"/>',
        b'<?xml version="1.0"' + b" " * 65_000,
        b'<?xml version="1.0" encoding=' + b" =" * 32_000,
    ],
)
def test_the_worst_of_a_piece_is_refused_within_a_second(body):
    began = time.perf_counter()

    assert reason(body) in (Illegal.NOT_XML, Illegal.ROOT, Illegal.NO_KEY)
    assert time.perf_counter() - began < 1


def test_five_hundred_notices_of_one_message_are_read():
    numbers = [f"{SHOP_ID}-20261124-{n:010}" for n in range(500)]
    body = order_xml(*numbers)

    assert len(body) > 200_000
    assert [n.order_number for n in notices_in(body)] == numbers
