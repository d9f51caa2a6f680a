"""`import-order-csv/manual` as docs/order-files.md shows it, run and in the UI."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from prefect.client.orchestration import SyncPrefectClient

from data.model.order import Mall
from flows.import_order_csv import import_order_csv
from tasks.setup.services import Services
from tests.support.at_hand import run_here
from tests.support.browser import signed_in_page
from tests.support.csv_counter import ORDERS, Counter, Deployed, artifacts_of
from tests.support.effort import for_long

OUT = Path("out")
SAMPLES = Path("data/samples")
YAHOO = [str(SAMPLES / "yahoo-order.csv"), str(SAMPLES / "yahoo-item.csv")]
PAIR = ("path", "item_path")
"""The form has a field for each file of a pair; callers in Python may give a list."""
COUNTS = (
    "SELECT mall, shop_id, status, stock_policy, count(*)"
    " FROM orders GROUP BY ALL ORDER BY ALL"
)


@pytest.fixture(scope="module")
def deployed(
    services: Services,
    prefect_api: SyncPrefectClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployed:
    return Deployed(tmp_path_factory.mktemp("csv"), services, prefect_api)


@pytest.fixture(scope="module")
def form(prefect_api: SyncPrefectClient) -> dict:
    """What the UI makes its form of."""
    deployment = prefect_api.read_deployment_by_name("import-order-csv/manual")
    return deployment.parameter_openapi_schema["properties"]


@pytest.mark.prefect
def test_a_rakuten_file_in_cp932_twice(
    services: Services, deployed: Deployed, prefect_api: SyncPrefectClient
):
    given = {"path": str(SAMPLES / "rakuten.csv"), "mall": "rakuten", "shop": "demo"}
    first = deployed.run(**given, mode="update")
    once = deployed.contents(ORDERS)
    again = {"home": deployed.home, "mode": "update"}
    second = run_here(services, prefect_api, import_order_csv, **given, **again)

    assert first.state.message.startswith("新規 8 / 更新 0 / 変更なし 0")
    assert "CP932" in artifacts_of(first, prefect_api)["import-report"]
    assert second.state.type.value == "COMPLETED"
    assert "同じファイルです。変更はありません" in second.state.message
    assert deployed.contents(ORDERS) == once
    assert ("rakuten", "123456", "受注処理中", "manual", 8) in deployed.ask(COUNTS)


def test_a_shopify_file_in_utf8(counter: Counter):
    path = str(SAMPLES / "shopify.csv")
    _, message = counter.ended(path, mall="shopify", shop="demo")

    assert message.startswith("新規 3 /")
    assert ("shopify", "demo", "受注処理中", "manual", 3) in counter.ask(COUNTS)


@pytest.mark.parametrize(
    "given", [{"path": YAHOO}, dict(zip(PAIR, YAHOO, strict=True))]
)
def test_a_pair_of_yahoo(counter: Counter, given: dict):
    _, message = counter.ended(**given, mall="yahoo", shop="mihon-store")

    assert message.startswith("新規 3 /")
    assert ("yahoo", "mihon-store", "受注処理中", "manual", 3) in counter.ask(COUNTS)


@pytest.mark.prefect
def test_the_form_explains_itself_in_japanese(form: dict):
    in_order = sorted(form.values(), key=lambda each: each["position"])

    assert [each["title"] for each in in_order] == [
        "ファイル",
        "商品のファイル(Yahoo! のみ)",
        "モール",
        "店舗",
        "登録タイプ",
        "別店舗の注文",
        "新しい店舗",
        "試行",
    ]
    assert all(each["description"] for each in in_order)
    assert "空欄のセルは上書きしません" in form["mode"]["description"]


@pytest.mark.prefect
def test_the_form_offers_what_there_is(form: dict):
    assert form["mall"]["enum"] == list(Mall)
    assert form["mode"]["enum"] == ["update", "replace"]
    assert form["mode"]["default"] == "update"
    assert form["other_shops"]["enum"] == ["refuse", "skip"]
    assert form["dry_run"]["default"] is False


@pytest.mark.prefect
def test_the_watched_folder_is_off_until_switched_on(prefect_api: SyncPrefectClient):
    deployment = prefect_api.read_deployment_by_name("import-order-csv/incoming")
    (schedule,) = deployment.schedules

    assert schedule.schedule.cron == "*/5 * * * *"
    assert not schedule.active


@pytest.fixture(scope="module")
def page(services: Services) -> Iterator[Page]:
    with signed_in_page(services, height=1500) as page:
        yield page


@for_long
@pytest.mark.prefect
@pytest.mark.browser
def test_a_browser_shows_the_form(
    services: Services, prefect_api: SyncPrefectClient, page: Page
):
    deployment = prefect_api.read_deployment_by_name("import-order-csv/manual")
    page.goto(f"{services.ui}/v2/deployments/deployment/{deployment.id}/run")

    expect(page.get_by_text("登録タイプ").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("空欄のセルは上書きしません").first).to_be_visible()
    expect(page.get_by_text("空欄のセルも上書きして消します").first).to_be_visible()
    fields = page.locator("form")
    for name in ("ファイル", "モール", "店舗"):
        expect(fields.get_by_text(name, exact=True)).to_be_visible()
    expect(fields.get_by_text("商品のファイル(Yahoo! のみ)").first).to_be_visible()
    expect(fields.get_by_role("tab", name="None")).to_have_count(0)
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / "import-form.png", full_page=True)
