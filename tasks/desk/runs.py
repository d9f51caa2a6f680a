"""実行: the progress of a run and its result; other pages send their readers here."""

from typing import Final

from markupsafe import Markup
from starlette.responses import Response

from tasks.desk.frame import Page, Problem, Visit, get

NO_RUN: Final = (
    "この実行の記録はありません。対処: 「実行」の一覧から選び直してください。"
)


def show_run(visit: Visit) -> Response:
    """Show a run; the page renews itself until the run has ended."""
    found = visit.desk.runs.look(visit.part("run"))
    if found is None:
        raise Problem(404, NO_RUN)
    return visit.show("run.html", run=found, html=Markup, back=back(visit))


def show_runs(visit: Visit) -> Response:
    """Show what can be run."""
    return visit.show("runs.html")


def back(visit: Visit) -> str:
    """Return the page that began the run: a path of ours, or nothing."""
    way = visit.asked("back")
    return way if way.startswith("/") and way[1:2] not in {"/", "\\"} else ""


PAGE: Final = Page(
    "実行", "/runs", (get("/runs", show_runs), get("/runs/{run}", show_run))
)
