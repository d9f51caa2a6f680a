"""What the house has kept for long enough: files, and what killed runs left behind."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from prefect import task

from connectors.durable_write import HALF
from connectors.settings.fields import Settings
from connectors.settings.reading import read_settings
from connectors.uploads import TRACKING, Uploads, token_of, uploaded_files
from connectors.watched_folder import DONE
from data.model.backup import AHEAD
from data.warehouse.analytics.versions import remove_replaced
from data.warehouse.house.backup import LEFT_BEHIND
from tasks.machine import now
from tasks.runs.retrying import SAFE_TO_REPEAT

HALF_MADE: Final = (
    "juchu.duckdb.*/",
    "juchu.duckdb.rewritten*",
    "people.key.*.tmp",
    f".*{HALF}",
    f"*/.*{HALF}",
)
"""What a killed process leaves of a new file, in the home and in its folders."""
IN_USE: Final = ("juchu.duckdb.saved", "juchu.duckdb.restored", "juchu.duckdb.tmp")
"""Names among these that mean something: what is to be put back, what DuckDB spills."""

UPLOADS: Final = timedelta(days=1)
"""How long an upload waits on the desk for somebody to confirm it."""
BOOKED: Final = timedelta(days=7)
"""How long one waits whose import was begun and has not been seen to end."""


class NotDeleted(Exception):
    """Files are left whose days are over; all others are deleted."""


@task(name="trim-files", **SAFE_TO_REPEAT)
def trim_files(*, clock_is_right: bool = False) -> None:
    """Delete files whose days are over, by the time they were last written.

    By a clock that RMS has shown to be right, the days of what a fast one dated ahead
    begin now: it would stay until that day, and its own days after it. One file that
    cannot be touched keeps no other.

    Raises:
        NotDeleted: some could not be deleted, or dated anew.

    """
    settings, at = read_settings(), now()
    ahead = [(_dated_ahead, partial(_date, at=at))] if clock_is_right else []
    over = [(files, _delete) for files in (_over, _left_behind, _replaced)]
    kept: Counter[Path] = Counter()
    for files, act in ahead + over:
        for each in files(settings, at):
            try:
                act(each)
            except OSError:
                kept[each.parent] += 1
    remove_replaced(settings.analytics, at)
    if kept:
        # A file that a mall named may have a buyer's name.
        left = "、".join(f"{folder} に{count}件" for folder, count in kept.items())
        raise NotDeleted(
            f"期限を過ぎたファイルを削除できませんでした({left})。"
            "ほかのファイルは削除しました。"
            "対処: フォルダーとファイルのアクセス権を確認してください。"
            "次の夜に、もう一度削除します。"
        )


def _kept(settings: Settings) -> Iterator[tuple[Path, str, int]]:
    """Yield each folder of files with a term: which of them, and for how many days."""
    yield settings.incoming / DONE, "*", settings.files_days
    yield settings.rejected, "*", settings.files_days
    yield settings.labels, "*", settings.labels_days
    yield settings.uploads, f"{TRACKING}*", settings.labels_days
    yield settings.home / "logs", "*", settings.logs_days
    yield settings.looks, "*", settings.looks_days


def _dated_ahead(settings: Settings, at: datetime) -> Iterator[Path]:
    for folder, _, _ in _kept(settings):
        for each in folder.rglob("*"):
            if each.is_file() and not each.is_symlink() and _age(each, at) < -AHEAD:
                yield each


def _over(settings: Settings, at: datetime) -> Iterator[Path]:
    """Yield the files whose days are over by their setting; 0 days keep for ever."""
    for folder, names, days in _kept(settings):
        if days:
            for each in folder.rglob(names):
                if each.is_file() and _age(each, at) > timedelta(days=days):
                    yield each
    uploads = Uploads(settings.uploads)
    booked = {upload.token for upload, _ in uploads.waiting() if upload.booked}
    for each in uploaded_files(settings.uploads):
        if _age(each, at) > (BOOKED if token_of(each) in booked else UPLOADS):
            yield each


def _left_behind(settings: Settings, at: datetime) -> Iterator[Path]:
    for pattern in HALF_MADE:
        for each in settings.home.glob(pattern):
            if each.name not in IN_USE and _age(each, at) > LEFT_BEHIND:
                yield each


def _replaced(settings: Settings, at: datetime) -> Iterator[Path]:
    """Yield what a restore moved aside, once the backups of that day are over."""
    days = max(settings.backup_daily, 7 * settings.backup_weekly)
    for each in settings.home.glob("replaced-*/"):
        if _age(each, at) > timedelta(days=days):
            yield each


def _age(path: Path, at: datetime) -> timedelta:
    try:
        return timedelta(seconds=at.timestamp() - path.lstat().st_mtime)
    except FileNotFoundError:
        return timedelta(0)


def _date(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)  # all of it that may go
        with suppress(FileNotFoundError):
            path.rmdir()  # raises where something is left
    else:
        path.unlink(missing_ok=True)
