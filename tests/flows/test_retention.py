"""Buyers' data goes when an order's days are over, with its bytes; the order stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from data.warehouse.session import warehouse
from tasks import buyers
from tests.support.canary import leaks
from tests.support.orders import an_order, at, order_number
from tests.support.rules import broken_rules
from tests.warehouse.test_buyers import an_order_of, everything, store

BUYER = ("090-0000-9173", "hanako@buyer.example", "架空町一丁目9番")
OTHERS = 2


@pytest.fixture
def kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A buyer's shipped and cancelled orders, and others that still wait."""
    monkeypatch.setenv("JUCHU_HOME", str(home))
    path = home / "juchu.duckdb"
    ended = {"shipped_at": at(0), "delivery_on": None}
    with warehouse(path) as con:
        store(
            con,
            *(an_order_of(n, status="500").model_copy(update=ended) for n in (1, 2)),
            an_order_of(3, status="900").model_copy(update={"shipped_at": None}),
            *(
                an_order(n).model_copy(update={"shipped_at": None})
                for n in range(10, 10 + OTHERS)
            ),
        )
    return path


def clear_at(moment, monkeypatch: pytest.MonkeyPatch, days: int | None = None) -> int:
    monkeypatch.setattr(buyers, "now", lambda: moment)
    return buyers.clear_ended_buyers.fn(days)


def test_after_ninety_days_no_byte_of_the_buyer_is_left(
    kept: Path, monkeypatch: pytest.MonkeyPatch
):
    assert clear_at(at(0) + timedelta(days=89), monkeypatch) == 0
    assert leaks(kept.parent, BUYER) != []

    assert clear_at(at(0) + timedelta(days=91), monkeypatch) == 3

    assert leaks(kept.parent, BUYER) == []
    with warehouse(kept) as con:
        text = everything(con)
        assert [one for one in BUYER if one in text] == []
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(3 + OTHERS,)]
        assert con.execute(
            "SELECT DISTINCT why, who FROM cleared_orders"
        ).fetchall() == [("term", "juchu")]
        assert store(con, an_order_of(1, 95, status="500"), minute=95).changed == 1
        assert con.execute(
            "SELECT count(*) FROM order_people WHERE order_number = ?",
            [order_number(1)],
        ).fetchall() == [(0,)]
        assert broken_rules(con) == []
    assert leaks(kept.parent, BUYER) == []
    assert clear_at(at(0) + timedelta(days=92), monkeypatch) == 0


def test_the_days_are_a_setting_and_a_parameter(
    kept: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUCHU_RETENTION_DAYS", "30")

    assert clear_at(at(0) + timedelta(days=31), monkeypatch, days=60) == 0
    assert clear_at(at(0) + timedelta(days=31), monkeypatch) == 3


def test_many_orders_are_cleared_some_at_a_time(
    kept: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(buyers, "AT_ONCE", 2)

    assert clear_at(at(0) + timedelta(days=91), monkeypatch) == 3
