"""A storm of conflicts: one stock call in five meets another and is answered 409."""

import pytest

from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from flows.import_stock_count import import_stock_count
from flows.push_inventory import push_inventory
from tasks.runs import retrying
from tasks.stock import push
from tests.support.planted import caught
from tests.support.sandbox import Sandbox

READ, WRITE = "inventories.bulk.get", "inventories.bulk.upsert"
ONE_IN_FIVE = 0.2


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PAUSES_S", (0.0, 0.0, 0.0))


def count_stock(lab: Sandbox) -> dict[tuple[str, str], int]:
    """Count ten more of everything than the mall shows; return what was counted."""
    units = {
        (row["manageNumber"], row["variantId"]): row["quantity"] + 10
        for row in lab.stock()
        if row["known"]
    }
    path = read_settings().home / "count.csv"
    rows = [f"{manage},{variant},{many}" for (manage, variant), many in units.items()]
    head = "商品管理番号,SKU管理番号,数量"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    assert import_stock_count(str(path), "lab", return_state=True).name == "Completed"
    return units


def storm(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Push one level a call, and let a fifth of all stock calls meet another's."""
    counted = count_stock(lab)
    monkeypatch.setattr(push, "WRITE_AT_ONCE", 1)
    for function in (READ, WRITE):
        lab.fault("409", function=function, times=1000, probability=ONE_IN_FIVE)
    state = push_inventory("lab", return_state=True)

    conflicts = [one for one in lab.journal()["requests"] if one["status"] == 409]
    assert len(conflicts) >= 3
    assert state.name == "Completed", state.message
    with warehouse(read_settings().warehouse) as con:
        states = con.execute("SELECT state, count(*) FROM inventory_pushes GROUP BY 1")
        assert states.fetchall() == [("verified", len(counted))]
    assert counted == {
        (row["manageNumber"], row["variantId"]): row["quantity"]
        for row in lab.stock()
        if row["known"]
    }


def test_in_a_storm_of_conflicts_every_level_is_verified(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    storm(lab, monkeypatch)


def test_planted_a_conflict_nobody_repeats_is_caught(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(push, "repeat_undone", lambda call, _: call())
    monkeypatch.setattr(push, "MOST_ROUNDS", 1)

    with caught():
        storm(lab, monkeypatch)
