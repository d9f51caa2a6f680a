"""Prefect's SQLite file beside the house: no byte of a deleted value stays in it."""

import sqlite3
from contextlib import closing

from prefect import task
from prefect.settings import get_current_settings

from tasks.runs.retrying import SAFE_TO_REPEAT

PATIENCE_S = 30


class DatabaseBusy(Exception):
    """Prefect's server did not let go of its database; the next night tries again."""

    def __init__(self) -> None:
        super().__init__(
            "Prefect のデータベースが使用中のため、整理できませんでした。"
            "対処: 必要ありません。次の夜にもう一度実行します。"
        )


@task(name="tidy-prefect", **SAFE_TO_REPEAT)
def tidy_prefect() -> bool:
    """Empty the log and the free pages of Prefect's database; return if it is here.

    A mail address that a form gave is taken out of the run's row when the run begins,
    and is left in SQLite's write-ahead log until that is cut off. Free pages are zeroed
    at once where SQLite is built with SECURE_DELETE (Debian's is); else VACUUM leaves
    them out. A server on PostgreSQL has no such file: its own autovacuum is at work.

    Raises:
        DatabaseBusy: the server read or wrote for all of our patience.

    """
    file = get_current_settings().home / "prefect.db"
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(file, timeout=PATIENCE_S)) as con:
            ((is_zeroed,),) = con.execute("PRAGMA secure_delete").fetchall()
            if not is_zeroed:
                con.execute("VACUUM")
            ((busy, _, _),) = con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError as exc:
        raise DatabaseBusy from exc
    if busy:
        raise DatabaseBusy
    return True
