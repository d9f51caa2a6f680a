"""Why the warehouse stays shut, in words for the reader, with what to do next."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

import duckdb

from data.warehouse.errors import (
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseFull,
    WarehouseMissing,
    WarehouseOutOfReach,
)


def missing(path: Path) -> WarehouseMissing:
    """Return the error for a file that is not there."""
    return WarehouseMissing(
        f"データベース {path} がありません。"
        "対処: JUCHU_HOME を確認してください。"
        "はじめての場合は、先に注文を取り込むか、make demo を実行してください。"
    )


def busy(path: Path, holder: int | None) -> WarehouseBusy:
    """Return the error for a file that another process has, by its id if known."""
    who = f"プロセス {holder}" if holder else "別のプロセス"
    return WarehouseBusy(
        f"{path} は {who} が使用中です。"
        f"対処: {who} の終了を待ってから、もう一度実行してください"
        "(DuckDB を開いたままのツールがあれば閉じてください)。"
    )


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """Raise WarehouseFull in place of DuckDB's error about a disk without room."""
    try:
        yield
    except duckdb.Error as exc:
        if not (cause := _no_room(exc)):
            raise
        raise WarehouseFull(path, cause) from exc


def _no_room(exc: duckdb.Error) -> str:
    """Return the system's name for a disk without room, "" for another fault.

    DuckDB says it by text only; none of that text is passed on, it may quote a cell.
    """
    words = (os.strerror(each) for each in (ENOSPC, EDQUOT, EFBIG))
    return next((word for word in words if str(exc).endswith(word)), "")


def unopened(path: Path, exc: duckdb.Error) -> WarehouseDamaged | WarehouseOutOfReach:
    """Return the error for a file that cannot be read, or not be reached."""
    if _no_room(exc):
        return out_of_reach(path)
    if path.is_file() and os.access(path, os.R_OK | os.W_OK):
        return WarehouseDamaged(
            f"{path} を DuckDB のデータベースとして開けません。"
            "対処: make restore FROM=(backup のフォルダー)を実行してください"
            "(このファイルは別のフォルダーに移して残します)。"
        )
    return out_of_reach(path)


def out_of_reach(path: Path) -> WarehouseOutOfReach:
    """Return the error for a file or folder that cannot be made, read or written."""
    return WarehouseOutOfReach(
        f"{path} を作成または開くことができません。"
        "対処: フォルダーの有無、読み書きの権限、ディスクの空き容量を"
        "確認してください。"
    )
