"""A new clerk's morning at the desk, in a browser, with every service.

A CP932 file is dropped, seen and imported, its stock adjusted and told to the mall; a
label is made and its number reported.
"""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from connectors.settings.passwords import hashed, setting_of
from connectors.settings.reading import NEEDED
from tasks.setup.services import Services, open_services
from tests.carriers.made import B2, csv_bytes
from tests.shipping.lab import tracking_number
from tests.support.browser import browser_page
from tests.support.effort import for_long
from tests.support.mall_csv import rakuten_bytes, rakuten_row

pytestmark = [pytest.mark.prefect, for_long]
OUT = Path("out")
NAME, PASSWORD = "山田", "correct horse battery"
SENDER = {
    f"JUCHU_SENDER_{name.upper()}": value
    for name, value in (NEEDED | {"billing_code": "030000000000"}).items()
}
SOON = 90_000
"""Milliseconds for a run: a worker's process takes seconds to begin."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Every service, the desk among them, with a sender for labels."""
    home = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUCHU_RMS_REQUESTS_PER_SECOND", "0")
        patch.setenv("JUCHU_RMS_URL", "http://127.0.0.1:9")  # until it has one
        kept = hashed(PASSWORD, b"sixteen bytes it")
        patch.setenv("JUCHU_DESK_PEOPLE", setting_of({NAME: kept}))
        for name, value in SENDER.items():
            patch.setenv(name, value)
        options = ("--seed", "7", "--no-rate-limit")
        with open_services(home, *options) as opened:
            yield opened


@pytest.fixture(scope="module")
def page(services: Services) -> Iterator[Page]:
    with browser_page(width=1100, height=1200) as opened:
        opened.goto(f"{services.desk}/sign-in")
        opened.get_by_label("名前").fill(NAME)
        opened.get_by_label("パスワード").fill(PASSWORD)
        opened.get_by_role("button", name="サインイン").click()
        yield opened


def picture(page: Page, name: str) -> None:
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / f"desk-{name}.png", full_page=True)


def menu(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="メニュー").get_by_role(
        "link", name=title, exact=True
    ).click()


def drop(page: Page, name: str, content: bytes) -> None:
    """Let a file fall on the field, as from a folder's window."""
    data = page.evaluate_handle(
        """([name, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], name));
            return data;
        }""",
        [name, [*content]],
    )
    field = page.get_by_label("ファイル", exact=True)
    field.evaluate("(one, data) => { one.files = data.files; }", data)


def imported(page: Page, name: str) -> None:
    """Look at the preview, import, and see the end."""
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.get_by_text("取り込めます。")).to_be_visible(timeout=SOON)
    picture(page, f"{name}-preview")
    page.get_by_role("button", name="取り込む", exact=True).click()
    expect(page.get_by_text("取り込みました。")).to_be_visible(timeout=SOON)
    picture(page, f"{name}-imported")


def finished(page: Page) -> None:
    """Wait on a run's page until it has ended well."""
    expect(page.locator("strong.good")).to_have_text("完了", timeout=SOON)


def stock(services: Services) -> dict[tuple[str, str], int]:
    return {
        (row["manageNumber"], row["variantId"]): row["quantity"]
        for row in services.sandbox.stock()
        if row["known"]
    }


def test_a_csv_comes_in_and_its_stock_reaches_the_mall(services: Services, page: Page):
    before = stock(services)
    (manage, variant), level = next(
        (key, units) for key, units in sorted(before.items()) if units > 5
    )
    menu(page, "CSV取込")
    page.get_by_role("link", name="棚卸・入荷").click()
    rows = [f"{m},{v},{n}" for (m, v), n in before.items()]
    counted = "\r\n".join(["商品管理番号,SKU管理番号,数量", *rows, ""])
    drop(page, "棚卸.csv", counted.encode("cp932"))
    picture(page, "stock-form")
    imported(page, "stock")

    begun = time.monotonic()
    menu(page, "CSV取込")
    order = rakuten_row(
        注文番号=f"{services.sandbox.shops['demo'].shop_id}-20261124-0000000001",
        商品管理番号=manage,
        SKU管理番号=variant,
        システム連携用SKU番号="",
        個数="2",
    )
    drop(page, "7月の注文.csv", rakuten_bytes([order]))
    picture(page, "orders-form")
    imported(page, "orders")
    page.get_by_role("link", name="在庫調整へ進む").click()
    box = page.get_by_role("checkbox", name="0000000001").first
    expect(box).to_be_visible(timeout=SOON)
    picture(page, "adjust")
    box.check()
    page.get_by_role("button", name="選んだ行を在庫から引く").click()
    finished(page)
    took = time.monotonic() - begun
    picture(page, "adjusted")
    expect(page.get_by_role("cell", name=f"{level - 2:,}", exact=True)).to_be_visible()

    menu(page, "在庫調整")
    page.get_by_role("button", name="在庫を楽天に転送する").click()
    finished(page)
    picture(page, "pushed")
    assert stock(services)[manage, variant] == level - 2
    print(f"CSV in and stock adjusted in {took:.0f} s")  # noqa: T201 - for who runs it


def test_a_label_is_made_and_its_number_reported(
    services: Services, page: Page, tmp_path: Path
):
    services.sandbox.settings(async_delay_s=0.2)
    (number,) = services.sandbox.sell(1, over_days=0, progress=300)
    services.run("ingest-orders/0900")
    menu(page, "送り状")
    picture(page, "labels")
    page.get_by_role("button", name="送り状のファイルを作る").click()
    finished(page)
    picture(page, "labels-made")
    menu(page, "送り状")
    with page.expect_download() as begun:
        page.get_by_role("button", name="をダウンロード").first.click()
    saved = tmp_path / "labels.csv"
    begun.value.save_as(saved)
    labels = list(csv.DictReader(saved.read_bytes().decode("cp932").splitlines()))
    assert labels

    sent = [
        {
            "お客様管理番号": row["お客様管理番号"],
            "伝票番号": tracking_number(nth),
            "出荷予定日": row["出荷予定日"],
        }
        for nth, row in enumerate(labels, start=901)
    ]
    page.get_by_role("link", name="送り状番号を取り込む").click()
    drop(page, "b2.csv", csv_bytes(B2, sent))
    imported(page, "shipments")
    page.get_by_role("link", name="送り状の画面へ進む").click()
    page.get_by_role("button", name="取り込んだ番号を楽天に報告する").click()
    finished(page)
    picture(page, "reported")
    menu(page, "送り状")
    expect(page.get_by_text("報告済み", exact=True).first).to_be_visible(timeout=SOON)
    picture(page, "labels-after")
    (package,) = services.sandbox.orders()[number]["PackageModelList"]
    (shown,) = package["ShippingModelList"]
    assert shown["shippingNumber"] in {each["伝票番号"] for each in sent}
