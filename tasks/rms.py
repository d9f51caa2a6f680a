"""Speak to RMS for a shop, at the pace all processes of this machine share.

A shop whose credentials were refused makes no more calls until a good check.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

from prefect import runtime

from connectors.rms.client import RmsClient
from connectors.rms.errors import CredentialsRefused
from connectors.rms.pace import paces_for
from connectors.rms.rates import Bucket
from connectors.settings import read_settings
from data.model.japan_time import JST
from data.model.shop import Shop, ShopHandle
from tasks.shops import load_shop
from tasks.stopped import note_refusal, shop_that_may_call


def now() -> datetime:
    """Read the clock, in Japan time; everything below gets it as an argument."""
    return datetime.now(JST)


@lru_cache(maxsize=256)
def shop_of_run(handle: ShopHandle, flow_run_id: str | None) -> Shop:  # noqa: ARG001
    """Load a shop once a run: a run speaks with the keys it began with."""
    return load_shop(handle)


def shop_of_now(handle: ShopHandle) -> Shop:
    """Give the shop as the present run knows it."""
    return shop_of_run(handle, runtime.flow_run.id)


@contextmanager
def order_api(handle: ShopHandle) -> Iterator[RmsClient]:
    """Open the shop's client; the keys live in it and nowhere else.

    A refusal of the credentials, met by whichever task, is kept: it stops the calls
    of all that follow (design: rule 6.7).

    Raises:
        UnknownShop: no block and no environment describes the shop.
        ShopStopped: its credentials were refused before, or its key has ended.

    """
    shop = shop_that_may_call(shop_of_now(handle), now())
    with rms_client(shop) as rms:
        try:
            yield rms
        except CredentialsRefused as refusal:
            note_refusal(shop, refusal, now())
            raise


@contextmanager
def rms_client(shop: Shop) -> Iterator[RmsClient]:
    """Open the client of a shop with the key given, whatever is known of it."""
    settings = read_settings()
    rate, url = settings.rms_requests_per_second, settings.rms_url
    with (
        paces_for(settings.home, shop, rate, url) as paces,
        RmsClient(
            shop,
            url,
            paces[Bucket.ORDER],
            now,
            settings.rms_deadline_s,
            paces=paces,
        ) as rms,
    ):
        yield rms
