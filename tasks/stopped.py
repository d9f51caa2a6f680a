"""Refused credentials stop a shop's calls at once; other shops go on (rule 6.7)."""

import logging
from datetime import datetime

from prefect.events import emit_event

from connectors.rms.check import probe_of
from connectors.rms.errors import CredentialsRefused
from data.model.connection import STOPS_CALLS, Fault, find_fault
from data.model.connection_words import WHAT
from data.model.key_change import shop_in_use
from data.model.licence import has_ended, key_fingerprint
from data.model.shop import Shop
from data.warehouse.errors import WarehouseClosed
from data.warehouse.shop_keys import key_facts, key_in_use, record_connection
from data.warehouse.shop_life import facts_of
from tasks.warehouse import our_warehouse

REFUSED = "juchu.connection.refused"
"""The event that asks for a connection check; a trigger in prefect.yaml hears it."""
log = logging.getLogger("juchu.shops")


class ShopStopped(Exception):
    """No call was made: this shop's would be refused. Other shops are not concerned."""

    def __init__(self, handle: str, fault: Fault) -> None:
        super().__init__(handle, fault)

    def __str__(self) -> str:
        handle, fault = self.args
        return (
            f"店舗 {handle} のRMSの呼び出しは止めています: {WHAT[fault]}。"
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
        raise ShopStopped(shop.handle, Fault.KEY_ENDED)
    return used


def note_refusal(shop: Shop, refusal: CredentialsRefused, at: datetime) -> None:
    """Keep that the credentials were refused, and ask for a check that says why.

    A key of some minutes stops nothing. Where the warehouse is closed only the log
    tells: the refusal itself is the better error.
    """
    try:
        with our_warehouse() as con:
            key = key_facts(con, shop, at)
            found = find_fault([probe_of(refusal)], key, at)
            record_connection(con, shop, found.fault, at)
    except WarehouseClosed as problem:
        log.warning("refused credentials of %s not kept: %s", shop.handle, problem)
    emit_event(
        REFUSED,
        resource={"prefect.resource.id": f"juchu.shop.{shop.handle}"},
        payload={"shop": shop.handle},
    )
