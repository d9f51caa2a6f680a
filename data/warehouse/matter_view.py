"""Compose the view `for_a_person`: one file in `matters/` for each kind of matter.

`needs_a_person` is that view less what was dismissed.

A view holds no rows, so it needs no migration of its own: it is made anew whenever its
text differs from the one that made it. A new kind is a new file.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from hashlib import sha256
from pathlib import Path

from duckdb import DuckDBPyConnection

from data.warehouse.statements import SQL

KINDS = Path(__file__).parent / "matters"
VIEW = "for_a_person"

_HEAD = f"""CREATE OR REPLACE VIEW {VIEW} (
    kind, key, mall, shop_id, order_number, since, what
) AS
"""
_ORDER_STANDS = """WITH order_stands AS NOT MATERIALIZED (
    SELECT
        o.mall, o.shop_id, o.order_number,
        coalesce(l.ended_at, o.cancelled_at, o.imported_at) AS since
    FROM orders AS o
    LEFT JOIN (
        SELECT mall, shop_id, order_number, max(ended_at) AS ended_at
        FROM order_status_log
        GROUP BY mall, shop_id, order_number
    ) AS l USING (mall, shop_id, order_number)
)
"""
"""`order_stands`: since when each order's status is what it is. What changes about an
order later, such as a remark, moves only its observed_at."""


@cache
def view_statement(folder: Path = KINDS) -> str:
    """Return the statements that make both views; each folder is read once.

    A file's name is its kind. Its SELECT returns key, mall, shop_id, order_number,
    since and what, in this order; what they promise: docs/rules.md 6.9. Each may join
    `order_stands`.
    """
    branches = [
        f"SELECT '{file.stem}', * FROM (\n{file.read_text(encoding='utf-8')})"  # noqa: S608 - our own files
        for file in sorted(folder.glob("*.sql"))
    ]
    view = _HEAD + _ORDER_STANDS + "\nUNION ALL\n".join(branches)
    return view + ";\n" + SQL("create_matter_list")


def renew_matter_view(
    con: DuckDBPyConnection,
    saved: Callable[[], AbstractContextManager[None]] = nullcontext,
    folder: Path = KINDS,
) -> bool:
    """Make the view anew if its text has changed, in one transaction; return if it was.

    The checkpoint follows at once, as after a migration, all of it within `saved`.
    """
    statement = view_statement(folder)
    version = {
        "view_name": VIEW,
        "sha256": sha256(statement.encode()).hexdigest(),
    }
    if SQL.run(con, "count_view_version", version).fetchall() == [(1,)]:
        return False
    with saved():
        con.begin()
        con.execute(statement)
        SQL.run(con, "record_view_version", version)
        con.commit()
        con.execute("CHECKPOINT")
    return True
