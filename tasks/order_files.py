"""A mall's order CSV: find it, read it, store its orders, put it away.

Whose orders a file holds: the shop it was given for, or the folder it stands in.

What shows while a file is taken: how far it is, and the first rows set aside.
"""

import re
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, cast
from uuid import UUID, uuid4

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.schemas.objects import State

from connectors.order_files import Batch, CsvRefused, OrderFile, read_order_file
from connectors.settings import SettingsProblem, read_settings
from connectors.watched_folder import (
    Download,
    put_into_done,
    put_into_rejected,
    waiting_downloads,
)
from data.model.order import Mall
from data.warehouse.errors import WarehouseClosed
from data.warehouse.order_files import ImportReport, OtherShops, import_orders
from tasks.machine import our_warehouse
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops.blocks import UnknownShop, load_shop

SHOP_HANDLE = r"[a-z0-9][a-z0-9-]{0,62}"


def shop_id_of(download: Download) -> str:
    """Say by which id the shop's orders are kept.

    A Rakuten shop has to be known, for its number starts its order numbers. Another
    mall's need not be: then the handle is the id (Yahoo's store account, any name for
    a mall whose files do not show the shop). One handle may stand on several malls.

    Raises:
        UnknownShop: nobody described this Rakuten shop.
        CsvRefused: nobody said which mall's and shop's file it is.

    """
    _refuse_unplaced(download)
    try:
        shop = load_shop(download.shop)
    except UnknownShop:
        if download.mall == Mall.RAKUTEN:
            raise
        return download.shop
    if shop.mall == download.mall:
        return shop.shop_id
    if download.mall == Mall.RAKUTEN:
        raise UnknownShop(
            f"店舗 {download.shop} は楽天市場の店舗ではありません({shop.mall})。"
            " 対処: 楽天の店舗を選んでください (not a Rakuten shop)。"
        )
    return download.shop


def _refuse_unplaced(download: Download) -> None:
    """Refuse a download nobody gave a mall and a shop."""
    if download.mall in set(Mall) and re.fullmatch(SHOP_HANDLE, download.shop):
        return
    if download.waits:
        raise CsvRefused(
            "misplaced",
            "どのモールのどの店舗のファイルか分かりません。",
            advice="incoming/<モール>/<店舗>/ に置いてください"
            "(例: incoming/rakuten/demo/)。",
            english="put it into incoming/<mall>/<shop>/",
        )
    raise CsvRefused(
        "no-shop",
        "店舗 (shop) が指定されていません。",
        advice="店舗を入力して、もう一度実行してください。",
        english="say which shop the file is of",
    )


LONG_BYTES = 4_000_000
"""A shorter file is imported before anybody has found the bar (some 3,000 lines)."""
READ = 50.0
"""Half of the time goes into reading and checking the file, half into storing it."""
ALL_BUT_DONE = 95.0
STEP = 1.0
"""Percent; each move of the bar is a request to the server."""
LISTED = 50
"""Rows set aside that a report shows; all of them are in `csv_rejects`."""


class Reject(NamedTuple):
    """A row set aside: where it is and why; never what stands in it."""

    row_number: int
    column_name: str | None
    reason: str


class Progress:
    """A bar people see; of a short file there is none."""

    def __init__(self, bar: UUID | None = None, size: int = 0) -> None:
        self._bar = bar
        self._size = size
        self._read = 0
        self._shown = 0.0

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Self:
        """Show an empty bar if the files are long."""
        try:
            size = sum(path.stat().st_size for path in paths)
        except (OSError, ValueError):  # the reader says what is wrong with the path
            return cls()
        if size < LONG_BYTES:
            return cls()
        bar = create_progress_artifact(
            progress=0.0,
            key="import-progress",
            description="CSVの取込状況 (how far the import is)",
        )
        return cls(cast(UUID, bar), size)

    def read(self, more: int) -> None:
        """Move the bar by the bytes read, which of a zip are more than it has."""
        self._read += more
        self.show(READ * min(self._read / max(self._size, 1), 1.0))

    def show(self, percent: float) -> None:
        """Move the bar, if by enough to be seen."""
        if self._bar is not None and percent - self._shown >= STEP:
            update_progress_artifact(self._bar, progress=percent)
            self._shown = percent


