"""What statements of several rooms ask of a package: its door, and if it is still here.

Each is a temporary macro, which its user makes first.
"""

from data.warehouse.session import Connection
from data.warehouse.statements import SQL


def make_door(con: Connection) -> None:
    """Make the macro `door`, by which a recipient's address is compared."""
    SQL.run(con, "create_door")


def make_cold(con: Connection) -> None:
    """Make the macro `cold`, by which what a label says of 冷蔵・冷凍 is compared."""
    SQL.run(con, "create_cold")


def make_is_here(con: Connection) -> None:
    """Make the macros by which a package has not left, as the mall's file tells it."""
    SQL.run(con, "create_here_by_lines")
    SQL.run(con, "create_is_here")
