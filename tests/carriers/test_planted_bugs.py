"""Bugs put in on purpose: the suite must notice each (docs/rules.md)."""

from types import SimpleNamespace

import pytest

from connectors.carriers import CsvRefused, parcels, registry
from connectors.carriers.labels import b2, ehiden3, file, text
from data.model.shipping import (
    label,
    open_order,
    shipment,
    short_key,
    tracking_number,
)
from data.model.shipping import plan as shipping_plan
from tests.carriers import (
    test_any_rows,
    test_label_text,
    test_labels,
    test_reading,
    test_reading_rows,
    test_shipment,
    test_shipping_decision,
    test_shipping_rows,
    test_short_key,
    test_tracking,
)
from tests.support.effort import first
from tests.support.planted import caught


def rows_are_added_instead_of_filled(patch):
    patch.setattr(shipping_plan, "_empty", lambda *_: None)


def rows_are_added_instead_of_changed(patch):
    patch.setattr(shipping_plan, "_with_its_number", lambda *_: None)


def wrong_numbers_get_a_second_row(patch):
    patch.setattr(shipping_plan, "_to_correct", lambda *_: None)


def numbers_corrected_twice_get_a_second_row(patch):
    patch.setattr(shipping_plan, "_wrong_number", lambda one, *_: one.replaces)


def any_row_is_overwritten(patch):
    patch.setattr(shipping_plan, "_empty", lambda _, free: next(iter(free), None))


def half_filled_rows_are_not_seen(patch):
    patch.setattr(open_order, "_missing", lambda *_: ())


def question_marks_are_written(patch):
    patch.setattr(file, "lacking", lambda _: None)
    patch.setattr(
        file, "plain_text", lambda s: s.encode("cp932", "replace").decode("cp932")
    )


def private_characters_are_written(patch):
    patch.setattr(text, "_holds", lambda char: bool(char.encode("cp932", "ignore")))


def formulas_are_written(patch):
    patch.setattr(file, "starts_formula", lambda _: False)


def long_lines_are_written(patch):
    patch.setattr(text, "_fitting", lambda whole, *_: len(whole))


def unknown_wishes_are_dropped(patch):
    patch.setattr(b2, "_SLOTS", dict.fromkeys((None, 0, 1, 2, 9, 708), ""))


def check_digits_are_ignored(patch):
    patch.setattr(tracking_number, "passes_7dr", lambda number: len(number) == 12)


def zeros_are_eaten(patch):
    once = tracking_number.normalised
    patch.setattr(tracking_number, "normalised", lambda text: once(text).lstrip("0"))


def excel_damage_passes(patch):
    patch.setattr(
        tracking_number.NumberFault, "spoils_the_file", property(lambda _: False)
    )


def references_match_by_prefix(patch):
    def by_prefix(self, number):
        found = [n for n in self._by_order if n.startswith(number)]
        return tuple(self._by_order[found[0]]) if found else ()

    patch.setattr(short_key.KnownPackages, "by_order", by_prefix)


def check_signs_are_ignored(patch):
    patch.setattr(short_key, "check_character", lambda _: "0")


def keys_are_per_order(patch):
    once = short_key.hashlib.sha256
    patch.setattr(
        short_key.hashlib, "sha256", lambda named: once(named.rpartition(b"\x1f")[0])
    )


def any_file_passes_for_the_carrier_picked(patch):
    def found(header, carrier):
        ours = next(one for one in registry.all_layouts() if one.carrier is carrier)
        return ours, header, True

    patch.setattr(registry, "_found", found)


def deleted_slips_are_sent(patch):
    patch.setattr(parcels.ParcelReader, "is_deleted", lambda *_: False)


def rejects_quote_their_reference(patch):
    read = parcels.ParcelReader.read

    def quoting(self, cells, row):
        try:
            return read(self, cells, row)
        except parcels.SetAside as aside:
            reference = self._cell(cells, self._layout.reference)
            aside.reason = f"{reference}: {aside.reason}"
            raise

    patch.setattr(parcels.ParcelReader, "read", quoting)


def cancelled_shipments_are_reported(patch):
    patch.setattr(shipping_plan, "WANTED", frozenset(shipment.ShipmentState))


def verified_rows_are_sent_again(patch):
    """Let nothing compare equal to VERIFIED."""
    states = {state.name: state for state in shipment.ShipmentState}
    never_verified = SimpleNamespace(**states | {"VERIFIED": None})
    patch.setattr(shipping_plan, "ShipmentState", never_verified)


def cancelled_orders_are_reported(patch):
    patch.setattr(shipping_plan, "why_not_report", lambda _: None)


def packages_are_packed_twice(patch):
    patch.setattr(label, "has_number", lambda row: bool(row.shipping_date))


