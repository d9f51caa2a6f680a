"""The form in which a person decides on what waits for a stock adjustment.

The run pauses and Prefect's UI shows the form; its answer is checked by Prefect against
the form's schema, and by the rules here.
"""

from collections.abc import Mapping, Sequence
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

LISTED: Final = 100
"""Lines of one form: a person decides on what they see, the rest waits for the next."""
ANSWER_WITHIN_S: Final = 8 * 3600
LOOK_EVERY_S: Final = 3


class AdjustmentProblem(ValueError):
    """What a person said cannot be done; nothing was changed."""


class NotAnswered(Exception):
    """Nobody filled in the form in time; nothing was changed."""

    def __str__(self) -> str:
        return (
            "フォームに入力がないまま時間が過ぎました。何も変えていません"
            " (not answered)。"
            "対処: もう一度 adjust-stock を実行してください。"
        )


class ChosenLine(BaseModel):
    """One line of the list, by its number there."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(
        ge=1, title="番号 (number)", description="上の表のいちばん左の番号"
    )
    quantity: int | None = Field(
        None,
        ge=0,
        le=MOST_UNITS,
        title="個数 (quantity)",
        description="在庫から引く個数。空欄なら注文の個数",
    )


class AdjustForm(RunInput):
    """What to do with the lines listed, and who says so."""

    decision: Literal["all", "some", "already-adjusted"] = Field(
        title="どうしますか (decision)",
        description="all=表の全部を注文の個数で調整(「全部」の列が空の行を除く)。"
        "some=下に書いた行だけ調整。"
        "already-adjusted=別の方法で調整済み(下に行を書けばその行だけ、"
        "書かなければ全部。在庫は動かしません)",
    )
    lines: list[ChosenLine] = Field(
        default_factory=list,
        max_length=LISTED,
        title="行 (lines)",
        description="some のとき必要。表の番号と、必要なら個数",
    )
    who: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"\S",
        title="担当 (who)",
        description="決めた人の役割や部署。台帳に残ります",
    )
    note: str = Field(
        min_length=1,
        max_length=500,
        pattern=r"\S",
        title="メモ (note)",
        description="なぜそうしたか。台帳に残ります。お客様の情報は書かないでください",
    )


def ask_person(waiting: Sequence[WaitingLine]) -> AdjustForm:
    """Pause the run until a person has decided.

    Raises:
        NotAnswered: nobody did within `ANSWER_WITHIN_S`.

    """
    form = AdjustForm.with_initial_data(description=listing(waiting))
    try:
        return pause_flow_run(
            wait_for_input=form, timeout=ANSWER_WITHIN_S, poll_interval=LOOK_EVERY_S
        )
    except FlowPauseTimeout:
        _run_again()
        raise NotAnswered from None


def _run_again() -> None:
    """Let the run end in our words: a pause whose time is over ends in Prefect's."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(runtime.flow_run.id, Running(), force=True)


def listing(waiting: Sequence[WaitingLine]) -> str:
    """Tell in Markdown what waits; of the order only its number."""
    lines = [
        f"## 在庫の手動調整待ち {len(waiting):,}行 (waiting for stock)",
        "",
        "CSVで登録した注文です。在庫を確かめて、下で選んでください。",
        "",
        "| 番号 | モール | 注文番号 | SKU | 個数 | 今の在庫数 | 調整済み | 全部 |",
        "| ---: | --- | --- | --- | ---: | ---: | ---: | --- |",
    ]
    lines += [
        f"| {number} | {one.mall} | {one.order_number} | {_plain(one.sku)}"
        f" | {one.quantity}{'(キャンセル済)' if one.is_cancelled else ''}"
        f" | {'―' if one.level is None else one.level} | {one.booked}"
        f" | {_all_books(one)} |"
        for number, one in enumerate(waiting[:LISTED], start=1)
    ]
    if len(waiting) > LISTED:
        lines += ["", f"残り {len(waiting) - LISTED:,} 行は、次の実行で表示します。"]
    return "\n".join(lines) + "\n"


def decided(form: AdjustForm, waiting: Sequence[WaitingLine]) -> list[Adjustment]:
    """Turn the answer into adjustments of the lines that the form had listed.

    `all` books a cancelled line as 0, and leaves out one with units booked before or
    without a SKU: these need somebody to look.

    Raises:
        AdjustmentProblem: it names no line, or one that is not in the list.

    """
    listed = list(waiting[:LISTED])
    chosen = _chosen(form, listed)
    if form.decision == "already-adjusted":
        named = [one for one, _ in chosen] or listed
        return [_adjustment(one, is_done=True) for one in named]
    if form.decision == "some":
        if not chosen:
            raise AdjustmentProblem(
                "行が選ばれていません。何も変えていません (no line chosen)。"
                "対処: もう一度実行し、表の番号を「行」に入れてください。"
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
            f"表にない番号です: {'、'.join(unknown)}。何も変えていません (not listed)。"
            "対処: もう一度実行し、表の番号を入れてください。"
        )
    return [(listed[one.number - 1], one.quantity) for one in form.lines]


def _all_books(one: WaitingLine) -> str:
    """Say what `all` books of a line, or nothing where it leaves the line alone."""
    if one.booked or not one.sku:
        return ""
    return "0個" if one.is_cancelled else f"{one.quantity}個"


def _adjustment(one: WaitingLine, **more: Any) -> Adjustment:
    fields: Mapping[str, Any] = {
        "mall": one.mall,
        "shop_id": one.shop_id,
        "order_number": one.order_number,
        "line_id": one.line_id,
    }
    return Adjustment(**fields, **more)


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "/") or "(SKUなし)"
