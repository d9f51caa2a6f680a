"""A clerk's morning at the desk, in Chromium: by keyboard and on a phone.

The pages of files, stock and labels have tests of their own; here is their frame.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tasks.setup.services import DESK_NAME, DESK_PASSWORD, Services
from tests.support.axe import serious_faults
from tests.support.browser import browser_page
from tests.support.effort import for_long

pytestmark = [pytest.mark.prefect, pytest.mark.browser, for_long]
OUT = Path("out")
PHONE = (360, 844)
ENDED_MS = 180_000
SHOWN_MS = 30_000
"""A password is slow to check on purpose, and the first page opens a client."""


@pytest.fixture(scope="module")
def page(services: Services) -> Iterator[Page]:
    """A phone at the desk, signed in by keyboard; what a browser complains of fails."""
    complaints: list[str] = []
    with browser_page(*PHONE) as page:
        page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(services.desk)
        page.keyboard.type(DESK_NAME)
        page.keyboard.press("Tab")
        page.keyboard.type(DESK_PASSWORD)
        page.keyboard.press("Enter")
        today = page.get_by_role("heading", name="今日", exact=True)
        expect(today).to_be_visible(timeout=SHOWN_MS)
        yield page
    # A picture is taken with a style of Playwright's own, which our CSP forbids; a page
    # that is gone and a form that is refused are asked for here.
    ours = ("inline style", "404", "422")
    assert [one for one in complaints if not any(each in one for each in ours)] == []


def run(page: Page, services: Services, deployment: str) -> None:
    """Run a deployment from its form and watch it end well, without a reload."""
    page.goto(f"{services.desk}/runs/new/{deployment}")
    page.get_by_role("button", name="実行する").click()
    state = page.locator("#progress strong").first
    expect(state).to_be_visible()
    page.evaluate("document.body.dataset.same = 'yes'")
    expect(state).to_have_text(re.compile("完了|失敗|中断"), timeout=ENDED_MS)
    assert state.text_content() == "完了"
    assert page.locator("body").get_attribute("data-same") == "yes"


def looked_at(page: Page, name: str) -> None:
    """Keep a picture; nothing is wider than a phone, and axe finds nothing serious."""
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / f"desk-{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name
    assert serious_faults(page) == [], name


def test_a_morning_at_the_desk(page, services):
    number, *_ = services.sandbox.sell(3, "plain")
    run(page, services, "ingest-orders/0900")
    looked_at(page, "run")
    run(page, services, "check-connection/0850")
    run(page, services, "publish-analytics/auto")

    page.goto(services.desk)
    expect(page.get_by_role("cell", name="demo").first).to_be_visible()
    expect(page.get_by_text(re.compile("demo: あと[0-9]+日"))).to_be_visible()
    expect(page.get_by_text("09:00").first).to_be_visible()
    looked_at(page, "today")

    page.get_by_role("link", name="注文", exact=True).click()
    page.get_by_label("注文番号").fill(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"注文 {number}")).to_be_visible()
    expect(page.get_by_text("RMSから取得しました").first).to_be_visible()
    assert number not in page.url
    looked_at(page, "order")

    for name, path in (
        ("stock", "/stock"),
        ("runs", "/runs"),
        ("pictures", "/pictures"),
        ("files", "/files"),
        ("files-of-carriers", "/files?kind=shipments"),
        ("counts", "/files?kind=stock"),
        ("adjust", "/adjust"),
        ("labels", "/labels"),
        ("run-form", "/runs/new/import-order-csv/manual"),
        ("matters", "/matters/csv_reject"),
        ("sign-in", "/sign-in"),
        ("missing", "/nothing"),
    ):
        page.goto(services.desk + path)
        looked_at(page, name)


def test_a_form_that_is_refused_keeps_what_was_typed(page, services):
    page.goto(f"{services.desk}/runs/new/update-memo/manual")
    page.get_by_label("注文番号").fill("　")
    page.get_by_label("メモ").fill("電話で確認")
    page.get_by_role("button", name="実行する").click()
    page.get_by_role("link", name="入力した画面へ戻る").click()
    expect(page.get_by_label("メモ")).to_have_value("電話で確認")


def test_tab_reaches_what_a_mouse_does(page, services):
    page.goto(services.desk)
    page.keyboard.press("Tab")
    expect(page.get_by_text("本文へ移動")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