PLANTED = {
    rows_are_added_instead_of_filled: lambda _: (
        test_shipping_rows.test_an_empty_row_is_filled_rather_than_one_added(
            test_shipping_rows.empty()
        )
    ),
    rows_are_added_instead_of_changed: lambda _: (
        test_shipping_rows.test_a_row_that_is_right_already_is_left_alone()
    ),
    wrong_numbers_get_a_second_row: lambda _: (
        test_shipping_rows.test_a_wrong_number_is_corrected_in_its_row()
    ),
    numbers_corrected_twice_get_a_second_row: lambda _: (
        test_shipping_decision.test_a_number_corrected_twice_changes_the_row_of_the_first(
            "300"
        )
    ),
    any_row_is_overwritten: lambda _: (
        test_shipping_rows.test_a_number_nobody_here_knows_is_never_overwritten()
    ),
    half_filled_rows_are_not_seen: lambda _: (
        test_shipping_rows.test_half_filled_rows_and_packages_without_rows_keep_an_order_open()
    ),
    question_marks_are_written: lambda _: (
        test_label_text.test_a_character_cp932_lacks_refuses_its_order_by_name(
            b2.write_b2_labels, "𠮷", "U+20BB7", "street"
        )
    ),
    private_characters_are_written: lambda _: (
        test_label_text.test_a_character_cp932_lacks_refuses_its_order_by_name(
            b2.write_b2_labels, "\uf8f0", "U+F8F0", "street"
        )
    ),
    formulas_are_written: lambda _: (
        test_label_text.test_what_a_spreadsheet_would_run_is_refused_not_altered(
            b2.write_b2_labels, "="
        )
    ),
    long_lines_are_written: lambda _: (
        test_label_text.test_what_does_not_fit_its_field_is_refused(
            ehiden3.write_ehiden3_labels, {"street": "町" * 60}
        )
    ),
    unknown_wishes_are_dropped: lambda _: (
        test_labels.test_a_wish_the_carrier_does_not_take_is_refused_not_dropped(
            b2.write_b2_labels, 2
        )
    ),
    check_digits_are_ignored: (
        test_reading_rows.test_a_number_whose_check_digit_is_wrong_is_kept_with_a_warning
    ),
    zeros_are_eaten: lambda _: test_tracking.test_leading_zeros_stay(),
    excel_damage_passes: lambda read: (
        test_reading.test_digits_that_excel_lost_refuse_the_file(
            read, {"伝票番号": "4.43212E+11"}, "yamato", headed=True
        )
    ),
    references_match_by_prefix: lambda _: (
        test_short_key.test_the_beginning_of_a_reference_matches_nothing("1")
    ),
    check_signs_are_ignored: lambda _: (
        test_short_key.test_a_key_written_wrong_is_called_that()
    ),
    keys_are_per_order: lambda _: (
        test_short_key.test_each_destination_of_an_order_has_its_own_key()
    ),
    any_file_passes_for_the_carrier_picked: lambda read: (
        test_reading.test_each_layout_is_found_by_its_header(read, "sagawa-ehiden3")
    ),
    deleted_slips_are_sent: lambda read: (
        test_reading_rows.test_a_cancelled_slip_is_left_out_and_told(read, "1")
    ),
    rejects_quote_their_reference: lambda read: (
        test_reading_rows.test_a_reject_never_shows_a_name_or_a_phone_number(
            read, "09000000000"
        )
    ),
    cancelled_shipments_are_reported: lambda _: (
        test_shipping_rows.test_a_shipment_that_is_over_changes_nothing(
            shipment.ShipmentState.CANCELLED
        )
    ),
    verified_rows_are_sent_again: lambda _: (
        test_shipping_decision.test_a_verified_row_that_a_person_took_away_is_not_sent_again()
    ),
    cancelled_orders_are_reported: lambda _: (
        test_shipping_decision.test_a_cancelled_order_takes_no_report("900")
    ),
    packages_are_packed_twice: lambda _: (
        test_shipment.test_a_package_whose_number_is_at_rms_is_not_packed_again(
            {"day": None}
        )
    ),
}


@first()
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_noticed(read, monkeypatch, plant):
    PLANTED[plant](read)
    plant(monkeypatch)

    with caught(pytest.fail.Exception, CsvRefused):
        PLANTED[plant](read)


def test_the_property_of_one_row_a_number_notices_a_blind_add(monkeypatch):
    once = test_any_rows.test_after_the_changes_each_wanted_number_stands_once
    example = {
        "packages": [test_shipping_rows.package(test_shipping_rows.row(carrier=None))],
        "wanted": [test_shipping_rows.shipment()],
    }
    once.hypothesis.inner_test(**example)
    monkeypatch.setattr(shipping_plan, "_with_its_number", lambda *_: None)

    with caught():
        once.hypothesis.inner_test(**example)
