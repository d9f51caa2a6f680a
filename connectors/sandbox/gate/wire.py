"""Answers as RMS puts them on the wire (rms/order-api.md §1.1, §1.4).

What the gateway reads from a request's headers (rms/order-api.md §1.1).

MessageModel and the refusal of a whole request (rms/order-api.md §1.3–1.7).
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


def rms_response(body: dict[str, Any], status: int = 200) -> Response:
    """Dress a body with the headers of every RMS answer."""
    kind = {"Content-Type": "application/json;charset=utf-8"}
    return Response(orjson.dumps(body), status, kind | _headers())


def rms_nothing() -> Response:
    """Answer 204: done, and nothing to say (inventory-and-license-api.md)."""
    return Response(None, 204, _headers())


def _headers() -> dict[str, str]:
    return {
        "Cache-Control": "no-cache,no-store",
        "Connection": "close",
        "RequestId": str(uuid4()),
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
    }


def gateway_error(code: str, text: str, status: int) -> Response:
    """Refuse at the gateway: `Results`, and no MessageModelList at all (§1.3)."""
    return rms_response({"Results": {"errorCode": code, "message": text}}, status)


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


Message = dict[str, Any]


class Refusal(Exception):
    """The request is refused whole: HTTP 400, one ERROR per fault (§1.3)."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__(f"{len(messages)} faults")
        self.messages = messages


def message(function: str, kind: str, text: str, **about: Any) -> Message:
    """Make one message; `kind` is e.g. `INFO_101`, the rest as in §1.6."""
    return {
        "messageType": kind.partition("_")[0],
        "messageCode": f"ORDER_EXT_API_{function}_{kind}",
        "message": text,
        **about,
    }


def absent(function: str, field: str, **about: Any) -> Message:
    """ERROR_009: a required key is absent; the text starts with its name (§1.7)."""
    return message(function, "ERROR_009", f"{field}が指定されていません。", **about)


def empty(function: str, field: str, **about: Any) -> Message:
    """ERROR_010: the key is there, its value is empty (§1.7)."""
    return message(function, "ERROR_010", f"{field}の値が空です。", **about)


def malformed(function: str, field: str, why: str, **about: Any) -> Message:
    """ERROR_011: the value has a wrong format or is outside its limits (§1.7)."""
    return message(
        function, "ERROR_011", f"{field}の形式が正しくありません。（{why}）", **about
    )
