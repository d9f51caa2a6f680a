"""What waits for a person (`needs_a_person`), and what a person took off that list."""

from datetime import datetime

from data.model.japan_time import in_japan
from data.model.matter import Matter, MatterKind
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


def matters(
    con: Connection, kind: MatterKind | None = None, key: str | None = None
) -> list[Matter]:
    """Return what waits for a person, longest waiting first; None means any."""
    given = {"kind": None if kind is None else kind.value, "key": key}
    return [matter(*row) for row in SQL.run(con, "list_matters", given).fetchall()]


def matter(  # noqa: PLR0913, PLR0917 - a row of needs_a_person
    kind: str,
    key: str,
    mall: str,
    shop_id: str,
    order_number: str | None,
    since: datetime,
    what: str,
) -> Matter:
    """Build the matter of a row of `needs_a_person`."""
    of = MatterKind(kind)
    return Matter(of, key, mall, shop_id, order_number, in_japan(since), what)


def dismiss_matter(  # noqa: PLR0913
    con: Connection, kind: MatterKind, key: str, *, who: str, note: str, at: datetime
) -> Matter | None:
    """Take a matter off the list, journal it and return it; None if it is not there.

    It stays off until it breaks anew. Raises ValueError without `who` or `note`: a
    dismissal nobody signed explains nothing.
    """
    if not who.strip() or not note.strip():
        raise ValueError("a dismissal needs who and note")
    found = matters(con, kind, key)
    given = {"kind": kind.value, "key": key, "who": who, "note": note}
    SQL.run(con, "insert_dismissals", given | {"dismissed_at": at})
    return found[0] if found else None
