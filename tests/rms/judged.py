"""A caller without a wire: a function answers, and the real judge judges it."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from connectors.rms.answers import RawAnswer, Reply, RmsFunction, judge

Answer = tuple[int, Any]


class Judged:
    """Stands where RmsHttp stands; keeps the bodies it was sent."""

    def __init__(self, answer: Callable[[dict[str, Any]], Answer]) -> None:
        self._answer = answer
        self.sent: list[dict[str, Any]] = []

    def post(self, function: RmsFunction, _: str, body: Mapping[str, Any]) -> Reply:
        self.sent.append(dict(body))
        status, said = self._answer(dict(body))
        return judge(function, RawAnswer(status, orjson.dumps(said), "req-1"))


def message(kind: str, code: str, text: str = "本文", **more: Any) -> dict[str, Any]:
    return {"messageType": kind, "messageCode": code, "message": text} | more


def said(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"MessageModelList": list(messages)} | more


def errors(code: str, *places: int | None) -> bytes:
    """The inventory API's errors; a place of None names no entry."""
    return orjson.dumps(
        {
            "errors": [
                {"code": code, "message": "誤り"}
                | (
                    {}
                    if place is None
                    else {
                        "metadata": {"propertyPath": f"inventories[{place}].quantity"}
                    }
                )
                for place in places or (None,)
            ]
        }
    )
