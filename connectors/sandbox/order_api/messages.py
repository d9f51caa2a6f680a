"""The order API's messages, and its refusal of a whole request.

See docs/rms/order-api.md §1.3, §1.6 and §1.7. Of several codes for one mistake the
first is used that the table has for the function.
"""

from functools import cache
from typing import Any

from connectors.codes.table import code_of

MessageModel = dict[str, Any]


class OrderRefusal(Exception):
    """The request is refused whole: HTTP 400, one ERROR per mistake (§1.3)."""

    def __init__(self, messages: list[MessageModel]) -> None:
        super().__init__(f"{len(messages)} messages")
        self.messages = messages


def message(function: str, kind: str, text: str, **about: Any) -> MessageModel:
    """Build one message; `kind` is e.g. `INFO_101`, `about` the fields of §1.6."""
    return {
        "messageType": kind.partition("_")[0],
        "messageCode": f"ORDER_EXT_API_{function}_{kind}",
        "message": text,
        **about,
    }


@cache
def ending(function: str, *endings: str) -> str:
    """Return the first ending that the function has as a code; the last one if none."""
    full = (f"ORDER_EXT_API_{function}_{each}" for each in endings)
    known = (each for each, name in zip(endings, full, strict=True) if code_of(name))
    return next(known, endings[-1])


def absent(
    function: str, field: str, *, inside: bool = False, **about: Any
) -> MessageModel:
    """Build ERROR_009, or 019 `inside` an entry of a list: a required key is absent.

    The text begins with the key's name.
    """
    kind = ending(function, "ERROR_019", "ERROR_009") if inside else "ERROR_009"
    return message(function, kind, f"{field}が指定されていません。", **about)


def empty(
    function: str, field: str, kind: str = "ERROR_010", **about: Any
) -> MessageModel:
    """Build ERROR_010 or `kind`: the key is there, its value is empty."""
    return message(function, kind, f"{field}の値が空です。", **about)


def malformed(
    function: str, field: str, why: str, kind: str = "ERROR_011", **about: Any
) -> MessageModel:
    """Build ERROR_011 or `kind`: a wrong format, or a value outside its limits."""
    text = f"{field}の形式が正しくありません。（{why}）"
    return message(function, kind, text, **about)
