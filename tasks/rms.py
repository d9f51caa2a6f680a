"""Speak to RMS for a shop, at the pace all processes of this machine share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

from prefect import runtime

from connectors.rms.client import RmsClient
from connectors.rms.pace import pace_for
from connectors.settings import read_settings
from data.model.japan_time import JST
from data.model.shop import Shop, ShopHandle
from tasks.shops import load_shop


def now() -> datetime:
    """Read the clock, in Japan time; everything below gets it as an argument."""
    return datetime.now(JST)


@lru_cache(maxsize=16)
def shop_of_run(handle: ShopHandle, flow_run_id: str | None) -> Shop:  # noqa: ARG001
    """Load a shop once a run: a run speaks with the keys it began with."""
    return load_shop(handle)


@contextmanager
def order_api(handle: ShopHandle) -> Iterator[RmsClient]:
    """Open the shop's client; the keys live in it and nowhere else.

    Raises:
        UnknownShop: no block and no environment describes the shop.

    """
    settings = read_settings()
    shop = shop_of_run(handle, runtime.flow_run.id)
    rate, url = settings.rms_requests_per_second, settings.rms_url
    with (
        pace_for(settings.home, shop, "order", rate, url) as pace,
        RmsClient(shop, url, pace, now, settings.rms_deadline_s) as rms,
    ):
        yield rms
