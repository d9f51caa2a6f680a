"""A tracking push: orders read anew, decided on, reported once, and looked at again.

`rounds` is the procedure; the tasks below it are its steps. A report whose answer was
lost is never sent a second time: the order shows what became of it (rule 6.6).
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from prefect import task
from prefect.logging import get_run_logger

from connectors.rms.check import is_permitted
from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.halving import Halving
from connectors.rms.shipping import REPORT, Receipt, RowOutcome, ShippingResult
from data.model.japan_time import in_japan
from data.model.shipping.plan import (
    MOST_ORDERS,
    RESULTS_KEPT,
    SETTLES_AFTER,
    RowResult,
)
from data.model.shipping.shipment import ShipmentState
from data.model.shops.shop import ShopHandle
from data.warehouse.runs import Load
from data.warehouse.shipping.tracking import (
    Run,
    Sent,
    begin_reports,
    end_reports,
    end_requests,
    judge_tracking,
    last_report_unseen,
    open_requests,
    orders_to_read,
    settle,
    store_results,
)
from tasks.machine import now, our_warehouse
from tasks.orders import in_batches, take_orders
from tasks.rms import open_rms, with_code
from tasks.runs.loads import begin_load
from tasks.runs.retrying import NEVER_REPEAT, SAFE_TO_REPEAT, opaque

MOST_ROUNDS: Final = 6
"""Rounds of one run; what is not settled then is left to the next run."""
LOOKS: Final = 6
"""Looks in the time a report may take, at one that takes longer."""


class DueReports(NamedTuple):
    """Orders to report now, and those of which a report may still be on its way."""

    numbers: list[str]
    held: list[str]


@task(name="open-push", **SAFE_TO_REPEAT)
def open_tracking_push(shop: ShopHandle) -> Load:
    """Record the start of a push; only orders read after it count as read."""
    return begin_load(shop, "tracking")


def run_of(load: Load) -> Run:
    """Return whose shipments a run is about, and on which day."""
    today = in_japan(load.started_at).date()
    return Run(load.shop_id, load.started_at, today, SETTLES_AFTER)


def _left(run: Run, sent_at: datetime) -> timedelta:
    """Return how long a report that was sent then may take still.

    No longer than any report, by whatever clock it was sent: one that was set back
    shows it hours ahead, and nobody else could call for the shop meanwhile.
    """
    return min(sent_at + run.settles - now(), run.settles)


def rounds(shop: ShopHandle, load: Load) -> Iterator[list[list[str]]]:
    """Yield the orders to report, in batches a round, until none is left or held.

    Each round first fetches results and reads orders. What was turned down comes again;
    what was lost comes again once it is certain that it did not arrive.
    """
    for left in reversed(range(MOST_ROUNDS)):
        fetch_results(shop, load)
        read_orders(shop, load)
        due = due_orders(load)
        if due.numbers and left:
            yield in_batches(due.numbers, MOST_ORDERS)
        elif due.held and left:
            wait_for_held(load)
        else:
            return


def read_orders(shop: ShopHandle, load: Load) -> None:
    """Read anew and store the orders whose shipments wait for a decision."""
    for batch in in_batches(concerned_orders(load)):
        take_orders(shop, batch, load)


@task(name="concerned-orders", **SAFE_TO_REPEAT)
def concerned_orders(load: Load) -> list[str]:
    """Return the orders that have to be read before anything is decided."""
    with our_warehouse() as con:
        return orders_to_read(con, run_of(load))


@task(name="due-orders", **SAFE_TO_REPEAT)
def due_orders(load: Load) -> DueReports:
    """Decide on every order read, and store what is settled without a call."""
    run = run_of(load)
    with our_warehouse() as con:
        judged = judge_tracking(con, run)
        settle(con, run, judged, decided_at=now())
    return DueReports([one.order_number for one in judged.to_send], list(judged.held))


@task(name="wait-for-held", **SAFE_TO_REPEAT)
def wait_for_held(load: Load) -> None:
    """Wait until the latest report without a trace would show, if it had arrived.

    One that RMS accepted may take longer: it is looked at again a little later.
    """
    run = run_of(load)
    with our_warehouse() as con:
        sent_at = last_report_unseen(con, run)
    if sent_at is not None:
        shows_in = max(_left(run, sent_at), run.settles / LOOKS)
        time.sleep(shows_in.total_seconds())


@task(name="report-orders", **NEVER_REPEAT)
def report_orders(shop: ShopHandle, numbers: list[str], load: Load) -> None:
    """Report the shipments of up to 100 orders in one call, which is never repeated.

    Where RMS refuses the whole call and names no order, the orders are read again and
    sent in halves until the bad one stands alone; only that one is refused then.

    Raises:
        Refused: RMS refuses whatever the orders are; nothing was reported.

    """
    run, sent = run_of(load), dict[str, Sent]()
    with open_rms(shop) as rms:
        rms.http.admit(REPORT)  # of a function that is stopped nothing is sent

        def report(part: Sequence[str]) -> None:
            if sent:  # that RMS took nothing of a refused call is an assumption
                take_orders(shop, opaque(list(part)), load)
            _report(rms, run, part, sent)

        halving = Halving[str](lambda: is_permitted(REPORT.name, rms))
        halving.send(numbers, report)
    with our_warehouse() as con:
        for number, refusal in halving.bad:
            end_reports(
                con,
                run,
                sent[number].of(number),
                ShipmentState.REFUSED,
                reason=str(refusal),
                heard_at=now(),
            )


def _report(
    rms: RmsClient, run: Run, numbers: Sequence[str], sent_before: dict[str, Sent]
) -> None:
    """Report these orders in one call, and store the intent before and the outcome.

    What is sent is decided again in the transaction that stores the intent, so that no
    other run can have sent it meanwhile. Without an answer the outcome stays unknown.
    `sent_before` keeps for each order the call that reported it last.
    """
    with our_warehouse() as con:
        reports = judge_tracking(con, run, numbers).to_send
        sent = Sent(now(), tuple(one.order_number for one in reports))
        begin_reports(con, run, reports, sent_at=sent.at)
    if not reports:
        return
    sent_before |= dict.fromkeys(sent.order_numbers, sent)
    try:
        receipt = rms.shipping.report(reports)
    except OutcomeUnknown as unknown:
        get_run_logger().warning("%s", unknown)
    except RmsTrouble as trouble:
        _nothing_taken(run, sent, trouble)
    else:
        _store_receipt(run, sent, receipt)


@task(name="fetch-results", **SAFE_TO_REPEAT)
def fetch_results(shop: ShopHandle, load: Load) -> None:
    """Ask RMS what became of every report it took, and store its result on each row.

    Reports that still run are waited for, as long as one may take at most. One whose
    result RMS cannot tell keeps no other parcel back.
    """
    run = run_of(load)
    with our_warehouse() as con:
        requests = open_requests(con, run, asked_since=now() - RESULTS_KEPT)
    if not requests:
        return
    with open_rms(shop) as rms:
        for request in requests:
            patience = _left(run, request.sent_at)
            try:
                answers = rms.shipping.wait_for_results(
                    request.request_id,
                    request.order_numbers,
                    max(patience.total_seconds(), 0),
                )
            except CredentialsRefused:
                raise
            except (Refused, Unavailable) as no:  # then the orders have to show it
                get_run_logger().warning("%s", no)
                continue
            results = [result for one in answers for result in _results(one)]
            ended = [one.order_number for one in answers if one.is_final]
            with our_warehouse() as con:
                store_results(con, run, request.request_id, results, heard_at=now())
                end_requests(con, run, request.request_id, ended)


def _store_receipt(run: Run, sent: Sent, receipt: Receipt) -> None:
    """Store a requestId, or what RMS refused at once and so left undone."""
    with our_warehouse() as con:
        if receipt.request_id is not None:
            end_reports(
                con, run, sent, ShipmentState.SENT, request_id=receipt.request_id
            )
            return
        for one in receipt.refused:
            end_reports(
                con,
                run,
                sent.of(one.order_number),
                ShipmentState.REFUSED,
                reason=with_code(one.code, one.reason),
                heard_at=now(),
            )
        left = sent.of(*receipt.left)
        end_reports(con, run, left, ShipmentState.PLANNED, heard_at=now())


def _nothing_taken(run: Run, sent: Sent, trouble: RmsTrouble) -> None:
    """Plan the shipments again; raise the trouble unless waiting helps."""
    with our_warehouse() as con:
        end_reports(
            con,
            run,
            sent,
            ShipmentState.PLANNED,
            reason=str(trouble),
            heard_at=now(),
        )
    if not isinstance(trouble, Throttled | Unavailable):
        raise trouble
    get_run_logger().warning("%s", trouble)


def _results(of_order: ShippingResult) -> Iterator[RowResult]:
    for row in of_order.rows:
        if row.outcome is RowOutcome.REFUSED:
            reason = with_code(row.code, row.reason)
            yield RowResult(of_order.order_number, row.data_number, True, reason)
        elif row.outcome is not RowOutcome.UNKNOWN:
            yield RowResult(of_order.order_number, row.data_number, False, None)
