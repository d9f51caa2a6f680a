"""グラフ: the pictures over the published copy, as `publish-analytics` drew them."""

from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse, Response

from tasks.analytics.page import PAGE as FILE
from tasks.desk.frame import Page, Problem, Visit, get
from tasks.desk.words import PUBLISH_ADVICE

NOT_DRAWN: Final = f"グラフはまだありません。{PUBLISH_ADVICE}"
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
)
"""The file has styles within it; with `sandbox` nothing of it can act for anybody."""


def show_pictures(visit: Visit) -> Response:
    """Return the page of pictures, or how they are made."""
    is_drawn = _file(visit).is_file()
    return visit.show("pictures.html", what="" if is_drawn else NOT_DRAWN)


def picture_file(visit: Visit) -> Response:
    """Return the file itself."""
    try:
        page = _file(visit).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem(404, NOT_DRAWN) from None
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


def _file(visit: Visit) -> Path:
    return visit.settings.reports / FILE


PAGE: Final = Page(
    "グラフ",
    "/pictures",
    (get("/pictures", show_pictures), get("/pictures/file", picture_file)),
)
