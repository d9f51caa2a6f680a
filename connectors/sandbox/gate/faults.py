"""Faults a user can order: what RMS or the road to it does wrong (§1.5, §5)."""

from dataclasses import dataclass, field
from random import Random

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from connectors.sandbox.gate.broken_answers import Cut, Drip, Dropped, Held

NAMES = (
    "429", "500", "503", "timeout", "cut", "html", "answer_lost", "drip",
    "not_json", "reset",
)  # fmt: skip
_SPOILED = ("cut", "answer_lost", "drip")

MAINTENANCE_PAGE = (
    "<!DOCTYPE html><html lang='ja'><head><title>メンテナンス</title></head>"
    "<body><h1>ただいまメンテナンス中です</h1></body></html>"
)


@dataclass(slots=True)
class Fault:
    """One order for trouble; it meets the next `times` matching requests."""

    name: str
    function: str | None = None
    times: int = 1
    retry_after: int | None = None
    probability: float = 1.0

    @property
    def applied(self) -> bool:
        """Whether the request takes effect although its answer is spoiled."""
        return self.name in _SPOILED

    @property
    def unanswered(self) -> bool:
        """Whether the client gets no answer at all."""
        return self.name in ("timeout", "reset", "answer_lost")

    def instead(self) -> Response:
        """Return what comes in place of an answer; the request has no effect."""
        headers = {"Connection": "close"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        match self.name:
            case "timeout":
                return Held()
            case "reset":
                return Dropped(reset=True)
            case "html":
                return HTMLResponse(MAINTENANCE_PAGE, headers=headers)
            case "not_json":
                broken = b'{"MessageModelList":['
                return Response(broken, 200, headers, "application/json")
            case status:
                return PlainTextResponse("", int(status), headers)

    def spoiled(self, answer: Response) -> Response:
        """Return what becomes of an answer whose request took effect."""
        match self.name:
            case "cut" if answer.body:
                return Cut(answer)
            case "drip":
                return Drip(answer)
            case _:
                return Dropped(reset=False)


@dataclass(slots=True)
class Faults:
    """The faults that wait for a request, first ordered first met."""

    seed: int
    waiting: list[Fault] = field(default_factory=list)
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311 - chance must repeat with the seed

    def draw(self, function: str) -> Fault | None:
        """Take the fault that meets this request, if any."""
        for fault in self.waiting:
            if fault.function not in (None, function):
                continue
            if self.rng.random() >= fault.probability:
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None
