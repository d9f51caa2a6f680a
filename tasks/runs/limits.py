"""One caller per shop and API at a time, as a limit that Prefect shows.

Prefect counts who is in, and keeps the leases of those elsewhere (files, Redis). Where
a lease is gone and its slot was not given back, as by a power cut between the two or a
Redis that forgot, the slot would stay taken for ever (3.9.1). So who is in also holds a
lock beside the pace, which a kill releases: a slot taken while nobody holds it is lost.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Literal

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import (
    GlobalConcurrencyLimitCreate,
    GlobalConcurrencyLimitUpdate,
)
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from connectors.folder_lock import alone_in, is_in_use
from connectors.settings.reading import read_settings
from data.model.shops.shop import ShopHandle

Api = Literal["order", "stock"]
"""What is limited separately, because RMS counts their calls separately as well."""
LEASE_S = 60
"""How long the slot of a killed run stays taken; a living run renews it in time."""
LOST_S = 90
"""After waiting so long it is looked whether anybody is in: longer than a lease."""
log = logging.getLogger("juchu.limits")

_turns: dict[str, Lock] = defaultdict(Lock)
"""Runs of one process, as the warm process has them, wait for each other here: who
finds a slot of Prefect's taken looks again seconds later only."""


class TurnNotCome(TimeoutError):
    """Another run has held the shop's API for longer than this one waits."""


class CallsHalted(Exception):
    """Staff have set the shop's limit to 0: no call is made until it is 1 again."""


def limit_name(shop: ShopHandle, api: Api = "order") -> str:
    """Return the name of the limit for one API of a shop."""
    return f"rms-{api}-{shop}"


def ensure_limit(shop: ShopHandle, api: Api = "order") -> None:
    """Create the limit of one caller unless it exists; leave an existing one as it is.

    Staff may set it to 0 in the UI: no call is made for the shop until it is 1 again.
    """
    ensure_one(limit_name(shop, api))


def ensure_one(name: str) -> None:
    """Create a limit of one unless there is a limit of that name."""
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            new = GlobalConcurrencyLimitCreate(name=name, limit=1)
            with suppress(ObjectAlreadyExists):  # another process was first
                client.create_global_concurrency_limit(new)


@contextmanager
def one_caller(
    shop: ShopHandle, api: Api = "order", patience_s: float = 1800
) -> Iterator[None]:
    """Hold one API of the shop while the block runs; other runs wait.

    This keeps runs apart; the pace within a run is kept by `connectors.rms.pace`. A run
    that needs both APIs takes `stock` first, so that no two wait for each other. The
    slot of a killed run is free again when its lease ends, a lost one a little later.

    Raises:
        TurnNotCome: another run held it for longer than `patience_s`.
        CallsHalted: staff have set the limit to 0.

    """
    name = limit_name(shop, api)
    pace = read_settings().home / "pace"
    inside = pace / f"{name}.caller"
    for folder in (pace, inside):  # `parents` would make the first one open to read
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    give_up_at = time.monotonic() + patience_s
    with ExitStack() as held:
        try:
            held.enter_context(_turn(name, patience_s))
            held.enter_context(_slot(name, inside, give_up_at))
        except TimeoutError:
            raise TurnNotCome(
                f"ほかの処理がRMSを使用しているため、{patience_s / 60:.0f}分待っても"
                f"順番が来ませんでした(Prefect の同時実行制限 {name})。"
                "対処: 実行中の処理が終わってから、もう一度実行してください。"
            ) from None
        except ConcurrencySlotAcquisitionError:
            if _is_halted(name):
                raise CallsHalted(
                    f"店舗 {shop} のRMSの呼び出しは、Prefect の Concurrency の設定で"
                    f"止められています({name} が 0)。対処: 再開する場合は、{name} を"
                    " 1 に戻してから、もう一度実行してください。"
                ) from None
            raise
        held.enter_context(alone_in(inside))
        yield


@contextmanager
def _turn(name: str, patience_s: float) -> Iterator[None]:
    """Keep the other runs of this process from asking for the slot meanwhile."""
    if not _turns[name].acquire(timeout=patience_s):
        raise TimeoutError
    try:
        yield
    finally:
        _turns[name].release()


@contextmanager
def _slot(name: str, inside: Path, give_up_at: float) -> Iterator[None]:
    """Hold the limit's slot; make a missing limit, and give a lost slot back.

    A limit that staff deleted in the UI is made again.
    """
    is_made = False
    with ExitStack() as held:
        while True:
            left_s = give_up_at - time.monotonic()
            try:
                held.enter_context(_held(name, min(left_s, LOST_S)))
                break
            except ConcurrencySlotAcquisitionError:
                if is_made:  # something else was wrong
                    raise
                ensure_one(name)
                is_made = True
            except TimeoutError:
                if left_s <= LOST_S:
                    raise
                _give_back_if_lost(name, inside)
        yield


def _is_halted(name: str) -> bool:
    """Return whether staff let nobody in: Prefect refuses a slot of such a limit."""
    with get_client(sync_client=True) as client:
        return client.read_global_concurrency_limit_by_name(name).limit == 0


def _held(name: str, timeout_s: float) -> AbstractContextManager[None]:
    return concurrency(
        name,
        timeout_seconds=timeout_s,
        lease_duration=LEASE_S,
        strict=True,
        raise_on_lease_renewal_failure=False,  # a short outage ends no run
    )


def _give_back_if_lost(name: str, inside: Path) -> None:
    """Set a limit that is taken while nobody is in to free, and log it.

    Who has taken the slot and not yet the lock loses the slot and no more: the lock
    alone decides who is in.
    """
    if is_in_use(inside):
        return
    with get_client(sync_client=True) as client:
        if client.read_global_concurrency_limit_by_name(name).active_slots:
            free = GlobalConcurrencyLimitUpdate(active_slots=0)
            client.update_global_concurrency_limit(name, free)
            log.warning(
                "Prefect の同時実行制限 %s は、使用する処理がないのに"
                "使用中のままでした。解除して続けます。",
                name,
            )
