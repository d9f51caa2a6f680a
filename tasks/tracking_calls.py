"""The two calls that report shipments: sent once, and asked for what became of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from prefect import task
from prefect.logging import get_run_logger

from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.shipping import Receipt
from connectors.rms.shipping_words import RowOutcome, ShippingWord
from connectors.rms.wire_shipping import ReportRow, ShippingReport
from data.model.japan_time import in_japan
from data.model.shipment import ShipmentState
from data.model.shipping_report import SETTLES_AFTER, OrderReport, RowResult
from data.model.shop import ShopHandle
from data.warehouse.loads import Load
from data.warehouse.tracking import Run, judge_tracking
from data.warehouse.tracking_calls import (
    Sent,
    begin_reports,
    end_reports,
    open_requests,
)
from data.warehouse.tracking_calls import hear_results as store_results
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.rms import now, order_api
from tasks.warehouse import our_warehouse

SETTLES = SETTLES_AFTER
RESULTS_KEPT: Final = timedelta(days=1)
"""RMS keeps results for 30 days (§4.2b); after a day only reading the order counts."""


def run_of(load: Load) -> Run:
    """Say whose shipments a run is about, and on which day."""
    today = in_japan(load.started_at).date()
    return Run(load.shop_id, load.started_at, today, SETTLES)


@task(name="report-orders", **NEVER_REPEAT)
def report_orders(shop: ShopHandle, numbers: list[str], load: Load) -> None:
    """Report the shipments of up to 100 orders in one call, which is never repeated.

    What is sent is decided again in the transaction that stores the intent, so no
    other run can have sent it meanwhile. Without an answer the outcome stays unknown.

    Raises:
        Refused: RMS refused the whole call and named no order; nothing was reported.

    """
    run = run_of(load)
    with our_warehouse() as con:
        reports = judge_tracking(con, run, numbers).to_send
        sent = Sent(now(), tuple(one.order_number for one in reports))
        begin_reports(con, run, reports, sent_at=sent.at)
    if not reports:
        return
    with order_api(shop) as rms:
        try:
            receipt = rms.shipping.report([_wire(one) for one in reports])
        except OutcomeUnknown as unknown:
            get_run_logger().warning("%s", unknown)
            return
        except RmsTrouble as trouble:
            _nothing_taken(run, sent, trouble)
            return
    _store_receipt(run, sent, receipt)


@task(name="hear-results", **SAFE_TO_REPEAT)
def hear_results(shop: ShopHandle, load: Load) -> None:
    """Ask what became of every report RMS took, and store its word on each row.

    Waits for those that still run, for as long as a report may take at most.
    """
    run = run_of(load)
    with our_warehouse() as con:
        requests = open_requests(con, run, asked_since=now() - RESULTS_KEPT)
    if not requests:
        return
    with order_api(shop) as rms:
        for request in requests:
            patience = request.sent_at + run.settles - now()
            try:
                words = rms.shipping.wait_for_results(
                    request.request_id,
                    request.order_numbers,
                    max(patience.total_seconds(), 0),
                )
            except CredentialsRefused:
                raise
            except Refused as no:  # then the orders themselves have to tell
                get_run_logger().warning("%s", no)
                continue
            results = [result for word in words for result in _results(word)]
            with our_warehouse() as con:
                store_results(con, run, request.request_id, results, heard_at=now())


def _store_receipt(run: Run, sent: Sent, receipt: Receipt) -> None:
    """Store a requestId, or what RMS turned down at once and what it left for that."""
    with our_warehouse() as con:
        if receipt.request_id is not None:
            end_reports(
                con, run, sent, ShipmentState.SENT, request_id=receipt.request_id
            )
            return
        for word in receipt.refused:
            end_reports(
                con,
                run,
                sent.of(word.order_number),
                ShipmentState.REFUSED,
                reason=_told(word.code, word.reason),
                heard_at=now(),
            )
        left = sent.of(*receipt.left)
        end_reports(con, run, left, ShipmentState.PLANNED, heard_at=now())


def _nothing_taken(run: Run, sent: Sent, trouble: RmsTrouble) -> None:
    """Plan the shipments again; raise what waiting does not help."""
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


def _wire(report: OrderReport) -> ShippingReport:
    rows = [ReportRow(**row.model_dump()) for row in report.rows]
    return ShippingReport(report.order_number, rows)


def _results(word: ShippingWord) -> Iterator[RowResult]:
    for row in word.rows:
        if row.outcome is RowOutcome.REFUSED:
            said = _told(row.code, row.reason)
            yield RowResult(word.order_number, row.data_number, True, said)
        elif row.outcome is not RowOutcome.UNKNOWN:
            yield RowResult(word.order_number, row.data_number, False, None)


def _told(code: str, reason: str) -> str:
    """Keep RMS's own code before its text."""
    return f"{code}: {reason}" if code else reason
