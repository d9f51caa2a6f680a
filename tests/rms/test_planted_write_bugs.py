"""Bugs put in on purpose into the writes: the suite must notice each."""

import pytest

from connectors.rms import shipping, stock
from connectors.rms.errors import OutcomeUnknown, Refused, RmsTrouble
from connectors.rms.shipping import ShippingApi
from connectors.rms.stock import ListingLevel, StockApi
from data.model.stock import Listing
from tests.rms import (
    test_isolate,
    test_shipping,
    test_shipping_results,
    test_stock,
)
from tests.rms.shipping_made import about
from tests.support.effort import first
from tests.support.planted import caught


def resending(call):
    def resent(self, entries):
        try:
            return call(self, entries)
        except OutcomeUnknown:
            return call(self, entries)

    return resent


def a_level_is_resent_on_time_out(patch):
    patch.setattr(StockApi, "_upsert", resending(StockApi._upsert))


def a_report_is_resent_on_time_out(patch):
    patch.setattr(ShippingApi, "report", resending(ShippingApi.report))


def the_good_part_of_a_refused_report_is_resent(patch):
    report = ShippingApi.report

    def eager(self, reports):
        receipt = report(self, reports)
        if not receipt.left:
            return receipt
        return report(self, [r for r in reports if r.order_number in receipt.left])

    patch.setattr(ShippingApi, "report", eager)


def levels_are_relative(patch):
    wire = ListingLevel.wire
    patch.setattr(ListingLevel, "wire", lambda self: wire(self) | {"mode": "RELATIVE"})


def variants_are_folded(patch):
    patch.setattr(
        stock,
        "_listing",
        lambda row: Listing(
            manage_number=row.manage_number, variant_id=row.variant_id.lower()
        ),
    )


def manage_numbers_are_not_folded(patch):
    patch.setattr(
        stock,
        "_listing",
        lambda row: Listing.model_construct(
            manage_number=row.manage_number, variant_id=row.variant_id
        ),
    )


def any_2xx_is_a_success(patch):
    patch.setattr(
        StockApi,
        "_upsert",
        lambda self, levels: self._http.post(
            stock.WRITE,
            stock.WRITE_PATH,
            {"inventories": [level.wire() for level in levels]},
        ),
    )


def an_unreadable_stock_is_an_empty_one(patch):
    read = stock._read

    def lenient(reply, asked):
        try:
            return read(reply, asked)
        except Refused:
            return stock.StockRead({}, ())

    patch.setattr(stock, "_read", lenient)


def names_are_believed_at_once(patch):
    split = stock._split
    patch.setattr(
        stock, "_split", lambda part, named: split(part, named)[: 1 if named else 2]
    )


def nothing_is_hopeless(patch):
    patch.setattr(stock, "HOPELESS_AFTER", 10**9)


def what_is_not_said_is_null(patch):
    row = shipping._row
    patch.setattr(
        shipping, "_row", lambda change: {"shippingDetailId": None} | row(change)
    )


def a_running_request_is_a_finished_one(patch):
    patch.setattr(shipping.ShippingResult, "is_final", True)


def a_warning_is_a_success(patch):
    patch.setattr(
        shipping,
        "BY_ENDING",
        shipping.BY_ENDING | {"INFO_999": shipping.RowOutcome.ADDED},
    )


def one_good_row_makes_a_good_order(patch):
    weight = shipping._weight
    patch.setattr(shipping, "_weight", lambda row: -weight(row))


PLANTED = {
    a_level_is_resent_on_time_out: (
        test_stock.test_what_was_done_before_an_answer_was_lost_is_known
    ),
    a_report_is_resent_on_time_out: lambda: (
        test_shipping.test_an_answer_that_names_no_order_is_an_error(
            500, {}, OutcomeUnknown
        )
    ),
    the_good_part_of_a_refused_report_is_resent: lambda: (
        test_shipping.test_orders_rms_finds_fault_with_are_told_from_those_it_left(200)
    ),
    levels_are_relative: (
        test_stock.test_levels_are_set_absolutely_four_hundred_at_a_time
    ),
    variants_are_folded: (
        test_stock.test_the_manage_number_is_folded_and_the_variant_is_not
    ),
    manage_numbers_are_not_folded: (
        test_stock.test_the_manage_number_is_folded_and_the_variant_is_not
    ),
    any_2xx_is_a_success: lambda: test_stock.test_only_204_is_a_success(200),
    an_unreadable_stock_is_an_empty_one: lambda: (
        test_stock.test_an_answer_without_a_list_is_not_an_empty_stock({})
    ),
    names_are_believed_at_once: (
        test_isolate.test_the_good_are_taken_and_the_bad_alone_refused
    ),
    nothing_is_hopeless: (
        test_isolate.test_a_fault_of_the_whole_call_is_not_laid_on_every_entry
    ),
    what_is_not_said_is_null: (
        test_shipping.test_a_report_is_written_package_by_package_and_says_nothing_it_does_not_know
    ),
    a_running_request_is_a_finished_one: (
        test_shipping_results.test_results_are_asked_for_until_every_order_has_its_word
    ),
    a_warning_is_a_success: lambda: (
        test_shipping_results.test_a_word_counts_for_what_it_says(
            [about("INFO", "999")],
            shipping.ShippingOutcome.UNKNOWN,
        )
    ),
    one_good_row_makes_a_good_order: (
        test_shipping_results.test_one_refused_row_refuses_the_order_and_tells_of_the_others
    ),
}


@first()
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_noticed(monkeypatch, plant):
    PLANTED[plant]()
    plant(monkeypatch)

    with caught(pytest.fail.Exception, RmsTrouble):
        PLANTED[plant]()