class Watched:
    """An order file that moves the bar, and notes rejects, while it is taken."""

    def __init__(self, file: OrderFile, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._taken = 0
        self.rejects: list[Reject] = []
        self.layout = file.layout
        self.file_name = file.file_name
        self.rows_read = file.rows_read
        self.schema = file.schema
        self.is_in_memory = file.is_in_memory
        self.columns_present = file.columns_present
        self.sha256 = file.sha256

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        """Give the file's batches; show how many of its rows were taken.

        A long file is gone through twice: to judge its rows, and to store them.
        """
        self.rejects = []
        for batch in self._file.batches(size):
            room = batch.rejects.head(LISTED - len(self.rejects))
            shown = room.select(Reject._fields).iter_rows()
            self.rejects += [Reject(*row) for row in shown]
            yield batch
            self._taken += batch.rows.height
            share = min(self._taken / max(2 * self.rows_read, 1), 1.0)
            self._progress.show(READ + (ALL_BUT_DONE - READ) * share)


REFUSALS = (CsvRefused, OtherShops, UnknownShop, SettingsProblem)
"""The file, or what was said of it, is wrong: a person has to do something."""

TELLS_NO_VALUES = (*REFUSALS, WarehouseClosed, OSError)
"""Errors whose text is about files and settings, never about what stands in a cell."""

LOOK_AGAIN_S = 1.0
"""Between two looks at the watched folder: who still writes shows by then."""


class ImportBroken(Exception):
    """Something nobody foresaw; told without the values it happened on."""


class OnlyTried(Exception):
    """Ends a trial: leaving the warehouse by an error undoes everything."""


class Choices(NamedTuple):
    """What a person chose in the form, the same for every file of a run."""

    mode: Literal["update", "replace"]
    other_shops: Literal["refuse", "skip"]
    dry_run: bool


@dataclass(frozen=True)
class Imported:
    """What is told of a file that was read to its end; nothing of its people."""

    title: str
    encoding: str
    columns: int
    notices: Sequence[str]
    report: ImportReport
    rejects: Sequence[Reject]


def given_download(paths: str | list[str], mall: str, shop: str) -> list[Download]:
    """Take the file a person named, or the two of a pair, as one download."""
    names = [paths] if isinstance(paths, str) else paths
    return [Download(tuple(Path(name) for name in names), mall, shop)]


@task(name="look-into-incoming", **SAFE_TO_REPEAT)
def look_into_incoming() -> list[Download]:
    """List the downloads that stand whole in the watched folder, the oldest first."""
    return waiting_downloads(read_settings().incoming, now(), _pause)


@task(name="import-download", task_run_name="import-{download.mall}", **SAFE_TO_REPEAT)
def import_download(download: Download, choices: Choices) -> Imported:
    """Import one download whole, or raise and leave the warehouse as it was.

    Repeating it is harmless: the same file again changes nothing.
    """
    with telling_no_values():
        shop_id = shop_id_of(download)
        progress = Progress.of(download.paths)
        with read_order_file(
            download.paths, download.mall, watch=progress.read
        ) as file:
            progress.show(READ)
            watched = Watched(file, progress)
            report = _store(watched, shop_id, choices)
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
    """Move a download out of the watched folder; say in Japanese if that failed.

    One named by hand stays in place. One that failed for another reason than its own
    content stays to be tried again.
    """
    outcome = imported.result(raise_on_failure=False)
    is_refused = isinstance(outcome, REFUSALS)
    is_failed = isinstance(outcome, BaseException) and not is_refused
    if not download.waits or choices.dry_run or is_failed:
        return ""
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
            f"{download.name} を incoming フォルダから移せません({error.strerror})。"
            " 対処: フォルダの権限とディスクの空きを確かめてください。"
            " (the file could not be moved away)"
        )
    return ""


@contextmanager
def telling_no_values() -> Iterator[None]:
    """Replace unforeseen errors: their text may quote a cell, and Prefect keeps it."""
    try:
        yield
    except TELLS_NO_VALUES:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it may quote a cell
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise ImportBroken(
            f"予期しないエラーで取り込めませんでした({type(error).__name__},"
            f" {Path(last.filename).name}:{last.lineno})。何も書き込んでいません。"
            " 対処: このファイルを残し、開発者に知らせてください (unexpected error)。"
        ) from None


def _store(file: Watched, shop_id: str, choices: Choices) -> ImportReport:
    with suppress(OnlyTried), our_warehouse() as con:
        report = import_orders(
            con,
            file,
            import_id=str(uuid4()),
            shop_id=shop_id,
            mode=choices.mode,
            other_shops=choices.other_shops,
            imported_at=now(),
        )
        if choices.dry_run:
            raise OnlyTried
    return report


def _pause() -> None:
    time.sleep(LOOK_AGAIN_S)
