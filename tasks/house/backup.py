"""The night's backup: opened and checked, copied elsewhere, the old ones deleted."""

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from prefect import task

from connectors.durable_write import replace_durably
from connectors.settings.fields import Settings
from connectors.settings.reading import read_settings
from data.model.backup import TOO_OLD, is_dated_ahead
from data.model.matter import MatterKind
from data.warehouse.house.backup import (
    back_up,
    backups,
    copy_backup,
    delete_old_backups,
)
from data.warehouse.house.incidents import record_incident, settle_incidents
from data.warehouse.invariants import Violation
from data.warehouse.session import checkpoint
from tasks.machine import now, our_warehouse
from tasks.runs.retrying import SAFE_TO_REPEAT

COPIED_TO: Final = "copied-to"
"""Beside the backups: the folder that the last one was copied to."""
DAMAGED: Final = "対処: juchu.duckdb をコピーして保管し、開発者に連絡してください。"
ODD: Final = (
    "バックアップは有効です。対処: モールの管理画面で、注文の金額を確認してください。"
    "金額が正しい場合は、開発者に連絡してください。"
)


class NightBackup(NamedTuple):
    """What came of the night's backup."""

    file: Path
    size: int
    broken: tuple[Violation, ...]
    """Rules that do not hold; one that shows damage keeps it from counting."""
    deleted: int
    """Older backups that were deleted."""
    counts: bool = True


class CopyFailed(Exception):
    """The backup is made, and could not be copied to the other folder."""

    def __init__(self, folder: Path, cause: str, advice: str) -> None:
        super().__init__(
            f"バックアップを {folder} にコピーできませんでした({cause})。"
            f"バックアップ自体は backup/ にあります。対処: {advice}"
        )


@task(name="write-into-file", **SAFE_TO_REPEAT)
def write_into_file() -> int:
    """Checkpoint the warehouse and return the bytes of WAL that are left."""
    settings = read_settings()
    with our_warehouse():  # makes or migrates it where nobody has
        pass
    return checkpoint(settings.warehouse, settings.warehouse_patience_s)


@task(name="make-backup", **SAFE_TO_REPEAT)
def make_backup(*, clock_is_right: bool = False) -> NightBackup:
    """Back the warehouse up, and record every rule that does not hold.

    Old backups go only after a new one counts; those dated ahead, only by a clock that
    RMS has shown to be right.

    Raises:
        BackupRefused: the copy could not be opened.
        WarehouseClosed: the warehouse did not open.

    """
    settings, at = read_settings(), now()
    made = back_up(
        settings.warehouse, settings.backup, at, settings.warehouse_patience_s
    )
    deleted = 0
    if made.counts:
        numbers = settings.backup_daily, settings.backup_weekly
        gone = delete_old_backups(
            settings.backup, *numbers, at, clock_is_right=clock_is_right
        )
        deleted = len(gone)
    _record_broken(made.broken, at)
    return NightBackup(made.file, made.size, made.broken, deleted, made.counts)


@task(name="copy-backup", **SAFE_TO_REPEAT)
def copy_elsewhere(*, clock_is_right: bool = False) -> str:
    """Copy the youngest backup to the other folder, if one is set, and return where.

    Raises:
        CopyFailed: it could not be written there, or was not there when read back; or
            all copies of before are gone from there.

    """
    settings, at = read_settings(), now()
    youngest = next(iter(_of_now(settings, at).values()), None)
    folder = settings.backup_copies
    if folder is None or youngest is None:
        return ""
    sign = settings.backup / COPIED_TO
    _refuse_empty(folder, sign)
    try:
        if youngest.name not in {each.name for each in backups(folder).values()}:
            copy_backup(youngest, folder)
        numbers = settings.backup_daily, settings.backup_weekly
        delete_old_backups(folder, *numbers, at, clock_is_right=clock_is_right)
        replace_durably(sign, f"{folder}\n".encode())
    except Exception as exc:
        advice = "JUCHU_BACKUP_COPY のフォルダーと空き容量を確認してください。"
        cause = isinstance(exc, OSError) and exc.strerror
        raise CopyFailed(folder, cause or type(exc).__name__, advice) from exc
    return str(folder)


def _refuse_empty(folder: Path, sign: Path) -> None:
    """Refuse a folder that had copies and has none: its disk is not there.

    Made anew in its place, a copy would lie on our own disk, and nobody would know.
    """
    is_known = sign.exists() and sign.read_text("utf-8").strip() == str(folder)
    if is_known and not any(folder.glob("juchu-*")):
        raise CopyFailed(
            folder,
            "以前のコピーが1つもありません",
            "ディスクが接続されているか確認してください。新しいディスクに替えた"
            f"場合は、{sign} を削除してから、もう一度実行してください。",
        )


def _record_broken(broken: tuple[Violation, ...], at: datetime) -> None:
    with our_warehouse() as con:
        for each in broken:
            what = (
                f"規則 {each.rule} に合わないものが{each.count}件あります"
                f"({'、'.join(each.examples)})。{DAMAGED if each.is_damage else ODD}"
            )
            record_incident(con, MatterKind.RULE_BROKEN, each.rule, at, what)
        still = [each.rule for each in broken]
        settle_incidents(con, MatterKind.RULE_BROKEN, still, at)


def _of_now(settings: Settings, at: datetime) -> dict[datetime, Path]:
    """Return the backups without those dated ahead, while the clock was wrong.

    Until that day one of them would count as the youngest: every new night would be
    neither copied nor missed.
    """
    known = backups(settings.backup)
    return {made: file for made, file in known.items() if not is_dated_ahead(made, at)}


def backup_is_old(settings: Settings, at: datetime, made_at: datetime) -> str:
    """Return the message for staff if the youngest backup is too old, or ""."""
    youngest = next(iter(_of_now(settings, at)), None)
    if at - (youngest or made_at) <= TOO_OLD:
        return ""
    told = (
        f"最後のバックアップは{youngest:%m月%d日 %H:%M}です。"
        if youngest
        else "バックアップがまだありません。"
    )
    advice = "対処: keep-house/0300 を実行し、失敗したら報告を確認してください。"
    return told + advice
