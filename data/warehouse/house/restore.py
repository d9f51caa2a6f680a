"""Restore the warehouse from a backup, into a home where it is lost or broken.

The backup is copied beside the warehouse's place, opened, migrated and checked there,
and only then put in that place. What stood there is moved aside, never deleted.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from data.model.backup import backup_time, is_dated_ahead
from data.model.japan_time import JST
from data.model.matter import MatterKind
from data.warehouse.buyers import forget_again
from data.warehouse.errors import RestoreRefused, WarehouseDamaged, WarehouseMissing
from data.warehouse.forget_requests import requests_beside
from data.warehouse.half_made import removed_on_error
from data.warehouse.house.backup import SUM, backups, is_whole
from data.warehouse.house.incidents import record_incident
from data.warehouse.house.rewrite import rewrite
from data.warehouse.house.safety_copy import (
    copy_file,
    put_back,
    put_restored,
    restored_of,
    saved_of,
    sync,
    wal_of,
)
from data.warehouse.instance import connect
from data.warehouse.invariants import violations
from data.warehouse.matter_view import renew_matter_view
from data.warehouse.migrate import migrate
from data.warehouse.people_key import KEY_FILE, use_key
from data.warehouse.session import holding, shut
from data.warehouse.why_closed import busy, room_for

WHEN: Final = "%Y年%m月%d日 %H:%M"


class Restored(NamedTuple):
    """What was restored, and the hours of which the backup knows nothing."""

    source: Path
    lost_from: datetime
    lost_until: datetime
    aside: Path | None
    """Where the files that stood there are now; None if there were none."""
    forgotten: int = 0
    """Orders of buyers who asked to be deleted since then, cleared again."""


def restore(path: Path, source: Path, at: datetime, *, over_good: bool) -> Restored:
    """Put a backup in the warehouse's place; a folder means its youngest backup.

    The lost hours are recorded as an incident, for a person to see to. A kill leaves
    the old warehouse or the restored one, each whole; the same call again ends it.

    Raises:
        RestoreRefused: the backup is none, or damaged, or breaks a rule; the folder
            has one dated ahead; or a good warehouse stands there and `over_good` is
            not set.
        WarehouseBusy: somebody has the warehouse open.
        WarehouseFull: there is no room for the copy.
        OSError: so the system says, or a file cannot be read or written.

    """
    file = _backup_of(source, at)
    was_killed = restored_of(path).is_dir()  # it would look good: it ends when opened
    if not (over_good or was_killed) and _is_good(path):
        raise RestoreRefused(
            f"{path} は正常に開けるため、復元しませんでした。"
            "対処: それでも置き換える場合は、OVER=good を付けて実行してください"
            "(今のファイルは別のフォルダーに移して残します)。"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = backup_time(file.name) or datetime.fromtimestamp(file.stat().st_mtime, JST)
    known = min(known, at.astimezone(JST))
    part = path.with_name(path.name + ".restoring")
    _end_what_was_killed(path)
    # From here on nobody opens what is to go: a commit into it would be lost, and its
    # WAL would end up beside another file.
    with shut(path) as held, removed_on_error(part):
        if saved_of(path).is_dir():  # somebody died over it just now
            raise busy(path, None)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        copy = part / path.name
        copy_file(file, copy, held)
        with suppress(FileNotFoundError):
            copy_file(wal_of(file), wal_of(copy), held)
        forgotten = _prepare(copy, path, known, at, file)
        if forgotten is not None:
            rewrite(copy, at)
        aside = _put_aside(path, at)
        made = (part, copy, wal_of(copy), path.with_name(KEY_FILE))
        _give_to_the_homes_owner(path.parent, [*made, *([aside] if aside else [])])
        sync(part)
        part.rename(restored_of(path))  # up to here all is as it was
        sync(path.parent)
        put_restored(path)
    return Restored(file, known, at, aside, forgotten or 0)


def _backup_of(source: Path, at: datetime) -> Path:
    if source.is_dir():
        known = backups(source)
        if known and is_dated_ahead(max(known), at):
            raise RestoreRefused(
                f"{known[max(known)]} の日時が、このマシンの時計"
                f"({at.astimezone(JST):{WHEN}})より先です。"
                "どれが最も新しいバックアップか判断できません。"
                "対処: 時計を合わせてください。時計が正しい場合は、FROM= に復元する"
                "バックアップのファイルを指定してください。"
            )
        found = [file for file in known.values() if is_whole(file)]
        if not found:
            raise RestoreRefused(
                f"{source} に確認済みのバックアップがありません。"
                "対処: backup フォルダーか、juchu-日付-時刻.duckdb を指定してください。"
            )
        return found[0]
    if not source.is_file():
        raise RestoreRefused(
            f"{source} がありません。"
            "対処: FROM=backup のフォルダー、またはバックアップのファイルを"
            "指定してください。"
        )
    if source.with_name(source.name + SUM).exists() and not is_whole(source):
        raise RestoreRefused(
            f"{source} は壊れています(SHA-256 が一致しません)。"
            "対処: 1つ前のバックアップを指定してください。"
        )
    return source


def _end_what_was_killed(path: Path) -> None:
    try:
        put_back(path)
    except BlockingIOError as exc:
        raise busy(path, None) from exc


def _is_good(path: Path) -> bool:
    """Return whether a warehouse opens there and no rule shows damage in it."""
    try:
        with holding(path) as (con, _held):
            return not any(each.is_damage for each in violations(con))
    except (WarehouseMissing, WarehouseDamaged, duckdb.Error):
        return False


def _prepare(
    copy: Path, path: Path, known: datetime, at: datetime, of: Path
) -> int | None:
    """Migrate and check the copy, and record in it what it does not know.

    Returns the orders whose buyers had asked to be deleted and were in it again, None
    where nobody ever asked.
    """
    since, until = known.astimezone(JST), at.astimezone(JST)
    what = (
        f"{since:{WHEN}}のバックアップから復元しました。{until:{WHEN}}までの注文は、"
        "RMSから取り込み直します。その間の棚卸・入荷・在庫の手動調整、注文CSV、"
        "送り状の出力、送り状番号、店舗の段階、一覧から外した記録は失われました。"
        "対処: その間に入力したものを、もう一度入力し、この一覧から外してください"
        "(それまで、RMSの在庫数は減らすだけで、増やしません)。"
    )
    key = f"{since:%Y%m%d-%H%M}/{until:%Y%m%d-%H%M}"
    try:
        with room_for(path), ExitStack() as stack:
            con = connect(copy)
            stack.callback(con.close)
            use_key(con, path)
            migrate(con)
            renew_matter_view(con)
            asked = requests_beside(path)
            forgotten = forget_again(con, asked) if asked else None
            broken = [each for each in violations(con) if each.is_damage]
            record_incident(con, MatterKind.HOURS_LOST, key, at, what)
            con.execute("CHECKPOINT")
    except duckdb.Error as exc:
        raise RestoreRefused(
            f"{of} を開けません。対処: 1つ前のバックアップを指定してください。"
        ) from exc
    if broken:
        rules = "、".join(each.rule for each in broken)
        raise RestoreRefused(
            f"{of} は規則に合いません({rules})。"
            "対処: 1つ前のバックアップを指定してください。"
        )
    return forgotten


def _give_to_the_homes_owner(home: Path, made: Sequence[Path]) -> None:
    """Set the home's owner on files that root has made; else only root opens them."""
    owner = home.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for each in made:
            with suppress(FileNotFoundError):
                os.chown(each, owner.st_uid, owner.st_gid)


def _put_aside(path: Path, at: datetime) -> Path | None:
    """Give what stands there a second name each, in a folder of its own.

    All keeps its own name as well until what is restored takes its place: a kill would
    leave a file without its last commits, and who found none would make a new one.
    """
    standing = [path] if path.stat().st_size else []
    standing += [wal_of(path)] if wal_of(path).exists() else []
    if not standing:
        return None
    aside = path.with_name(f"replaced-{at.astimezone(JST):%Y%m%d-%H%M%S}")
    while aside.exists():
        at += timedelta(seconds=1)
        aside = path.with_name(f"replaced-{at.astimezone(JST):%Y%m%d-%H%M%S}")
    aside.mkdir(mode=0o700)
    for each in standing:
        (aside / each.name).hardlink_to(each)
    sync(aside)
    return aside
