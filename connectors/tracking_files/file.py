"""The terms a mall's upload file is written in, and its bytes."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from data.model.order import Mall
from data.model.shipping.tracking_file import LeftOut, TrackedNumber, TrackedPackage

ONE_NUMBER: Final = (
    "このモールのファイルには、送付先1つに送り状番号を1つしか書けません。"
    "対処: モールの画面で入力してください。"
)
NOTHING_LEFT: Final = (
    "モールでは、すべての明細が発送済みかキャンセル済みです。"
    "対処: モールの画面で確認してください。"
)
UNNUMBERED: Final = (
    "番号のない発送は、このモールのファイルに書けません。"
    "対処: モールの画面で発送済みに変更してください。"
)
NO_SIGN: Final = (
    "注文番号に、このモールのファイルの文字コードにない文字が含まれています。"
    "対処: モールの画面で入力してください。"
)


@dataclass
class PackageRows:
    """What one package becomes: its rows, and the numbers in and not in them."""

    cells: list[Sequence[str]] = field(default_factory=list)
    written: list[TrackedNumber] = field(default_factory=list)
    left_out: list[tuple[TrackedNumber, str]] = field(default_factory=list)


@dataclass(frozen=True)
class TrackingLayout:
    """One mall's upload file.

    where          Japanese: where at the mall the file is uploaded
    header         one record or more, as the mall's template has them
    quoted         whether a cell is quoted where it has to be; without it no cell may
                   hold the delimiter
    is_for_upload  false for a list that a person copies from
    """

    mall: Mall | None
    where: str
    header: tuple[tuple[str, ...], ...]
    rows: Callable[[TrackedPackage], PackageRows]
    encoding: str = "cp932"
    line_end: str = "\r\n"
    delimiter: str = ","
    quoted: bool = True
    ending: str = "csv"
    is_for_upload: bool = True


@dataclass(frozen=True)
class TrackingFile:
    """A whole file; its header alone if nothing is new."""

    layout: TrackingLayout
    content: bytes
    written: tuple[tuple[TrackedPackage, TrackedNumber], ...]
    left_out: tuple[LeftOut, ...]


def first_number(package: TrackedPackage) -> PackageRows:
    """Return rows without cells for a mall that takes one number a package.

    The first number is the one; a later one would overwrite it at the mall. Of a
    package without a piece that is still to be sent there is none.
    """
    first, *others = package.numbers
    if package.lines and not any(line.quantity for line in package.lines):
        return PackageRows(left_out=[(one, NOTHING_LEFT) for one in package.new])
    return PackageRows(
        written=[first] if first.is_new else [],
        left_out=[(one, ONE_NUMBER) for one in others if one.is_new],
    )


def written(layout: TrackingLayout, packages: Sequence[TrackedPackage]) -> TrackingFile:
    """Return the layout's file of the packages, each with a number that is new."""
    records: list[Sequence[str]] = [*layout.header]
    done: list[tuple[TrackedPackage, TrackedNumber]] = []
    left_out: list[LeftOut] = []
    for every in packages:
        package = every.numbered() if layout.is_for_upload else every
        left_out += [
            LeftOut(every, one, UNNUMBERED)
            for one in every.new
            if one not in package.numbers
        ]
        if not package.new:
            continue
        made = layout.rows(package)
        if not all(_fits(cell, layout.encoding) for row in made.cells for cell in row):
            left_out += [LeftOut(package, one, NO_SIGN) for one in package.new]
            continue
        records += made.cells
        done += [(package, number) for number in made.written]
        left_out += [LeftOut(package, *each) for each in made.left_out]
    return TrackingFile(layout, _bytes(layout, records), tuple(done), tuple(left_out))


def _bytes(layout: TrackingLayout, records: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    if layout.quoted:
        csv.writer(
            buffer, delimiter=layout.delimiter, lineterminator=layout.line_end
        ).writerows(records)
    else:
        for record in records:
            buffer.write(layout.delimiter.join(record) + layout.line_end)
    return buffer.getvalue().encode(layout.encoding)


def _fits(cell: str, encoding: str) -> bool:
    try:
        cell.encode(encoding)
    except UnicodeError:
        return False
    return True
