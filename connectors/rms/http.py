"""One HTTP call to RMS: paced, authorised, bounded in time and size, judged.

`RmsHttp` serves one shop. Each method makes one call and never repeats it: the reply,
or an error of `errors` that says what to do next. httpx's own timeout counts per read,
so a server that sends one byte at a time would hold a call for ever; `exchange` sets
one deadline for connecting, headers and body together.
"""

import base64
import logging
import ssl
import time
import zlib
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType, TracebackType
from typing import Any, Self, cast

import anyio
import httpx
import orjson
from anyio.from_thread import BlockingPortal, start_blocking_portal
from pydantic import SecretStr

from connectors.rms import clock, error_words
from connectors.rms.address import checked_address
from connectors.rms.answers import (
    CONFLICT,
    AnswerHead,
    RawAnswer,
    Reply,
    RmsFunction,
    judge,
)
from connectors.rms.errors import (
    ClockWrong,
    RmsTrouble,
    Throttled,
    TooSlow,
    Unavailable,
)
from connectors.rms.pace import Bucket, Turn
from data.model.shops.shop import Shop

HEADERS = {
    # RMS refuses a missing charset, and by one report escaped Japanese as well
    # (docs/rms/order-api.md §1.1), so the body goes as raw UTF-8.
    "Content-Type": "application/json; charset=utf-8",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
REQUEST_IDS = ("RequestId", "REQUEST-ID", "x-request-id")
"""The order API's own answers, the gateway's errors and ShopAPI (§1.1)."""

NO_PARAMS: Mapping[str, str | SecretStr] = MappingProxyType({})
NO_PACES: Mapping[Bucket, Callable[[], Turn]] = MappingProxyType({})

MASKED_FROM = 6
"""Shorter texts are not blanked: that would damage RMS's words, and no secret is so
short."""

GZIP_WINDOW = 31
"""zlib's `wbits` for a stream with a gzip header."""


@dataclass(frozen=True)
class Limits:
    """How long and large one call may become, and how long Retry-After is obeyed."""

    deadline_s: float = 20.0
    max_body: int = 16 * 1024 * 1024
    max_wait_s: float = 120.0

    @property
    def connect_s(self) -> float:
        """Seconds for TCP and again for TLS, both inside the deadline.

        httpcore 1.0.9 leaves the socket open when it is cancelled during a handshake,
        and closes it when its own timeout strikes; so that one has to come first.
        """
        return self.deadline_s * 0.45


USUAL = Limits()

NOT_ANSWERED = (
    httpx.HTTPError,
    ssl.SSLError,  # which httpcore's anyio backend passes on once it reads (1.0.9)
    httpx.InvalidURL,  # of a redirect's address, whether it is followed or not
    UnicodeError,  # the same
)
"""What ends a call that was sent, where no answer could be read whole."""


class RmsHttp:
    """The caller of one RMS for one shop: `with RmsHttp(…) as http: http.post(…)`.

    `pace` is entered when the next request may go and left once it has gone; calls of a
    bucket in `paces` ask that one instead (see `paces_for`). Without `paces` stock goes
    at the orders' pace, slower than it might. `undated` is called after an answer that
    shows no time, `admit` before every call with the function's name, and again when
    its turn has come: it raises to stop the call. `too_fast` is called when RMS says
    so, for the pace of the calls to come.
    ValueError for an address that is neither https nor on this machine.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all of it is what a call depends on
        self,
        shop: Shop,
        base_url: str,
        pace: Callable[[], Turn],
        now: Callable[[], datetime],
        limits: Limits = USUAL,
        sleep: Callable[[float], None] = time.sleep,
        paces: Mapping[Bucket, Callable[[], Turn]] = NO_PACES,
        undated: Callable[[], None] = lambda: None,
        admit: Callable[[str], None] = lambda _: None,
        too_fast: Callable[[], None] = lambda: None,
    ) -> None:
        self._base_url = checked_address(base_url)
        self.shop = shop
        self._credentials = Credentials(shop)
        self._pace = pace
        self._paces = paces
        self.now = now
        self._limits = limits
        self.sleep = sleep
        self._undated = undated
        self._admit = admit
        self._too_fast = too_fast
        self.clock_agrees = False
        """Whether an answer has shown that our clock is right."""
        self._open = ExitStack()
        self._portal: BlockingPortal | None = None
        self._client: httpx.AsyncClient | None = None

    def __enter__(self) -> Self:
        # httpx logs full URLs at INFO, and the licence call has the key in its URL.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._portal = self._open.enter_context(start_blocking_portal())
        self._client = self._open.enter_context(
            self._portal.wrap_async_context_manager(
                httpx.AsyncClient(
                    base_url=self._base_url,
                    timeout=httpx.Timeout(None, connect=self._limits.connect_s),
                    follow_redirects=False,  # the key would travel along
                    # RMS needs none, and one that is no ASCII would break every
                    # later call before it is made.
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
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
        return f"{type(self).__name__}(shop={self.shop.handle!r})"

    def admit(self, function: RmsFunction) -> None:
        """Raise what a call of this function would raise now instead of being made.

        Ask before the intent of a write is stored: a call that is not made must leave
        none.
        """
        self._admit(function.name)

    def post(self, function: RmsFunction, path: str, body: Mapping[str, Any]) -> Reply:
        """POST JSON once and return the reply, or raise RmsTrouble."""
        return self._call(function, "POST", path, orjson.dumps(body))

    def put(self, function: RmsFunction, path: str, body: Mapping[str, Any]) -> Reply:
        """PUT JSON once and return the reply, or raise RmsTrouble."""
        return self._call(function, "PUT", path, orjson.dumps(body))

    def get(
        self,
        function: RmsFunction,
        path: str,
        params: Mapping[str, str | SecretStr] = NO_PARAMS,
    ) -> Reply:
        """GET once and return the reply, or raise RmsTrouble.

        A parameter may be a SecretStr; its value goes into the URL and nowhere else.
        """
        return self._call(function, "GET", path, params=params)

    def _call(
        self,
        function: RmsFunction,
        method: str,
        path: str,
        content: bytes | None = None,
        params: Mapping[str, str | SecretStr] = NO_PARAMS,
    ) -> Reply:
        if self._portal is None or self._client is None:
            raise RuntimeError("open the client with `with` before calling")
        self._admit(function.name)
        with ExitStack() as turn:
            turn.enter_context(self._paces.get(function.bucket, self._pace)())
            self._admit(function.name)  # much may have changed while it waited
            sent_at = self.now()
            # No local variable: a traceback with locals would show the request's URL.
            answer = self._portal.call(
                exchange,
                self._client,
                self._client.build_request(
                    method,
                    path,
                    headers=HEADERS | self._credentials.header(),
                    content=content,
                    params={name: _revealed(value) for name, value in params.items()}
                    or None,
                ),
                self._limits,
                turn.close,
            )
        if trouble := self._trouble(function, answer):
            raise trouble
        try:
            reply = judge(function, self._raw(answer), self._credentials.masked)
        except Throttled as slow:
            if slow.status != CONFLICT:
                self._too_fast()
            # The hint is obeyed here: a task's retry delay is fixed before the answer.
            if slow.retry_after_s:
                self.sleep(min(slow.retry_after_s, self._limits.max_wait_s))
            raise
        self._check_clock(function, reply, answer.headers, sent_at)
        return reply

    def _check_clock(
        self,
        function: RmsFunction,
        reply: Reply,
        headers: Mapping[str, str],
        sent_at: datetime,
    ) -> None:
        """Compare our clock with the answer's; ClockWrong for a read of a wrong one.

        A write has been done by then, so its answer is taken: every run begins with a
        read, which would have found the clock wrong.
        """
        made_at = clock.time_of(headers)
        if made_at is None:
            self._undated()
            return
        off = clock.ahead(made_at, sent_at, self.now())
        self.clock_agrees = not clock.is_wrong(off)
        if self.clock_agrees or function.is_write:
            return
        way = "進んで" if off.total_seconds() > 0 else "遅れて"
        span = f"{abs(off).total_seconds():,.0f}秒"
        fact = f"このマシンの時計が、RMSの時刻より{span}{way}います"
        head = AnswerHead(reply.status, reply.messages, reply.request_id)
        raise function.failed(ClockWrong, fact, error_words.SET_THE_CLOCK, head)

    def _trouble(
        self, function: RmsFunction, answer: "WireAnswer"
    ) -> RmsTrouble | None:
        """Return the error for an answer that did not arrive whole, else None."""
        head = AnswerHead(answer.status, (), request_id_of(answer.headers))
        if answer.is_too_large:
            fact = f"応答が上限の{self._limits.max_body:,}バイトを超えました"
            return function.unusable(fact, head)
        if answer.trouble is None:
            return None
        if not answer.was_sent:
            return function.failed(Unavailable, answer.trouble, error_words.TRY_LATER)
        if answer.is_late and not function.is_write:
            advice = error_words.TRY_LATER
            return function.failed(TooSlow, answer.trouble, advice, head)
        return function.unsure(answer.trouble, head)

    def _raw(self, answer: "WireAnswer") -> RawAnswer:
        return RawAnswer(
            answer.status or 0,
            answer.body,
            request_id_of(answer.headers),
            retry_after_s(answer.headers.get("Retry-After", ""), self.now),
        )


class Credentials:
    """The secret and licence key of one shop; never shown by `repr`.

    Blanks around them are cut: pasted ones are a common cause of refusal.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def __repr__(self) -> str:
        return f"Credentials({self._shop.handle!r})"

    def header(self) -> dict[str, str]:
        """Return `Authorization: ESA base64(secret:key)` (§1.1)."""
        return {"Authorization": f"ESA {self._token()}"}

    def masked(self, text: str) -> str:
        """Replace the secrets in a text from outside by `***`."""
        for secret in (self._token(), *self._pair()):
            if len(secret) >= MASKED_FROM:
                text = text.replace(secret, "***")
        return text

    def _token(self) -> str:
        return base64.b64encode(":".join(self._pair()).encode()).decode()

    def _pair(self) -> tuple[str, str]:
        return _revealed(self._shop.service_secret), _revealed(self._shop.license_key)


@dataclass
class WireAnswer:
    """One answer as far as it came.

    `was_sent` once the first header byte may have left: from then on a write can have
    reached RMS. `trouble` says in Japanese what cut the answer short.
    """

    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers, repr=False)
    body: bytes = field(default=b"", repr=False)
    was_sent: bool = False
    is_too_large: bool = False
    is_late: bool = False
    trouble: str | None = None


