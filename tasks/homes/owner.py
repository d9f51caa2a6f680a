"""Who owns a home: asked of its block, and compared inside each transaction.

Two hosts never write for one home. The block says which host owns it, since which move
(`epoch`) and at which place; the file says of which move it is. A process asks the
block again before and after a transaction when the last answer is older than 20
seconds, so that one that was frozen finds out before it commits. Without an answer it
goes on for a minute, and then stops itself.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from connectors.prefect_api import NO_ANSWER
from connectors.settings.fields import Settings
from data.warehouse.errors import HomeMoved, WarehouseBusy
from data.warehouse.home_epochs import HomeEpoch, refuse_other_epoch
from data.warehouse.session import Connection, warehouse
from tasks.homes.blocks import JuchuHome, UnknownHome, home_of, save_home
from tasks.homes.lock import one_mover

ASKED_AGAIN_S: Final = 20.0
HELD_S: Final = 60.0
"""How long the last answer counts while Prefect does not answer. A move that cannot
mark the file left behind waits for as long."""
MACHINE: Final = Path("/etc/machine-id")


class ClockPair(NamedTuple):
    """Two clocks: one counts a machine's sleep, the other a machine's being frozen."""

    since_boot_s: float
    of_day_s: float

    def since(self, other: "ClockPair") -> float:
        """Return the seconds since the other by the clock that shows more.

        A clock that was set back makes it long as well: then nothing is known.
        """
        of_day_s = self.of_day_s - other.of_day_s
        since_boot_s = self.since_boot_s - other.since_boot_s
        return max(since_boot_s, abs(of_day_s))


class BlockRead(NamedTuple):
    """What the block said, and when it was asked."""

    home: JuchuHome
    asked: ClockPair


_last: dict[str, BlockRead] = {}


def instant() -> ClockPair:
    """Return the present moment of both clocks."""
    return ClockPair(time.clock_gettime(time.CLOCK_BOOTTIME), time.time())


@contextmanager
def owned(
    settings: Settings,
    now: Callable[[], datetime],
    clock: Callable[[], ClockPair] = instant,
) -> Iterator[Connection]:
    """Open one transaction on the home's warehouse, as its owner.

    Raises:
        HomeMoved: another host owns it, or the file is not of this move; nothing was
            written.
        WarehouseBusy: Prefect has not said for a minute who owns it; nothing was
            written, and another attempt may be made.

    """
    before = confirmed(settings, clock)
    epoch = HomeEpoch(settings.home_name, before.epoch, settings.host)
    with warehouse(settings.warehouse, settings.warehouse_patience_s) as con:
        refuse_other_epoch(con, epoch, now())
        yield con
        after = confirmed(settings, clock)
        if after.epoch != before.epoch:
            raise HomeMoved(_moved(settings, after))


def confirmed(
    settings: Settings, clock: Callable[[], ClockPair] = instant
) -> JuchuHome:
    """Return the home's block, at most 20 seconds old, after checking that we own it.

    Raises:
        HomeMoved: another host or another folder does.
        WarehouseBusy: nobody answers, and the last answer is over a minute old.

    """
    name = settings.home_name
    last = _last.get(name)
    if last is None or clock().since(last.asked) > ASKED_AGAIN_S:
        last = _ask(name, last, clock)
    place = folder_mark(settings.home)
    if last.home.host == settings.host and not last.home.place:
        last = _claim(settings, place, clock)
    if (last.home.host, last.home.place) != (settings.host, place):
        raise HomeMoved(_moved(settings, last.home))
    return last.home


def _ask(
    name: str, last: BlockRead | None, clock: Callable[[], ClockPair]
) -> BlockRead:
    asked = clock()
    try:
        _last[name] = BlockRead(home_of(name), asked)
    except UnknownHome as unknown:
        raise HomeMoved(str(unknown)) from None
    except NO_ANSWER as problem:
        if last and clock().since(last.asked) <= HELD_S:
            return last
        raise WarehouseBusy(
            f"ホーム {name} を動かすホストを Prefect に確認できないため、停止しました。"
            "何も書き込んでいません。"
            "対処: Prefect サーバーとネットワークを確認して、もう一度実行してください。"
        ) from problem
    return _last[name]


def _claim(settings: Settings, place: str, clock: Callable[[], ClockPair]) -> BlockRead:
    """Write our place into the block, unless another folder of this host was first."""
    with one_mover(settings.home_name):
        asked = clock()
        home = home_of(settings.home_name)
        if home.host == settings.host and not home.place:
            home.place = place
            save_home(settings.home_name, home)
    _last[settings.home_name] = BlockRead(home, asked)
    return _last[settings.home_name]


def folder_mark(folder: Path) -> str:
    """Return what tells a folder from its copies, on this machine or another.

    A copy has another inode, or stands on another machine. What is in the folder may
    change.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    machine = MACHINE.read_text(encoding="ascii") if MACHINE.is_file() else ""
    found = folder.stat()
    return sha256(f"{machine.strip()}:{found.st_ino}".encode()).hexdigest()[:16]


def _moved(settings: Settings, home: JuchuHome) -> str:
    here = settings.host or "(JUCHU_HOST なし)"
    return (
        f"ホーム {settings.home_name} は、"
        f"ホスト {home.host} の {home.folder} で動いています。"
        f"ここ(ホスト {here} の {settings.home.absolute()})では何もしていません。"
        "対処: ここに移す場合は、"
        f"make move-home HOME={settings.home_name} TO={here} を実行してください。"
    )
