"""The day's report, which a clerk opens first: as Markdown, and as plain text.

`day_markdown` is the artifact; `day_text` is the state's message, and so the body of a
notification. Both say the same: what failed, what to do, what needs a person, what
stands where.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prefect.client.schemas.objects import State
from prefect.utilities.urls import url_for

from data.model.advice import has_advice
from data.model.japan_time import in_japan
from data.model.matter import MATTER_WORDS, MatterKind
from data.model.morning import MorningStep
from data.model.order import Status
from data.warehouse.day import Day, ShopToDo, WaitingKind
from data.warehouse.stock.speed import StockSpeed
from tasks.runs.report import (
    bullets,
    ends_table,
    escape,
    failed_of,
    page,
    section,
    table,
)
from tasks.runs.states import own_words

MOST_SIGNS: Final = 300
"""Characters of a failure's sentence: a message may hold a mall's own text."""
MOST_DUE: Final = 20
"""Orders to ship today that are listed."""
OF_A_FAILURE: Final = "・"
"""Begins the line of each failure in the text; a report of all shops repeats them."""
LOOK: Final = "対処: 実行の画面でログを確認してください。"
NO_SERVER: Final = (
    "Prefectのサーバーに接続できませんでした。"
    "対処: サーバーが起動していることを確認してください。"
)
ALL_WELL: Final = "すべての処理が完了しました。"
NO_FIGURES: Final = f"データベースを開けないため、件数を表示できません。{LOOK}"
WORK_WORDS: Final = {
    "waiting_payment": "入金待ち",
    "to_ship": "発送待ち",
    "ship_today": "今日出荷",
    "ship_late": "出荷の遅れ",
    "cancel_requests": "キャンセルの確定待ち",
    "stock_refused": "転送できなかった在庫",
    "numbers_unsent": "モールに未登録の送り状番号",
}
"""What staff call each part of `ShopToDo`, in the order of the report."""
_FAILED_STEPS: Final = re.compile(r"失敗した処理: ([a-z, -]+)。")
_NOTHING: Final = re.compile(r"[^/:。、\s]+ 0 / | / [^/:。、\s]+ 0(?![\d,])")
"""A count of zero between others, as `tasks.runs.report.sums` writes them."""
_UNREACHED: Final = re.compile(r"^(?:Flow|Task) run encountered .*\bConnectError: ")
"""The message of a run that could not reach Prefect; of RMS our own errors tell."""


@dataclass(frozen=True)
class DayReport:
    """Everything a day's report is made of.

    whose      the shop, or 全店舗
    part       what `ends` are of: 処理 or 店舗
    day        None where the warehouse could not be read
    reminders  sentences of what waits too long
    """

    whose: str
    part: str
    ends: Mapping[str, State[Any]]
    day: Day | None
    at: datetime
    reminders: Sequence[str] = ()

    @property
    def failed(self) -> list[str]:
        """The names of the parts that did not complete."""
        return failed_of(self.ends)


def day_markdown(report: DayReport) -> str:
    """Return the report as Markdown, what is urgent first."""
    return page(
        f"朝の処理の結果 ({report.whose})",
        f"{in_japan(report.at):%Y年%m月%d日 %H:%M} 現在",
        _failures(report) if report.failed else f"**{ALL_WELL}**",
        *(_figures(report.day) if report.day else [NO_FIGURES]),
        _speeds(report.day.speeds, report.at) if report.day else "",
        section("お知らせ", bullets(report.reminders)) if report.reminders else "",
        section(f"{report.part}の結果", ends_table(report.part, report.ends)),
    )


def day_text(report: DayReport) -> str:
    """Return the same without markup, one line each; the first one is the summary."""
    lines = [_summary(report)]
    lines += [
        f"{OF_A_FAILURE}{name}: {sentence(report.ends[name])}" for name in report.failed
    ]
    if report.day is None:
        return "\n".join([*lines, NO_FIGURES])
    statuses: Counter[Status] = Counter()
    for standing in report.day.standings:
        statuses[standing.status] += standing.orders
    kinds = _in_order(report.day.waiting)
    said = "、".join(f"{MATTER_WORDS[one.kind]} {one.matters:,}件" for one in kinds)
    total = sum(one.matters for one in kinds)
    ordered = {one: statuses[one] for one in Status if statuses[one]}
    lines.append("注文: " + (_counted(ordered) or "0件"))
    lines.append("作業: " + _counted(_total(report.day.work)))
    lines.append(f"対応が必要なもの: {total:,}件 {said}".rstrip())
    return "\n".join([*lines, *report.reminders])


def sentence(state: State[Any]) -> str:
    """Return in one line why a part failed and what to do about it.

    Of a part that is a whole day it has the lines of that day's own failures.
    """
    first, *more = (state.message or "理由が記録されていません。").splitlines()
    if _UNREACHED.match(first):
        return NO_SERVER
    words = [own_words(first), *(m for m in more if m.startswith(OF_A_FAILURE))]
    why = " ".join(" ".join(words).split())[:MOST_SIGNS]
    return why if has_advice(why) else f"{why} {LOOK}"


def failed_in(state: State[Any]) -> list[MorningStep]:
    """Return the steps that a shop's day names as failed, all if it names none."""
    said = _FAILED_STEPS.match(state.message or "")
    if said is None:
        return list(MorningStep)
    return [step for step in MorningStep if step.value in said[1].split(", ")]


