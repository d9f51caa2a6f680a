"""実行: every deployment to be run now, the progress of a run, and its result.

Other pages send their readers to `/runs/<id>?back=<their path>`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from tasks.desk.deployments import Way, listed, way
from tasks.desk.frame import Page, Problem, Visit, get, path_of_ours, post
from tasks.desk.run_form import WHO, form_fields, sent_values, takes_who

RECENT: Final = 15
SUBJECTS: Final = ("毎朝", "受注", "在庫", "出荷", "店舗", "分析", "人の確認", "保守")
"""The first tags of deployments, in the order in which staff need them."""
NO_RUN: Final = (
    "この実行の記録はありません。対処: 「実行」の一覧から選び直してください。"
)
NO_WAY: Final = "この処理はありません。対処: 「実行」の一覧から選び直してください。"


class OwnPage(NamedTuple):
    """The page of the desk that is made for a flow."""

    words: str
    path: str


OWN_PAGES: Final[Mapping[str, OwnPage]] = {
    "adjust-stock": OwnPage("在庫調整の画面", "/adjust"),
    "import-order-csv": OwnPage("CSV取込の画面", "/files?kind=orders"),
    "import-shipments": OwnPage("CSV取込の画面", "/files?kind=shipments"),
    "import-stock-count": OwnPage("CSV取込の画面", "/files?kind=stock"),
    "export-shipping-labels": OwnPage("送り状の画面", "/labels"),
    "dismiss": OwnPage("今日の画面の「対応が必要なもの」", "/"),
}
"""By flow: the form of a run asks for paths and codes, which staff need not know."""


def show_runs(visit: Visit) -> Response:
    """Return the page of what can be run, and of the latest runs."""
    runs = visit.desk.runs
    found = listed(runs, RECENT)
    return visit.show(
        "runs.html", subjects=by_subject(found.ways), recent=found.recent, ui=runs.ui
    )


def by_subject(ways: Sequence[Way]) -> list[tuple[str, list[Way]]]:
    """Return what can be run by its subject, those that SUBJECTS names first."""
    of: dict[str, list[Way]] = {subject: [] for subject in SUBJECTS}
    for one in ways:
        of.setdefault(one.subject, []).append(one)
    return [(subject, those) for subject, those in of.items() if those]


def show_form(visit: Visit) -> Response:
    """Return the page with a deployment's form."""
    way = _way(visit)
    fields = form_fields(way.schema, way.parameters)
    return visit.show(
        "run_form.html",
        way=way,
        fields=fields,
        own_page=OWN_PAGES.get(visit.part("flow")),
        shops=[place.handle for place in visit.desk.runs.places()],
    )


def start(visit: Visit) -> Response:
    """Begin a run, in the name of who is signed in."""
    way = _way(visit)
    values = sent_values(visit, form_fields(way.schema, way.parameters))
    if takes_who(way.schema):
        values[WHO] = visit.who
    run = visit.desk.runs.start(way.name, visit.text("once"), **values)
    return visit.go(f"/runs/{run}?back=/runs")


def show_run(visit: Visit) -> Response:
    """Return a run's page, which renews itself until the run has ended."""
    found = visit.desk.runs.look(visit.part("run"))
    if found is None:
        raise Problem(404, NO_RUN)
    return visit.show("run.html", run=found, html=Markup, back=back(visit))


def back(visit: Visit) -> str:
    """Return the page that began the run: a path of ours, or nothing."""
    return path_of_ours(visit.asked("back"))


def _way(visit: Visit) -> Way:
    found = way(visit.desk.runs, visit.part("flow"), visit.part("deployment"))
    if found is None:
        raise Problem(404, NO_WAY)
    return found


PAGE: Final = Page(
    "実行",
    "/runs",
    (
        get("/runs", show_runs),
        get("/runs/{run}", show_run),
        get("/runs/new/{flow}/{deployment}", show_form),
        post("/runs/new/{flow}/{deployment}", start),
    ),
)
