"""Cells of text to typed columns, a column at a time.

`quick` parses the form the mall itself writes; `loose` every form that Excel leaves
behind, and is used only where `quick` failed. What neither can parse becomes null, and
the caller sees that its text was not.
"""

from datetime import datetime
from typing import Final

import polars as pl

from connectors.order_files import phone_cells
from connectors.order_files.written_numbers import bare_number, half_width
from data.model.csv_file import (
    BLANK,
    CODE_LOST,
    DAMAGED_BY_EXCEL,
    EXCEL_DAMAGE,
    EXCEL_DATE,
    MONTH,
    CellFault,
)
from data.model.order import MOST_YEN
from data.model.order_file import CellKind

JST: Final = "Asia/Tokyo"

_REASONS: Final = {
    CellKind.KEY: DAMAGED_BY_EXCEL,
    CellKind.CODE: CODE_LOST,
    CellKind.ITEM: CODE_LOST,
    CellKind.YEN: "金額(円単位の整数)として読み取れません。",
    CellKind.UNITS: "個数(整数)として読み取れません。",
    CellKind.NUMBER: "整数として読み取れません。",
    CellKind.RATE: "税率として読み取れません。",
    CellKind.FLAG: "0 または 1 として読み取れません。",
    CellKind.INSTANT: "日時として読み取れません。",
    CellKind.DAY: "日付として読み取れません。",
    CellKind.ZIP: "郵便番号(7桁)として読み取れません。",
}
"""Why a cell is not readable; a phone number has two reasons of its own, and other
kinds take any text."""

AS_DECIMAL: Final = r"^[0-9]+\.0+$"
"""A key that a program took for a number: by its text it would be another order's."""

_DAMAGED: Final = (CellKind.CODE, CellKind.ITEM)
"""Kinds of which Excel alone makes what is not readable."""