def _summary(report: DayReport) -> str:
    if not report.failed:
        return ALL_WELL
    return (
        f"失敗した{report.part}: {', '.join(report.failed)}。"
        "対処: 報告「day-report」を確認し、失敗した処理だけをもう一度実行してください。"
    )


def _failures(report: DayReport) -> str:
    """Return the failed parts with a link to the run of each, a day's own below it."""
    lines = [_failure(name, report.ends[name]) for name in report.failed]
    return section(f"失敗した{report.part} {len(lines)}件", "\n".join(lines))


def _failure(name: str, state: State[Any]) -> str:
    """Return a failed part as an item of a list; a whole day's failures stand below."""
    first, *more = (state.message or "").splitlines() or [""]
    own = [
        line.removeprefix(OF_A_FAILURE)
        for line in more
        if line.startswith(OF_A_FAILURE)
    ]
    why = first.partition("。")[0] if own else _without_zeros(sentence(state))
    return "\n".join(
        [
            f"- **{escape(name)}**: {escape(why)}{_link(state)}",
            *(f"    - {escape(_without_zeros(line)[:MOST_SIGNS])}" for line in own),
        ]
    )


def _without_zeros(text: str) -> str:
    """Leave out of a run's counts what did not happen."""
    return _NOTHING.sub("", text)


def _link(state: State[Any]) -> str:
    """Return a link to the page of the run that ended so, if there is one."""
    run = state.state_details.flow_run_id
    url = url_for("flow-run", obj_id=run) if run else None
    return f" [この実行を開く]({url})" if url else ""


def _figures(day: Day) -> list[str]:
    work = [
        (one.mall, one.shop, *(getattr(one, name) for name in WORK_WORDS))
        for one in day.work
    ]
    orders = [
        (one.mall, one.shop, one.status, one.orders, one.request_total)
        for one in day.standings
    ]
    return [
        _people(day),
        section(
            "今日の作業",
            table(("モール", "店舗", *WORK_WORDS.values()), work)
            or "注文はまだありません。",
        ),
        _to_leave(day) if day.due else "",
        section(
            "注文",
            table(("モール", "店舗", "ステータス", "件数", "請求金額(円)"), orders),
        )
        if orders
        else "",
        *(_of_kind(one, day) for one in _in_order(day.waiting)),
    ]


