"""Changing a licence key without a pause: which of two keys a shop's calls use.

A new key is refused for some minutes (rms/order-api.md §1.2), so the one before it
stays in use until the new one has answered.
"""

from enum import Enum, auto

from data.model.connection import Fault, Finding
from data.model.licence import key_fingerprint
from data.model.shop import Shop

ANSWERED = frozenset({Fault.NONE, Fault.FUNCTION})
"""With these RMS took the key; a function that is switched off is no key's fault."""
REFUSED = frozenset(
    {Fault.FRESH_KEY, Fault.KEY_ENDED, Fault.SECRET, Fault.KEY, Fault.KEY_OR_SECRET}
)


class Verdict(Enum):
    """What to do about two keys after both were tried as far as needed."""

    NEW = auto()
    FORMER = auto()
    AS_BEFORE = auto()
    """Nothing was learnt about either; the one in use stays."""


def choose_key(new: Finding, former: Finding | None) -> Verdict:
    """Say which key to use from now on; `former` is None where it was not tried.

    The former one wins only by answering where the new one was refused. Where both are
    refused people have the new one to put right, so its fault is the one to tell.
    """
    if new.fault in ANSWERED:
        return Verdict.NEW
    if new.fault not in REFUSED:
        return Verdict.AS_BEFORE
    if former is None or former.fault in REFUSED:
        return Verdict.NEW
    return Verdict.FORMER if former.fault in ANSWERED else Verdict.AS_BEFORE


def needs_former_key(new: Finding) -> bool:
    """Whether the former key should be tried: the new one was refused."""
    return new.fault in REFUSED


def shop_in_use(shop: Shop, fingerprint: str | None) -> Shop:
    """Give the shop with the key its calls use now, by the fingerprint kept of it.

    While there are two, the new one counts only after it has answered; before any
    check that is the former.
    """
    if not shop.has_former_key or fingerprint == key_fingerprint(shop.license_key):
        return shop
    return shop.with_former_key()
