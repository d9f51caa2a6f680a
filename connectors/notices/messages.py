"""Parse Rakuten's two kinds of message from bytes that anybody may have sent.

Only what a notice needs is read: whom it speaks for, which order, which number it has.
Everything else in a message is ignored, above all the values before and after a
buyer's change, which can be personal data (docs/rms/event-notification.md §2, §3).

A message of 500 notices has 300 KB, one basket may have more: so a message is parsed as
it arrives and never held whole.
"""

import codecs
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final, NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from pydantic import SecretStr, TypeAdapter, ValidationError

from data.model.notice import Notice, NoticeKind, notice_key
from data.model.order import OrderNumber

ORDER_ROOT: Final = "orderNotifyModel"
SYSTEM_ROOT: Final = "notifyModel"

PAIRS: Final[Mapping[str, tuple[NoticeKind, str]]] = MappingProxyType(
    {
        "4000:1100": (NoticeKind.CHANGED, "value2"),
        "5000:1100": (NoticeKind.SCREENING, "value1"),
        "5100:1100": (NoticeKind.CAUTION, "value1"),
    }
)
"""Pairs serviceId:functionId that always name an order, and where, should the attribute
be missing (§3)."""
NAMES_AN_ORDER: Final = "orderNumber"
"""The attribute of a value that is an order's number, whatever the pair (§3)."""
PIECE: Final = 64 * 1024
"""Bytes parsed at a time."""
_WITHOUT_PROGRESS: Final = 4 * PIECE
"""Bytes in which nothing begins or ends: no field of Rakuten's is so long, and a
parser would have to hold it whole."""
_DEEPEST: Final = 16
_LONGEST_TEXT: Final = 1000
"""Characters of a text that are kept, more than any that is legal."""
MOST_BEFORE_THE_KEY: Final = 1000
"""Notices kept before a message has named its key; Rakuten's begin with it."""

_DECLARED: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([^"'>]{1,40})["']"""
)
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLANKS: Final = b" \t\r\n"
_DECODED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "utf-8": "utf-8-sig",
        "utf8": "utf-8-sig",
        "us-ascii": "utf-8-sig",
        "iso-8859-1": "latin-1",
        "utf-16": "utf-16",
        "shift_jis": "cp932",  # what Japanese systems mean by it
        "x-sjis": "cp932",
        "windows-31j": "cp932",
        "cp932": "cp932",
        "ms932": "cp932",
        "euc-jp": "euc_jp",
        "iso-2022-jp": "iso2022_jp",
    }
)
"""Encodings, all decoded before expat sees them. It cannot read the Japanese ones, and
one byte or sign that XML does not allow, in the choices of one basket, would refuse all
notices of a message."""
_NOT_IN_XML: Final = dict.fromkeys({*range(32)} - {9, 10, 13} | {0xFFFE, 0xFFFF}, "�")
_BY_NUMBER: Final = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_UNFINISHED: Final = re.compile(r"&(?:#(?:x[0-9a-fA-F]{0,8}|[0-9]{0,8}))?\Z")
"""The begin of such a sign at a piece's end."""

