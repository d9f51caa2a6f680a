"""The stock link's switch and its hours of silence hold for what goes by itself."""

from datetime import datetime

import pytest

from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.warehouse.session import warehouse
from flows.push_inventory import push_inventory
from tasks.shops import every_shop
from tasks.stock import link as linking
from tests.support.sandbox import Sandbox


@pytest.mark.usefixtures("lab", "shown")
def test_a_run_for_every_shop_leaves_out_a_shop_that_rests(
    monkeypatch: pytest.MonkeyPatch,
):
    at = datetime(2026, 7, 1, 20, 30, tzinfo=JST)
    monkeypatch.setattr(every_shop, "rakuten_shops", lambda: ["lab"])
    monkeypatch.setattr(linking, "now", lambda: at)
    assert push_inventory(return_state=True).message == "1店舗の処理が完了しました"

    monkeypatch.setenv("JUCHU_SHOP_LAB_SILENT_HOURS", "20-22")
    assert "転送を止める時間帯" in push_inventory(return_state=True).message

    named = push_inventory("lab", return_state=True)
    assert named.is_completed()
    assert "止める" not in named.message


@pytest.mark.usefixtures("shown")
def test_the_warehouse_keeps_since_when_it_was_set_so(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    hours = ["", "", "20-22", "20-22", ""]
    for minute, silent in enumerate(hours):
        monkeypatch.setenv("JUCHU_SHOP_LAB_SILENT_HOURS", silent)
        monkeypatch.setattr(
            linking, "now", lambda at=minute: datetime(2026, 7, 1, 9, at, tzinfo=JST)
        )
        linking.why_resting("lab")
    with warehouse(read_settings().warehouse) as con:
        kept = con.execute(
            "SELECT minute(since), is_on, silent_hours FROM stock_links "
            "WHERE shop_id = ? ORDER BY since",
            [lab.shops["demo"].shop_id],
        ).fetchall()

    assert kept == [(0, True, ""), (2, True, "20-22"), (4, True, "")]
