"""docs/architecture.md is true: traced runs visit the files it names, in that order."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from connectors.notices.app import make_app
from connectors.notices.server import receiver_parts
from connectors.settings.reading import read_settings
from flows import drain_notices, import_order_csv, push_inventory, push_tracking
from tasks import orders, rms
from tasks.shipping import shipments, tracking
from tasks.stock import files as stock_files
from tests.carriers.made import B2, csv_bytes
from tests.docs.trace import visits
from tests.shipping.work import SETTLES
from tests.support.kept_open import kept_open
from tests.support.mall_csv import rakuten_bytes, rakuten_row
from tests.support.notices import CONTRACT, HEADERS, KEY, SHOP_URL, order_xml
from tests.support.plain_runs import run_plainly
from tests.support.sandbox import lab_settings

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
SHOP = "lab"


@pytest.fixture
def lab(sandbox, home, monkeypatch):
    """Shop `lab` in this process, without Prefect, at a fresh RMS."""
    settings = lab_settings(sandbox, home) | {
        "JUCHU_SHOP_LAB_SHOP_URL": SHOP_URL,
        "JUCHU_SHOP_LAB_CONTRACT_ID": CONTRACT,
        "JUCHU_SHOP_LAB_NOTICE_AUTH_KEY": KEY,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    rms.shop_of_run.cache_clear()
    sandbox.settings(async_delay_s=0.1)
    monkeypatch.setattr(tracking, "SETTLES_AFTER", SETTLES)
    modules = (drain_notices, import_order_csv, push_inventory, push_tracking)
    run_plainly(monkeypatch, *modules)
    with kept_open():
        yield sandbox


def a_notice(lab, home) -> list[str]:
    (number,) = lab.sell()
    with visits() as seen:
        parts = receiver_parts(read_settings())
        transport = httpx.ASGITransport(make_app(parts))

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.post(
                    "http://here/notices", content=order_xml(number), headers=HEADERS
                )

        assert "N-000-000" in asyncio.run(send()).text
        assert drain_notices.drain_notices(SHOP, return_state=True).is_completed()
    return list(seen)


def an_order_file(lab, home) -> list[str]:
    file = home / "orders.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(rakuten_bytes([rakuten_row()]))
    with visits() as seen:
        ended = import_order_csv.import_order_csv(
            str(file), shop=SHOP, return_state=True
        )
        assert ended.is_completed()
    return list(seen)


def a_level(lab, home) -> list[str]:
    row = next(row for row in lab.stock() if row["known"])
    file = home / "count.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    line = f"{row['manageNumber']},{row['variantId']},77"
    file.write_text(f"商品管理番号,SKU管理番号,数量\n{line}\n", encoding="utf-8")
    stock_files.import_stock_file(str(file), SHOP, None, "店長")
    rms.refuse_other_shops_key(SHOP)  # as any key but one that was put in just now
    with visits() as seen:
        ended = push_inventory.push_inventory(SHOP, return_state=True)
        assert ended.is_completed()
    return list(seen)


def a_tracking_number(lab, home) -> list[str]:
    numbers = lab.sell(1, progress=300)
    orders.take_orders(SHOP, numbers, tracking.open_tracking_push(SHOP))
    row = {
        "お客様管理番号": numbers[0],
        "伝票番号": "400000000005",
        "出荷予定日": f"{rms.now():%Y/%m/%d}",
    }
    file = home / "b2.csv"
    file.write_bytes(csv_bytes(B2, [row]))
    with visits() as seen:
        shipments.import_shipment_file(str(file), "yamato", SHOP)
        ended = push_tracking.push_tracking(SHOP, return_state=True)
        assert ended.is_completed(), ended.message
    return list(seen)


WAYS = {
    "notice": a_notice,
    "order file": an_order_file,
    "level": a_level,
    "tracking number": a_tracking_number,
}


def named(way: str, page: str) -> list[str]:
    """The files that the page names on this way, in its order."""
    _, found = page.split(f"## The way of one {way}\n")
    section = found.split("\n## ")[0]
    return re.findall(
        r"`((?:flows|tasks|connectors|data)/[\w/]+\.(?:py|sql))`", section
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_run_visits_the_files_that_the_page_names_in_that_order(lab, home, way):
    told = named(way, PAGE.read_text(encoding="utf-8"))
    seen = WAYS[way](lab, home)

    assert len(told) > 7
    assert told == [file for file in seen if file in told]


def test_every_way_of_the_page_is_run():
    found = re.findall(r"## The way of one (.+)", PAGE.read_text(encoding="utf-8"))

    assert found == list(WAYS)
