"""The caller of RMS: one call at a time, paced, judged, the key in one header only.

One request out, one answer in, bounded in time and size.

httpx's timeout is per read, so a server that drips one byte at a time holds a call for
ever; here one deadline covers connecting, headers and body (reliability.md §4.1).

The one header that carries the key (rms/order-api.md §1.1).
"""

import base64
import logging
import ssl
import time
import zlib
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType, TracebackType
from typing import Any, Self, cast

import anyio
import httpx
import orjson
from anyio.from_thread import BlockingPortal, start_blocking_portal
from pydantic import SecretStr

from connectors.rms import advice
from connectors.rms.address import checked_address
from connectors.rms.answers import Call, RawAnswer, Reply, Seen, judge
from connectors.rms.errors import RmsTrouble, Throttled, Unavailable
from connectors.rms.rates import Bucket
from data.model.shop import Shop

GZIP = 31


@dataclass(frozen=True)
class Limits:
    """How long and large one call may become, and how long Retry-After is obeyed."""

    deadline_s: float = 20.0
    max_body: int = 16 * 1024 * 1024
    max_wait_s: float = 120.0

    @property
    def connect_s(self) -> float:
        """Seconds for TCP and again for TLS, both inside the deadline.

        httpcore 1.0.9 leaves the socket open when it is cancelled while shaking hands,
        and closes it when its own timeout strikes; so that one has to come first.
        """
        return self.deadline_s * 0.45


USUAL = Limits()


@dataclass
class WireAnswer:
    """One answer as far as it came; `trouble` names what cut it short."""

    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers, repr=False)
    body: bytes = field(default=b"", repr=False)
    was_sent: bool = False
    is_too_large: bool = False
    trouble: str | None = None


