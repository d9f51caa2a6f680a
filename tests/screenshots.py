"""README's pictures, in chromium from the demo that runs: `make screenshots DESK=…`.

`DESK` is the address of the staff's desk, as the demo prints it.

Every page is one that a person opens; the names on it are the demo's invented ones.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Page, expect
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import ArtifactSort
from prefect.states import Cancelled

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import API_URL, LOGIN, prefect_environment
from connectors.settings.reading import read_settings
from tasks.setup.prefect_runs import PrefectRuns
from tasks.setup.services import DESK_NAME, DESK_PASSWORD, ROOT
from tasks.shops.blocks import RmsShop
from tests.support.browser import browser_page, sign_in
from tests.support.waiting import until

OUT: Final = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1280, 800
MOST_BYTES: Final = 1_500_000
"""Of all pictures; the repository keeps every one that ever was."""
LOADED_MS: Final = 30_000


def main(desk: str) -> None:
    """Take every picture anew; end with 1 where no demo runs or they are too large."""
    home = read_settings().home.absolute() / "demo"
    known = prefect_environment(home, environment={})
    if why := why_closed(api_of(known)):
        sys.exit(f"{why}\nFirst: make demo")
    runs, ui = PrefectRuns(lambda: known), known[API_URL].removesuffix("/api")
    OUT.mkdir(exist_ok=True)
    with browser_page(WIDTH, HEIGHT) as page:
        page.goto(f"{ui}/v2/login")
        expect(page.locator("input[type=password]")).to_be_visible(timeout=LOADED_MS)
        taken(page, "login")
        sign_in(page, known[LOGIN])
        for name, show in PICTURES.items():
            show(page, ui, runs)
            taken(page, name)
        sign_in_at_desk(page, desk)
        for name, path, words in DESK_PAGES:
            page.goto(f"{desk.rstrip('/')}{path}")
            expect(page.get_by_text(words).first).to_be_visible(timeout=LOADED_MS)
            taken(page, name)
    size = sum(file.stat().st_size for file in OUT.glob("*.png"))
    if size > MOST_BYTES:
        sys.exit(f"{OUT}: {size:,} bytes, more than {MOST_BYTES:,}")


def taken(page: Page, name: str) -> None:
    """Take the picture when the page has come to rest."""
    page.wait_for_load_state("networkidle")
    path = OUT / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes\n")


def show_runs(page: Page, ui: str, _runs: PrefectRuns) -> None:
    """Show the list of runs."""
    page.goto(f"{ui}/v2/runs")
    page.get_by_placeholder("Search by flow run name").fill("demo", timeout=LOADED_MS)
    runs = page.get_by_text("daily-demo", exact=True)
    expect(runs.first).to_be_visible(timeout=LOADED_MS)
    page.get_by_text("Items per page").scroll_into_view_if_needed()
    page.mouse.move(WIDTH / 2, HEIGHT / 2)
    page.mouse.wheel(0, HEIGHT * 0.6)


def show_report(page: Page, ui: str, runs: PrefectRuns) -> None:
    """Show the latest report of a day."""
    with runs.api() as client:
        latest = client.read_artifacts(sort=ArtifactSort.UPDATED_DESC)
    report = next(one for one in latest if one.key == "day-report")
    page.goto(f"{ui}/v2/artifacts/artifact/{report.id}")
    expect(page.get_by_role("table").first).to_be_visible(timeout=LOADED_MS)


def show_block(page: Page, ui: str, runs: PrefectRuns) -> None:
    """Show the form of the shop's block; its keys are dots."""
    with runs.api() as client:
        slug = RmsShop.get_block_type_slug()
        block = client.read_block_document_by_name("demo", slug)
    page.goto(f"{ui}/v2/blocks/block/{block.id}/edit")
    expect(page.get_by_text("店舗番号").first).to_be_visible(timeout=LOADED_MS)


def show_form(page: Page, ui: str, runs: PrefectRuns) -> None:
    """Show the form in which a person decides on the lines that wait."""
    with form_waits(runs) as run:
        page.goto(f"{ui}/v2/runs/flow-run/{run.id}")
        page.get_by_role("button", name="Open menu").first.click(timeout=LOADED_MS)
        page.get_by_role("menuitem", name="Resume").click()
        form = page.get_by_role("dialog")
        expect(form.get_by_role("table").first).to_be_visible(timeout=LOADED_MS)


@contextmanager
def form_waits(runs: PrefectRuns) -> Iterator[FlowRun]:
    """Begin a run that shows its form; it ends with the block, nothing adjusted."""
    run = runs.begun("adjust-stock/manual", shop="demo")

    def waits() -> bool:
        state = runs.seen(run).state
        return state is not None and state.type is StateType.PAUSED

    try:
        until(waits, 120)
        yield run
    finally:
        with runs.api() as client:
            client.set_flow_run_state(run.id, Cancelled(), force=True)


def sign_in_at_desk(page: Page, desk: str) -> None:
    """Sign in as the demo's clerk."""
    page.goto(desk)
    page.get_by_label("名前").fill(DESK_NAME)
    page.get_by_label("パスワード").fill(DESK_PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading").first).to_be_visible(timeout=LOADED_MS)


Show = Callable[[Page, str, PrefectRuns], None]
PICTURES: Final[dict[str, Show]] = {
    "runs": show_runs,
    "day-report": show_report,
    "shop-block": show_block,
    "adjust-form": show_form,
}
DESK_PAGES: Final = (
    ("desk-today", "/", "今日"),
    ("desk-adjust", "/adjust", "在庫調整"),
)
"""A picture's name, the page's path, and a text that shows that it is there."""


if __name__ == "__main__":
    main(*sys.argv[1:])
