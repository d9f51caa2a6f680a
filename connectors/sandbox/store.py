"""The orders and the stock, in SQLite: in memory, or in a file that survives restarts.

An order is stored as the JSON text of its version 10 form, so that getOrder can return
it unparsed; beside it stand the few columns that searches and night jobs ask for.
`put_at` and `value_at` reach into an order by a dotted path such as
`PackageModelList.0.postagePrice`.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api.progress import indexed

OrderModel = dict[str, Any]
"""An order as getOrder shows it at version 10."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    order_number TEXT PRIMARY KEY, shop TEXT NOT NULL, progress, order_type,
    settlement, sub_status, ordered_at TEXT, confirmed_at TEXT, fixed_at TEXT,
    completed_at TEXT, paid_at TEXT, ship_dates TEXT, has_number INTEGER,
    closes_after TEXT, delivery_name TEXT, model TEXT NOT NULL,
    pays_at TEXT, vanished INTEGER DEFAULT 0, spoils TEXT, shown TEXT
);
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (shop, ordered_at);
CREATE INDEX IF NOT EXISTS orders_by_progress ON orders (progress, closes_after);
CREATE INDEX IF NOT EXISTS orders_paying ON orders (pays_at) WHERE pays_at NOT NULL;
CREATE TABLE IF NOT EXISTS jobs (
    request_id TEXT PRIMARY KEY, shop TEXT NOT NULL, ready_at TEXT NOT NULL,
    accepted_at TEXT NOT NULL, body TEXT NOT NULL, result TEXT
);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    shop TEXT, manage_number TEXT, variant_id TEXT, restores INTEGER,
    PRIMARY KEY (shop, manage_number, variant_id)
);
CREATE TABLE IF NOT EXISTS catalog (
    shop TEXT, manage_number TEXT, said TEXT NOT NULL, deleted_at TEXT,
    PRIMARY KEY (shop, manage_number)
);
CREATE TABLE IF NOT EXISTS levels (
    shop TEXT, manage_number TEXT, variant_id TEXT, quantity INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL,
    PRIMARY KEY (shop, manage_number, variant_id)
);
CREATE TABLE IF NOT EXISTS lead_times (
    shop TEXT, manage_number TEXT, variant_id TEXT, chosen TEXT NOT NULL,
    PRIMARY KEY (shop, manage_number, variant_id)
);
CREATE INDEX IF NOT EXISTS levels_by_age ON levels (updated);
CREATE TABLE IF NOT EXISTS stock_writes (
    number INTEGER PRIMARY KEY, shop TEXT, manage_number TEXT, variant_id TEXT,
    mode TEXT, sent INTEGER, quantity INTEGER, at TEXT
);
CREATE TABLE IF NOT EXISTS taken (
    order_number TEXT, shop TEXT, manage_number TEXT, variant_id TEXT,
    units INTEGER, line_id INTEGER, restore_type INTEGER DEFAULT 0
);
CREATE INDEX IF NOT EXISTS taken_by_order ON taken (order_number);
"""
_TABLES = (
    "orders", "jobs", "facts", "items", "levels", "lead_times", "stock_writes", "taken",
    "catalog",
)  # fmt: skip
_ADD = """
INSERT INTO orders (progress, order_type, settlement, sub_status, ordered_at,
    confirmed_at, fixed_at, completed_at, paid_at, ship_dates, has_number,
    closes_after, delivery_name, model, shop, order_number)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
"""
_CHANGE = """
UPDATE orders SET progress=?, order_type=?, settlement=?, sub_status=?, ordered_at=?,
    confirmed_at=?, fixed_at=?, completed_at=?, paid_at=?, ship_dates=?,
    has_number=?, closes_after=?, delivery_name=?, model=? WHERE order_number=?
