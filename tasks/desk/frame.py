"""What every page of the desk stands in: the desk, a visit, its form and its answer.

A page is one file `tasks/desk/<page>.py` with a `PAGE`, and `templates/<page>.html`.
Its handlers are plain functions that run in a thread: they may wait for a file or for
Prefect. Who signed in, the form's token, sizes and headers are seen to before
(`app`, `request_checks`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from connectors.settings.fields import Settings
from data.model.japan_time import in_japan
from tasks.desk.prefect import DeskRuns
from tasks.desk.words import MALL_WORDS

TEMPLATES: Final = Path(__file__).parent / "templates"
SMALL_FORM: Final = 64 * 1024
"""Bytes of a form without a file."""
LARGEST_FILE: Final = 100 * 1024 * 1024
"""Bytes of an uploaded file: some 70,000 rows of Rakuten's. A larger one is imported
by its path."""
WITH_FILE: Final = LARGEST_FILE + SMALL_FORM


class Problem(Exception):
    """A request is refused: the HTTP status, what happened, and 対処."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status
        self.what = what


@dataclass(frozen=True)
class Desk:
    """What the pages work with."""

    settings: Callable[[], Settings]
    now: Callable[[], datetime]
    runs: DeskRuns


@dataclass(frozen=True)
class Visit:
    """One request of a person who has signed in.

    who    the name that journals keep
    token  what each form must send back (`forms.html` has it)
    """

    desk: Desk
    who: str
    token: str
    request: Request
    form: FormData = field(default_factory=FormData)

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.desk.settings()

    def text(self, name: str) -> str:
        """Return a field of the form, blanks around it removed; "" if it is missing."""
        found = self.form.get(name)
        return found.strip() if isinstance(found, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may stand several times, as ticks do."""
        return [each for each in self.form.getlist(name) if isinstance(each, str)]

    def files(self, name: str) -> list[UploadFile]:
        """Return the files that were chosen in a field, none if nothing was."""
        given = self.form.getlist(name)
        return [one for one in given if isinstance(one, UploadFile) and one.filename]

    def asked(self, name: str) -> str:
        """Return a value of the address (`?name=…`), "" if it is not there."""
        return self.request.query_params.get(name, "").strip()

    def part(self, name: str) -> str:
        """Return a part of the path, as the door's path names it."""
        return str(self.request.path_params[name])

    def show(self, template: str, status: int = 200, **given: Any) -> Response:
        """Return the page of a template; it knows `visit`, `once` and what is given.

        `once` is new with each page: a form that is sent twice with it does its work
        once (`DeskRuns.start`).
        """
        return HTMLResponse(
            render(template, visit=self, once=str(uuid4()), **given), status
        )

    def go(self, path: str) -> Response:
        """Return the way to another page, which a reload does not send again."""
        return RedirectResponse(path, 303)


def path_of_ours(way: str | None) -> str:
    """Return the path that a request names, "" for none and for somebody else's.

    A browser leaves tabs and line breaks out of an address; a backslash is a slash.
    """
    way = way or ""
    is_ours = way.isprintable() and way.startswith("/") and way[1:2] not in set("/\\")
    return way if is_ours else ""


Handler = Callable[[Visit], Response]


@dataclass(frozen=True)
class Door:
    """A path with its method; `largest` is how many bytes a form may have."""

    method: str
    path: str
    handler: Handler
    largest: int = SMALL_FORM


@dataclass(frozen=True)
class Page:
    """An entry of the menu, and the doors behind it."""

    title: str
    path: str
    doors: tuple[Door, ...]


def get(path: str, handler: Handler) -> Door:
    """Return a door that shows something and changes nothing."""
    return Door("GET", path, handler)


def post(path: str, handler: Handler, largest: int = SMALL_FORM) -> Door:
    """Return a door that a form is sent to; it ends in `Visit.go`."""
    return Door("POST", path, handler, largest)


def render(template: str, **given: Any) -> str:
    """Return a template's text; whatever is given is escaped."""
    return _TEMPLATES.get_template(template).render(**given)


def moment(at: datetime | None) -> str:
    """Return an instant in Japan, to the minute; "" for none."""
    return f"{in_japan(at):%Y年%m月%d日 %H:%M}" if at else ""


def number(value: float | None) -> str:
    """Return a number with its thousands; a dash for an unknown one."""
    return "―" if value is None else f"{value:,}"


def mall(name: str) -> str:
    """Return what staff call a mall; its own name where nobody has called it so."""
    return MALL_WORDS.get(name, name)


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"moment": moment, "number": number, "mall": mall}


def menu(pages: tuple[Page, ...]) -> None:
    """Set the menu that every page has."""
    _TEMPLATES.globals["pages"] = pages
