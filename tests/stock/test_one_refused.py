"""push-inventory when RMS refuses a whole call for one listing that it may not set."""

from math import ceil, log2

import pytest

from tests.stock.fussy_mall import CODE, TEXT, fussy
from tests.stock.shop_of_flows import SHOP, Shelf
from tests.support.effort import first

MUG = ("kakuu-mug", "kakuu-mug")
STATES = (
    "SELECT manage_number, variant_id, state, reason FROM inventory_pushes"
    " WHERE state <> 'superseded' ORDER BY ALL"
)


@pytest.fixture(params=[False, True], ids=["names nobody", "names it"])
def mall(shelf: Shelf, request, monkeypatch):
    """An RMS that refuses to set the mug."""
    with fussy(shelf.mall.url, {MUG[0]}, names=request.param) as mall:
        monkeypatch.setenv("JUCHU_RMS_URL", mall.url)
        yield mall


def counted(shelf: Shelf) -> dict[tuple[str, str], int]:
    """A count of everything, each listing another number than the mall shows."""
    wanted = {key: units + 1 for key, units in shelf.units().items()}
    shelf.counted(wanted)
    return wanted


@first()
def test_it_ends_refused_in_rmss_words_and_the_others_are_proven(shelf: Shelf, mall):
    before = shelf.units()
    wanted = counted(shelf)
    shelf.push()
    states = {row[:2]: row[2:] for row in shelf.ask(STATES)}
    state, reason = states.pop(MUG)

    assert state == "refused"
    assert reason.startswith(f"{CODE}: {TEXT}")
    assert "対処" in reason
    assert set(states.values()) == {("verified", None)}
    assert states.keys() | {MUG} == wanted.keys()
    assert shelf.units() == wanted | {MUG: before[MUG]}


def test_the_good_ones_are_written_once_and_the_bad_one_found_in_few_calls(
    shelf: Shelf, mall
):
    wanted = counted(shelf)
    shelf.push()
    writes = [
        (w["manageNumber"], w["variantId"], w["sent"])
        for w in shelf.mall.stock_writes()
    ]
    halvings = 1 if mall.names else ceil(log2(len(wanted)))

    assert sorted(writes) == sorted((*k, n) for k, n in wanted.items() if k != MUG)
    assert len(mall.refused[0]) == len(wanted)
    assert mall.refused[-1] == [MUG[0]]
    assert len(mall.refused) <= halvings + 1
    assert shelf.calls() <= halvings


@first()
def test_the_run_fails_and_says_which_and_what_to_do(shelf: Shelf, mall):
    many = len(counted(shelf))
    kind, message = shelf.push()
    report = shelf.shown["inventory-report"]

    assert kind == "FAILED"
    assert message.startswith(f"転送 {many} / 確認済み {many - 1} / 拒否 1")
    assert "対処: 理由に従って修正してください" in message
    assert f"# 在庫転送の結果 ({SHOP})" in report
    assert "## RMSが拒否 1件" in report
    assert f"| {MUG[0]} | {MUG[1]} |" in report
    assert f"{CODE}: {TEXT}" in report


@first()
def test_it_is_not_sent_again_and_fails_no_run_until_its_level_changes(
    shelf: Shelf, mall
):
    counted(shelf)
    shelf.push()
    tried = len(mall.refused)
    kind, _ = shelf.push()
    again = len(mall.refused)
    shelf.counted({MUG: 77})
    changed, _ = shelf.push()

    assert (kind, again) == ("COMPLETED", tried)
    assert f"{CODE}: {TEXT}" in shelf.shown["inventory-report"]
    assert (changed, len(mall.refused)) == ("FAILED", tried + 1)


@first()
def test_full_sends_it_again_and_it_is_proven_once_rms_takes_it(
    shelf: Shelf, mall, monkeypatch
):
    wanted = counted(shelf)
    shelf.push()
    monkeypatch.setenv("JUCHU_RMS_URL", shelf.mall.url)
    kind, message = shelf.push(full=True)

    assert kind == "COMPLETED"
    assert message.startswith(f"転送 1 / 確認済み {len(wanted)} / 拒否 0")
    assert shelf.units() == wanted
