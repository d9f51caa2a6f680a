"""Parse Rakuten's two kinds of message from bytes that anybody may have sent.

Only what a notice needs is read: whom it speaks for, which order, which number it has.
Everything else in a message is ignored, above all the values before and after a
buyer's change, which can be personal data (docs/rms/event-notification.md §2, §3).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from xml.etree.ElementTree import Element, ParseError

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
"""Pairs serviceId:functionId that name an order, and where they name it (§3)."""

_DECLARED: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([^"'>]{1,40})["']"""
)
_READ_BY_EXPAT: Final = frozenset({"utf-8", "utf8", "us-ascii", "iso-8859-1"})
_JAPANESE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "shift_jis": "cp932",  # what Japanese systems mean by it
        "x-sjis": "cp932",
        "windows-31j": "cp932",
        "cp932": "cp932",
        "ms932": "cp932",
        "euc-jp": "euc_jp",
    }
)
"""Multi-byte encodings that expat cannot read by itself."""

_MARK: Final = re.compile(r"[0-9A-Za-z_.:\-]{1,128}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ORDER_NUMBER: Final[TypeAdapter[str]] = TypeAdapter(OrderNumber)


class Illegal(StrEnum):
    """Why a message is refused; the word of the log line and of the metric."""

    NOT_XML = "not_xml"
    DANGEROUS_XML = "dangerous_xml"
    """A DTD, an entity or an external reference."""
    ENCODING = "encoding"
    ROOT = "unknown_root"
    NO_KEY = "no_auth_key"
    EMPTY = "no_notice"
    ORDER_NUMBER = "order_number"
    MARK = "seq_or_request_id"
    PAIR = "service_or_function_id"


class IllegalMessage(Exception):
    """The message cannot be a notice; `reason` says why, quoting nothing of it."""

    def __init__(self, reason: Illegal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Message:
    """One message: whom it claims to speak for, and its notices once that is known."""

    def __init__(self, root: Element, body_hash: str) -> None:
        self._root = root
        self._body_hash = body_hash
        auth = _child(root, "authModel")
        self.auth_key = SecretStr(_text(auth, "authKey"))
        self.shop_url = _text(auth, "shopUrl")
        self.contract_id = _text(auth, "contractId")
        if not self.auth_key.get_secret_value():
            raise IllegalMessage(Illegal.NO_KEY)

    def notices(self, shop_id: str, received_at: datetime) -> list[Notice]:
        """Return all its notices, each once; or raise IllegalMessage, never a part."""
        is_order = _name(self._root) == ORDER_ROOT
        part = "orderInfoNotifyModel" if is_order else "notifyInfoModel"
        read = self._order_notice if is_order else self._system_notice
        found = [
            read(element, position, shop_id, received_at)
            for position, element in enumerate(_children(self._root, part))
        ]
        if not found:
            raise IllegalMessage(Illegal.EMPTY)
        return list({notice.notice_key: notice for notice in found}.values())

    def _order_notice(
        self, element: Element, _: int, shop_id: str, received_at: datetime
    ) -> Notice:
        number = _order_number(_text(element, "orderNumber"))
        mark = _mark(_text(element, "seqId")) or f"body={self._body_hash}"
        return Notice(
            notice_key=notice_key(shop_id, NoticeKind.ORDER, number, mark),
            shop_id=shop_id,
            order_number=number,
            kind=NoticeKind.ORDER,
            received_at=received_at,
        )

    def _system_notice(
        self, element: Element, position: int, shop_id: str, received_at: datetime
    ) -> Notice:
        pair = f"{_id(element, 'serviceId')}:{_id(element, 'functionId')}"
        kind, place = PAIRS.get(pair, (NoticeKind.OTHER, ""))
        number = _order_number(_text(element, place)) if place else None
        mark = _mark(_text(element, "requestId"))
        mark = mark or f"body={self._body_hash}#{position}"
        # Pair and order make it finer than requestId alone: should Rakuten number a
        # whole message by one requestId, no order in it goes unseen.
        return Notice(
            notice_key=notice_key(shop_id, kind, mark, pair, number or ""),
            shop_id=shop_id,
            order_number=number,
            kind=kind,
            subject=pair,
            received_at=received_at,
        )


def read_message(body: bytes) -> Message:
    """Parse one message without expanding or fetching anything, or IllegalMessage."""
    root = _parsed(body)
    if _name(root) not in (ORDER_ROOT, SYSTEM_ROOT):
        raise IllegalMessage(Illegal.ROOT)
    return Message(root, sha256(body).hexdigest())


def _parsed(body: bytes) -> Element:
    text, encoding = _readable(body)
    parser = DefusedXMLParser(encoding=encoding, forbid_dtd=True)
    try:
        parser.feed(text)
        root: Element = parser.close()
    except DefusedXmlException:
        raise IllegalMessage(Illegal.DANGEROUS_XML) from None
    except (ParseError, ValueError):
        raise IllegalMessage(Illegal.NOT_XML) from None
    return root


def _readable(body: bytes) -> tuple[bytes, str | None]:
    """Return bytes that expat can read, and their encoding if it must be told."""
    declared = _DECLARED.match(body)
    name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    if name in _READ_BY_EXPAT:
        return body, None
    if name not in _JAPANESE:
        raise IllegalMessage(Illegal.ENCODING)
    try:
        return body.decode(_JAPANESE[name]).encode(), "utf-8"
    except UnicodeDecodeError:
        raise IllegalMessage(Illegal.ENCODING) from None


def _name(element: Element) -> str:
    """Return the element's name without the namespace a sender may have put before."""
    return element.tag.rpartition("}")[2]


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _name(child) == name)


def _child(element: Element, name: str) -> Element | None:
    return next(_children(element, name), None)


def _text(element: Element | None, name: str) -> str:
    """Return the text of a child, '' when there is none."""
    child = None if element is None else _child(element, name)
    return "" if child is None else (child.text or "").strip()


def _order_number(text: str) -> str:
    try:
        return _ORDER_NUMBER.validate_python(text)
    except ValidationError:
        raise IllegalMessage(Illegal.ORDER_NUMBER) from None


def _mark(text: str) -> str:
    """Return Rakuten's number of the notice; '' when it gave none."""
    if text and not _MARK.fullmatch(text):
        raise IllegalMessage(Illegal.MARK)
    return text


def _id(element: Element, name: str) -> int:
    text = _text(element, name)
    if not _NUMBER.fullmatch(text):
        raise IllegalMessage(Illegal.PAIR)
    return int(text)
