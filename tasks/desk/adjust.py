"""在庫調整: the lines that wait, and what a person decides on them.

The list is the published copy's. What is decided goes to the flow adjust-stock, which
looks at the warehouse: a line that no longer waits, or is not what the list showed, is
left alone, and said so.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from data.model.order import Mall
from data.model.stock import MOST_UNITS
from data.model.typed.time import TimeRefused, day_of
from data.warehouse.desk.adjust import (
    PublishedLine,
    PublishedWaiting,
    published_waiting,
)
from data.warehouse.errors import WarehouseMissing
from tasks.desk.copy_age import AGAIN_AFTER_S, freshen, shown_at
from tasks.desk.frame import Page, Problem, Visit, get, post
from tasks.desk.prefect import PrefectClosed
from tasks.desk.words import MALL_WORDS
from tasks.forms.stock import SeenLine

PATH: Final = "/adjust"
ADJUST: Final = "adjust-stock/manual"
PUSH: Final = "push-inventory/0900"
LISTED: Final = 200
LARGEST: Final = 512 * 1024
"""Bytes of the form of so many lines."""
LONGEST: Final = 500
USUAL_NOTE: Final = "CSVの注文の分"
NOTHING: Final = (
    "行が選ばれていません。何も変更していません。"
    "対処: 調整する行を選んで、もう一度押してください。"
)
NO_NOTE: Final = (
    "メモが入力されていません。何も変更していません。"
    "対処: 調整の理由を入力してください(500文字まで)。"
)
NO_UNITS: Final = (
    "個数を読み取れません。何も変更していません。"
    f"対処: 0 から {MOST_UNITS:,} までの整数で入力してください。"
)
NO_DAY: Final = (
    "日付が入力されていません。何も変更していません。対処: 日付を入力してください。"
)
NO_SHOP: Final = (
    "転送する店舗が選ばれていません。何も転送していません。"
    "対処: 店舗を選んで、もう一度押してください。"
)
OLD: Final = (
    "選ばれた行を読み取れません。何も変更していません。対処: 画面を開き直してください。"
)


class Chosen(BaseModel):
    """A line that was ticked, as the form had it."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=0, lt=LISTED)
    mall: str = Field(max_length=50)
    order: str = Field(max_length=200)
    line: str = Field(max_length=200)
    seen: SeenLine


class WaitingRow(NamedTuple):
    """A line in the list: what it sends when it is ticked, and what is beside it.

    doubt  why nobody should book it without a look; "" for a plain one
    """

    number: int
    one: PublishedLine
    value: str
    mall: str
    doubt: str


class Group(NamedTuple):
    """The waiting lines of one shop, which one form decides on."""

    shop: str
    rows: list[WaitingRow]

    @property
    def is_plain(self) -> bool:
        """Whether any of them can be booked without a look."""
        return any(not row.doubt for row in self.rows)


def show_waiting(visit: Visit) -> Response:
    """Return the page of what waits, by shop; an old list is renewed by itself."""
    is_old = freshen(visit)
    try:
        waiting = published_waiting(visit.settings.analytics, LISTED)
    except WarehouseMissing:
        waiting = PublishedWaiting([], 0)
    return visit.show(
        "adjust.html",
        groups=grouped(waiting.lines, handles(visit)),
        total=waiting.total,
        listed=len(waiting.lines),
        is_old=is_old,
        again=AGAIN_AFTER_S,
        shown_at=shown_at(visit),
        usual_note=USUAL_NOTE,
        pushed=pushed_shops(visit),
    )


def adjust(visit: Visit) -> Response:
    """Begin the adjustment that was chosen, and go to its run."""
    note = _note(visit)
    plain = visit.texts("plain") if visit.text("decision") == "all" else None
    chosen = [_chosen(one) for one in (plain or visit.texts("line"))]
    if not chosen:
        raise Problem(400, NOTHING)
    is_done = visit.text("decision") == "done"
    return _begin(
        visit,
        note,
        adjustments=[
            {
                "order_number": one.order,
                "line_id": one.line,
                "mall": one.mall,
                "seen": one.seen.model_dump(),
                "already_adjusted": is_done,
                **({} if is_done else {"quantity": _units(visit, one)}),
            }
            for one in chosen
        ],
    )


