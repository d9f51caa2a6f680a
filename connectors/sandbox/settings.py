"""The settings of the sandbox, which `/_control/settings` can change.

§ are those of docs/rms/order-api.md where no other page is named.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, TypeGuard
from urllib.parse import urlsplit

_CHOICES: dict[str, tuple[object, ...]] = {
    "rate_limit": (True, False),
    "pace_moves_clock": (True, False),
    "too_fast_status": (403, 429, 503),
    "needs_accept": (True, False),
    "dated_by": ("machine", "clock", "timestamp", "nothing"),
    "cancels_unconfirmed": (True, False),
    "cancel_goes_to": (800, 900),
    "null_in_rows": ("keep", "erase"),
    "refuse_escapes": (True, False),
    "search_total_capped": (True, False),
    "partial_upsert": (True, False),
    "orphans_shown": (True, False),
    "folds_variants": (True, False),
    "restore_on_cancel": (True, False),
}
_CHANCES = ("notify_loss", "notify_duplicate", "notify_reorder")
_COUNTS = {"notify_connections": 100, "notify_batch": 500}


@dataclass(slots=True)
class SandboxSettings:
    """The choices where the reference is silent or the service may differ."""

    rate_limit: bool = True
    pace_moves_clock: bool = False
    """Whether the clock moves on to a caller's turn, instead of the call being refused:
    a test of months counts the pace and does not wait for it."""
    too_fast_status: int = 403
    """403 with ES01-03 by the book; clients prepare for the others, too (§1.5)."""
    needs_accept: bool = True
    """By the book a missing Accept is refused; rakuten-ws sent none and worked live in
    2020."""
    dated_by: str = "machine"
    """What time answers show in Date and Timestamp (§1.1): this machine's; the
    sandbox's clock's; the clock's in Timestamp alone; none at all."""
    async_delay_s: float = 3.0
    payment_delay_s: float | None = 180.0
    """Sandbox time from 200 to 300 after confirmOrder; None = stays at 200."""
    settles_after_days: float | None = None
    """How long after shipping the night job has an order paid, 500 to 700 (§6);
    None = it stays at 500."""
    cancels_unconfirmed: bool = False
    """Whether Rakuten cancels what has not been confirmed for 15 days (§5.3); off, so
    that tests may sell old orders."""
    cancel_goes_to: int = 900
    null_in_rows: str = "keep"
    """What a null shippingNumber or shippingDate does; not documented (§4.2)."""
    refuse_escapes: bool = True
    """Whether `\\uXXXX` in a body is refused; reported by one author only (§1.1)."""
    search_total_capped: bool = True
    """Whether totalRecordsAmount itself stops at 15,000; not known (§2.3)."""
    partial_upsert: bool = False
    """Whether bulk-upsert writes the good entries of a call it refuses; not known."""
    orphans_shown: bool = False
    """Whether stock without an item, or without such an SKU, is read; not known."""
    items_search_lag_s: float = 0.0
    """How long a new item is not found by items.search: up to a day at Rakuten
    (docs/rms/item-api.md)."""
    folds_variants: bool = False
    """Whether 2.0's bulk-upsert makes capitals of an SKU small, as its page says."""
    restore_on_cancel: bool = True
    """The setting of items that have none of their own (§4.7, type 0)."""
    notify_url: str | None = None
    """Where notices are sent; None = there are none. The other notify_ say how."""
    notify_retry_s: float = 10.0
    """Wait before the second try; every further wait is twice as long."""
    notify_timeout_s: float = 10.0
    notify_delay_s: float = 0.0
    notify_loss: float = 0.0
    """Chance that a notice is never sent; so are the next two, from 0 to 1."""
    notify_duplicate: float = 0.0
    notify_reorder: float = 0.0
    notify_held_s: float = 1.0
    """How long, at most, a reordered notice or a duplicate is held back."""
    notify_connections: int = 4
    notify_batch: int = 1
    """Notices of one sale in one message, at most; Rakuten sends up to 500
    (docs/rms/event-notification.md §1)."""

    def change(self, wanted: dict[str, Any]) -> None:
        """Set the named settings, or raise ValueError and change nothing."""
        known = {f.name for f in fields(self)}
        if unknown := sorted(set(wanted) - known):
            raise ValueError(f"unknown setting {unknown}; known are {sorted(known)}")
        for name, value in wanted.items():
            _check(name, value)
        for name, value in wanted.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        """Return every setting with its value."""
        return asdict(self)


def _check(name: str, value: object) -> None:
    if name in _CHOICES:
        if (type(value), value) not in [(type(c), c) for c in _CHOICES[name]]:
            raise ValueError(f"{name} must be one of {list(_CHOICES[name])}")
    elif name == "notify_url":
        _check_url(name, value)
    elif name in _COUNTS:
        if type(value) is not int or not 1 <= value <= _COUNTS[name]:
            raise ValueError(f"{name} must be a whole number, 1 to {_COUNTS[name]}")
    elif name in _CHANCES:
        if not _is_number(value) or not 0 <= value <= 1:
            raise ValueError(f"{name} must be a number from 0 to 1")
    elif value is None and name in ("payment_delay_s", "settles_after_days"):
        return
    elif not _is_number(value) or value < 0:
        raise ValueError(f"{name} must be a number of seconds, 0 or more")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_url(name: str, value: object) -> None:
    parts = urlsplit(value) if isinstance(value, str) else None
    fits = parts and parts.scheme in ("http", "https") and parts.hostname
    _ = parts and parts.port  # raises for a port that cannot be
    if value is not None and not fits:
        raise ValueError(f"{name} must be null or an http(s) address")