"""


class Store:
    """The orders, accepted jobs and remembered facts of one sandbox."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; what was committed stays in it."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the block's changes together, or none of them if it raises."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def clear(self) -> None:
        """Delete every order, job, level and fact."""
        with self.transaction():
            for table in _TABLES:
                self.connection.execute(f"DELETE FROM {table}")  # noqa: S608

    def recall(self, name: str) -> Any:
        """Return a remembered fact, or None."""
        row = self.connection.execute(
            "SELECT value FROM facts WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else orjson.loads(row[0])

    def remember(self, name: str, value: Any) -> None:
        """Store a small fact, as JSON, for the next start."""
        self.connection.execute(
            "INSERT OR REPLACE INTO facts VALUES (?, ?)",
            (name, orjson.dumps(value).decode()),
        )

    def take_numbers(self, name: str, count: int = 1) -> int:
        """Reserve `count` consecutive numbers; return the first, from 1."""
        first: int = self.recall(name) or 1
        self.remember(name, first + count)
        return first

    def add(self, shop: str, models: Iterable[OrderModel]) -> None:
        """Insert new orders, within the caller's transaction."""
        self.connection.executemany(
            _ADD, [(*_columns(m), shop, m["orderNumber"]) for m in models]
        )

    def find(self, number: str, shop: str | None = None) -> OrderModel | None:
        """Return an order as it truly is, or None if this shop has no such order."""
        row = self.connection.execute(
            "SELECT model FROM orders"
            " WHERE order_number = ? AND shop = ifnull(?, shop)",
            (number, shop),
        ).fetchone()
        return None if row is None else orjson.loads(row[0])

    def shop_of(self, number: str) -> str:
        """Return the handle of the shop that sold an order, or raise LookupError."""
        row = self.connection.execute(
            "SELECT shop FROM orders WHERE order_number = ?", (number,)
        ).fetchone()
        if row is None:
            raise LookupError(f"no such order: {number}")
        shop: str = row[0]
        return shop

    def replace(self, model: OrderModel) -> None:
        """Update an order; a field spoiled in it stays spoiled."""
        number = model["orderNumber"]
        self.connection.execute(_CHANGE, (*_columns(model), number))
        self._show(number)

    def spoil(self, number: str, spoil: dict[str, Any]) -> None:
        """Make getOrder return a field wrongly from now on; the truth is kept.

        `spoil` has the keys `field` (a dotted path), `value` and `remove`.
        """
        row = self.connection.execute(
            "SELECT spoils FROM orders WHERE order_number = ?", (number,)
        ).fetchone()
        spoils = [*orjson.loads(row[0] or "[]"), spoil]
        self.connection.execute(
            "UPDATE orders SET spoils = ? WHERE order_number = ?",
            (orjson.dumps(spoils).decode(), number),
        )
        self._show(number)

    def _show(self, number: str) -> None:
        model, spoils = self.connection.execute(
            "SELECT model, spoils FROM orders WHERE order_number = ?", (number,)
        ).fetchone()
        if not spoils:
            return
        shown = orjson.loads(model)
        for spoil in orjson.loads(spoils):
            put_at(shown, spoil["field"], spoil.get("value"), remove=spoil["remove"])
        self.connection.execute(
            "UPDATE orders SET shown = ? WHERE order_number = ?",
            (orjson.dumps(shown).decode(), number),
        )

    def vanish(self, number: str) -> None:
        """Hide an order from getOrder while searches still list it."""
        self.connection.execute(
            "UPDATE orders SET vanished = 1 WHERE order_number = ?", (number,)
        )

    def shown(self, shop: str, numbers: list[str], since: datetime) -> dict[str, str]:
        """Return the JSON text, by number, of those orders that getOrder may return."""
        # The plus signs keep SQLite from walking through the whole shop by time.
        rows = self.connection.execute(
            "SELECT order_number, ifnull(shown, model) FROM orders"
            " WHERE order_number IN (SELECT value FROM json_each(?))"
            " AND +shop = ? AND NOT vanished AND +ordered_at >= ?",
            (orjson.dumps(numbers).decode(), shop, wire(since)),
        )
        return dict(rows.fetchall())

    def pay_at(self, number: str, moment: datetime | None) -> None:
        """Set when Rakuten's processing of an order ends (200 to 300); None: never."""
        self.connection.execute(
            "UPDATE orders SET pays_at = ? WHERE order_number = ?",
            (moment and wire(moment), number),
        )

    def texts(self, shop: str | None) -> list[str]:
        """Return the JSON of every order of a shop, or of all, oldest first."""
        rows = self.connection.execute(
            "SELECT model FROM orders WHERE shop = ifnull(?, shop)"
            " ORDER BY ordered_at, order_number",
            (shop,),
        )
        return [text for (text,) in rows]

    def summaries(self, shop: str | None) -> list[dict[str, Any]]:
        """Return number, shop and state of every order, oldest first."""
        rows = self.connection.execute(
            "SELECT order_number, shop, progress, ordered_at FROM orders"
            " WHERE shop = ifnull(?, shop) ORDER BY ordered_at, order_number",
            (shop,),
        )
        keys = ("orderNumber", "shop", "orderProgress", "orderDatetime")
        return [dict(zip(keys, row, strict=True)) for row in rows]


def _columns(model: OrderModel) -> tuple[Any, ...]:
    return (*indexed(model), orjson.dumps(model).decode())


def put_at(model: Any, path: str, value: Any, *, remove: bool = False) -> None:
    """Set or remove the value at `path`; ValueError if the path leads nowhere."""
    *way, last = path.split(".")
    try:
        for step in way:
            model = model[int(step) if isinstance(model, list) else step]
        key: Any = int(last) if isinstance(model, list) else last
        if remove:
            del model[key]
        else:
            model[key] = value
    except (KeyError, IndexError, TypeError, ValueError):
        raise ValueError(f"no such field: {path}") from None


def value_at(model: Any, path: str) -> Any:
    """Return the value at `path`, or None if the path leads nowhere."""
    try:
        for step in path.split("."):
            model = model[int(step) if isinstance(model, list) else step]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return model
