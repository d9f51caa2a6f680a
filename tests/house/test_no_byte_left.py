"""A buyer who asked leaves no byte at home, nor in backups once their term is over."""

from datetime import timedelta

import pytest

from data.warehouse.buyers import clear_orders, orders_numbered
from data.warehouse.house.backup import SUM
from data.warehouse.house.rewrite import rewrite
from data.warehouse.session import warehouse
from tasks import buyers
from tests.house.night import Night
from tests.support.canary import leaks
from tests.support.orders import at, order_number
from tests.warehouse.test_buyers import TRACES, an_order_of, store


def test_a_buyer_goes_from_every_file_with_the_term_of_the_backups(
    night: Night, monkeypatch
):
    disk = night.home.parent / "disk"
    monkeypatch.setenv("JUCHU_BACKUP_COPY", str(disk))
    monkeypatch.setenv("JUCHU_BACKUP_DAILY", "1")
    monkeypatch.setenv("JUCHU_BACKUP_WEEKLY", "0")
    with warehouse(night.path) as con:
        store(con, an_order_of(1))
    kind, message = night.keep(retention_days=3650)
    assert kind == "COMPLETED", message
    (half,) = (disk / name for name in night.backups)
    half.with_name(half.name + SUM).unlink()  # killed while it deleted it
    with warehouse(night.path) as con:
        buyers = orders_numbered(con, order_number(1))
        clear_orders(con, buyers, why="asked", who="店長", at=at(90))
    rewrite(night.path, at(90))

    assert {
        name for name in leaks(night.home, TRACES) if "backup/" not in name
    } == set()
    assert leaks(night.home, TRACES) != []
    night.pass_days(2)
    assert night.keep()[0] == "COMPLETED"
    assert leaks(night.home.parent, TRACES) == []


def without_room(*_given: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_next_night_rewrites_the_file_that_one_without_room_did_not(
    night: Night, monkeypatch: pytest.MonkeyPatch
):
    with warehouse(night.path) as con:
        store(con, an_order_of(1, status="900"))
    night.at = at(0) + timedelta(days=365)
    with monkeypatch.context() as patch:
        patch.setattr(buyers, "rewrite", without_room)
        assert night.keep()[0] == "FAILED"
    assert night.ask("SELECT kind FROM needs_a_person") == [("bytes_left",)]

    night.pass_days()
    kind, message = night.keep()

    assert kind == "COMPLETED", message
    assert night.ask("SELECT kind FROM needs_a_person") == []
    files = {name for name in leaks(night.home, TRACES) if "backup/" not in name}
    assert files == set()
