"""Why the warehouse would not open, each with what to do next.

WarehouseClosed
├── WarehouseBusy          another session holds the file: the same call later
├── WarehouseOutOfReach    folder, rights or disk: nothing is wrong with the file
├── WarehouseDamaged       the file is there but DuckDB cannot read it
└── MigrationRefused       the file and this juchu do not belong together
"""


class QueryRefused(Exception):
    """DuckDB does not understand a person's query, or it would have written."""


class WarehouseClosed(Exception):
    """The warehouse did not open; nothing was read or written."""


class WarehouseBusy(WarehouseClosed):
    """Another session kept the file for longer than our patience."""


class WarehouseOutOfReach(WarehouseClosed):
    """The file could not be reached or made."""


class WarehouseDamaged(WarehouseClosed):
    """DuckDB cannot read the file."""


class MigrationRefused(WarehouseClosed):
    """The database went through other migrations than this juchu knows."""
