"""The order API's messages, and its refusal of a whole request.

See docs/rms/order-api.md §1.3, §1.6 and §1.7.
"""

from typing import Any

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


def absent(function: str, field: str, **about: Any) -> MessageModel:
    """Build ERROR_009: a required key is absent; the text begins with its name."""
    return message(function, "ERROR_009", f"{field}が指定されていません。", **about)


def empty(function: str, field: str, **about: Any) -> MessageModel:
    """Build ERROR_010: the key is there, its value is empty."""
    return message(function, "ERROR_010", f"{field}の値が空です。", **about)


def malformed(function: str, field: str, why: str, **about: Any) -> MessageModel:
    """Build ERROR_011: the value has a wrong format or is outside its limits."""
    return message(
        function, "ERROR_011", f"{field}の形式が正しくありません。（{why}）", **about
    )
