"""The form in which a person decides on the lines that wait for an adjustment.

The run is suspended: its process ends, its slot is free, and Prefect's page shows the
form. With the answer the flow starts from the top, so the lines that were shown are
kept with the run, and the answer counts for those.

Prefect's page refuses an answer that does not fit its schema with a short notice in
English. So the schema lets everything pass, and what is wrong is said here, in a form
that asks again.
"""

import re
import unicodedata
from collections.abc import Sequence
from copy import copy
from itertools import count
from typing import Any, Final, Literal

from prefect import runtime
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.input import (
    RunInput,
    create_flow_run_input,
    keyset_from_base_key,
    read_flow_run_input,
)
from prefect.logging import get_run_logger
from pydantic import ConfigDict, Field, TypeAdapter, create_model

from data.model.stock import MOST_UNITS, Adjustment
from data.warehouse.stock.adjust import NotBooked, WaitingLine
from tasks.runs.report import escape, listing, page, section

MOST_LINES: Final = 100
"""Lines of one form: a person decides on what they see, the rest waits for the next."""
ANSWER_WITHIN_S: Final = 8 * 3600
UNTIL_PREFECT_ENDS_IT_S: Final = ANSWER_WITHIN_S + 600
"""After this Prefect ends the run, in English; our automation does so earlier."""
LONGEST: Final = 500
"""Characters of what a person writes."""
KEPT_LINES: Final = "shown-lines"
"""Where the run keeps the lines that its form shows."""
COLUMNS: Final = ("番号", "商品名 / SKU", "注文番号", "個数", "在庫", "調整")
NAME_IN_FORM: Final = 30
"""Characters of an item's name in the form, which is narrow; the artifact has all."""
CANCELLED: Final = "※"
IS_CANCELLED: Final = f"{CANCELLED} キャンセル済みの注文です。在庫から引きません。"
"""The column is narrow: longer words would wrap letter by letter."""
COUNTED: Final = "◇"
IS_COUNTED: Final = (
    f"{COUNTED} 注文の後に棚卸をしたSKUです。棚卸でこの注文の分を除いて数えた場合は、"
    "「調整済みとして終了する」を選んでください(引くと、在庫数が実際より少なくなります)。"
)
HOW: Final = (
    "この画面の右上の「⋮」から「Resume」を選ぶと、フォームが開きます。"
    "入力して「Resume」を押すと、在庫を調整します。"
    "「Failed to resume flow run」と表示されたときは、"
    "もう一度「Resume」を押してください。"
)
"""Prefect's server answers a press with 503 when another write came between."""
UNTIL_WHEN: Final = (
    "8時間以内に入力がない場合は、何も変更せずに「失敗」で終了します"
    "(調整待ちのまま残りますので、もう一度実行してください)。"
)
NOT_ANSWERED: Final = (
    "期限(8時間)までにフォームが入力されませんでした。何も変更していません。"
    "対処: もう一度 adjust-stock を実行してください。"
)

AdjustDecision = Literal[
    "選んだ行だけ調整する", "すべて調整する", "調整済みとして終了する"
]
SOME: Final[AdjustDecision] = "選んだ行だけ調整する"
DONE: Final[AdjustDecision] = "調整済みとして終了する"

_LINES = TypeAdapter(list[WaitingLine])
_DASHES: Final = str.maketrans(dict.fromkeys("~ー−–〜", "-"))
"""What a Japanese keyboard gives for "to", each as a hyphen."""
_CHOICE = re.compile(r"(\d+)(?:-(\d+))?(?:=(\d+))?")


class AdjustmentProblem(ValueError):
    """What a person entered cannot be done; nothing was changed."""


class AdjustForm(RunInput):
    """What to do with the lines listed, and who decided it.

    No field has the name of a keyword of JSON Schema, because Prefect's page (3.9.1)
    has the answer checked as if it were a schema. All are required and have a default:
    the page then sends each of them, and writes "(Optional)" behind none.
    """

    model_config = ConfigDict(
        json_schema_extra={"required": ["decision", "lines", "who", "note"]}
    )

    decision: AdjustDecision = Field(
        SOME,
        title="調整の方法",
        description="「すべて調整する」は、表の右端の個数ですべての行を調整します。"
        "「調整済みとして終了する」は、別の方法で調整済みの場合に選びます。"
        "在庫数は変更しません(下に番号を入力するとその行だけ、空欄の場合はすべての行)",
        json_schema_extra={"position": 0},
    )
    lines: str = Field(
        "",
        title="選んだ行",
        description="表の番号を入力します(例: 1,3,5-8)。注文と違う個数で調整する行は、"
        "番号=個数 と入力します(例: 3=1)。「すべて調整する」の場合は空欄にします",
        json_schema_extra={"position": 1},
    )
    who: str = Field(
        "",
        title="担当者(必須)",
        description="決めた人の役割や部署を入力します(在庫台帳に残ります)",
        json_schema_extra={"position": 2},
    )
    note: str = Field(
        "",
        title="メモ(必須)",
        description="理由を入力します(在庫台帳に残ります)。"
        "お客様の情報は書かないでください",
        json_schema_extra={"position": 3},
    )


