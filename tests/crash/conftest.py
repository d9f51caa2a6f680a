"""An RMS with orders, and homes in which notices of them wait; made once, copied."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from connectors.notices.spool import Spool
from data.model.notice import Notice, NoticeKind, notice_key
from tasks.machine import now
from tests.crash.counts import Counts, count
from tests.crash.work import Work
from tests.support.sandbox import Sandbox, lab_settings

MOVED = (300, 500, 600, 900)
"""Where the first orders stand after their buyers were told, RMS being on its way."""


class Market(NamedTuple):
    """Orders at an RMS that changes no more, and how to reach it."""

    rms: Sandbox
    numbers: list[str]
    truth: Mapping[str, Mapping[str, Any]]

    def env(self, home: Path) -> dict[str, str]:
        return lab_settings(self.rms, home, deadline_s=20)

    def work(self, home: Path, flow: str, **given: Any) -> bool:
        """Work on a home in a process; False when it was killed, as told."""
        return Work(flow, self.env(home), **given).done()

    def killed_and_finished(self, home: Path, flow: str, **given: Any) -> Counts:
        """Kill a drain or a sweep, do it again, and fail if anything is wrong then."""
        assert not self.work(home, flow, **given)
        assert self.work(home, flow, bug=given.get("bug"), is_quick=True)
        ended = self.counts(home, self.numbers)
        assert ended.nothing_is_wrong, ended
        assert ended.stored == len(self.numbers), ended
        return ended

    def counts(self, home: Path, acknowledged: list[str]) -> Counts:
        return count(home, self.truth, self.numbers, acknowledged)


def tell(home: Path, shop_id: str, kind: NoticeKind, *numbers: str | None) -> None:
    """Have notices in the spool, as after their acknowledgement."""
    Spool(home / "spool").keep(
        Notice(
            notice_key=notice_key(shop_id, kind, str(number)),
            shop_id=shop_id,
            order_number=number,
            kind=kind,
            received_at=now(),
        )
        for number in numbers
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Iterator[tuple[Market, Path]]:
    """Twelve orders, four of them stored and changed since; seventeen notices wait."""
    home = tmp_path_factory.mktemp("prepared")
    with Sandbox.start("--seed", "7", "--no-rate-limit") as rms:
        numbers = rms.sell(12, "plain", over_days=40, progress=100)
        shop_id = rms.shops["demo"].shop_id
        market = Market(rms, numbers, {})
        tell(home, shop_id, NoticeKind.SCREENING, *numbers[:4])
        assert market.work(home, "drain")
        for number, progress in zip(numbers, MOVED, strict=False):
            rms.edit(number, orderProgress=progress)
        tell(home, shop_id, NoticeKind.CHANGED, *numbers[:4])
        tell(home, shop_id, NoticeKind.ORDER, *numbers)
        tell(home, shop_id, NoticeKind.OTHER, None)
        yield market._replace(truth=rms.orders()), home


@pytest.fixture
def market(prepared: tuple[Market, Path]) -> Market:
    return prepared[0]


@pytest.fixture
def told(prepared: tuple[Market, Path], tmp_path: Path) -> Path:
    """A home in which seventeen notices wait."""
    return shutil.copytree(prepared[1], tmp_path / "home")


@pytest.fixture
def untold(told: Path) -> Path:
    """The same home, but every notice was lost."""
    shutil.rmtree(told / "spool")
    return told
