"""The desk as an app: sign-in, and every page behind it."""

import errno
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter, fail_after, to_thread
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message

from connectors.settings.reading import SettingsProblem
from data.warehouse.errors import WarehouseBusy, WarehouseClosed, WarehouseMissing
from tasks.desk.frame import (
    SMALL_FORM,
    Desk,
    Door,
    Page,
    Problem,
    Visit,
    menu,
    path_of_ours,
    render,
)
from tasks.desk.menu import PAGES
from tasks.desk.prefect import CannotStart, PrefectClosed
from tasks.desk.request_checks import TOO_LARGE, RequestChecks, discard_rest
from tasks.desk.sign_in import COOKIE, LASTS, Locked, Sessions
from tasks.desk.words import NOTHING_YET

log = logging.getLogger("juchu.desk")

STATIC: Final = Path(__file__).parent / "static"
MOST_FIELDS: Final = 2_000
MOST_FILES: Final = 200
"""Read of a form, so that the page itself refuses those that are too many for it."""
WITHIN_S: Final = 120.0
"""How long a form may take to arrive."""
GONE: Final = frozenset({403, 404, 409})
"""Statuses after which a form cannot be sent again: it, or what it is about, is old."""
WORDS: Final = {
    400: "送られた内容を読み取れません。対処: 画面を開き直して、入力し直してください。",
    404: "このページはありません。対処: メニューから選び直してください。",
    405: "この操作はできません。対処: メニューから選び直してください。",
}
"""What is said where nothing more is known, by HTTP status."""
BROKEN: Final = (
    "画面の処理中にエラーが発生しました。対処: もう一度操作してください。"
    "続く場合は、管理者に、受注デスク(make desk)のログの確認を依頼してください。"
)
BUSY: Final = (
    "取込中です(データベースを使用しています)。"
    "対処: 1分ほど待って、もう一度開いてください。"
)
NO_ROOM: Final = (
    "このマシンのディスクに書き込めないため({why})、途中でやめました。"
    "対処: 管理者に、ディスクの空き容量と書き込みの権限の確認を依頼し、"
    "直ってから、もう一度操作してください。"
)
UNWRITTEN: Final = {
    errno.ENOSPC: "空き容量がありません",
    errno.EDQUOT: "割り当てられた容量を使い切っています",
    errno.EROFS: "読み取り専用になっています",
    errno.EACCES: "権限がありません",
    errno.EPERM: "権限がありません",
}
"""What to say of an error of the disk, by the system's number of it."""
OLD_FORM: Final = (
    "画面が古いため、受け付けていません。何も変更していません。"
    "対処: 画面を開き直して、もう一度入力してください。"
)
ENDED: Final = (
    "サインインの有効時間が終わったため、送られた内容は受け付けていません。"
    "何も変更していません。対処: サインインして、もう一度操作してください。"
)
WRONG: Final = "名前またはパスワードが違います。対処: 入力し直してください。"
LOCKED: Final = (
    "続けて間違えたため、15分間サインインできません。"
    "対処: 15分後に入力してください。忘れた場合は、管理者に再設定を依頼してください。"
)
NOBODY: Final = (
    "サインインできる人が登録されていません。対処: 管理者が "
    "make desk-password NAME=名前 を実行し、表示された行を .env に書いてください。"
)

Endpoint = Callable[[Request], Awaitable[Response]]
Refusal = Callable[[Request, Exception], Awaitable[Response]]
Explain = Callable[[Exception], tuple[int, str]]
"""The HTTP status of an error, and what is told of it."""


