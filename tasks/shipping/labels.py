"""Labels: a carrier's import file of the packages that are safe to pack, reported.

Rakuten's orders are read anew first, by the flow, so that a cancelled one gets none.
Those of another mall are as its latest order file told them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from connectors.durable_write import write_new
from connectors.settings.reading import SettingsProblem, read_settings, sender_of
from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shipping.day import NeverOpen, next_working_day
from data.model.shipping.label import (
    LONGEST_KEPT,
    LabelFault,
    ParcelOrder,
    Sender,
    parcel_of,
    why_not_pack,
)
from data.model.shipping.order_file_label import FilePackage, file_parcel
from data.model.shipping.short_key import PackageRef, short_key
from data.model.shops.shop import ShopHandle
from data.model.typed.time import TimeRefused, day_of
from data.warehouse.half_made import recording
from data.warehouse.house.incidents import are_hours_lost
from data.warehouse.runs import Load
from data.warehouse.shipping.labels import (
    ToPack,
    file_packages_to_pack,
    label_orders,
    packages_to_pack,
    record_labels,
    shared_keys,
)
from tasks.machine import now, our_warehouse
from tasks.runs.failures import hiding_values
from tasks.runs.loads import begin_load
from tasks.runs.report import listing, page, see, table
from tasks.runs.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.shops.at_mall import shop_at_mall

Writer = Callable[[Iterable[ParcelOrder], Sender], LabelFile]
WRITERS: Final[dict[str, Writer]] = {
    "yamato": write_b2_labels,
    "sagawa": write_ehiden3_labels,
}
MOST_LEFT_OUT: Final = 200
"""Packages left out that a report shows: each has to be labelled by hand."""
NEVER_OPEN: Final = (
    "JUCHU_SHIPPING_WEEKDAYS と JUCHU_SHIPPING_CLOSED_ON の設定では、"
    "1年先まで出荷できる日がありません。対処: .env の設定を確認してください。"
)
LATE: Final = "お届け希望日に間に合わない送付先"
EARLY: Final = "お届け希望日が先の送付先"
LETTERBOX: Final = "配送方法がメール便などの送付先"
TOO_EARLY: Final = (
    f"希望日が出荷日の{LONGEST_KEPT.days}日後より先です。配送会社が預かる日数には限りが"
    "あります。まだ出荷しない場合は、この送り状を発行しないでください(番号を取り込むと、"
    "発送済みとして報告されます)。出荷日が近づいたら「もう一度出力する」で出力してください。"
)
MAYBE_TWICE: Final = "復元前の送り状と重複する可能性があります"
LOOK_FIRST: Final = (
    "復元で失われた時間に出力した送り状が、もう一度含まれている可能性があります。"
    "対処: 印刷する前に、同じ注文の送り状を発行していないことを、配送会社の画面で"
    "確認してください。入力が終わったら、hours_lost を一覧から外してください。"
)
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
    shipping_date: date
    late: Sequence[tuple[str, str, str]] = ()
    """Order, package and wished day of labels without the day that was wished for."""
    early: Sequence[tuple[str, str, str]] = ()
    """The same of labels whose parcel would wait for its day at the carrier's."""
    letterbox: Sequence[tuple[str, str, str]] = ()
    """Order, package and delivery method, if that is one for the letter box."""
    maybe_twice: bool = False
    """Whether a restore has lost hours in which some may have been printed."""


def shipping_day(typed: date | str | None) -> date:
    """Return the shipping date: the one that was entered, or the next working day.

    Raises:
        TimeRefused: it is no day, or one before today.
        SettingsProblem: by the settings the shop never ships.

    """
    today, settings = in_japan(now()).date(), read_settings()
    chosen = day_of(typed, "出荷日")
    if chosen is None:
        try:
            return next_working_day(
                today,
                weekdays=settings.shipping_weekdays,
                closed=settings.closed_days,
                after=settings.shipping_after,
            )
        except NeverOpen:
            raise SettingsProblem(NEVER_OPEN) from None
    if chosen < today:
        raise TimeRefused(
            f"出荷日 {chosen:%Y-%m-%d} は過去の日付です。"
            "対処: 今日以降の日付を入力して、もう一度実行してください。"
        )
    return chosen


@task(name="open-labels", **SAFE_TO_REPEAT)
def open_labels(
    shop: ShopHandle,
    mall: str,
    shipping_date: date | str | None,
) -> tuple[Load, date]:
    """Record the start of an export, and return it with the shipping date.

    Raises:
        UnknownMall, UnknownShop: there is no such mall, or no such shop of it.
        SettingsProblem: a setting JUCHU_SENDER_… is missing, or the shop never ships.
        TimeRefused: the shipping date that was entered is none.

    """
    place = shop_at_mall(mall, shop)
    settings = read_settings()
    sender_of(settings)
    day = shipping_day(shipping_date)
    return begin_load(shop, "labels", place), day


@task(name="orders-to-label", **SAFE_TO_REPEAT)
def orders_to_label(load: Load, again: bool) -> list[str]:
    """Return the orders at 発送待ち that wait for a label; `again`: or have one."""
    with our_warehouse() as con:
        return label_orders(con, load.shop_id, again=again)


