"""Speak to RMS for a shop, at the pace all processes of this machine share.

A shop whose credentials were refused makes no more calls until a good check.

Refused credentials stop a shop's calls at once; other shops go on (rule 6.7).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

from prefect import runtime
from prefect.events import emit_event

from connectors.rms.check import probe_of
from connectors.rms.client import RmsClient
from connectors.rms.errors import CredentialsRefused
from connectors.rms.pace import Bucket, paces_for
from connectors.settings import read_settings
from data.model.connection import (
    STOPS_CALLS,
    WHAT,
    ConnectionStatus,
    judge_check,
    shop_in_use,
)
from data.model.japan_time import JST
from data.model.licence import has_ended, key_fingerprint
from data.model.shop import Shop, ShopHandle
from data.warehouse.errors import WarehouseClosed
from data.warehouse.shops import facts_of, key_facts, key_in_use, record_connection
from tasks.machine import our_warehouse
from tasks.shops.blocks import load_shop

REFUSED = "juchu.connection.refused"
"""The event that asks for a connection check; a trigger in prefect.yaml hears it."""
log = logging.getLogger("juchu.shops")


class ShopStopped(Exception):
    """No call was made: this shop's would be refused. Other shops are not concerned."""

    def __init__(self, handle: str, status: ConnectionStatus) -> None:
        super().__init__(handle, status)

    def __str__(self) -> str:
        handle, status = self.args
        return (
            f"店舗 {handle} のRMSの呼び出しは止めています: {WHAT[status]}。"
            "対処: 接続チェック (check-connection) を実行し、その結果のとおりに直して"
            "ください。接続チェックが成功すると、また呼び出します。"
        )


def shop_that_may_call(shop: Shop, at: datetime) -> Shop:
    """Give the shop with the key its calls use now.

    Raises:
        ShopStopped: the last word on its credentials was no, or its key has ended.

    """
    with our_warehouse() as con:
        facts, fingerprint = facts_of(con, shop.handle), key_in_use(con, shop.handle)
    used = shop_in_use(shop, fingerprint)
    if facts.connection in STOPS_CALLS:
        raise ShopStopped(shop.handle, facts.connection)
    ends = facts.license_expires_at
    if (
        ends
        and has_ended(ends, at)
        and fingerprint == key_fingerprint(used.license_key)
    ):
        raise ShopStopped(shop.handle, ConnectionStatus.KEY_ENDED)
    return used


def note_refusal(shop: Shop, refusal: CredentialsRefused, at: datetime) -> None:
    """Keep that the credentials were refused, and ask for a check that says why.

    A key of some minutes stops nothing. Where the warehouse is closed only the log
    tells: the refusal itself is the better error.
    """
    try:
        with our_warehouse() as con:
            key = key_facts(con, shop, at)
            found = judge_check([probe_of(refusal)], key, at)
            record_connection(con, shop, found.status, at)
    except WarehouseClosed as problem:
        log.warning("refused credentials of %s not kept: %s", shop.handle, problem)
    emit_event(
        REFUSED,
        resource={"prefect.resource.id": f"juchu.shop.{shop.handle}"},
        payload={"shop": shop.handle},
    )


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
    paces = paces_for(settings.home, shop, rate, url)
    with RmsClient(
        shop, url, paces[Bucket.ORDER], now, settings.rms_deadline_s, paces=paces
    ) as rms:
        yield rms
