"""Labels: a carrier's import file of the packages that are safe to pack, reported.

Orders are read anew first, by the flow, so that a cancelled one gets no label.
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
from tasks.failures import hiding_values
from tasks.machine import now, our_warehouse
from tasks.report import listing, page, see, table
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.runs import begin_load
from tasks.shops.blocks import load_shop

Writer = Callable[[Iterable[ParcelOrder], Sender], LabelFile]
WRITERS: Final[dict[str, Writer]] = {
    "yamato": write_b2_labels,
    "sagawa": write_ehiden3_labels,
}
MOST_LEFT_OUT: Final = 200
"""Packages left out that a report shows: each has to be labelled by hand."""
DELETE_IT: Final = "氏名と住所を含むファイルです。送り状を印刷したら削除してください。"


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
    """Record the start of an export, after checking that the sender is set.

    Raises:
        UnknownShop: no block and no environment describes the shop.
        SettingsProblem: a setting JUCHU_SENDER_… is missing.

    """
    load_shop(shop)
    sender_of(read_settings())
    return begin_load(shop, "labels")


@task(name="orders-to-label", **SAFE_TO_REPEAT)
def orders_to_label(load: Load, again: bool) -> list[str]:
    """Return the orders at 発送待ち that wait for a label; `again`: or have one."""
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
    """Write the carrier's import file and record which packages are in it.

    The file exists before the record does: a run killed in between is repeated and
    makes a second file, rather than leaving parcels without a label.
    """
    settings = read_settings()
    sender, at = sender_of(settings), now()
    with hiding_values(), our_warehouse() as con:
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
    """Return each package with its parcel, or with why it is not to be packed."""
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
    """Return the parcels that the carrier's file can hold, and those it cannot."""
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


def conclude_labels(labels: Labels) -> State[Any]:
    """Create the report; packages left out fail no run, its message points to them."""
    create_markdown_artifact(
        key="labels-report",
        markdown=labels_report(labels),
        description="送り状の出力の結果",
    )
    return Completed(
        message=f"送り状 {labels.written} 件 / 出力しなかった送付先"
        f" {len(labels.refused)} 件: {labels.path or 'ファイルなし'}"
        f"{' ' + see('labels-report') if labels.refused else ''}"
    )


def labels_report(labels: Labels) -> str:
    """Return in Markdown how many labels there are and why others are not."""
    facts = [
        ("出力した送り状", labels.written),
        ("出力しなかった送付先", len(labels.refused)),
        *([("ファイル", str(labels.path))] if labels.path else []),
    ]
    return page(
        "送り状の出力の結果",
        table(("項目", "内容"), facts),
        DELETE_IT if labels.path else "",
        listing(
            "出力しなかった送付先",
            ("注文番号", "送付先ID", "列", "理由"),
            labels.refused,
            most=MOST_LEFT_OUT,
        ),
    )
