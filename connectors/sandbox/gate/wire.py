"""Requests and answers as RMS puts them on the wire (docs/rms/order-api.md §1.1, §1.3).

What all APIs share: the Authorization header, the headers of every answer, and the
gateway's own way to refuse.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.codes.table import code_of

GATEWAY_TEXTS = {
    "ES01-01": "Un-Authorised",
    "ES01-02": "API In Maintenance",
    "ES01-03": "Forbidden- Exceeded QPS Limitation",
    "ES01-04": "Forbidden- Exceeded QPM Limitation",
    "ES01-05": "Forbidden- Exceeded Number of Connection Limitation",
    "ES01-06": "Internal Server Error",
    "ES01-07": "Internal Server Error",
    "ES02-01": "Application Exception",
    "ES02-02": "System Exception",
    "ES02-03": "Internal Server Error",
    "ES03-01": "Bad Gateway",
    "ES03-02": "Bad Gateway",
    "ES04-01": "Bad Request",
    "ES04-02": "Bad Request",
    "ES04-03": "Unsupported Media Type",
    "ES04-04": "Method Not Allowed",
    "ES05-05": "Bad Request",
    "ES05-06": "Not Found",
}
"""The gateway's own words beside its codes (§1.4)."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_TAKEN = frozenset({"application/json", "application/*", "*/*"})
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


def fault_of_content_type(request: Request) -> str | None:
    """Return ERROR_001, 002 or 003 unless the body is declared as JSON in UTF-8."""
    declared = request.headers.get("content-type")
    if declared is None:
        return "ERROR_001"
    if not declared.strip():
        return "ERROR_002"
    return None if _CONTENT_TYPE.fullmatch(declared.strip()) else "ERROR_003"


def fault_of_accept(request: Request, *, needed: bool) -> str | None:
    """Return the gateway's code for an Accept that is missing or asks for no JSON."""
    if_missing = "" if needed else "*/*"
    wanted = request.headers.get("accept", if_missing).strip()
    if not wanted:
        return "ES04-02"
    kinds = {part.partition(";")[0].strip().lower() for part in wanted.split(",")}
    return None if kinds & _TAKEN else "ES04-03"


def rms_response(body: dict[str, Any], status: int = 200) -> Response:
    """Return an answer with this body and the headers of every RMS answer."""
    kind = {"Content-Type": "application/json;charset=utf-8"}
    return Response(orjson.dumps(body), status, kind | _headers())


def rms_nothing() -> Response:
    """Return 204: done, without a body, and yet with the type of one."""
    return Response(None, 204, _headers() | {"Content-Type": "application/json"})


def gateway_error(code: str, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    """Return the gateway's refusal: `Results`, and no MessageModelList (§1.3).

    The status is the table's. The id of the request has another name here (§1.1).
    """
    known = code_of(code)
    assert known is not None  # noqa: S101 - the codes are ours to choose
    body = {"Results": {"errorCode": code, "message": GATEWAY_TEXTS[code]}}
    kind = {"Content-Type": "application/json;charset=utf-8"}
    answer = _headers("REQUEST-ID") | kind | dict(headers)
    return Response(orjson.dumps(body), known.statuses[0], answer)


def _headers(name_of_id: str = "RequestId") -> dict[str, str]:
    return {
        "Cache-Control": "no-cache,no-store",
        "Connection": "close",
        name_of_id: str(uuid4()),
    }
