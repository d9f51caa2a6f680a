"""What reading gives: a checked download, its rows in batches of our own cells."""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import polars as pl

from connectors.mall_csv.decoding import Encoding
from connectors.mall_csv.layout import Layout
from connectors.mall_csv.pair import Pair
from connectors.mall_csv.spill import Spill

_LONGEST_NAME: Final = 120


@dataclass(frozen=True)
class Part:
    """One file of a download, read to its end."""

    layout: Layout
    file_name: str
    digest: bytes
    encoding: Encoding
    columns: int
    notices: tuple[str, ...]
    rows_read: int
    spill: Spill


@dataclass(frozen=True)
class Batch:
    """Some rows, and the rows set aside around them, each frame in file order.

    rows     `row_number` (1 = the header; one record is one row, line breaks within
             cells notwithstanding, as a spreadsheet counts), then cells of
             `data.model.csv_order.FIELDS`. Null = blank cell; no column = not in
             the file
    rejects  row_number, column_name (the mall's; null = the whole row), reason
             (Japanese), order_number (null if unreadable). An order named here must
             not be stored, not even from other rows
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame


class OrderFile:
    """A checked download. Use as a context manager, or close it: it holds a file."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        main = self._parts[-1]
        self.layout: Final = main.layout
        self.encoding: Final = main.encoding
        self.column_count: Final = main.columns
        self.file_name: Final = " + ".join(
            display_name(p.file_name) for p in self._parts
        )
        self.notices: Final = [
            notice for part in self._parts for notice in part.notices
        ]
        self.rows_read: Final = main.rows_read
        self._pair = (
            Pair(self._parts[0].spill, main.spill) if len(self._parts) == 2 else None
        )

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes (a zip's content); of a pair, of both hashes."""
        if len(self._parts) == 1:
            return self._parts[0].digest.hex()
        return hashlib.sha256(b"".join(part.digest for part in self._parts)).hexdigest()

    @property
    def columns_present(self) -> frozenset[str]:
        """Cells of ours that the file has columns for; only these may be cleared."""
        return frozenset(self.schema) - {"row_number"}

    @property
    def is_in_memory(self) -> bool:
        """Whether its rows are there already, so that taking all at once costs little.

        Not so for a pair: it is joined while it is read.
        """
        return self._pair is None and self._parts[0].spill.is_in_memory

    @property
    def schema(self) -> pl.Schema:
        """Columns and types of every batch's rows, also when there are none."""
        if self._pair is not None:
            return self._pair.schema
        return self._parts[0].spill.schema

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        """Give all rows in file order, at most `size` in a batch; as often as asked.

        Every reject comes with some batch; a file of rejects only gives one batch
        without rows.
        """
        frames = self._pair or self._parts[0].spill
        for rows, rejects in frames.frames():
            waiting = rejects
            for start in range(0, max(rows.height, 1), size):
                piece = rows.slice(start, size)
                if piece.height or waiting.height:
                    yield Batch(piece, waiting)
                waiting = rejects.clear()

    def close(self) -> None:
        """Give the spill file back; batches cannot be read after."""
        for part in self._parts:
            part.spill.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def display_name(name: str) -> str:
    """A file name safe to show: no folders, control or direction characters."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(
        char for char in last if unicodedata.category(char) not in _UNSEEN_CATEGORIES
    ).strip()
    if len(shown) > _LONGEST_NAME:
        shown = f"{shown[: _LONGEST_NAME - 1]}…"
    return shown or "(名前なし)"


_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
