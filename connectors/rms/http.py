"""The caller of RMS: one call at a time, paced, judged, the key in one header only."""

import logging
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType, TracebackType
from typing import Any, Self

import httpx
import orjson
from anyio.from_thread import BlockingPortal, start_blocking_portal
from pydantic import SecretStr

from connectors.rms import advice
from connectors.rms.address import checked_address
from connectors.rms.answers import Call, RawAnswer, Reply, Seen, judge
from connectors.rms.credentials import Credentials
from connectors.rms.errors import RmsTrouble, Throttled, Unavailable
from connectors.rms.exchange import USUAL, Limits, WireAnswer, exchange
from connectors.rms.rates import Bucket
from data.model.shop import Shop

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