def settle_before(visit: Visit) -> Response:
    """Begin the settling of every line before a day, and go to its run."""
    note = _note(visit)
    try:
        day = day_of(visit.text("before"), "この日より前")
    except TimeRefused as refused:
        raise Problem(400, str(refused)) from None
    if day is None:
        raise Problem(400, NO_DAY)
    return _begin(visit, note, before=f"{day}")


def push(visit: Visit) -> Response:
    """Begin the push of a shop's stock, and go to its run.

    It is a run for this shop: a run for all shops would leave out those whose stock
    link is off at the time.
    """
    if visit.text("shop") not in pushed_shops(visit):
        raise Problem(400, NO_SHOP)
    run = visit.desk.runs.start(PUSH, visit.text("once"), shop=visit.text("shop"))
    return visit.go(f"/runs/{run}?back={PATH}")


def pushed_shops(visit: Visit) -> dict[str, str]:
    """Return the shops whose stock goes to their mall, as values of a choice."""
    with suppress(PrefectClosed):
        shops = (one for one in visit.desk.runs.places() if one.mall == Mall.RAKUTEN)
        return {one.handle: one.handle for one in shops}
    return {}


def handles(visit: Visit) -> dict[tuple[str, str], str]:
    """Return what each shop that is set up is called, by where its orders are."""
    with suppress(PrefectClosed):
        return {(one.mall, one.shop_id): one.handle for one in visit.desk.runs.places()}
    return {}


def grouped(
    lines: Sequence[PublishedLine], called: Mapping[tuple[str, str], str]
) -> list[Group]:
    """Return the lines by shop, each with its number in the form."""
    numbered = [
        (called.get((one.mall, one.shop_id), one.shop), _row(number, one))
        for number, one in enumerate(lines)
    ]
    numbered.sort(key=itemgetter(0))
    return [
        Group(shop, [row for _, row in each])
        for shop, each in groupby(numbered, key=itemgetter(0))
    ]


def _row(number: int, one: PublishedLine) -> WaitingRow:
    value = Chosen(
        number=number,
        mall=one.mall,
        order=one.order_number,
        line=one.line_id,
        seen=SeenLine(
            sku=one.sku,
            quantity=one.quantity,
            is_cancelled=one.is_cancelled,
            booked=one.booked,
        ),
    )
    return WaitingRow(
        number,
        one,
        value.model_dump_json(),
        MALL_WORDS.get(one.mall, one.mall),
        _doubt(one),
    )


def _doubt(one: PublishedLine) -> str:
    if one.is_cancelled:
        return "キャンセル済みの注文です"
    if not one.sku:
        return "SKUがないため、どの在庫かわかりません"
    if one.quantity <= 0:
        return "個数が0以下の明細です(返品など)"
    if one.booked:
        return f"この注文では、すでに{one.booked}個を調整しています"
    return ""


def _note(visit: Visit) -> str:
    note = visit.text("note")
    if not note or len(note) > LONGEST:
        raise Problem(400, NO_NOTE)
    return note


def _chosen(value: str) -> Chosen:
    try:
        return Chosen.model_validate_json(value)
    except ValidationError:
        raise Problem(400, OLD) from None


def _units(visit: Visit, one: Chosen) -> int:
    text = visit.text(f"units-{one.number}")
    if not text.isdecimal() or int(text) > MOST_UNITS:
        raise Problem(400, NO_UNITS)
    return int(text)


def _begin(visit: Visit, note: str, **decided: Any) -> Response:
    run = visit.desk.runs.start(
        ADJUST,
        visit.text("once"),
        shop=visit.text("shop"),
        who=visit.who,
        note=note,
        **decided,
    )
    return visit.go(f"/runs/{run}?back={PATH}")


PAGE: Final = Page(
    "在庫調整",
    PATH,
    (
        get(PATH, show_waiting),
        post(PATH, adjust, LARGEST),
        post(f"{PATH}/before", settle_before),
        post(f"{PATH}/push", push),
    ),
)
