"""HTTP on one connection, with a limit on the time a request's head may take.

uvicorn by itself keeps idle sockets and half-sent heads for ever (reliability.md §4.2,
slow-loris; uvicorn 0.54).
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class PromptProtocol(H11Protocol):
    """Closes a connection that does not send a whole request head in time."""

    head_deadline_s = 10.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first head; one connection too many is dropped."""
        super().connection_made(transport)
        limit = self.limit_concurrency
        if limit is not None and len(self.connections) > limit:
            transport.abort()  # uvicorn would only refuse the request, not the socket
            return
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Stop the clock when the head is whole."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave no clock behind."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        """Start the clock; a byte more does not set it back."""
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(
                self.head_deadline_s, self.timeout_keep_alive_handler
            )

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def prompt_protocol(deadline_s: float) -> type[PromptProtocol]:
    """Make the protocol with a deadline of its own."""
    return type("Protocol", (PromptProtocol,), {"head_deadline_s": deadline_s})