def _speeds(speeds: Sequence[StockSpeed], at: datetime) -> str:
    """Return how fast levels came to show at the mall, and what waits still."""
    rows = [
        (
            one.shop,
            one.levels,
            _seconds(one.median_s),
            _seconds(one.p99_s),
            one.due,
            _seconds(one.age_s(at) if one.oldest else None),
        )
        for one in speeds
    ]
    if not rows:
        return ""
    columns = (
        "店舗",
        "反映を確認した在庫数",
        "半数(秒)",
        "99%(秒)",
        "転送待ち",
        "最も古いもの(秒)",
    )
    return section(
        "在庫が動いてからモールに反映されるまで(24時間)", table(columns, rows)
    )


def _seconds(seconds: float | None) -> str:
    return "―" if seconds is None else f"{seconds:,.1f}"


def _to_leave(day: Day) -> str:
    """Return the orders that have to leave today, those that are late first."""
    shown = day.due[:MOST_DUE]
    columns: dict[str, Sequence[object]] = {
        "出荷期限": [f"{one.ship_by.day:%m月%d日}" for one in shown],
        "店舗": [one.shop for one in shown] if len(day.work) > 1 else [],
        "注文番号": [one.order_number for one in shown],
        "期限の理由": [one.ship_by.reason.value for one in shown],
    }
    cells = {name: column for name, column in columns.items() if any(column)}
    left = len(day.due) - len(shown)
    return section(
        f"今日出荷する注文 {len(day.due):,}件",
        table(list(cells), zip(*cells.values(), strict=True)),
        "期限は、当日出荷・あす楽、お届け日の指定、商品の納期のうち最も早いものです。"
        "お届け日からは、配送に1日(北海道・九州・沖縄・離島は2日)を見込んでいます。"
        + (f"ほかに{left:,}件あります。" if left else ""),
    )


def _people(day: Day) -> str:
    """Return how much of each kind needs a person, and since when."""
    if not day.waiting:
        return section("対応が必要なもの", "ありません。")
    kinds = _in_order(day.waiting)
    rows = [
        (MATTER_WORDS[one.kind], one.matters, _moment(one.oldest), one.kind.value)
        for one in kinds
    ]
    return section(
        f"対応が必要なもの {sum(one.matters for one in kinds):,}件",
        table(("内容", "件数", "最も古い日時", "種類(kind)"), rows),
        "内容と対処は、下の一覧にあります。対応が不要になったものは、dismiss/manual に"
        "種類と番号を入力すると、一覧から外せます。",
    )


def _of_kind(waiting: WaitingKind, day: Day) -> str:
    """Return the longest waiting of a kind, each with what to do and its key.

    Where there are several shops it says whose each is; no column stands empty.
    """
    mine = [one for one in day.matters if one.kind is waiting.kind]
    columns: dict[str, Sequence[object]] = {
        "いつから": [_moment(one.since) for one in mine],
        "店舗": [day.whose(one) for one in mine] if len(day.work) > 1 else [],
        "注文番号": [one.order_number for one in mine],
        "内容と対処": [one.what for one in mine],
        "番号(key)": [one.key for one in mine],
    }
    shown = {name: cells for name, cells in columns.items() if any(cells)}
    left = waiting.matters - len(mine)
    return section(
        f"{MATTER_WORDS[waiting.kind]} ({waiting.kind})",
        table(list(shown), zip(*shown.values(), strict=True)),
        f"ほかに{left:,}件あります(表 `needs_a_person`)。" if left else "",
    )


def _in_order(kinds: Sequence[WaitingKind]) -> list[WaitingKind]:
    """Return the kinds in their own order: what stops a shop comes first."""
    places = list(MatterKind)
    return sorted(kinds, key=lambda one: places.index(one.kind))


def _total(work: Sequence[ShopToDo]) -> dict[str, int]:
    return {
        word: sum(getattr(one, name) for one in work)
        for name, word in WORK_WORDS.items()
    }


def _counted(numbers: Mapping[Any, int]) -> str:
    return "、".join(f"{what} {number:,}件" for what, number in numbers.items())


def _moment(moment: datetime) -> str:
    return f"{in_japan(moment):%m月%d日 %H:%M}"
