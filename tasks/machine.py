"""The clock and the warehouse of this machine, as every task uses them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime

from connectors.settings.reading import read_settings
from connectors.shared_clock import now_by
from data.warehouse.session import Connection, warehouse
from tasks.homes.owner import confirmed, owned


def now() -> datetime:
    """Return the present moment in Japan time.

    The only reading of a clock: everything below `tasks/` gets time as an argument.
    A test that moves time shares one clock with the sandbox (JUCHU_TEST_CLOCK).
    """
    return now_by(read_settings().test_clock)


def our_warehouse() -> AbstractContextManager[Connection]:
    """Open one transaction on the warehouse named in the settings.

    It commits when the block ends; an error in the block undoes everything.

    Raises:
        WarehouseBusy: other processes held the file for longer than the patience set;
            worth a retry.
        WarehouseClosed: it could not be opened; the text says why.
        HomeMoved: where there are several hosts, the home is another one's.

    """
    settings = read_settings()
    if settings.home_name:
        return owned(settings, now)
    return warehouse(settings.warehouse, settings.warehouse_patience_s)


def refuse_another_hosts() -> None:
    """Raise HomeMoved where the home is another host's by now; nothing on one machine.

    Raises:
        HomeMoved: what was begun here goes on there.
        WarehouseBusy: Prefect has not said for a minute who owns the home.

    """
    settings = read_settings()
    if settings.home_name:
        confirmed(settings)


class _OnlyTried(Exception):
    """Ends a trial: an error in the warehouse's block undoes everything."""


@contextmanager
def our_trial(*, is_one: bool) -> Iterator[Connection]:
    """Open one transaction as `our_warehouse` does; a trial's is undone at its end."""
    with suppress(_OnlyTried), our_warehouse() as con:
        yield con
        if is_one:
            raise _OnlyTried
