"""What stands before every page: whose page asks, how much it sends, what may run.

A browser says in `Host` which address it believes to be ours, and in `Origin` whose
page sends a form. Both must be one of our own: a name that somebody pointed at this
machine (DNS rebinding) and a foreign page's form are refused alike.
"""

from collections.abc import Collection
from typing import Final

from anyio import move_on_after
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tasks.desk.frame import WITH_FILE, render

SAFE: Final = frozenset({"GET", "HEAD"})
MOST_DISCARDED: Final = 1024 * 1024 * 1024
"""Bytes of a body too large that are read and thrown away: a browser that is cut off
while it sends shows its own error, and not our sentence."""
DISCARD_WITHIN_S: Final = 60.0
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",  # of no-referrer a browser says Origin: null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Headers of every answer; a page may have a stricter one of its own."""
FOREIGN: Final = (
    "別のアドレスから送られた内容のため、受け付けていません。"
    "対処: この画面を開き直して、もう一度操作してください。"
)
TOO_LARGE: Final = (
    "送られたファイルが大きすぎるため、受け付けていません(最大100MB)。"
    "対処: 期間を分けてダウンロードしたファイルを選んでください。"
)


class RequestChecks:
    """The app behind its checks."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(each.partition("://")[2] for each in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with our headers; refuse what is foreign or too large at once."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        is_begun = False

        async def sent(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                ours = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    ours.setdefault(name, value)
            await send(message)

        if headers.get("host") not in self._hosts:
            await _refusal(421, FOREIGN)(scope, receive, sent)
        elif scope["method"] not in SAFE and not self._is_ours(headers):
            await _refusal(403, FOREIGN)(scope, receive, sent)
        elif int(headers.get("content-length") or 0) > WITH_FILE:
            await discard_rest(receive)
            await _refusal(413, TOO_LARGE)(scope, receive, sent)
        else:
            try:
                await self._app(scope, receive, sent)
            except Exception:
                if not is_begun:  # else it was answered and logged without its words
                    raise

    def _is_ours(self, headers: Headers) -> bool:
        return headers.get("origin") in self._origins


async def discard_rest(receive: Receive, last: Message | None = None) -> None:
    """Read what is left of a body after a message, and throw it away.

    MOST_DISCARDED bytes and DISCARD_WITHIN_S at most. Nothing comes after a body's end.
    """
    message, passed = last or await receive(), 0
    with move_on_after(DISCARD_WITHIN_S):
        while message.get("more_body") and passed < MOST_DISCARDED:
            message = await receive()
            passed += len(message.get("body", b""))


def _refusal(status: int, what: str) -> HTMLResponse:
    return HTMLResponse(render("problem.html", what=what, visit=None, back=""), status)
