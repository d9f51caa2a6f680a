"""Which move of its home a warehouse file is of, and the hand-over to another host."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from duckdb import DuckDBPyConnection

from data.warehouse.errors import HomeMoved
from data.warehouse.house.safety_copy import saved
from data.warehouse.session import Connection, holding, warehouse
from data.warehouse.statements import SQL

FIRST_EPOCH = 1


class HomeEpoch(NamedTuple):
    """A home as one move left it: owned by a host."""

    home: str
    epoch: int
    host: str


def refuse_other_epoch(con: Connection, now_is: HomeEpoch, at: datetime) -> None:
    """Refuse a file that is not of this move of this home.

    A file that has never been any home's becomes the home's at its first epoch.

    Raises:
        HomeMoved: the file was left behind by a move, is older than one, or is another
            home's.

    """
    home, epoch, host = now_is
    found = SQL.run(con, "latest_home_epoch").fetchall()
    if not found and epoch == FIRST_EPOCH:
        _insert(con, now_is, at)
        return
    ((its_epoch, its_home),) = found or [(0, home)]
    if its_home != home:
        raise HomeMoved(
            f"このデータベースはホーム {its_home} のもので、"
            f"ホーム {home} のものではありません。何もしていません。"
            "対処: JUCHU_HOME とホームのフォルダーを確認してください。"
        )
    if its_epoch != epoch:
        raise HomeMoved(
            f"ホーム {home} のこのデータベースは世代 {its_epoch} ですが、今の世代は"
            f" {epoch} です(移動した後に残されたファイルか、移動する前のファイルです)。"
            "何もしていません。対処: このホストで動かす場合は、"
            f"make move-home HOME={home} TO={host} を実行してください。"
        )


def latest_epoch(path: Path) -> int:
    """Return the last move that a file knows of, 0 for none; migrate it if needed."""
    with warehouse(path) as con:
        found = SQL.run(con, "latest_home_epoch").fetchall()
    return int(found[0][0]) if found else 0


@contextmanager
def handed_over(
    path: Path, new: HomeEpoch, at: datetime, patience_s: float
) -> Iterator[None]:
    """Keep everybody out of the file, which is of the new move already.

    What is copied within the block is the home as its next owner has it; nothing is
    written to the file left behind from then on. An error in the block takes the move
    back. Raises what `holding` raises; WarehouseBusy while somebody is at work.
    """
    with holding(path, patience_s) as (con, held):
        _insert(con, new, at)
        with saved(path.absolute(), held):
            con.execute("CHECKPOINT")
        try:
            yield
        except BaseException:
            SQL.run(con, "delete_home_epoch", {"epoch": new.epoch})
            raise


def _insert(con: DuckDBPyConnection, new: HomeEpoch, at: datetime) -> None:
    SQL.run(con, "insert_home_epoch", new._asdict() | {"begun_at": at})