MOST_UNITS: Final = 999_999
_YES: Final = (
    "1",
    "true",
    "yes",
    "y",
    "あり",
    "有",
    "有り",
    "希望",
    "希望あり",
    "はい",
)
_NO: Final = ("0", "false", "no", "n", "なし", "無", "無し", "希望なし", "いいえ")
_FIRST: Final = datetime(1990, 1, 1)  # noqa: DTZ001 - a clock on the wall
_LAST: Final = datetime(2199, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001
_NO_DATE: Final = r"^[0\-/: ]*$"
_NOTHING: Final = (
    r"^(?:[－‐―ー\-]*|なし|無し|設定なし|指定なし|希望なし|未設定|未指定)$"
)
_SUSPECT: Final = rf"E\+|[月年]|なし$|無し$|^未|/\d+/|{MONTH}|^[－‐―ー\-]"
"""An item's code that must be looked at closely."""
_OFFSET: Final = r"(Z|[+-]\d{2}:?\d{2})"
_HALF: Final = r"(午前|午後|AM|PM)"
_TIME: Final = (
    rf"(?:[T ]*{_HALF}? *(\d{{1,2}})[:時](\d{{1,2}})(?:[:分](\d{{1,2}})(?:\.\d+)?)?"
    rf"[分秒]? *{_HALF}?\s*{_OFFSET}?)?"
)
_DAY: Final = r"日?(?:\s*[(（].[)）])?"
_YMD: Final = (
    r"(?i)^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})" + _DAY + _TIME + r"\s*$"
)
_BARE: Final = r"(?i)^\s*(\d{4})(\d{2})(\d{2})" + _DAY + _TIME + r"\s*$"
"""Without marks between them all eight digits: 2026124 and 2026/12 name no one day."""
_MDY: Final = r"(?i)^\s*(\d{1,2})/(\d{1,2})/(\d{4})" + _TIME + r"\s*$"


def quick(  # noqa: C901, PLR0911 - one return a kind reads best
    kind: CellKind, name: str, instant_format: str
) -> pl.Expr:
    """Parse the column in the mall's own form; null where it is not written so."""
    text = pl.col(name)
    match kind:
        case CellKind.YEN | CellKind.UNITS | CellKind.NUMBER:
            return _bounded(text.cast(pl.Int64, strict=False), kind)
        case CellKind.RATE:
            return _as_share(text.cast(pl.Float64, strict=False))
        case CellKind.FLAG:
            return pl.when(text == "1").then(True).when(text == "0").then(False)
        case CellKind.INSTANT:
            return _instant(text, instant_format)
        case CellKind.DAY:
            return text.str.to_date("%Y-%m-%d", strict=False)
        case CellKind.PHONE:
            return phone_cells.quick(text)
        case CellKind.ZIP:
            is_plain = (text.str.len_bytes() == 7) & (
                text.cast(pl.Int64, strict=False).is_not_null()
            )
            return pl.when(is_plain).then(text)
        case CellKind.CODE | CellKind.KEY:
            bare = text.str.strip_chars()
            is_plain = ~text.str.contains("E+", literal=True)
            if kind is CellKind.KEY:
                is_plain &= ~text.str.contains(".0", literal=True)
            else:
                is_plain &= ~bare.str.contains(_NOTHING)
            return pl.when(is_plain).then(bare)
        case CellKind.ITEM:
            is_plain = ~text.str.contains(_SUSPECT)
            return pl.when(is_plain).then(text.str.strip_chars())
        case CellKind.TEXT:
            return text


def loose(  # noqa: C901, PLR0911 - one return a kind reads best
    kind: CellKind, name: str
) -> pl.Expr:
    """Parse the column in any form we know; null where the meaning is uncertain."""
    text = pl.col(name).str.strip_chars()
    match kind:
        case CellKind.YEN | CellKind.UNITS | CellKind.NUMBER:
            digits = bare_number(text).str.replace(r"\.0+$", "")
            return _bounded(digits.cast(pl.Int64, strict=False), kind)
        case CellKind.RATE:
            rate = half_width(text).str.replace_all(r"[%\s]", "")
            return _as_share(rate.cast(pl.Float64, strict=False))
        case CellKind.FLAG:
            word = half_width(text).str.to_lowercase()
            yes = pl.when(word.is_in(_YES)).then(True)
            return yes.when(word.is_in(_NO)).then(False)
        case CellKind.INSTANT:
            return _any_instant(half_width(text))
        case CellKind.DAY:
            return _any_instant(half_width(text)).dt.date()
        case CellKind.PHONE:
            return phone_cells.loose(text)
        case CellKind.ZIP:
            return _any_zip(text)
        case CellKind.CODE:
            is_lost = text.str.contains(EXCEL_DAMAGE)
            return pl.when(~is_lost & ~text.str.contains(_NOTHING)).then(text)
        case CellKind.KEY:
            is_lost = text.str.contains(EXCEL_DAMAGE) | text.str.contains(AS_DECIMAL)
            return pl.when(~is_lost).then(text)
        case CellKind.ITEM:
            is_lost = text.str.contains(EXCEL_DAMAGE) | text.str.contains(EXCEL_DATE)
            return pl.when(~is_lost & ~text.str.contains(_NOTHING)).then(text)
        case CellKind.TEXT:
            return text


def faults(kind: CellKind, name: str) -> tuple[tuple[CellFault, str, pl.Expr], ...]:
    """Return what may be wrong with a cell not readable, each with where it is so."""
    if kind is CellKind.PHONE:
        return phone_cells.faults(pl.col(name).str.strip_chars())
    fault = CellFault.EXCEL if kind in _DAMAGED else CellFault.UNREADABLE
    return ((fault, _REASONS.get(kind, BLANK), pl.lit(value=True)),)


def is_nothing(kind: CellKind, name: str) -> pl.Expr:
    """Return whether a cell that is not readable is a mall's way of writing nothing."""
    text = pl.col(name).str.strip_chars()
    if kind in (CellKind.INSTANT, CellKind.DAY):
        return text.str.contains(_NOTHING) | text.str.contains(_NO_DATE)
    if kind is CellKind.PHONE:  # words in place of a number
        return ~text.str.contains(r"\d")
    return text.str.contains(_NOTHING)


def _bounded(number: pl.Expr, kind: CellKind) -> pl.Expr:
    if kind is CellKind.YEN:
        return pl.when(number.abs() <= MOST_YEN).then(number)
    if kind is CellKind.UNITS:
        return pl.when(number.abs() <= MOST_UNITS).then(number)
    return pl.when(number.abs() <= MOST_YEN).then(number).cast(pl.Int32)


def _as_share(rate: pl.Expr) -> pl.Expr:
    """Return 8, 8% and 0.08 as one rate; null above 100%."""
    share = pl.when(rate >= 1).then(rate / 100).otherwise(rate)
    return pl.when(share.is_between(0, 1)).then(share)


def _instant(text: pl.Expr, form: str) -> pl.Expr:
    if "%z" in form:
        moment = text.str.to_datetime(
            form, strict=False, time_unit="us", time_zone="UTC"
        )
        return _plausible(moment.dt.convert_time_zone(JST))
    # Hardly any two moments are equal: a cache would cost more than it saves.
    moment = text.str.to_datetime(form, strict=False, time_unit="us", cache=False)
    return _as_japan(pl.when(moment.is_between(_FIRST, _LAST)).then(moment))


def _as_japan(moment: pl.Expr) -> pl.Expr:
    """Return Japan's local time as an instant: at +09:00 without a break since 1951."""
    utc = moment - pl.duration(hours=9)
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(JST)


def _any_instant(text: pl.Expr) -> pl.Expr:
    return text.map_batches(
        _any_instants, return_dtype=pl.Datetime("us", JST), is_elementwise=True
    )


def _any_instants(text: pl.Series) -> pl.Series:
    """Return the instants that texts of any form name; null where one names none.

    In steps: as one expression each part would be looked for again wherever it stands,
    a hundred times a cell.
    """
    cell = pl.col("cell")
    found = text.to_frame("cell").select(
        cell.str.extract_groups(_YMD).alias("year_first"),
        cell.str.extract_groups(_BARE).alias("bare"),
        cell.str.extract_groups(_MDY).alias("month_first"),
    )

    def part(first: int, second: int) -> pl.Expr:
        return pl.coalesce(
            pl.col("year_first").struct[first - 1],
            pl.col("bare").struct[first - 1],
            pl.col("month_first").struct[second - 1],
        )

    def padded(first: int, second: int) -> pl.Expr:
        return part(first, second).fill_null("0").str.zfill(2)

    written = found.select(
        pl.concat_str(
            part(1, 3),
            padded(2, 1),
            padded(3, 2),
            _hour(pl.coalesce(part(4, 4), part(8, 8)), padded(5, 5)),
            padded(6, 6),
            padded(7, 7),
            separator=" ",
        )
        .str.to_datetime("%Y %m %d %H %M %S", strict=False, time_unit="us")
        .alias("moment"),
        part(9, 9).str.replace("(?i)Z", "+0000").str.replace(":", "").alias("offset"),
    )
    moment, offset = pl.col("moment"), pl.col("offset")
    minutes = offset.str.slice(1, 2).cast(
        pl.Int64, strict=False
    ) * 60 + offset.str.slice(3, 2).cast(pl.Int64, strict=False)
    signed = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)
    utc = (moment - pl.duration(minutes=signed)).dt.replace_time_zone("UTC")
    japan = moment.dt.replace_time_zone(JST)
    instant = (
        pl.when(offset.is_null()).then(japan).otherwise(utc.dt.convert_time_zone(JST))
    )
    instants = written.select(instant.alias("at"))
    return instants.select(_plausible(pl.col("at"))).to_series()


def _hour(half: pl.Expr, hour: pl.Expr) -> pl.Expr:
    """Return an hour of the day by 24, from one of 12 with 午前 or 午後 beside it."""
    number, is_late = hour.cast(pl.Int64), half.str.contains("(?i)^(?:午後|PM)$")
    late = pl.when(is_late & (number < 12)).then(number + 12)
    return pl.coalesce(
        late.when(~is_late & (number == 12)).then(0).cast(pl.String), hour
    ).str.zfill(2)


def _plausible(moment: pl.Expr) -> pl.Expr:
    return pl.when(moment.dt.year().is_between(1990, 2199)).then(moment)


def _any_zip(text: pl.Expr) -> pl.Expr:
    """Return a Japanese code as seven digits, zeros restored; others unspaced.

    Fewer than five digits are a half of one: Excel takes two zeros at most (0010010).
    """
    bare = half_width(text).str.replace_all(r"[\s〒'’\-ー‐―]", "")
    is_japanese = bare.str.contains(r"^[0-9]{5,7}$")
    is_other = ~bare.str.contains(r"^[0-9]{0,4}$")
    return pl.when(is_japanese).then(bare.str.zfill(7)).when(is_other).then(bare)
