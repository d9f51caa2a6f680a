"""A label file: rows of named cells, checked, then bytes.

Text is never altered beyond look-alikes and line breaks: what does not fit, what CP932
lacks and what a spreadsheet would run refuses the order (docs/order-files.md §3). The
refusal names the column and at most one character.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from connectors.carriers.labels.text import (
    Measure,
    cut,
    lacking,
    phone_number,
    plain_text,
    sign_named,
    starts_formula,
    width,
)
from data.model.csv_file import BLANK
from data.model.shipping.label import ParcelOrder

_PHONE: Final = re.compile(r"[0-9][0-9-]{5,}")
_ZIP: Final = re.compile(r"([0-9]{3})-?([0-9]{4})")


class RefusedLabel(NamedTuple):
    """An order that is not in the file, and why, in Japanese."""

    order_number: str
    column_name: str
    reason: str


@dataclass(frozen=True)
class LabelFile:
    """A whole import file; its header alone if every order was refused.

    `written` has the order numbers of the rows, in order.
    """

    content: bytes
    written: tuple[str, ...]
    refused: tuple[RefusedLabel, ...]

    def __repr__(self) -> str:
        return (
            f"LabelFile({len(self.content)} bytes, {len(self.written)} written, "
            f"{len(self.refused)} refused)"
        )


class Unwritable(Exception):
    """One cell cannot be written; `reason` is Japanese and holds no data."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column = column
        self.reason = reason


class Cells:
    """One row, filled by column name; columns that are not filled stay blank."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._places = {name: at for at, name in enumerate(columns)}
        self.row = [""] * len(columns)

    def code(self, column: str, value: str) -> None:
        """Fill a cell with a value of our own making."""
        self.row[self._places[column]] = value

    def text(
        self,
        column: str,
        value: str,
        most: int,
        *,
        needed: bool = False,
        advice: str = "",
    ) -> None:
        """Fill a cell of at most `most` bytes, or raise Unwritable.

        `advice` follows the reason why a needed cell may not be blank.
        """
        text = checked(column, value)
        if needed and not text:
            raise Unwritable(column, f"{BLANK}{advice}")
        if (found := width(text)) > most:
            raise Unwritable(column, too_long(found, most))
        self.row[self._places[column]] = text

    def lines(
        self,
        columns: Sequence[str],
        value: str,
        widths: Sequence[int],
        measure: Measure = width,
    ) -> None:
        """Cut a text over several cells, or raise Unwritable; it must not be blank.

        The widths are bytes, or characters where `measure` is `len`.
        """
        text = checked(columns[0], value)
        if not text:
            raise Unwritable(columns[0], BLANK)
        found = cut(text, widths, measure)
        if found is None:
            full = 1 if measure is len else 2
            raise Unwritable(
                columns[0], too_long(measure(text), sum(widths), full_width=full)
            )
        for column, line in zip(columns, found, strict=True):
            self.row[self._places[column]] = line

    def phone(self, column: str, value: str, most: int) -> None:
        """Fill in a phone number, digits and hyphens, or raise Unwritable.

        Other forms of the same number are brought into this one (`phone_number`).
        """
        number = phone_number(value)
        if not _PHONE.fullmatch(number) or len(number) > most:
            raise Unwritable(column, "電話番号(数字とハイフン)ではありません。")
        if not number.startswith("0"):  # lost in Excel: the driver cannot call it
            raise Unwritable(column, "電話番号の先頭の0がありません。")
        self.row[self._places[column]] = number

    def zip(self, column: str, value: str) -> None:
        """Fill in a Japanese postal code as 123-4567, or raise Unwritable."""
        found = _ZIP.fullmatch(unicodedata.normalize("NFKC", value).strip())
        if found is None:
            raise Unwritable(column, "郵便番号(数字7桁)ではありません。")
        self.row[self._places[column]] = f"{found[1]}-{found[2]}"


def checked(column: str, value: str) -> str:
    """Return the text as it can be written, or raise Unwritable with the character."""
    text = plain_text(value)
    if (char := lacking(text)) is not None:
        raise Unwritable(
            column,
            f"CP932(Shift_JIS)にない文字 {sign_named(char)} が含まれています。"
            "別の文字に変更してください。",
        )
    if starts_formula(text):
        raise Unwritable(column, "数式とみなされる記号(= + - @)で始まっています。")
    return text


def too_long(found: int, most: int, *, full_width: int = 2) -> str:
    """Return by how much a text is too long, in full-width characters, in Japanese.

    `full_width` is what one of these measures: 2 bytes, or 1 character.
    """
    if found <= most:
        return "番地の途中で区切ることになるため、入りません。短くしてください。"
    return (
        f"長すぎます(全角{-(-found // full_width)}文字、"
        f"上限は全角{most // full_width}文字)。短くしてください。"
    )


def not_collected(most: int) -> str:
    """Return in Japanese that an amount is none that is collected at the door."""
    return (
        f"1円以上{most:,}円以下の金額ではありません。送り状は手作業で作成してください。"
    )


Fill = Callable[[Cells, ParcelOrder], None]


def written(
    columns: Sequence[str], orders: Iterable[ParcelOrder], fill: Fill
) -> LabelFile:
    """Return the file with a row for each order; CP932, CRLF, every cell quoted.

    An order for which `fill` raises Unwritable is refused; the others are written.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    numbers: list[str] = []
    refused: list[RefusedLabel] = []
    for order in orders:
        cells = Cells(columns)
        try:
            fill(cells, order)
        except Unwritable as why:
            refused.append(RefusedLabel(order.order_number, why.column, why.reason))
            continue
        writer.writerow(cells.row)
        numbers.append(order.order_number)
    content = buffer.getvalue().encode("cp932", "strict")
    return LabelFile(content, tuple(numbers), tuple(refused))
