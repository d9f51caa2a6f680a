"""Bugs put in on purpose: the suite must notice each (docs/rules.md)."""

import codecs
import itertools

import polars as pl
import pytest

from connectors.csv_file import decoding, records, verdict
from connectors.order_files import (
    CsvRefused,
    apart,
    conversion,
    numbering,
    order_file,
    registry,
    typed,
)
from data.model.order_file import CellKind
from tests.order_files.read import (
    test_apart,
    test_bytes,
    test_files,
    test_golden,
    test_layouts,
    test_orders,
    test_records,
    test_unpaid,
    test_values,
)
from tests.support.effort import first
from tests.support.planted import caught


def lenient_decode(patch):
    strict = codecs.getincrementaldecoder
    patch.setattr(
        decoding.codecs,
        "getincrementaldecoder",
        lambda name: lambda _: strict(name)("replace"),
    )


def rubbish_passes(patch):
    patch.setattr(decoding, "_CP932_RUBBISH", ())


def short_rows_are_dropped(patch):
    judged = verdict.Judge.__call__

    def dropping(self, cells, written, row):
        if len(cells) < self._header.width:
            return None, None
        return judged(self, cells, written, row)

    patch.setattr(verdict.Judge, "__call__", dropping)


def a_date_sets_the_row_aside(patch):
    judged = typed._judged

    def strict(frame, made, unread):
        rejects, warnings, codes = judged(frame, made, unread)
        more = [one.select(typed.REJECTS.names()) for one in warnings]
        return [*rejects, *more], [], codes

    patch.setattr(typed, "_judged", strict)


def quotes_are_not_counted(patch):
    def trusting(text, header, _, *, rubbish):
        end = text.rfind(b'"' + header.line_end + b'"')
        stop = end + 1 + len(header.line_end) if end > 0 else 0
        return [], text.count(header.line_end, 0, stop) * (not rubbish), stop

    patch.setattr(records, "odd_records", trusting)


def the_cut_is_not_seen(patch):
    patch.setattr(records.Scanner, "_finish", lambda _: None)


def excel_damage_passes(patch):
    quick = conversion.quick

    def trusting(kind, name, form):
        return quick(CellKind.TEXT if kind is CellKind.KEY else kind, name, form)

    patch.setattr(conversion, "quick", trusting)


def open_amounts_are_money(patch):
    patch.setattr(typed, "NOT_FIXED", ())


def sku_by_manage_number(patch):
    patch.setattr(typed, "_sku", lambda *_: pl.col("manage_number"))


def missing_columns_are_let_be(patch):
    patch.setattr(registry, "_missing", lambda *_: [])


def lines_are_numbered_by_row(patch):
    count = itertools.count(1)
    patch.setattr(numbering._Places, "number", lambda *_: next(count))


def zeros_are_eaten(patch):
    quick = conversion.quick

    def eating(kind, name, form):
        made = quick(kind, name, form)
        return made.str.strip_chars_start("0") if kind is CellKind.ITEM else made

    patch.setattr(conversion, "quick", eating)


def blank_lines_shift_rows(patch):
    kept = records.Scanner._judge

    def shifting(self, cells, written):
        row = self._row
        kept(self, cells, written)
        if not any(cells):
            self._row = row

    patch.setattr(records.Scanner, "_judge", shifting)


def nobody_sees_rows_apart(patch):
    patch.setattr(apart.Beginnings, "look", lambda *_: None)


def nobody_waits_for_money(patch):
    held = typed._held

    def by_status(known, *of):
        return [pl.lit(value=False), *held(known - {typed.WAITS}, *of)]

    patch.setattr(typed, "_held", by_status)


def what_yahoo_has_sent_is_not_seen(patch):
    outcome = typed._outcome

    def by_status(known, layout, cancelled):
        return outcome(known - {"_sent"}, layout, cancelled)

    patch.setattr(typed, "_outcome", by_status)


def copies_are_one_order(patch):
    patch.setattr(apart, "_adds_up", lambda _: pl.lit(value=True))


SHAPE = test_records.SHAPES["quoted-crlf"]
PLANTED = {
    lenient_decode: lambda read: (
        test_bytes.test_an_undefined_byte_blanks_its_cell_and_no_other(
            read, b"\xeb\x9f"
        )
    ),
    rubbish_passes: lambda read: (
        test_bytes.test_bytes_that_cp932_turns_into_rubbish_blank_their_cell(
            read, b"\x80"
        )
    ),
    short_rows_are_dropped: lambda read: (
        test_records.test_a_short_rows_missing_cells_are_blank_with_one_warning(
            read, SHAPE, 100
        )
    ),
    a_date_sets_the_row_aside: lambda read: (
        test_values.test_an_unreadable_cell_is_blank_and_told_and_its_row_stays(
            read, "お届け日指定", "最短", "delivery_on", "unreadable"
        )
    ),
    quotes_are_not_counted: lambda read: (
        test_records.test_a_lost_or_stray_quote_refuses_the_file(
            read, (b'"300"', b'"3"00"')
        )
    ),
    the_cut_is_not_seen: lambda read: test_records.test_a_cut_file_is_refused(
        read, SHAPE, 0.7
    ),
    excel_damage_passes: lambda read: (
        test_values.test_a_key_that_excel_damaged_refuses_the_file(
            read, "注文番号", "1.23E+10"
        )
    ),
    open_amounts_are_money: test_values.test_an_open_amount_marks_its_row,
    sku_by_manage_number: lambda read: (
        test_values.test_the_sku_in_its_order_of_precedence(
            read, ("S1", "Item", "v1", "N1"), "S1"
        )
    ),
    missing_columns_are_let_be: test_layouts.test_all_missing_columns_are_named,
    lines_are_numbered_by_row: lambda read: (
        test_orders.test_a_joined_download_gives_the_same_lines_the_same_numbers(
            read, "minne"
        )
    ),
    zeros_are_eaten: test_values.test_leading_zeros_stay,
    blank_lines_shift_rows: lambda read: (
        test_records.test_blank_lines_are_counted_and_left_out(read, SHAPE)
    ),
    nobody_sees_rows_apart: test_apart.test_of_charges_that_stand_apart_none_is_lost,
    nobody_waits_for_money: lambda read: (
        test_unpaid.test_shopify_tells_that_a_payment_is_pending(
            read, "pending", "銀行振込", test_unpaid.HELD
        )
    ),
    what_yahoo_has_sent_is_not_seen: lambda read: (
        test_unpaid.test_yahoo_tells_beside_the_status_what_may_leave_and_what_has(
            read, "2", "1", "3", test_unpaid.SHIPPED
        )
    ),
    copies_are_one_order: (
        test_apart.test_a_later_copy_of_an_order_counts_and_adds_nothing
    ),
}


@first()
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_noticed(read, monkeypatch, plant):
    PLANTED[plant](read)
    plant(monkeypatch)

    with caught(pytest.fail.Exception, CsvRefused):
        PLANTED[plant](read)


def test_goldens_notice_what_no_other_test_names(monkeypatch):
    monkeypatch.setattr(typed, "NOT_FIXED", ())

    with caught():
        test_golden.test_a_golden_file_is_read_as_reviewed("rakuten-158")


def test_the_pair_is_noticed_when_halves_pass(read, monkeypatch):
    monkeypatch.setattr(order_file.Pair, "_alone", keep_nothing)

    with caught():
        test_files.test_orders_and_lines_without_the_other_half_are_set_aside(read)


def keep_nothing(_, rows_, *__):
    return typed.REJECTS.to_frame() if rows_.height >= 0 else rows_
