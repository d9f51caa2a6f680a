"""What Rakuten reads as our answer (rms/event-notification.md §4)."""

from enum import StrEnum
from typing import Final

from starlette.responses import Response


class ResultCode(StrEnum):
    """The four words it knows."""

    TAKEN = "N-000-000"
    ILLEGAL = "E-400-100"
    WRONG_KEY = "E-400-101"
    UNEXPECTED = "E-400-900"


_BODIES: Final = {
    code: '<?xml version="1.0" encoding="UTF-8"?>'
    f"<responseModel><resultCode>{code}</resultCode></responseModel>"
    for code in ResultCode
}


def answer(code: ResultCode, status: int = 200, *, hang_up: bool = False) -> Response:
    """Answer with a code and not a word more; `hang_up` ends the connection after."""
    headers = {"Connection": "close"} if hang_up else None
    return Response(_BODIES[code], status, headers, media_type="text/xml")
