"""Who bought: how a buyer is known again, and an order without its people."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from data.model.order import Order, Package, Person

_NO_DIGIT: Final = re.compile(r"\D")
_SEVERAL: Final = re.compile(r"[/,;、・]|内線")
"""What stands between two phone numbers in one cell."""
_ABROAD: Final = re.compile(r"(?:00)?81(?=\d{9})|(?=)")
"""Japan's number, as it stands before a phone number without its 0."""
FEWEST_DIGITS: Final = 9
"""Digits of a phone number by which somebody may be known; a shorter one is none."""

PRIVATE_CELLS: Final = frozenset(
    {
        "zip",
        "noshi",
        "drop_off_location",
        "pickup_store",
        "pickup_store_code",
        "choices",
        "gift_wrapping",
    }
)
"""What an order's content says of its people outside `people`: where a parcel goes,
what the buyer typed (名入れ), and a wrapping with the words of its card. The prefecture
stays: it names nobody."""


class OrderKey(NamedTuple):
    """What an order is known by."""

    mall: str
    shop_id: str
    order_number: str


class Traces(NamedTuple):
    """What to search files for, to find the rows that are about a buyer.

    `phones` are digits without the 0 before them (`nationals_of`), however the file
    writes them.
    """

    numbers: frozenset[str]
    mails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


class FoundBuyer(NamedTuple):
    """The orders of a buyer, and everything that tells who it is, for searching files.

    `marks` are what the buyer is known by again (see `marks_of`). `given_away`: in how
    many orders of other buyers a parcel goes to the same person.
    """

    orders: tuple[OrderKey, ...]
    marks: frozenset[str]
    traces: Traces
    unshipped: tuple[str, ...] = ()
    given_away: int = 0


def mail_of(text: str | None) -> str:
    """Return a mail address as addresses are compared, "" for none."""
    return unicodedata.normalize("NFKC", text or "").strip().casefold()


def phone_of(text: str | None) -> str:
    """Return the digits of a phone number, "" for one that identifies nobody."""
    digits = _NO_DIGIT.sub("", unicodedata.normalize("NFKC", text or ""))
    return digits if len(digits) >= FEWEST_DIGITS else ""


def nationals_of(text: str | None) -> frozenset[str]:
    """Return the phone numbers in a cell, without 0 or +81 before them."""
    found = set()
    for each in _SEVERAL.split(unicodedata.normalize("NFKC", text or "")):
        digits = _ABROAD.sub("", _NO_DIGIT.sub("", each), count=1).lstrip("0")
        if len(digits) >= FEWEST_DIGITS - 1:
            found.add(digits)
    return frozenset(found)


def name_of(*parts: str | None) -> str:
    """Return a name as names are compared: width and blanks mean nothing."""
    name = unicodedata.normalize("NFKC", "".join(part or "" for part in parts))
    return "".join(name.split()).casefold()


def marks_of(
    family_name: str | None,
    first_name: str | None,
    phone: str | None,
    email: str | None,
) -> frozenset[str]:
    """Return what one buyer is known by: the mail address, and the name with the phone.

    A phone alone is a household's and a name alone is nobody's. One written with +81 is
    known as it stands and as it is dialled in Japan: other malls write it so.
    """
    mail, digits = mail_of(email), phone_of(phone)
    name = name_of(family_name, first_name)
    marks = {f"mail:{mail}"} if "@" in mail else set()
    if digits and name:
        dialled = {f"0{_ABROAD.sub('', digits, count=1).lstrip('0')}"}
        marks |= {f"phone:{each}:{name}" for each in {digits} | dialled}
    return frozenset(marks)


def marks_of_buyer(people: Iterable[Person]) -> frozenset[str]:
    """Return what the orderer among the people is known by."""
    found: frozenset[str] = frozenset()
    for person in people:
        if person.role == "orderer":
            found |= marks_of(
                person.family_name, person.first_name, person.phone, person.email
            )
    return found


def without_people(order: Order) -> Order:
    """Return the order with its money and lines, and without its people.

    No answer of the mall goes with it either, nor its hash: both cover the people, too.
    """
    nothing = dict.fromkeys(PRIVATE_CELLS & Package.model_fields.keys())
    packages = tuple(
        package.model_copy(
            update={
                **nothing,
                "lines": tuple(
                    line.model_copy(update={"choices": None}) for line in package.lines
                ),
            }
        )
        for package in order.packages
    )
    return order.model_copy(
        update={
            "people": (),
            "packages": packages,
            "gift_wrapping": None,
            "answer_hash": None,
            "answer": None,
        }
    )


def is_kept_away(ordered_at: datetime | None, forgotten_at: datetime) -> bool:
    """Return whether an order is of the time before its buyer asked to be forgotten.

    Whoever buys again later gives the data anew, or nothing could be sent.
    """
    return ordered_at is not None and ordered_at <= forgotten_at
