"""What `/_control/settings` can change about the sandbox's behaviour."""

from dataclasses import asdict, dataclass, fields
from typing import Any

_CHOICES: dict[str, tuple[object, ...]] = {
    "rate_limit": (True, False),
    "too_fast_status": (429, 503),
    "cancel_goes_to": (800, 900),
    "null_in_rows": ("keep", "erase"),
    "refuse_escapes": (True, False),
    "search_total_capped": (True, False),
}


@dataclass(slots=True)
class Settings:
    """Where the reference is silent or the service may differ, a user may choose."""

    rate_limit: bool = True
    too_fast_status: int = 429
    async_delay_s: float = 3.0
    payment_delay_s: float | None = 180.0
    """Sandbox time from 200 to 300 after confirmOrder; None = stays at 200."""
    cancel_goes_to: int = 900
    null_in_rows: str = "keep"
    """What a null shippingNumber or shippingDate does; not documented (§4.2)."""
    refuse_escapes: bool = True
    """Whether `\\uXXXX` in a body is refused; reported by one author only (§1.1)."""
    search_total_capped: bool = True
    """Whether totalRecordsAmount itself stops at 15,000; not known (§2.3)."""

    def change(self, wanted: dict[str, Any]) -> None:
        """Take over the named settings, or raise ValueError and change nothing."""
        known = {f.name for f in fields(self)}
        if unknown := sorted(set(wanted) - known):
            raise ValueError(f"unknown setting {unknown}; known are {sorted(known)}")
        for name, value in wanted.items():
            _check(name, value)
        for name, value in wanted.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        """List every setting with its value."""
        return asdict(self)


def _check(name: str, value: object) -> None:
    if name in _CHOICES:
        if (type(value), value) not in [(type(c), c) for c in _CHOICES[name]]:
            raise ValueError(f"{name} must be one of {list(_CHOICES[name])}")
        return
    if value is None and name == "payment_delay_s":
        return
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a number of seconds, 0 or more")
