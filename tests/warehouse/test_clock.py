"""What a fast clock wrote: every instant of ours is moved back, in its old order."""

import re

import pytest

from data.warehouse.house.clock import heal_future
from data.warehouse.statements import SQL
from tests.support.orders import at
from tests.warehouse.test_matters import Con, on_list, shipment_reject

NOT_OURS = {
    *(("orders", f"{what}_at") for what in ("ordered", "confirmed", "fixed", "paid")),
    *(("orders", f"{what}_at") for what in ("cancelled", "shipped", "ship_instructed")),
    *(("loads", f"window_{end}") for end in ("from", "to")),
    *(("shop_keys", f"{who}_expires_at") for who in ("told", "typed")),
    ("orders", "receipt_issued_at"),
    ("order_packages", "gift_address_at"),
    ("shop_warnings", "expires_at"),
    ("shops", "license_expires_at"),
    ("shops", "notices_start_at"),
    ("month_closes", "closed_at"),  # such a month is opened again
    ("notices", "next_look_at"),  # brought forward by a rule of its own
    ("schema_migrations", "applied_at"),
    ("view_versions", "made_at"),
}
"""Dated by the mall, asked for by a person, or of the warehouse itself."""


def test_every_instant_is_moved_back_or_is_none_of_ours(con: Con):
    columns = con.execute(
        """SELECT table_name, column_name FROM duckdb_columns()
        WHERE data_type = 'TIMESTAMP WITH TIME ZONE' AND NOT internal
          AND database_name = current_database()
          AND table_name IN (SELECT table_name FROM duckdb_tables())"""
    ).fetchall()
    listed = {
        (table, column)
        for cells, table in re.findall(
            r"SELECT (.+?)(?: AS instant)? FROM (\w+)$",
            SQL("list_future_instants").partition("), ahead AS")[0],
            re.MULTILINE,
        )
        for column in cells.removeprefix("unnest([").removesuffix("])").split(", ")
    }
    moved = {
        (table, column)
        for table, cells in re.findall(
            r"UPDATE (\w+) SET(.+?)WHERE", SQL("heal_instants"), re.DOTALL
        )
        for column in re.findall(r"(\w+) = healed\(\1\)", cells)
    }

    assert listed == moved == set(columns) - NOT_OURS


@pytest.mark.parametrize("is_healed", [True, False])
def test_a_file_of_today_follows_one_that_a_fast_clock_dated_tomorrow(
    undone: Con, is_healed: bool
):
    shipment_reject(undone, "i", 24 * 60)
    if is_healed:
        assert heal_future(undone, before=at(6), after=at(7))
    shipment_reject(undone, "later", 8)

    assert on_list(undone, "shipment_reject") == (["later"] if is_healed else ["i"])
