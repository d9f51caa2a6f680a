"""The desk in this process, signed in, with a clock that is told."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import scrypt
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from connectors.settings.fields import Settings
from data.model.japan_time import JST
from tasks.desk import copy_age
from tasks.desk.app import make_app
from tasks.desk.frame import Desk
from tasks.desk.prefect import DeskRuns
from tasks.desk.sign_in import Sessions
from tasks.shops.blocks import ShopPlace
from tests.support.desk_runs import RunsHere
from tests.support.plain_runs import run_plainly

HERE = "http://127.0.0.1:8790"
NAME, PASSWORD = "山田", "correct horse"
HASH = "scrypt:16:1:1:c2l4dGVlbiBieXRlcyBpdA:" + urlsafe_b64encode(
    scrypt(PASSWORD.encode(), salt=b"sixteen bytes it", n=16, r=1, p=1, dklen=32)
).decode().rstrip("=")
"""As `connectors.settings.passwords.hashed` makes it, but cheap."""


@dataclass
class AtDesk:
    """A browser at the desk, and what the desk works with."""

    browser: TestClient
    home: Path
    clock: list[datetime]
    runs: DeskRuns
    headers: dict[str, str] = field(default_factory=lambda: {"Origin": HERE})

    def sign_in(self, password: str = PASSWORD, name: str = NAME, **more: Any) -> Any:
        """Send the form of the sign-in page."""
        form = {"name": name, "password": password, **more}
        return self.browser.post("/sign-in", data=form, headers=self.headers)

    def token(self, path: str) -> str:
        """What the forms of a page carry."""
        return self.hidden(path, "token")

    def hidden(self, path: str, name: str) -> str:
        """Return a hidden field of a page; "" if it has none of that name."""
        page = self.browser.get(path).text
        return page.partition(f'name="{name}" value="')[2].partition('"')[0]

    def send(self, path: str, page: str, *, files: Any = None, **form: Any) -> Any:
        """Send a form that stands on a page."""
        data = {"token": self.token(page), "once": "1", **form}
        return self.browser.post(path, data=data, files=files, headers=self.headers)


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[..., AtDesk]:
    """Make a desk, with these pages only if some are given."""

    def made(**given: Any) -> AtDesk:
        settings = Settings(home=tmp_path / "home", _env_file=None)
        clock = [datetime(2026, 7, 1, 9, 30, tzinfo=JST)]
        runs = given.pop("runs", DeskRuns(dict))
        desk = Desk(lambda: settings, lambda: clock[-1], runs)
        app = make_app(desk, Sessions({NAME: HASH}), [HERE], **given)
        browser = TestClient(app, base_url=HERE, raise_server_exceptions=False)
        browser.follow_redirects = False
        return AtDesk(browser, settings.home, clock, runs)

    return made


@pytest.fixture
def desk(make_desk: Callable[..., AtDesk]) -> AtDesk:
    """The desk as it is, with somebody signed in."""
    made = make_desk()
    assert made.sign_in().status_code == 303
    return made


@pytest.fixture
def clerk(
    make_desk: Callable[..., AtDesk], home: Path, monkeypatch: pytest.MonkeyPatch
) -> AtDesk:
    """Somebody of shop `lab` (123456) at the desk, whose runs are done in here."""
    for name, value in {
        "JUCHU_HOME": str(home),
        "JUCHU_SHOP": "lab",
        "JUCHU_SHOP_LAB_SHOP_ID": "123456",
        "JUCHU_SHOP_LAB_SERVICE_SECRET": "SP-invented",
        "JUCHU_SHOP_LAB_LICENSE_KEY": "SL-invented",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(copy_age, "WAITS_S", 60)  # a run in here takes a while
    shown = run_plainly(monkeypatch)
    made = make_desk(runs=RunsHere(shown, ShopPlace("lab", "rakuten", "123456")))
    assert made.sign_in().status_code == 303
    return made