_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {ORDER_ROOT: "orderInfoNotifyModel", SYSTEM_ROOT: "notifyInfoModel"}
)
_WANTED: Final = frozenset(
    {"authKey", "shopUrl", "contractId", "orderNumber", "seqId"}
    | {"requestId", "serviceId", "functionId"}
    | {place for _, place in PAIRS.values()}
)
_HEAD: Final = 256
"""Bytes that surely hold the declaration."""
_MARK: Final = re.compile(r"[0-9A-Za-z_.:\-]{1,255}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ORDER_NUMBER: Final[TypeAdapter[str]] = TypeAdapter(OrderNumber)


class Illegal(StrEnum):
    """Why a message is refused; the value stands in the log line and in the metric."""

    NOT_XML = "not_xml"
    DANGEROUS_XML = "dangerous_xml"
    """A DTD, an entity or an external reference."""
    ENCODING = "encoding"
    ROOT = "unknown_root"
    NO_KEY = "no_auth_key"
    EMPTY = "no_notice"
    ORDER_NUMBER = "order_number"
    PAIR = "service_or_function_id"


class IllegalMessage(Exception):
    """The message cannot be a notice; `reason` says why, quoting nothing of it."""

    def __init__(self, reason: Illegal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Entry(NamedTuple):
    """What one notice of a message says, not yet checked."""

    fields: Mapping[str, str]
    order_number: str | None
    """The value that is named `orderNumber`; None where none is."""


class NoticeMessage:
    """One message: whom it claims to speak for, and its notices once that is known."""

    def __init__(
        self, root: str, auth: Mapping[str, str], entries: list[Entry]
    ) -> None:
        self._root = root
        self._entries = entries
        self.body_hash = ""
        self.auth_key = SecretStr(auth.get("authKey", ""))
        self.shop_url = auth.get("shopUrl", "")
        self.contract_id = auth.get("contractId", "")

    def notices(self, shop_id: str, received_at: datetime) -> list[Notice]:
        """Return all its notices, each once.

        One whose order can be read is good, whatever else it says: it is a reason to
        fetch that order. An odd one among good ones is kept as `other`. IllegalMessage
        where all are odd, or there is none.
        """
        read = self._order_notice if self._root == ORDER_ROOT else self._system_notice
        found: list[Notice] = []
        odd: list[Illegal] = []
        for position, entry in enumerate(self._entries):
            notice, fault = read(entry, position, shop_id, received_at)
            found.append(notice)
            odd += [fault] if fault else []
        if not found:
            raise IllegalMessage(Illegal.EMPTY)
        if len(odd) == len(found):
            raise IllegalMessage(odd[0])
        return list({notice.notice_key: notice for notice in found}.values())

    def _order_notice(
        self, entry: Entry, position: int, shop_id: str, received_at: datetime
    ) -> tuple[Notice, Illegal | None]:
        number = _order_number(entry.fields.get("orderNumber", ""))
        if number is None:
            odd = self._odd(None, position, shop_id, received_at)
            return odd, Illegal.ORDER_NUMBER
        mark = _mark(entry.fields.get("seqId", "")) or f"body={self.body_hash}"
        notice = Notice(
            notice_key=notice_key(shop_id, NoticeKind.ORDER, number, mark),
            shop_id=shop_id,
            order_number=number,
            kind=NoticeKind.ORDER,
            received_at=received_at,
        )
        return notice, None

    def _system_notice(
        self, entry: Entry, position: int, shop_id: str, received_at: datetime
    ) -> tuple[Notice, Illegal | None]:
        pair = _pair(entry.fields)
        kind, place = PAIRS.get(pair or "", (NoticeKind.OTHER, ""))
        named = entry.order_number or (entry.fields.get(place, "") if place else None)
        number = None if named is None else _order_number(named)
        if named is not None and number is None:
            odd = self._odd(pair, position, shop_id, received_at)
            return odd, Illegal.ORDER_NUMBER
        fault = Illegal.PAIR if pair is None and number is None else None
        if number is not None and kind is NoticeKind.OTHER:
            kind = NoticeKind.CHANGED
        given = _mark(entry.fields.get("requestId", ""))
        mark = given or f"body={self.body_hash}#{position}"
        # Pair and order make it finer than requestId alone: should Rakuten number a
        # whole message by one requestId, no order in it goes unseen.
        notice = Notice(
            notice_key=notice_key(shop_id, kind, mark, pair or "", number or ""),
            shop_id=shop_id,
            order_number=number,
            kind=kind,
            subject=pair,
            received_at=received_at,
        )
        return notice, fault

    def _odd(
        self, pair: str | None, position: int, shop_id: str, received_at: datetime
    ) -> Notice:
        """Build what is kept of a notice whose order cannot be read."""
        marks = (f"body={self.body_hash}#{position}", pair or "", "")
        return Notice(
            notice_key=notice_key(shop_id, NoticeKind.OTHER, *marks),
            shop_id=shop_id,
            order_number=None,
            kind=NoticeKind.OTHER,
            subject=pair,
            received_at=received_at,
        )


class MessageParser:
    """Parses one message piece by piece: `feed` what arrives, then `close`.

    What it holds is bounded by what Rakuten's fields may have, whatever is fed, until
    the message has named its key (`auth`); IllegalMessage as soon as it cannot be one.
    """

    def __init__(self) -> None:
        self._collected = _Collector()
        self._hash = sha256()
        self._first: bytearray | None = bytearray()
        self._decoder = _decoder_of("utf-8")
        self._held = ""
        self._parser = DefusedXMLParser(
            target=self._collected, encoding="utf-8", forbid_dtd=True
        )
        self._quiet = 0

    @property
    def auth(self) -> NoticeMessage | None:
        """Whom the message claims to speak for, as soon as it has said so."""
        return self._collected.speaks_for()

    def feed(self, piece: bytes) -> None:
        """Parse the next bytes, without expanding or fetching anything."""
        self._hash.update(piece)
        if self._first is not None:
            self._first += piece
            if len(self._first) < _HEAD:
                return
            piece = self._begin()
        self._parse(piece)

    def close(self) -> NoticeMessage:
        """Return the message; nothing may be fed after that."""
        if self._first is not None:
            self._parse(self._begin())
        self._parse(b"", final=True)
        try:
            self._parser.close()
        except (ParseError, ValueError):
            raise IllegalMessage(Illegal.NOT_XML) from None
        message = self._collected.message()
        message.body_hash = self._hash.hexdigest()
        return message

    def _begin(self) -> bytes:
        """Choose the encoding by the first bytes, which are returned."""
        # A blank line before the declaration is no XML, and changes nothing.
        first, self._first = bytes(self._first or b"").lstrip(_BLANKS), None
        declared = _DECLARED.match(first)
        name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
        if first.startswith(_UTF_16):
            name = "utf-16"
        elif name == "utf-16":  # .NET's writers say so of what is then sent as UTF-8
            name = "utf-8"
        if name not in _DECODED:
            raise IllegalMessage(Illegal.ENCODING)
        self._decoder = _decoder_of(name)
        return first

    def _allowed(self, text: str, final: bool) -> bytes:
        """Return a text as expat takes it: each sign that XML allows, "�" for others.

        Java's writers put some by their numbers, an emoji as its two halves.
        """
        text, self._held = self._held + text, ""
        if not final and (begun := _UNFINISHED.search(text, max(0, len(text) - 11))):
            text, self._held = text[: begun.start()], begun[0]
        if "&#" in text:
            text = _BY_NUMBER.sub(_sign, text)
        return text.translate(_NOT_IN_XML).encode()

    def _parse(self, piece: bytes, *, final: bool = False) -> None:
        for start in range(0, len(piece), PIECE) or (0,):
            part = piece[start : start + PIECE]
            before = self._collected.events
            try:
                part = self._allowed(self._decoder.decode(part, final), final)
                self._parser.feed(part)
            except DefusedXmlException:
                raise IllegalMessage(Illegal.DANGEROUS_XML) from None
            except (ParseError, ValueError):
                raise IllegalMessage(Illegal.NOT_XML) from None
            self._quiet += len(part)
            if self._collected.events > before:
                self._quiet = 0
            if self._quiet > _WITHOUT_PROGRESS:
                raise IllegalMessage(Illegal.NOT_XML)


def _decoder_of(name: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(_DECODED[name])("replace")


def _sign(found: re.Match[str]) -> str:
    """Return a sign given by its number; what XML does not allow is another."""
    number = int(found[1], 16) if found[1] else int(found[2])
    is_allowed = number < 0x110000 and not 0xD800 <= number < 0xE000
    return found[0] if is_allowed and number not in _NOT_IN_XML else "�"


class _Collector:
    """What the XML parser reports to: keeps the few texts a notice needs."""

    def __init__(self) -> None:
        self.events = 0
        self._path: list[str] = []
        self._root = ""
        self._auth: dict[str, str] | None = None
        self._entries: list[Entry] = []
        self._fields: dict[str, str] = {}
        self._order_number: str | None = None
        self._wants = False
        self._is_the_order = False
        self._text = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Record that an element begins."""
        self.events += 1
        name = tag.rpartition("}")[2]  # a sender may have put a namespace before it
        self._path.append(name)
        depth = len(self._path)
        if depth > _DEEPEST:
            raise IllegalMessage(Illegal.NOT_XML)
        if depth == 1:
            if name not in _PARTS:
                raise IllegalMessage(Illegal.ROOT)
            self._root = name
        elif depth == 2:
            self._fields, self._order_number = {}, None
        elif depth == 3:
            self._text = ""
            self._is_the_order = attributes.get("name") == NAMES_AN_ORDER
            self._wants = self._is_the_order or name in _WANTED

    def data(self, text: str) -> None:
        """Keep a text that belongs to a field wanted, as far as it may be legal."""
        self.events += 1
        if self._wants and len(self._path) == 3 and len(self._text) <= _LONGEST_TEXT:
            self._text += text[: _LONGEST_TEXT + 1]

    def end(self, _tag: str) -> None:
        """Record that an element ends; a notice is read when its own does."""
        self.events += 1
        depth, name = len(self._path), self._path.pop()
        if depth == 3 and self._wants:
            self._wants = False
            self._fields.setdefault(name, self._text.strip())
            if self._is_the_order and self._order_number is None:
                self._order_number = self._text.strip()
        elif depth == 2:
            self._end_of_part(name)

    def close(self) -> None:
        """Accept the end of the document."""

    def speaks_for(self) -> NoticeMessage | None:
        """Return whom the message speaks for, None before it has said so."""
        if self._auth is None:
            return None
        return NoticeMessage(self._root, self._auth, self._entries)

    def message(self) -> NoticeMessage:
        """Return the whole message; IllegalMessage where it names no key."""
        message = self.speaks_for()
        if message is None or not message.auth_key.get_secret_value():
            raise IllegalMessage(Illegal.NO_KEY)
        return message

    def _end_of_part(self, name: str) -> None:
        if name == "authModel" and self._auth is None:
            self._auth = self._fields
        elif name == _PARTS[self._root]:
            if self._auth is None and len(self._entries) >= MOST_BEFORE_THE_KEY:
                raise IllegalMessage(Illegal.NO_KEY)
            self._entries.append(Entry(self._fields, self._order_number))


def _pair(fields: Mapping[str, str]) -> str | None:
    """Return serviceId:functionId as two numbers, None where they are none."""
    ids = [fields.get(name, "") for name in ("serviceId", "functionId")]
    if not all(_NUMBER.fullmatch(each) for each in ids):
        return None
    return ":".join(str(int(each)) for each in ids)


def _order_number(text: str) -> str | None:
    try:
        return _ORDER_NUMBER.validate_python(text)
    except ValidationError:
        return None


def _mark(text: str) -> str:
    """Return Rakuten's number of the notice, '' when it gave none.

    One with other signs than Rakuten is known to use is hashed: it serves as well, and
    cannot pass for two marks.
    """
    if not text or _MARK.fullmatch(text):
        return text
    return f"other={sha256(text.encode()).hexdigest()}"
