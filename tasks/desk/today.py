"""今日: where everything stands, what waits for a person, and how it ends."""

from datetime import timedelta
from typing import Final

from markupsafe import Markup
from starlette.responses import Response

from data.model.matter import MATTER_WORDS, MatterKind
from data.warehouse.day import WaitingKind
from data.warehouse.desk.published import MOST, published
from data.warehouse.desk.today import ShownKey, Today, open_matters, today
from data.warehouse.errors import WarehouseClosed
from tasks.desk.deployments import DAILY, Morning, morning
from tasks.desk.files_left import files_left
from tasks.desk.frame import Page, Problem, Visit, get, post
from tasks.desk.prefect import PrefectClosed
from tasks.desk.remedies import REMEDIES
from tasks.desk.run_now import Report
from tasks.desk.words import NOTHING_YET, PUBLISH_ADVICE

DAY_REPORT: Final = "day-report"
STALE_AFTER: Final = timedelta(hours=26)
"""A copy that is older missed a morning."""
SHORT_OF_DAYS: Final = 30


def show_today(visit: Visit) -> Response:
    """Return the day's page; a part whose source is away says so, the others stay."""
    found, problem = _figures(visit)
    last_morning, report, closed = _morning(visit)
    now = visit.desk.now()
    return visit.show(
        "today.html",
        found=found,
        problem=problem,
        nothing_yet=NOTHING_YET,
        publish_advice=PUBLISH_ADVICE,
        morning=last_morning,
        closed=closed,
        now=now,
        is_stale=bool(found and now - found.published_at > STALE_AFTER),
        files=files_left(visit),
        matters=[_matter(one) for one in found.waiting] if found else [],
        keys=[_key(visit, one) for one in found.keys] if found else [],
        report=Markup(report.html) if report else None,  # noqa: S704 - escaped by markdown-it
        short_of=SHORT_OF_DAYS,
    )


def show_matters(visit: Visit) -> Response:
    """Return the page of what waits of one kind; each can be taken off the list."""
    kind = _kind(visit.part("kind"))
    with published(visit.settings.analytics) as con:
        found = open_matters(con, kind)
    return visit.show(
        "matters.html",
        kind=kind.value,
        word=MATTER_WORDS[kind],
        remedy=REMEDIES[kind],
        matters=found,
        most=MOST,
    )


def dismiss(visit: Visit) -> Response:
    """Take a matter off the list, by the flow that keeps who did it and why."""
    kind = _kind(visit.part("kind"))
    if not visit.text("note"):
        raise Problem(
            422, "理由が入力されていません。対処: 前の画面に戻って入力してください。"
        )
    run = visit.desk.runs.start(
        "dismiss/manual",
        visit.text("once"),
        kind=kind.value,
        key=visit.text("key"),
        who=visit.who,
        note=visit.text("note"),
    )
    return visit.go(f"/runs/{run}?back=/matters/{kind.value}")


def _kind(given: str) -> MatterKind:
    if given not in set(MatterKind):
        raise Problem(404, "この種類はありません。対処: 一覧から選び直してください。")
    return MatterKind(given)


def _figures(visit: Visit) -> tuple[Today | None, str]:
    if not visit.settings.analytics.exists():
        return None, NOTHING_YET
    try:
        with published(visit.settings.analytics) as con:
            return today(con), ""
    except WarehouseClosed as problem:
        return None, str(problem)


def _morning(visit: Visit) -> tuple[Morning | None, Report | None, str]:
    runs = visit.desk.runs
    try:
        return morning(runs), runs.latest(DAY_REPORT, DAILY), ""
    except PrefectClosed as problem:
        return None, None, str(problem)


def _matter(one: WaitingKind) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "word": MATTER_WORDS[one.kind],
        "matters": one.matters,
        "oldest": one.oldest,
        "remedy": REMEDIES[one.kind],
    }


def _key(visit: Visit, key: ShownKey) -> dict[str, object]:
    left = (key.ends_at - visit.desk.now()).days if key.ends_at else None
    return {"shop": key.shop, "stage": key.stage, "ends_at": key.ends_at, "left": left}


PAGE: Final = Page(
    "今日",
    "/",
    (
        get("/", show_today),
        get("/matters/{kind}", show_matters),
        post("/matters/{kind}", dismiss),
    ),
)