async def exchange(
    client: httpx.AsyncClient,
    request: httpx.Request,
    limits: Limits,
    has_left: Callable[[], None],
) -> WireAnswer:
    """Send one request and read its answer; a failure is in `trouble`, never raised.

    `has_left` is called when the whole request has gone out, if it does.
    An httpx error holds the request with its URL, and one URL of RMS holds the key.
    """
    answer = WireAnswer()

    async def watch(event: str, _: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            answer.was_sent = True
        elif event.endswith("send_request_body.complete"):
            has_left()

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
        answer.is_late = True
        answer.trouble = f"{limits.deadline_s:g}秒以内に応答を受信できませんでした"
    except (httpx.ConnectError, httpx.ConnectTimeout):
        answer.trouble = "RMSに接続できませんでした"
    except NOT_ANSWERED as error:
        answer.trouble = f"通信が途中で切断されました({type(error).__name__})"
    except zlib.error:
        answer.trouble = "応答の圧縮データが壊れています"
    return answer


async def _read(response: httpx.Response, answer: WireAnswer, max_body: int) -> None:
    """Collect decoded bytes and stop at the limit, before a gzip bomb unfolds."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        answer.trouble = "応答の圧縮形式に対応していません"
        return
    parts = bytearray()
    unpack = zlib.decompressobj(GZIP_WINDOW) if encoding == "gzip" else None
    raw = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
    async with aclosing(raw) as chunks:
        async for chunk in chunks:
            room = max_body + 1 - len(parts)
            parts += unpack.decompress(chunk, room) if unpack else chunk[:room]
            if len(parts) > max_body:
                answer.is_too_large = True
                return
    if unpack and parts and not unpack.eof:
        answer.trouble = "応答が途中で途切れました"
    answer.body = bytes(parts)


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Return the id that Rakuten's support asks for, under any of its three names."""
    return next((headers[name] for name in REQUEST_IDS if name in headers), None)


def retry_after_s(hint: str, now: Callable[[], datetime]) -> float | None:
    """Parse Retry-After, seconds or HTTP date, into seconds; None if unreadable."""
    hint = hint.strip()
    if hint.isascii() and hint.isdigit():
        return float(hint)
    until = clock.date_of(hint)
    return None if until is None else max(0.0, (until - now()).total_seconds())


@cache
def _trusted() -> ssl.SSLContext:
    """Load the certificates once a process; it takes as long as ten requests."""
    return httpx.create_ssl_context(trust_env=False)


def _revealed(value: str | SecretStr) -> str:
    return value if isinstance(value, str) else value.get_secret_value().strip()
