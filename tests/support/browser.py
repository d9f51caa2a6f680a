"""A real browser, for what people see; it signs in to Prefect as they do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tasks.setup.services import Services

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Without these Chromium calls its maker, and does not start as root."""


@contextmanager
def browser_page(width: int = 1400, height: int = 1000) -> Iterator[Page]:
    """Open an empty page in Debian's chromium; skip where there is none, but in CI."""
    chromium = shutil.which("chromium")
    if chromium is None and "CI" not in os.environ:
        pytest.skip("needs Debian's package chromium")
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=chromium, args=QUIET)
        size = {"width": width, "height": height}
        yield browser.new_page(viewport=size, timezone_id="Asia/Tokyo")
        browser.close()


@contextmanager
def signed_in_page(services: Services, height: int = 1000) -> Iterator[Page]:
    """Open a page and sign in; its browser stays signed in until the block ends."""
    with browser_page(height=height) as page:
        page.goto(f"{services.ui}/v2/login")
        sign_in(page, services.login)
        yield page


def sign_in(page: Page, login: str) -> None:
    """Type the login where Prefect asks for it, and see that it lets us in."""
    page.locator("input[type=password]").fill(login, timeout=30_000)
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_text("Logout").first).to_be_visible(timeout=30_000)