def kept_lines(waiting: Sequence[WaitingLine]) -> list[WaitingLine]:
    """Return the lines that the run's form shows, the same ones each time it starts.

    Those that wait at its first start are kept with the run.
    """
    kept = read_flow_run_input(KEPT_LINES)
    if kept is not None:
        return _LINES.validate_python(kept)
    if waiting:
        create_flow_run_input(KEPT_LINES, _LINES.dump_python([*waiting], mode="json"))
    return [*waiting]


def ask_person(shown: Sequence[WaitingLine]) -> AdjustForm:
    """Return an answer that can be booked, or suspend the run until there is one.

    An answer with something wrong is asked for again, with what was entered and what
    is wrong. What nobody answered in time, an automation ends (`tasks.setup.deploy`).

    Raises:
        AdjustmentProblem: the run was not started from a deployment, so that nothing
            could start it again with the answer.

    """
    if runtime.deployment.id is None:
        raise AdjustmentProblem(
            "調整の内容が指定されていません。何も変更していません。対処: 「調整」を"
            "指定するか、adjust-stock/manual を実行してフォームに入力してください。"
        )
    form, problem = AdjustForm(), ""
    for attempt in count(1):
        answer = read_flow_run_input(_answer_key(attempt))
        if answer is None:
            _suspend(form, attempt, shown, problem)
        form = AdjustForm.model_validate(answer or {})
        problem = problem_of(form, shown)
        if not problem:
            break
    return form


def _answer_key(attempt: int) -> str:
    """Return where Prefect keeps what was entered into the nth form of a run."""
    return keyset_from_base_key(f"suspended-{attempt}")["response"]


def _suspend(
    form: AdjustForm, attempt: int, shown: Sequence[WaitingLine], problem: str
) -> None:
    """End this process, and let Prefect's page show the form until it is filled in."""
    whole = waiting_list(shown, problem, name_length=None)
    create_markdown_artifact(
        key="adjustment-form",
        markdown=page("在庫の手動調整", HOW, whole),
        description="在庫の手動調整待ちの一覧",
    )
    if problem:
        get_run_logger().warning("%s", problem)
    get_run_logger().info("調整待ちの明細が%d行あります。%s", len(shown), HOW)
    suspend_flow_run(
        wait_for_input=prefilled(form, waiting_list(shown, problem)),
        key=str(attempt),
        timeout=UNTIL_PREFECT_ENDS_IT_S,
    )


def prefilled(form: AdjustForm, text: str) -> type[AdjustForm]:
    """Return the form with what was entered before, under a text in Markdown."""
    fields: dict[str, Any] = {}
    for name, field in AdjustForm.model_fields.items():
        fields[name] = (field.annotation, copy(field))
        fields[name][1].default = getattr(form, name)
    model = create_model(AdjustForm.__name__, __base__=AdjustForm, **fields)
    return model.with_initial_data(description=text)


def waiting_list(
    shown: Sequence[WaitingLine],
    problem: str = "",
    name_length: int | None = NAME_IN_FORM,
) -> str:
    """Return the form's text in Markdown; of an order it has only the number."""
    rows = [
        (
            str(number),
            f"{_shortened(one.item_name or '―', name_length)} / {one.sku or '―'}",
            f"{one.order_number} ({one.mall})",
            one.quantity,
            f"{one.level}{COUNTED}" if one.is_counted_since else one.level,
            _all_books(one),
        )
        for number, one in enumerate(shown[:MOST_LINES], start=1)
    ]
    more = len(shown) - MOST_LINES
    return "\n\n".join(
        filter(
            None,
            (
                section("入力を確認してください", escape(problem)) if problem else "",
                listing(
                    "在庫の手動調整待ち",
                    COLUMNS,
                    rows,
                    unit="行",
                    most=MOST_LINES,
                    advice="CSVで登録した注文です。在庫を確認し、調整の方法を選んで"
                    "ください。右端は「すべて調整する」を選んだ場合の個数です。",
                ),
                IS_CANCELLED if any(one.is_cancelled for one in shown) else "",
                IS_COUNTED if any(one.is_counted_since for one in shown) else "",
                f"残り {more:,} 行は、次の実行で表示します。" if more > 0 else "",
                UNTIL_WHEN,
            ),
        )
    )


def _shortened(name: str, length: int | None) -> str:
    is_long = length is not None and len(name) > length
    return f"{name[:length]}…" if is_long else name


