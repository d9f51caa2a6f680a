"""Errors for a warehouse that does not open, each with what to do next.

WarehouseClosed
├── WarehouseMissing       there is no file, and who reads makes none
├── WarehouseBusy          another session holds the file: the same call later
├── WarehouseOutOfReach    folder, rights or disk: nothing is wrong with the file
├── WarehouseDamaged       the file is there but DuckDB cannot read it
├── HomeMoved              the file is not of the present owner of its home
├── KeyDamaged             the key of its hashes is there but is no key
└── MigrationRefused       the file and this juchu do not belong together
"""


class QueryRefused(Exception):
    """A person's query is no valid SQL, or it would have written."""


class WarehouseClosed(Exception):
    """The warehouse did not open; nothing was read or written."""


class WarehouseMissing(WarehouseClosed):
    """There is no file to read."""


class WarehouseBusy(WarehouseClosed):
    """Another session held the file for longer than we wait."""

    def __repr__(self) -> str:
        """Leave the advice out: Prefect logs this of an attempt that it will retry."""
        what, _, _ = str(self).partition("対処:")
        return f"{type(self).__name__}({what!r})"


class WarehouseOutOfReach(WarehouseClosed):
    """The file could not be reached or made."""


class WarehouseDamaged(WarehouseClosed):
    """DuckDB cannot read the file."""


class HomeMoved(WarehouseClosed):
    """The home is another host's by now, or this file is an old copy of it."""


class KeyDamaged(WarehouseClosed):
    """The file of the key holds something else."""


class MigrationRefused(WarehouseClosed):
    """The database's migrations are not the ones of this juchu version."""


class RestoreRefused(Exception):
    """A backup that cannot take the warehouse's place, or a good one is there."""


class BackupRefused(Exception):
    """A backup that cannot be opened, or that is not what was written; kept out."""
