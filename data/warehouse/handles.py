"""What statements of several rooms call a shop: a temporary macro, made by its user."""

from data.warehouse.session import Connection
from data.warehouse.statements import SQL


def make_handle_of(con: Connection) -> None:
    """Make the macro `handle_of`, by which a shop of a mall is named."""
    SQL.run(con, "create_handle_of")