def problem_of(form: AdjustForm, shown: Sequence[WaitingLine]) -> str:
    """Return in Japanese what is wrong with an answer, or "" for one to be booked."""
    listed = shown[:MOST_LINES]
    problems = []
    if form.decision == SOME and not form.lines.strip():
        problems.append(
            "行が選ばれていません。表の番号を「選んだ行」に入力してください。"
        )
    try:
        chosen = chosen_lines(form.lines)
    except AdjustmentProblem as problem:
        chosen = {}
        problems.append(str(problem))
    if unknown := [str(number) for number in chosen if not 1 <= number <= len(listed)]:
        problems.append(f"表にない番号が入力されました: {'、'.join(unknown)}。")
    if form.decision not in {SOME, DONE} and form.lines.strip():
        problems.append(
            "「すべて調整する」の場合は、「選んだ行」を空欄にしてください。"
        )
    for title, text in (("担当者", form.who), ("メモ", form.note)):
        if not text.strip():
            problems.append(f"「{title}」が入力されていません。")
        elif len(text) > LONGEST:
            problems.append(f"「{title}」は{LONGEST}文字以内で入力してください。")
    return f"{''.join(problems)}まだ何も変更していません。" if problems else ""


def chosen_lines(text: str) -> dict[int, int | None]:
    """Return the numbers of lines that a text names, and the units given for each.

    "1,3,5-8" names six lines, "3=1" one of which one unit is booked. Full-width digits
    and signs are as good.

    Raises:
        AdjustmentProblem: a part of the text is neither, a line is named twice, or the
            units are more than a mall accepts.

    """
    chosen: dict[int, int | None] = {}
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    plain = re.sub(r"\s*([-=])\s*", r"\1", plain)
    for part in filter(None, re.split(r"[,、\s]+", plain)):
        found = _CHOICE.fullmatch(part)
        first, last, units = (
            (int(one) if one else None for one in found.groups())
            if found
            else (None, None, None)
        )
        if first is None or (
            last is not None and not first <= last < first + MOST_LINES
        ):
            raise AdjustmentProblem(
                f"「選んだ行」の {part} を読み取れません。"
                "1,3,5-8 または 3=1 のように入力してください。"
            )
        if units is not None and units > MOST_UNITS:
            raise AdjustmentProblem(
                f"「選んだ行」の個数は {MOST_UNITS:,} 以下で入力してください。"
            )
        for number in range(first, (last or first) + 1):
            if number in chosen:
                raise AdjustmentProblem(f"番号 {number} が2回入力されています。")
            chosen[number] = units
    return chosen


def decided(form: AdjustForm, shown: Sequence[WaitingLine]) -> list[Adjustment]:
    """Return the adjustments that an answer asks for, of the lines it was shown.

    "All" books a cancelled line as 0, and leaves out one with units booked before,
    without a SKU or of pieces taken back: these need a person to look.
    """
    listed = shown[:MOST_LINES]
    chosen = chosen_lines(form.lines)
    if form.decision == DONE:
        named = [listed[number - 1] for number in chosen] or listed
        return [one.adjustment(is_done=True) for one in named]
    if form.decision == SOME:
        return [
            listed[number - 1].adjustment(quantity=units)
            for number, units in chosen.items()
        ]
    return [
        one.adjustment(quantity=0 if one.is_cancelled else None)
        for one in listed
        if _is_simple(one)
    ]


def still_as_shown(
    chosen: Sequence[Adjustment],
    shown: Sequence[WaitingLine],
    waiting: Sequence[WaitingLine],
) -> tuple[list[Adjustment], tuple[NotBooked, ...]]:
    """Separate the decisions on lines that have changed since the person saw them.

    A line that no longer waits passes, because booking it tells why it cannot be.
    """
    saw, now = ({_key(one): one for one in lines} for lines in (shown, waiting))
    kept, changed = [], []
    for one in chosen:
        key = _key(one)
        if key in now and _face(now[key]) != _face(saw[key]):
            changed.append(NotBooked(*key, "changed"))
        else:
            kept.append(one)
    return kept, tuple(changed)


def _key(one: WaitingLine | Adjustment) -> tuple[str, str, str, str]:
    return one.mall, one.shop_id, one.order_number, one.line_id


def _face(one: WaitingLine) -> tuple[object, ...]:
    """Return what a decision rests on; not the level, which moves with every sale."""
    return one.sku, one.quantity, one.is_cancelled, one.booked


def _is_simple(one: WaitingLine) -> bool:
    """Return whether "all" books a line: nobody has to look at it first."""
    return bool(one.sku) and not one.booked and one.quantity > 0


def _all_books(one: WaitingLine) -> str:
    """Return the units that "all" books of a line, or why it leaves it alone."""
    if one.booked:
        return f"―(調整済み {one.booked}個)"
    if not _is_simple(one):
        return "―(返品など)" if one.sku else "―(SKUなし)"
    return f"0{CANCELLED}" if one.is_cancelled else f"{one.quantity}"