def make_app(
    desk: Desk,
    sessions: Sessions,
    origins: Collection[str],
    pages: tuple[Page, ...] = PAGES,
) -> ASGIApp:
    """Build the app; `origins` are the addresses under which it is opened.

    A cookie is Secure where the sign-in was sent from an https address.
    """
    menu(pages)
    front = Front(desk, sessions)
    doors = [door for page in pages for door in page.doors]
    app = Starlette(
        routes=[
            Route("/sign-in", front.show_sign_in, methods=["GET"]),
            Route("/sign-in", front.sign_in, methods=["POST"]),
            Route("/sign-out", front.sign_out, methods=["POST"]),
            *(Route(d.path, front.behind(d), methods=[d.method]) for d in doors),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={
            kind: front.answer_with(explain)
            for kind, explain in {
                Problem: _problem,
                HTTPException: _http,
                WarehouseBusy: _busy,
                WarehouseMissing: _nothing_yet,
                WarehouseClosed: _closed,
                SettingsProblem: _closed,
                PrefectClosed: _closed,
                CannotStart: _not_started,
                OSError: _unwritten,
                Exception: _broken,
            }.items()
        },
    )
    app.router.redirect_slashes = False
    return RequestChecks(app, origins)


class Front:
    """The door that everybody passes: sign-in, sign-out, and what each page needs."""

    def __init__(self, desk: Desk, sessions: Sessions) -> None:
        self._desk = desk
        self._sessions = sessions
        self._hashing = CapacityLimiter(1)

    async def show_sign_in(self, request: Request) -> Response:
        """Return the form of the sign-in, or that nobody can sign in yet."""
        ended = ENDED if "ended" in request.query_params else ""
        what = ended if self._sessions.has_people else NOBODY
        return _sign_in_page(_way(request.query_params.get("next")), what)

    async def sign_in(self, request: Request) -> Response:
        """Open a session for the right name and password."""
        form = await _form(request, SMALL_FORM)
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        way = _way(str(form.get("next", "")))
        try:
            cookie = await to_thread.run_sync(
                self._sessions.enter,
                name.strip(),
                password,
                self._desk.now(),
                limiter=self._hashing,
            )
        except Locked:
            return _sign_in_page(way, LOCKED, 429)
        if cookie is None:
            return _sign_in_page(way, WRONG, 403)
        answer = RedirectResponse(way, 303)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=round(LASTS.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.headers.get("origin", "").startswith("https://"),
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        self._sessions.leave(request.cookies.get(COOKIE))
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    def answer_with(self, explain: Explain) -> Refusal:
        """Return the page that answers an error.

        With the menu for who has signed in, because it says where to go on, and with
        the way back to a form that was refused: the browser still has what was typed.
        """

        async def answer(request: Request, error: Exception) -> Response:
            status, what = explain(error)
            visit = None
            cookie = request.cookies.get(COOKIE)
            if session := self._sessions.of(cookie, self._desk.now()):
                visit = Visit(self._desk, session.who, session.token, request)
            is_kept = request.method == "POST" and status not in GONE
            back = _page_of_form(request) if is_kept else ""
            page = render("problem.html", what=what, visit=visit, once="", back=back)
            return HTMLResponse(page, status)

        return answer

    def behind(self, door: Door) -> Endpoint:
        """Return the endpoint of a door: only for who has signed in, forms checked."""

        async def endpoint(request: Request) -> Response:
            session = self._sessions.of(request.cookies.get(COOKIE), self._desk.now())
            if session is None:
                if door.method != "GET":
                    await discard_rest(request.receive)
                return RedirectResponse(_to_sign_in(request, door), 303)
            form = FormData()
            if door.method == "POST":
                form = await _form(request, door.largest)
                sent = str(form.get("token", ""))
                if not secrets.compare_digest(sent.encode(), session.token.encode()):
                    await form.close()
                    raise Problem(403, OLD_FORM)
            visit = Visit(self._desk, session.who, session.token, request, form)
            try:
                return await to_thread.run_sync(door.handler, visit)
            finally:
                await form.close()

        return endpoint


async def _form(request: Request, largest: int) -> FormData:
    """Read a form of so many bytes at most, or raise Problem."""
    size = 0
    receive = request.receive

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > largest:
            await discard_rest(receive, message)
            raise Problem(413, TOO_LARGE)
        return message

    try:
        with fail_after(WITHIN_S):
            return await Request(request.scope, counted).form(
                max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=SMALL_FORM
            )
    except (TimeoutError, ClientDisconnect):
        raise Problem(408, WORDS[400]) from None


def _to_sign_in(request: Request, door: Door) -> str:
    """Return the address of the sign-in, which leads back to the page asked for.

    Where a form was sent, it says that nothing came of it.
    """
    if door.method == "GET":
        asked_for = _with_query(request.url.path, request.url.query)
        return f"/sign-in?next={quote(_way(asked_for))}"
    return f"/sign-in?ended=1&next={quote(_way(_page_of_form(request)))}"


def _page_of_form(request: Request) -> str:
    """Return the page on which a form stood that was sent, "" if it is not known."""
    shown = urlsplit(request.headers.get("referer", ""))
    return path_of_ours(_with_query(shown.path, shown.query))


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _way(asked_for: str | None) -> str:
    return path_of_ours(asked_for) or "/"


def _sign_in_page(way: str, what: str, status: int = 200) -> Response:
    return HTMLResponse(render("sign_in.html", way=way, what=what, visit=None), status)


def _problem(error: Exception) -> tuple[int, str]:
    assert isinstance(error, Problem)  # noqa: S101 - by the table above
    return error.status, error.what


def _http(error: Exception) -> tuple[int, str]:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return status, WORDS.get(status, BROKEN)


def _busy(error: Exception) -> tuple[int, str]:  # noqa: ARG001 - as the others
    return 503, BUSY


def _nothing_yet(error: Exception) -> tuple[int, str]:  # noqa: ARG001 - as the others
    return 503, NOTHING_YET


def _closed(error: Exception) -> tuple[int, str]:
    return 503, str(error)


def _not_started(error: Exception) -> tuple[int, str]:
    return 400, str(error)


def _unwritten(error: Exception) -> tuple[int, str]:
    """Return what to do where the disk is full or closed to us; it is no fault of ours.

    An upload, who looked at an order and the run of an import are written by the desk.
    """
    number = error.errno if isinstance(error, OSError) else None
    if number not in UNWRITTEN:
        return _broken(error)
    log.error("not written: %s", errno.errorcode[number])
    return 507, NO_ROOM.format(why=UNWRITTEN[number])


def _broken(error: Exception) -> tuple[int, str]:
    """Log where it broke; an error's own words could quote an order."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("not answered: %s\n%s", type(error).__name__, where)
    return 500, BROKEN
