"""A real browser, for what people see."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

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
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()
