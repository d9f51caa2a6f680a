"""The form in which a person decides on the lines that wait for an adjustment.

The run pauses and Prefect's page shows the form. Prefect checks the answer against the
form's schema; what the schema cannot say is checked here.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.states import Running
from pydantic import BaseModel, ConfigDict, Field

from data.model.stock import MOST_UNITS, Adjustment
from data.warehouse.stock.adjust import WaitingLine
from tasks.report import section, table

LISTED: Final = 100
"""Lines of one form: a person decides on what they see, the rest waits for the next."""
ANSWER_WITHIN_S: Final = 8 * 3600
LOOK_EVERY_S: Final = 3
COLUMNS: Final = (
    "番号",
    "モール",
    "注文番号",
    "SKU",
    "個数",
    "現在の在庫数",
    "調整済みの個数",
    "全部を選んだ場合",
)


class AdjustmentProblem(ValueError):
    """What a person entered cannot be done; nothing was changed."""


class NotAnswered(Exception):
    """Nobody filled in the form in time; nothing was changed."""

    def __str__(self) -> str:
        return (
            "期限までにフォームが入力されませんでした。何も変更していません。"
            "対処: もう一度 adjust-stock を実行してください。"
        )


class ChosenLine(BaseModel):
    """One line of the list, by its number there."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=1, title="番号", description="上の表の「番号」の値です")
    quantity: int | None = Field(
        None,
        ge=0,
        le=MOST_UNITS,
        title="個数",
        description="在庫から引く個数です。空欄の場合は注文の個数を引きます",
    )


class AdjustForm(RunInput):
    """What to do with the lines listed, and who decided it."""

    decision: Literal["all", "some", "already-adjusted"] = Field(
        title="調整の方法",
        description="all=表の全部の行を調整します(「全部を選んだ場合」が空欄の行を除く)。"
        "some=下で選んだ行だけを調整します。"
        "already-adjusted=別の方法で調整済みとして終了し、在庫数は変更しません"
        "(下で行を選ぶとその行だけ、選ばない場合は全部の行)",
    )
    lines: list[ChosenLine] = Field(
        default_factory=list,
        max_length=LISTED,
        title="行",
        description="some を選んだ場合は必須です。"
        "表の番号と、必要に応じて個数を入力します",
    )
    who: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"\S",
        title="担当者",
        description="決めた人の役割や部署を入力します(在庫台帳に残ります)",
    )
    note: str = Field(
        min_length=1,
        max_length=500,
        pattern=r"\S",
        title="メモ",
        description="理由を入力します(在庫台帳に残ります)。"
        "お客様の情報は書かないでください",
    )


def ask_person(waiting: Sequence[WaitingLine]) -> AdjustForm:
    """Pause the run until a person has filled in the form, and return the answer.

    Raises:
        NotAnswered: nobody did within `ANSWER_WITHIN_S`.

    """
    form = AdjustForm.with_initial_data(description=waiting_list(waiting))
    try:
        return pause_flow_run(
            wait_for_input=form, timeout=ANSWER_WITHIN_S, poll_interval=LOOK_EVERY_S
        )
    except FlowPauseTimeout:
        _run_again()
        raise NotAnswered from None


def _run_again() -> None:
    """Set the run to Running, so that it can end with our message.

    Prefect ends a run whose pause timed out with a message of its own.
    """
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(runtime.flow_run.id, Running(), force=True)


def waiting_list(waiting: Sequence[WaitingLine]) -> str:
    """Return the form's list in Markdown; of an order it has only the number."""
    rows = [
        (
            number,
            one.mall,
            one.order_number,
            one.sku or "(SKUなし)",
            f"{one.quantity}(キャンセル済)" if one.is_cancelled else one.quantity,
            one.level,
            one.booked,
            _all_books(one),
        )
        for number, one in enumerate(waiting[:LISTED], start=1)
    ]
    more = len(waiting) - LISTED
    return section(
        f"在庫の手動調整待ち {len(waiting):,}行",
        "CSVで登録した注文です。在庫を確認し、下で調整の方法を選んでください。",
        table(COLUMNS, rows),
        f"残り {more:,} 行は、次の実行で表示します。" if more > 0 else "",
    )


def decided(form: AdjustForm, waiting: Sequence[WaitingLine]) -> list[Adjustment]:
    """Return the adjustments that the answer asks for, of the lines it was shown.

    `all` books a cancelled line as 0, and leaves out one with units booked before or
    without a SKU: these need a person to look.

    Raises:
        AdjustmentProblem: the answer names no line, or one that is not in the list.

    """
    listed = list(waiting[:LISTED])
    chosen = _chosen(form, listed)
    if form.decision == "already-adjusted":
        named = [one for one, _ in chosen] or listed
        return [_adjustment(one, is_done=True) for one in named]
    if form.decision == "some":
        if not chosen:
            raise AdjustmentProblem(
                "行が選ばれていません。何も変更していません。"
                "対処: もう一度実行し、表の番号を「行」に入力してください。"
            )
        return [_adjustment(one, quantity=units) for one, units in chosen]
    return [
        _adjustment(one, quantity=0 if one.is_cancelled else None)
        for one in listed
        if _all_books(one)
    ]


def _chosen(
    form: AdjustForm, listed: Sequence[WaitingLine]
) -> list[tuple[WaitingLine, int | None]]:
    unknown = [str(one.number) for one in form.lines if one.number > len(listed)]
    if unknown:
        raise AdjustmentProblem(
            f"表にない番号が入力されました: {'、'.join(unknown)}。"
            "何も変更していません。対処: もう一度実行し、表の番号を入力してください。"
        )
    return [(listed[one.number - 1], one.quantity) for one in form.lines]


def _all_books(one: WaitingLine) -> str:
    """Return the units that `all` books of a line, or "" where it leaves it alone."""
    if one.booked or not one.sku:
        return ""
    return "0個" if one.is_cancelled else f"{one.quantity}個"


def _adjustment(one: WaitingLine, **decision: Any) -> Adjustment:
    return Adjustment(
        mall=one.mall,
        shop_id=one.shop_id,
        order_number=one.order_number,
        line_id=one.line_id,
        **decision,
    )
