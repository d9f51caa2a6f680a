"""A mall's order file: found, imported whole or not at all, and put away.

Whose orders a file holds is what a person entered, or the folder in which it stands.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, cast
from uuid import UUID, uuid4

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.schemas.objects import State

from connectors.order_files import Batch, CsvRefused, OrderFile, read_order_file
from connectors.settings.reading import read_settings
from connectors.watched_folder import (
    Download,
    put_into_done,
    put_into_rejected,
    waiting_downloads,
)
from data.model.csv_file import RowRemark
from data.model.order import Mall
from data.model.order_number import is_of_other_shop
from data.model.shops.shop import SHOP_HANDLE
from data.model.typed.name import in_short, suggestion
from data.warehouse.order_files.store import ImportReport, import_orders
from data.warehouse.session import Connection
from data.warehouse.shops import shops_with_orders
from tasks.machine import now, our_trial
from tasks.runs.failures import REFUSALS, hiding_values
from tasks.runs.report import LISTED
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.at_mall import ids_at, refuse_renamed
from tasks.shops.blocks import UnknownShop, load_rakuten_shop

LOOK_AGAIN_S = 1.0
"""Between two looks at the watched folder: a file being written grows meanwhile."""
CHANGED = "読み取る間に書き換えられたか、移動されました。"
NEXT_TIME = "次の回に、もう一度取り込みます(対処は不要です)。"
LONG_BYTES = 4_000_000
"""Shorter files (some 3,000 lines) get no progress bar: they are done before it is
seen."""
READ = 50.0
"""Percent of the time that goes into reading and checking; the rest is storing."""
ALL_BUT_DONE = 95.0
STEP = 1.0
"""Percent; each move of the bar is a request to the server."""


class Choices(NamedTuple):
    """What a person chose in the form, the same for every file of a run."""

    mode: Literal["update", "replace"]
    other_shops: Literal["refuse", "skip"]
    dry_run: bool
    new_shop: bool = False


@dataclass(frozen=True)
class Imported:
    """What a report shows of a file that was read to its end; no cell of it.

    `rejects` are the first ones; all are in `csv_rejects`.
    """

    title: str
    encoding: str
    columns: int
    notices: Sequence[str]
    report: ImportReport
    rejects: Sequence[RowRemark]


@dataclass(frozen=True)
class Place:
    """Under which id a download's orders are stored, and what its mall has beside it.

    A shop that is not set up is taken if its mall has none yet, and refused else.
    """

    shop_id: str
    is_set_up: bool
    described: Mapping[str, str] = field(default_factory=dict)
    """The ids of the mall's shops that a block or the environment describes, by handle,
    where that counts."""


def given_paths(path: str | list[str], item_path: str) -> list[Path]:
    """Return the files that a person named: none, one, or the two of a pair."""
    named = [path] if isinstance(path, str) else path
    return [Path(name) for name in (*named, item_path) if name]


def given_download(paths: Sequence[Path], mall: str, shop: str) -> list[Download]:
    """Return the file that a person named, or the two of a pair, as one download."""
    return [Download(tuple(paths), mall, shop)]


@task(name="look-into-incoming", **SAFE_TO_REPEAT)
def look_into_incoming() -> list[Download]:
    """Return the complete downloads of the watched folder, the oldest first."""
    return waiting_downloads(read_settings().incoming, now(), _pause)


@task(name="import-download", task_run_name="import-{download.mall}", **SAFE_TO_REPEAT)
def import_download(download: Download, choices: Choices) -> Imported:
    """Import one download whole, or raise and leave the warehouse as it was.

    The same file again changes nothing. Raises one of `REFUSALS` when the file or what
    was entered about it is wrong.
    """
    with hiding_values():
        refuse_changed(download)
        place = place_of(download, new_shop=choices.new_shop)
        progress = ProgressBar.of(download.paths)
        with read_order_file(
            download.paths, download.mall, watch=progress.read
        ) as file:
            refuse_changed(download)  # it may have two states of the file in it
            progress.show(READ)
            watched = Watched(file, progress, place.shop_id)
            report = _store(watched, download, place, choices)
            progress.show(100)
            return Imported(
                title=file.layout.title,
                encoding=file.encoding,
                columns=file.column_count,
                notices=tuple(file.notices),
                report=report,
                rejects=tuple(watched.rejects),
            )


def put_away(download: Download, choices: Choices, imported: State[Any]) -> str:
    """Move a download out of the watched folder; return the problem in Japanese, or "".

    A file named by a person stays in place. A file that failed for another reason than
    its own content stays as well, to be tried again.
    """
    outcome = imported.result(raise_on_failure=False)
    is_refused = isinstance(outcome, REFUSALS)
    is_failed = isinstance(outcome, BaseException) and not is_refused
    if not download.waits or choices.dry_run or is_failed:
        return ""
    if not download.is_as_seen:  # what stands there now was not read
        return f"{CHANGED}{NEXT_TIME}" if is_refused else ""
    settings = read_settings()
    try:
        if is_refused:
            put_into_rejected(download, settings.rejected, str(outcome), now())
        else:
            put_into_done(download, settings.incoming)
    except FileNotFoundError:  # another run, or a person, was faster
        return ""
    except OSError as error:
        return (
            f"{download.name} を incoming フォルダーから移動できませんでした"
            f"({error.strerror})。"
            "対処: フォルダーの権限とディスクの空き容量を確認してください。"
        )
    return ""


def refuse_changed(download: Download) -> None:
    """Raise if a waiting file has changed since it was listed; it stays where it is.

    Raises:
        OSError: it was written to, replaced or taken away, or its folder is not
            readable.

    """
    if download.is_as_seen:
        return
    if any(path.is_dir() for path in download.paths):
        raise OSError(
            f"フォルダー {download.name} の中を確認できません。中のファイルは取り込んで"
            "いません。対処: フォルダーの権限とネットワークの接続を確認してください。"
        )
    raise OSError(f"{download.name} は、{CHANGED}何も取り込んでいません。{NEXT_TIME}")


def place_of(download: Download, *, new_shop: bool) -> Place:
    """Return where the download's orders are stored.

    A Rakuten shop has to be described, because its number begins its order numbers.
    Another mall's need not be: then the handle is the id (Yahoo's store account, or any
    name where the files show no shop). One handle may stand on several malls.

    Raises:
        UnknownShop: no block and no environment describes this Rakuten shop, or one
            describes the shop wrongly.
        CsvRefused: the mall or the shop is not given, or is no name at all.

    """
    _refuse_unplaced(download)
    if download.mall == Mall.RAKUTEN:
        shop = load_rakuten_shop(download.shop)
        return Place(shop.shop_id, is_set_up=True)
    described = ids_at(download.mall, download.shop)
    shop_id = described.get(download.shop, download.shop)
    return Place(shop_id, is_set_up=new_shop, described=described)


def refuse_second_name(con: Connection, download: Download, place: Place) -> None:
    """Refuse a shop that is not set up on a mall that has shops already.

    A mistyped name would store the same orders a second time, as another shop's, and so
    would an id that was given to a shop after its orders.

    Raises:
        UnknownShop: names the mall's shops, and the nearest of them.

    """
    if place.is_set_up:
        return
    stored = shops_with_orders(con, download.mall)
    if download.shop in place.described:
        refuse_renamed(download.mall, download.shop, stored, place.described)
        return
    known = sorted({*stored, *place.described})
    if place.shop_id in stored or not known:
        return
    raise UnknownShop(
        f"モール {download.mall} に店舗 {download.shop} は登録されていません。"
        f"登録済みの店舗: {'、'.join(known)}。{suggestion(download.shop, known)}"
        "名前を間違えると、同じ注文が別の店舗の注文としてもう一度登録されます。"
        "対処: 店舗の名前を確認してください。このモールに新しい店舗を追加する場合だけ、"
        "「新しい店舗」(new_shop=true)を選んで、もう一度実行してください。"
    )


def _refuse_unplaced(download: Download) -> None:
    is_mall = download.mall in set(Mall)
    if is_mall and re.fullmatch(SHOP_HANDLE, download.shop):
        return
    if download.waits:
        raise CsvRefused(
            "misplaced",
            "どのモールのどの店舗のファイルか特定できません。",
            advice="incoming/<モール>/<店舗コード>/ に置いてください"
            "(例: incoming/rakuten/demo/)。",
        )
    if not is_mall:
        raise CsvRefused(
            "unknown-mall",
            f"モール「{in_short(download.mall)}」には対応していません。"
            + suggestion(download.mall, Mall),
            advice=f"次のいずれかを選んでください: {'、'.join(Mall)}。",
        )
    if not download.shop.strip():
        raise CsvRefused(
            "no-shop",
            "店舗コードが指定されていません。",
            advice="店舗コードを入力して、もう一度実行してください。",
        )
    raise CsvRefused(
        "shop-name",
        f"店舗「{in_short(download.shop)}」は店舗の名前として使用できません。",
        advice="英小文字・数字・ハイフンで入力してください(例: mihon-store)。",
    )


class ProgressBar:
    """A progress bar on the run's page; a short file has none."""

    def __init__(self, bar: UUID | None = None, size: int = 0) -> None:
        self._bar = bar
        self._size = size
        self._read = 0
        self._shown = 0.0

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Self:
        """Create an empty bar if the files are long."""
        try:
            size = sum(path.stat().st_size for path in paths)
        except (OSError, ValueError):  # the reader says what is wrong with the path
            return cls()
        if size < LONG_BYTES:
            return cls()
        bar = create_progress_artifact(
            progress=0.0, key="import-progress", description="CSV取込の進捗"
        )
        return cls(cast(UUID, bar), size)

    def read(self, more: int) -> None:
        """Move the bar by bytes read; those of a zip are more than its size."""
        self._read += more
        self.show(READ * min(self._read / max(self._size, 1), 1.0))

    def show(self, percent: float) -> None:
        """Move the bar, if by enough to be seen."""
        if self._bar is not None and percent - self._shown >= STEP:
            update_progress_artifact(self._bar, progress=percent)
            self._shown = percent