async def exchange(
    client: httpx.AsyncClient, request: httpx.Request, limits: Limits
) -> WireAnswer:
    """Send and read whole, or say in `trouble` what happened; raises nothing of httpx.

    An httpx error holds the request with its URL, and one URL of RMS holds the key.
    """
    answer = WireAnswer()

    async def watch(event: str, _: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            answer.was_sent = True

    request.extensions = {**request.extensions, "trace": watch}
    try:
        with anyio.fail_after(limits.deadline_s):
            response = await client.send(request, stream=True)
            try:
                answer.status, answer.headers = response.status_code, response.headers
                await _read(response, answer, limits.max_body)
            finally:
                await response.aclose()
    except TimeoutError:
        answer.trouble = f"no complete answer within {limits.deadline_s:g} s"
    except (httpx.ConnectError, httpx.ConnectTimeout):
        answer.trouble = "no connection"
    except httpx.HTTPError as error:
        answer.trouble = f"the connection broke ({type(error).__name__})"
    except zlib.error:
        answer.trouble = "the answer is not what its Content-Encoding says"
    return answer


async def _read(response: httpx.Response, answer: WireAnswer, max_body: int) -> None:
    """Collect decoded bytes and stop at the limit, before a gzip bomb unfolds."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        answer.trouble = "the answer has an encoding we did not ask for"
        return
    parts = bytearray()
    unpack = zlib.decompressobj(GZIP) if encoding == "gzip" else None
    raw = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
    async with aclosing(raw) as chunks:
        async for chunk in chunks:
            room = max_body + 1 - len(parts)
            parts += unpack.decompress(chunk, room) if unpack else chunk[:room]
            if len(parts) > max_body:
                answer.is_too_large = True
                return
    if unpack and parts and not unpack.eof:
        answer.trouble = "the answer was cut"
    answer.body = bytes(parts)


MASKED_FROM = 6
"""Shorter secrets are no secrets, and blanking them would eat RMS's own words."""


class Credentials:
    """Secret and key of one shop, pasted blanks cut. Never shown by `repr`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def __repr__(self) -> str:
        return f"Credentials({self._shop.handle!r})"

    def header(self) -> dict[str, str]:
        """Give `Authorization: ESA base64(secret:key)`."""
        return {"Authorization": f"ESA {self._token()}"}

    def masked(self, text: str) -> str:
        """Blank what must never be shown, in a text that somebody else wrote."""
        for secret in (self._token(), *self._pair()):
            if len(secret) >= MASKED_FROM:
                text = text.replace(secret, "***")
        return text

    def _token(self) -> str:
        return base64.b64encode(":".join(self._pair()).encode()).decode()

    def _pair(self) -> tuple[str, str]:
        return (
            self._shop.service_secret.get_secret_value().strip(),
            self._shop.license_key.get_secret_value().strip(),
        )


HEADERS = {
    # Without the charset RMS answers 415, and escaped Japanese is refused (§1.1).
    "Content-Type": "application/json; charset=utf-8",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
NO_PARAMS: Mapping[str, str | SecretStr] = MappingProxyType({})
NO_PACES: Mapping[Bucket, Callable[[], None]] = MappingProxyType({})


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates once; it takes as long as ten requests."""
    return httpx.create_ssl_context(trust_env=False)


class RmsHttp:
    """Speak to one RMS for one shop: `with RmsHttp(…) as http: http.post(…)`.

    `pace` returns when the next request may go; calls of a bucket in `paces` ask that
    one instead. ValueError for an address that is neither https nor on this machine.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all of it is what a call depends on
        self,
        shop: Shop,
        base_url: str,
        pace: Callable[[], None],
        now: Callable[[], datetime],
        limits: Limits = USUAL,
        sleep: Callable[[float], None] = time.sleep,
        paces: Mapping[Bucket, Callable[[], None]] = NO_PACES,
    ) -> None:
        self._base_url = checked_address(base_url)
        self._shop = shop
        self._credentials = Credentials(shop)
        self._pace = pace
        self._paces = paces
        self._now = now
        self._limits = limits
        self._sleep = sleep
        self._open = ExitStack()
        self._portal: BlockingPortal | None = None
        self._client: httpx.AsyncClient | None = None

    def __enter__(self) -> Self:
        # httpx logs full URLs at INFO and the licence call has the key in its URL.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._portal = self._open.enter_context(start_blocking_portal())
        self._client = self._open.enter_context(
            self._portal.wrap_async_context_manager(
                httpx.AsyncClient(
                    base_url=self._base_url,
                    timeout=httpx.Timeout(None, connect=self._limits.connect_s),
                    follow_redirects=False,  # the key would travel along
                    trust_env=False,
                    verify=_trusted(),
                    # RMS closes every connection; a kept one that died would make
                    # a write's outcome unknown for nothing.
                    limits=httpx.Limits(max_keepalive_connections=0),
                )
            )
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
        self._client = self._portal = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shop={self._shop.handle!r})"

    def post(self, call: Call, path: str, body: Mapping[str, Any]) -> Reply:
        """Send JSON to one function, or raise what to do next; one call, no retry."""
        return self._call(call, "POST", path, orjson.dumps(body))

    def put(self, call: Call, path: str, body: Mapping[str, Any]) -> Reply:
        """Put JSON to one resource, or raise what to do next; one call, no retry."""
        return self._call(call, "PUT", path, orjson.dumps(body))

    def get(
        self, call: Call, path: str, params: Mapping[str, str | SecretStr] = NO_PARAMS
    ) -> Reply:
        """Read one resource, or raise what to do next; a secret parameter stays one."""
        return self._call(call, "GET", path, params=params)

    def _call(
        self,
        call: Call,
        method: str,
        path: str,
        content: bytes | None = None,
        params: Mapping[str, str | SecretStr] = NO_PARAMS,
    ) -> Reply:
        if self._portal is None or self._client is None:
            raise RuntimeError("open the client with `with` before calling")
        self._paces.get(call.bucket, self._pace)()
        # The request is no local here: a traceback with locals would show its URL.
        answer = self._portal.call(
            exchange,
            self._client,
            self._client.build_request(
                method,
                path,
                headers=HEADERS | self._credentials.header(),
                content=content,
                params={name: _plain(value) for name, value in params.items()} or None,
            ),
            self._limits,
        )
        if trouble := self._trouble(call, answer):
            raise trouble
        try:
            return judge(call, self._raw(answer), self._credentials.masked)
        except Throttled as slow:
            # The hint is obeyed here: a task's retry delay is fixed before the answer.
            if slow.retry_after_s:
                self._sleep(min(slow.retry_after_s, self._limits.max_wait_s))
            raise

    def _trouble(self, call: Call, answer: WireAnswer) -> RmsTrouble | None:
        """Make the error for an answer that did not come whole."""
        seen = Seen(answer.status, (), answer.headers.get("RequestId"))
        if answer.is_too_large:
            fact = f"the answer is larger than {self._limits.max_body} bytes"
            return call.unusable(fact, seen)
        if answer.trouble is None:
            return None
        if not answer.was_sent:
            return call.failed(Unavailable, answer.trouble, advice.TRY_LATER)
        return call.unsure(answer.trouble, seen)

    def _raw(self, answer: WireAnswer) -> RawAnswer:
        return RawAnswer(
            answer.status or 0,
            answer.body,
            answer.headers.get("RequestId"),
            retry_after_s(answer.headers.get("Retry-After", ""), self._now),
        )


def _plain(value: str | SecretStr) -> str:
    return value if isinstance(value, str) else value.get_secret_value().strip()


def retry_after_s(hint: str, now: Callable[[], datetime]) -> float | None:
    """Read Retry-After in either form, seconds or HTTP date; None if unreadable."""
    hint = hint.strip()
    if hint.isascii() and hint.isdigit():
        return float(hint)
    try:
        until = parsedate_to_datetime(hint)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now()).total_seconds())
