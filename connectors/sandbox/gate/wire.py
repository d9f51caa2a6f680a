"""Answers as RMS puts them on the wire (rms/order-api.md §1.1, §1.4)."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
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
