"""What the gateway reads from a request's headers (rms/order-api.md §1.1)."""

import base64
import binascii
import re

from starlette.requests import Request

_CONTENT_TYPE = re.compile(r"application/json\s*;\s*charset=\"?utf-8\"?", re.IGNORECASE)


def token_of(request: Request) -> tuple[str, str] | None:
    """Read `ESA base64(serviceSecret:licenseKey)`; anything else is None (§1.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        secret, colon, key = (
            base64.b64decode(token.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (secret, key) if scheme == "ESA" and colon else None


def says_json(request: Request) -> bool:
    """Whether the body is declared as JSON in UTF-8; else it is 415 (§1.1)."""
    declared = request.headers.get("content-type", "")
    return _CONTENT_TYPE.fullmatch(declared.strip()) is not None
