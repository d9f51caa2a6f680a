"""MessageModel and the refusal of a whole request (rms/order-api.md §1.3–1.7)."""

from typing import Any

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
