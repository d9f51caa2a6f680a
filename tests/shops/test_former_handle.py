"""A shop that got another name (店舗コード) is one shop still, by its new name."""

from datetime import timedelta

from duckdb import DuckDBPyConnection

from data.model.shops.connection import ConnectionStatus
from data.warehouse.alarms import find_alarms
from data.warehouse.shops import delete_former_handles, record_connection
from tests.shops.made import a_shop, at

OLD = a_shop("SL-old").model_copy(update={"handle": "demo-before"})
NEW = a_shop("SL-new")


def alarms(con: DuckDBPyConnection) -> list[tuple[str, str]]:
    return [(one.kind.value, one.shop) for one in find_alarms(con, at(0), None)]


def test_the_key_of_a_former_name_raises_no_alarm_for_ever(con: DuckDBPyConnection):
    """While that one stood nobody was told that the key in use was about to end."""
    ends = at(0) + timedelta(days=10)
    record_connection(con, OLD, ConnectionStatus.OK, at(-2), ends)
    record_connection(con, NEW, ConnectionStatus.OK, at(-1), ends + timedelta(days=80))
    before = alarms(con)
    delete_former_handles(con, NEW, ["demo", "demo-before"])
    with_two = alarms(con)
    delete_former_handles(con, NEW, ["demo"])

    assert before == with_two == [("licence-ending", "demo")]
    assert alarms(con) == []
