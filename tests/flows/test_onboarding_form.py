"""The form of `onboard-shop` in a browser: filled in; its mail and checklist seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import FlowRun

from tasks.setup.services import Services
from tests.shops.made import FORM
from tests.support.browser import signed_in_page
from tests.support.csv_counter import artifacts_of, latest_runs
from tests.support.effort import for_long
from tests.support.waiting import until

pytestmark = [pytest.mark.prefect, pytest.mark.browser, for_long]
OUT = Path("out")
SHOP = "mihon-cha"
LABELS = {
    "company_name": "顧客社名",
    "shop_name": "店舗名",
    "shop_url": "店舗URL",
    "shop_email": "店舗連絡先メールアドレス",
    "contact_phone": "担当者連絡先電話番号",
    "contact_name": "店舗担当者名",
}


@pytest.fixture(scope="module")
def page(services: Services) -> Iterator[Page]:
    with signed_in_page(services, height=2000) as page:
        yield page


def page_of(services: Services, api: SyncPrefectClient, run: FlowRun, key: str) -> str:
    """The address of an artifact that the run left."""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    (found,) = [a for a in api.read_artifacts(artifact_filter=mine) if a.key == key]
    return f"{services.ui}/v2/artifacts/artifact/{found.id}"


def test_the_form_is_filled_in_and_the_mail_and_the_checklist_are_seen(
    services: Services, prefect_api: SyncPrefectClient, page: Page
):
    deployment = prefect_api.read_deployment_by_name("onboard-shop/manual")
    page.goto(f"{services.ui}/v2/deployments/deployment/{deployment.id}/run")
    page.get_by_label("店舗", exact=True).fill(SHOP, timeout=30_000)
    page.get_by_role("tab", name="楽天API利用申請").click()
    for field, label in LABELS.items():
        page.get_by_label(label).fill(FORM[field])
    page.get_by_label("Select 楽天ペイ利用").click()
    page.get_by_role("option", name="あり").click()
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / "onboard-form.png", full_page=True)
    page.get_by_role("button", name="Submit").click()

    def ended() -> list:
        runs = latest_runs(prefect_api, "onboard-shop")
        return [
            run
            for run in runs
            if run.parameters.get("shop") == SHOP and run.end_time is not None
        ]

    (run,) = until(ended, 60)
    until(lambda: "shop-checklist" in artifacts_of(run, prefect_api))
    page.goto(f"{services.ui}/v2/runs/flow-run/{run.id}")
    page.get_by_role("tab", name="Artifacts").click(timeout=30_000)

    assert run.state.type.value == "COMPLETED"
    expect(page.get_by_text("application-mail").first).to_be_visible()
    expect(page.get_by_text("shop-checklist").first).to_be_visible()
    page.goto(page_of(services, prefect_api, run, "application-mail"))
    expect(page.get_by_text(FORM["shop_email"]).first).to_be_visible(timeout=30_000)
    page.screenshot(path=OUT / "application-mail.png", full_page=True)
    page.goto(page_of(services, prefect_api, run, "shop-checklist"))
    expect(page.get_by_text("次にすること").first).to_be_visible(timeout=30_000)
    page.screenshot(path=OUT / "shop-checklist.png", full_page=True)
