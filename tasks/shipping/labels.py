"""Labels: which orders to read anew, and a file of those that are safe to pack.

What people see of exported labels: the file, and what has to be made by hand.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from connectors.carriers import (
    LabelFile,
    RefusedLabel,
    write_b2_labels,
    write_ehiden3_labels,
)
from connectors.carriers.labels.file import write_private
from connectors.settings import read_settings, sender_of
from data.model.japan_time import in_japan
from data.model.label import (
    LabelFault,
    ParcelOrder,
    Sender,
    parcel_of,
    why_not_pack,
)
from data.model.shop import ShopHandle
from data.model.short_key import PackageRef, short_key
from data.warehouse.runs import Load
from data.warehouse.shipping.labels import (
    ToPack,
    label_orders,
    packages_to_pack,
    record_labels,
    shared_keys,
)
from tasks.machine import our_warehouse
from tasks.order_files import telling_no_values
from tasks.report import plain
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.rms import now
from tasks.runs import begin_load

Writer = Callable[[Iterable[ParcelOrder], Sender], LabelFile]
WRITERS: Final[dict[str, Writer]] = {
    "yamato": write_b2_labels,
    "sagawa": write_ehiden3_labels,
}


class NoLabel(NamedTuple):
    """A package that is not in the file, and why, in Japanese; nobody's data."""

    order_number: str
    basket_id: str
    column_name: str | None
    reason: str


@dataclass(frozen=True)
class Labels:
    """What a file of labels holds and what it does not; `path` None = no file."""

    path: Path | None
    written: int
    refused: Sequence[NoLabel]


@task(name="open-labels", **SAFE_TO_REPEAT)
def open_labels(shop: ShopHandle) -> Load:
    """Write down that a run begins; stop at once if nobody said who sends.

    Raises:
        SettingsProblem: a setting JUCHU_SENDER_… is missing.

    """
    sender_of(read_settings())
    return begin_load(shop, "labels")


@task(name="orders-to-label", **SAFE_TO_REPEAT)
def orders_to_label(load: Load, again: bool) -> list[str]:
    """Name the orders at 発送待ち that wait for a label."""
    with our_warehouse() as con:
        return label_orders(con, load.shop_id, again=again)


@task(name="write-labels", **NEVER_REPEAT)
def write_labels(
    numbers: list[str],
    carrier: Literal["yamato", "sagawa"],
    folder: str,
    again: bool,
    load: Load,
) -> Labels:
    """Write the carrier's import file and note which packages are in it.

    The file is there before the note is: a run killed in between is repeated and makes
    a second file, rather than leaving parcels without a label.
    """
    settings = read_settings()
    sender, at = sender_of(settings), now()
    with telling_no_values(), our_warehouse() as con:
        packages = packages_to_pack(
            con, load.shop_id, numbers, again=again, read_since=load.started_at
        )
        made = _made(
            packages,
            shared_keys(con, load.shop_id, at),
            settings.sender_contents,
            at,
        )
        good, refused = _tried(made, WRITERS[carrier], sender)
        if not good:
            return Labels(None, 0, refused)
        path = Path(folder or settings.home / "labels") / _name(carrier, at)
        parcels = [parcel for _, parcel in good]
        write_private(path, WRITERS[carrier](parcels, sender).content)
        record_labels(con, [ref for ref, _ in good], load.shop_id, carrier, at)
    return Labels(path, len(good), refused)


def _name(carrier: str, at: datetime) -> str:
    return f"labels-{carrier}-{in_japan(at):%Y%m%d-%H%M%S-%f}.csv"


Made = tuple[PackageRef, ParcelOrder | tuple[LabelFault, ...]]


def _made(
    packages: Sequence[ToPack], shared: frozenset[str], contents: str, at: datetime
) -> list[Made]:
    """Make each package's parcel, or say why it is not to be packed."""
    made: list[Made] = []
    for order, basket_id in packages:
        ref = PackageRef(order.mall.value, order.shop_id, order.order_number, basket_id)
        reasons = list(why_not_pack(order, basket_id))
        if short_key(ref) in shared:
            reasons.append(LabelFault.SHARED_KEY)
        parcel = parcel_of(order, basket_id, contents, in_japan(at).date())
        made.append((ref, tuple(reasons) or parcel))
    return made


def _tried(
    made: Sequence[Made], write: Writer, sender: Sender
) -> tuple[list[tuple[PackageRef, ParcelOrder]], list[NoLabel]]:
    """Sort out the parcels that the carrier's file cannot hold."""
    good: list[tuple[PackageRef, ParcelOrder]] = []
    refused: list[NoLabel] = []
    for ref, parcel in made:
        if not isinstance(parcel, ParcelOrder):
            why = " ".join(parcel)
            refused.append(NoLabel(ref.order_number, ref.basket_id, None, why))
            continue
        no: tuple[RefusedLabel, ...] = write([parcel], sender).refused
        if no:
            column, reason = no[0].column_name, no[0].reason
            refused.append(NoLabel(ref.order_number, ref.basket_id, column, reason))
        else:
            good.append((ref, parcel))
    return good, refused


LISTED: Final = 200
DELETE_IT: Final = (
    "氏名と住所が入っています。送り状を印刷したら削除してください"
    " (names and addresses: delete it after printing)。"
)


def conclude_labels(labels: Labels) -> State[Any]:
    """Write the report; packages left out do not fail a run, its message tells."""
    create_markdown_artifact(
        key="labels-report",
        markdown=labels_report(labels),
        description="送り状の出力の結果 (labels exported, and those that were not)",
    )
    where = f"{labels.path}" if labels.path else "ファイルなし (no file)"
    look = " 対処: 「labels-report」の表を見てください。" if labels.refused else ""
    return Completed(
        message=f"送り状 {labels.written} 件 / 出力しない {len(labels.refused)} 件"
        f" (labels / left out): {where}{look}"
    )


def labels_report(labels: Labels) -> str:
    """Tell in Markdown how many labels there are and why others are not."""
    lines = [
        "# 送り状の出力の結果",
        "",
        f"- 出力した送り状 (labels): {labels.written}",
        f"- 出力しなかった送付先 (left out): {len(labels.refused)}",
    ]
    if labels.path:
        lines += [
            f"- ファイル (file): `{labels.path}`",
            "",
            DELETE_IT,
        ]
    if labels.refused:
        lines += [
            "",
            "| 注文番号 | 送付先ID | 列 | 理由 |",
            "| --- | --- | --- | --- |",
            *(
                f"| {plain(one.order_number)} | {plain(one.basket_id)}"
                f" | {plain(one.column_name or '-')} | {plain(one.reason)} |"
                for one in labels.refused[:LISTED]
            ),
        ]
    return "\n".join(lines) + "\n"
