"""A mall's order CSV: find it, read it, store its orders, put it away."""

import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import uuid4

from prefect import task
from prefect.client.schemas.objects import State

from connectors.incoming import Download, waiting_downloads
from connectors.mall_csv import CsvRefused, read_order_file
from connectors.put_away import put_into_done, put_into_rejected
from connectors.settings import SettingsProblem, read_settings
from data.warehouse.csv_import import ImportReport, OtherShops, import_orders
from data.warehouse.errors import WarehouseClosed
from tasks.csv_progress import READ, Progress, Reject, Watched
from tasks.csv_shop import shop_id_of
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops import UnknownShop
from tasks.warehouse import our_warehouse

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
