"""Whether tonight may delete anything: by a wrong clock every term seems to be over."""

from typing import Any

from prefect import task
from prefect.client.schemas.objects import State

from connectors.rms.check import clock_is_shown_right
from connectors.rms.errors import ClockWrong, RmsTrouble
from data.model.order import Mall
from tasks.rms import rms_client
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.blocks import shops_described_at


@task(name="check-clock", **SAFE_TO_REPEAT)
def check_clock() -> bool:
    """Return whether RMS has shown that our clock is right; False if none could say.

    Shops are asked one after the other until one answers, also those whose calls are
    stopped: by a clock that is ahead every key seems to have ended. A night without an
    answer goes on, because a shop may be closed for good and its buyers' terms end.

    Raises:
        ClockWrong: RMS's time is more than a minute from ours.

    """
    for shop in shops_described_at(Mall.RAKUTEN):
        try:
            with rms_client(shop) as rms:
                return clock_is_shown_right(rms, shop.shop_id)
        except ClockWrong:
            raise
        except RmsTrouble:
            continue
    return False


def is_shown_wrong(checked: State[Any]) -> bool:
    """Return whether the check failed because of the clock, and of nothing else."""
    return isinstance(checked.result(raise_on_failure=False), ClockWrong)


def is_shown_right(checked: State[Any]) -> bool:
    """Return whether RMS has shown the clock to be right, and not only not wrong."""
    return checked.result(raise_on_failure=False) is True
