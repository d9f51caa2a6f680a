"""Requests and answers as RMS puts them on the wire (docs/rms/order-api.md §1.1, §1.3).

What all APIs share: the Authorization header, the headers of every answer, and the
gateway's own way to refuse.
"""

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response

_CONTENT_TYPE = re.compile(r"application/json\s*;\s*charset=\"?utf-8\"?", re.IGNORECASE)


def token_of(request: Request) -> tuple[str, str] | None:
    """Parse `ESA base64(serviceSecret:licenseKey)`; anything else is None (§1.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        secret, colon, key = (
            base64.b64decode(token.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (secret, key) if scheme == "ESA" and colon else None


def says_json(request: Request) -> bool:
    """Whether the body is declared as JSON in UTF-8; else 415, as two saw (§1.1)."""
    declared = request.headers.get("content-type", "")
    return _CONTENT_TYPE.fullmatch(declared.strip()) is not None


def rms_response(body: dict[str, Any], status: int = 200) -> Response:
    """Return an answer with this body and the headers of every RMS answer."""
    kind = {"Content-Type": "application/json;charset=utf-8"}
    return Response(orjson.dumps(body), status, kind | _headers())


def rms_nothing() -> Response:
    """Return 204: done, without a body (docs/rms/inventory-and-license-api.md §4)."""
    return Response(None, 204, _headers())


def gateway_error(code: str, text: str, status: int) -> Response:
    """Return the gateway's refusal: `Results`, and no MessageModelList (§1.3)."""
    return rms_response({"Results": {"errorCode": code, "message": text}}, status)


def _headers() -> dict[str, str]:
    return {
        "Cache-Control": "no-cache,no-store",
        "Connection": "close",
        "RequestId": str(uuid4()),
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
    }
