"""The last answer about each order: known by its hash, and kept in the mall's words."""

from collections.abc import Callable, Sequence

from duckdb import DuckDBPyConnection

from data.warehouse.people_key import key_in, keyed_hash
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


def known_answers(
    con: Connection, shop_id: str, numbers: Sequence[str]
) -> Callable[[str, str], bool]:
    """Return whether an order's present content came from an answer, by its hash.

    What is returned takes the order's number and the hash of an answer, and needs no
    session: the hashes that are stored take the key.
    """
    given = {"shop_id": shop_id, "numbers": list(numbers)}
    known = dict(SQL.run(con, "list_known_answers", given).fetchall())
    key = key_in(con)
    # No hash is made for a new order, of which nothing is known.
    return lambda number, seen: (
        number in known and known[number] == keyed_hash(key, seen)
    )


def keep_answers(con: DuckDBPyConnection) -> None:
    """Keep the newest answer of each order in `incoming` in place of an older one."""
    for name in ("gather_answers", "remove_older_answers", "keep_answers"):
        SQL.run(con, name)
