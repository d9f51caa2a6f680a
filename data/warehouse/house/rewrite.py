"""Rewrite the warehouse's file, so that bytes of what was deleted are gone from it.

DuckDB leaves deleted and overwritten rows in the file's free blocks; neither CHECKPOINT
nor VACUUM removes them (measured, 2.0.1). Copied into a new file that is then renamed
over the old one, only what is stored stands there.
"""

from datetime import datetime
from pathlib import Path

from data.warehouse.half_made import removed_on_error
from data.warehouse.house.safety_copy import sync, wal_of, wal_size
from data.warehouse.readers import whole_file
from data.warehouse.statements import SQL
from data.warehouse.why_closed import room_for


def rewrite(
    path: Path,
    at: datetime,
    patience_s: float = 30.0,
) -> None:
    """Put a copy of what the warehouse holds in the place of its file and WAL.

    Nobody else has the file meanwhile. A kill leaves the old file or the new one, each
    whole; a half-made copy is removed by the next rewrite, and at once if this one
    fails. It needs as much room on the disk as the file takes.
    Raises WarehouseBusy, or another WarehouseClosed that says why it did not open;
    WarehouseFull or an OSError where the copy cannot be made, and the old file stays.
    """
    path = path.absolute()
    made = path.with_name(path.name + ".rewritten")
    parts = (made, wal_of(made))
    with (
        whole_file(path, patience_s) as (con, saved),
        room_for(path),
        removed_on_error(*parts),
    ):
        for left in parts:  # under the lock: nobody else's copy at work
            left.unlink(missing_ok=True)
        with saved():
            con.execute("CHECKPOINT old")
        if wal_size(path):
            raise OSError(f"{wal_of(path)} is not empty after a checkpoint")
        SQL.run(con, "attach_new_file", {"path": str(made)})
        SQL.run(con, "copy_all")
        SQL.run(con, "settle_bytes_left", {"at": at})
        con.execute("CHECKPOINT rewritten")
        con.execute("DETACH rewritten")
        sync(made)
        # Still under DuckDB's lock on the old file: nobody can have written meanwhile.
        made.replace(path)
        sync(path.parent)