@task(name="write-labels", **NEVER_REPEAT)
def write_labels(  # noqa: PLR0913, PLR0917 - the whole form
    numbers: list[str],
    carrier: Literal["yamato", "sagawa"],
    folder: str,
    again: bool,
    load: Load,
    leaves_on: date,
) -> Labels:
    """Write the carrier's import file and record which packages are in it.

    `numbers` are the orders that were read anew; another mall's need no reading.

    The file exists before the record does: a run killed in between is repeated and
    makes a second file, rather than leaving parcels without a label. A run that fails,
    or is cancelled before its record is committed, deletes its file: the next run's
    file has the same parcels, and printed from both they would be sent twice.
    """
    settings = read_settings()
    sender, at = sender_of(settings), now()
    with hiding_values(), recording(our_warehouse()) as (con, will_make):
        shared = shared_keys(con, load.shop_id, at, mall=load.mall)
        if load.mall is Mall.RAKUTEN:
            packages = packages_to_pack(
                con, load.shop_id, numbers, again=again, read_since=load.started_at
            )
            made = _made(packages, settings.sender_contents, leaves_on)
        else:
            of_file = file_packages_to_pack(
                con,
                load.mall,
                load.shop_id,
                again=again,
                today=in_japan(at).date(),
            )
            made = _of_file(of_file, settings.sender_contents, leaves_on)
        alone = [_alone(one, shared) for one in made]
        good, refused = _tried(alone, WRITERS[carrier], sender)
        if not good:
            return Labels(None, 0, refused, leaves_on)
        path = Path(folder or settings.labels) / _name(carrier, at)
        parcels = [parcel for _, parcel in good]
        will_make(path)
        write_new(path, [WRITERS[carrier](parcels, sender).content])
        record_labels(con, [ref for ref, _ in good], carrier, at)
        maybe_twice = are_hours_lost(con)
    return Labels(
        path,
        len(good),
        refused,
        leaves_on,
        late=_with(good, lambda one: _day(one.missed_wish)),
        early=_with(good, lambda one: _day(one.delivery_on if one.is_early else None)),
        letterbox=_with(good, lambda one: one.letterbox),
        maybe_twice=maybe_twice,
    )


def _name(carrier: str, at: datetime) -> str:
    return f"labels-{carrier}-{in_japan(at):%Y%m%d-%H%M%S-%f}.csv"


Made = tuple[PackageRef, ParcelOrder | tuple[LabelFault, ...]]


def _made(packages: Sequence[ToPack], contents: str, leaves_on: date) -> list[Made]:
    """Return each package with its parcel, or with why it is not to be packed."""
    made: list[Made] = []
    for order, basket_id, is_read in packages:
        ref = PackageRef(order.mall.value, order.shop_id, order.order_number, basket_id)
        reasons = why_not_pack(order, basket_id) if is_read else (LabelFault.UNREAD,)
        made.append((ref, reasons or parcel_of(order, basket_id, contents, leaves_on)))
    return made


def _of_file(
    packages: Sequence[FilePackage], contents: str, leaves_on: date
) -> list[Made]:
    """Return the same for packages known from an order file."""
    return [(one.reference, file_parcel(one, contents, leaves_on)) for one in packages]


def _alone(made: Made, shared: frozenset[str]) -> Made:
    """Return the package without its parcel if its short key is another's as well."""
    ref, parcel = made
    if short_key(ref) not in shared:
        return made
    faults = () if isinstance(parcel, ParcelOrder) else parcel
    return ref, (*faults, LabelFault.SHARED_KEY)


def _with(
    good: Sequence[tuple[PackageRef, ParcelOrder]],
    word_of: Callable[[ParcelOrder], str | None],
) -> list[tuple[str, str, str]]:
    """Return order, package and word of the parcels that have such a word."""
    return [
        (ref.order_number, ref.basket_id, word)
        for ref, parcel in good
        if (word := word_of(parcel))
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


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
    told = {
        LATE: labels.late,
        EARLY: labels.early,
        LETTERBOX: labels.letterbox,
    }
    more = f" / {MAYBE_TWICE}" if labels.maybe_twice else ""
    more += "".join(f" / {what} {len(rows)} 件" for what, rows in told.items() if rows)
    return Completed(
        message=f"送り状 {labels.written} 件 / 出力しなかった送付先"
        f" {len(labels.refused)} 件{more}: {labels.path or 'ファイルなし'}"
        f"{' ' + see('labels-report') if labels.refused or more else ''}"
    )


def labels_report(labels: Labels) -> str:
    """Return in Markdown how many labels there are and why others are not."""
    facts = [
        ("出力した送り状", labels.written),
        ("出力しなかった送付先", len(labels.refused)),
        ("出荷日", f"{labels.shipping_date:%Y-%m-%d}"),
        *([("ファイル", str(labels.path))] if labels.path else []),
    ]
    return page(
        "送り状の出力の結果",
        table(("項目", "内容"), facts),
        DELETE_IT if labels.path else "",
        f"**{LOOK_FIRST}**" if labels.maybe_twice else "",
        listing(
            "出力しなかった送付先",
            ("注文番号", "送付先ID", "列", "理由"),
            labels.refused,
            advice="理由に対処が書かれていない送付先は、モールの画面で内容を修正するか、"
            "送り状を手作業で作成してください。",
            most=MOST_LEFT_OUT,
        ),
        listing(
            LATE,
            ("注文番号", "送付先ID", "お届け希望日"),
            labels.late,
            advice="希望日が出荷日より前のため、送り状に希望日を書いていません。"
            "お客様に連絡してください。",
            most=MOST_LEFT_OUT,
        ),
        listing(
            EARLY,
            ("注文番号", "送付先ID", "お届け希望日"),
            labels.early,
            advice=TOO_EARLY,
            most=MOST_LEFT_OUT,
        ),
        listing(
            LETTERBOX,
            ("注文番号", "送付先ID", "配送方法"),
            labels.letterbox,
            advice="ファイルの送り状は宅急便(佐川急便は飛脚宅配便)です。ほかの便で送る"
            "場合は、配送会社の画面で変更するか、発行しないでください。",
            most=MOST_LEFT_OUT,
        ),
    )