class Watched:
    """An order file that moves the bar, and keeps the first rejects, as it is read.

    Not those of another shop's orders: their number shows whose they are.
    """

    def __init__(self, file: OrderFile, progress: ProgressBar, shop_id: str) -> None:
        self._file = file
        self._progress = progress
        self._shop_id = shop_id
        self._taken = 0
        self.rejects: list[RowRemark] = []
        self.layout = file.layout
        self.file_name = file.file_name
        self.rows_read = file.rows_read
        self.schema = file.schema
        self.is_in_memory = file.is_in_memory
        self.columns_present = file.columns_present
        self.sha256 = file.sha256

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        """Yield the file's batches of up to `size` rows, and move the bar after each.

        A long file is gone through twice: to judge its rows, and to store them.
        """
        self.rejects = []
        for batch in self._file.batches(size):
            shown = batch.rejects.select(RowRemark._fields).iter_rows()
            ours = filter(self._is_ours, (RowRemark(*row) for row in shown))
            self.rejects += islice(ours, LISTED - len(self.rejects))
            yield batch
            self._taken += batch.rows.height
            share = min(self._taken / max(2 * self.rows_read, 1), 1.0)
            self._progress.show(READ + (ALL_BUT_DONE - READ) * share)

    def _is_ours(self, one: RowRemark) -> bool:
        if self.layout.mall is not Mall.RAKUTEN:
            return True
        return not is_of_other_shop(one.order_number or "", self._shop_id)


def _store(
    file: Watched, download: Download, place: Place, choices: Choices
) -> ImportReport:
    with our_trial(is_one=choices.dry_run) as con:
        refuse_second_name(con, download, place)
        return import_orders(
            con,
            file,
            import_id=str(uuid4()),
            shop_id=place.shop_id,
            mode=choices.mode,
            other_shops=choices.other_shops,
            imported_at=now(),
        )


def _pause() -> None:
    time.sleep(LOOK_AGAIN_S)
