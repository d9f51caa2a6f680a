"""What reading gives: a checked download, its rows in batches of our own cells.

Converted frames between the check and the use: in memory if few, else on disk.

The file has no name from the start (or loses it at once), is readable by us alone, and
is gone with the process however that ends: it holds buyers' addresses.

Yahoo's two files as one: each line with its order's cells (csv/formats.md §5).
"""

import hashlib
import io
import os
import tempfile
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import polars as pl

from connectors.csv_file.decoding import Encoding
from connectors.order_files.layout import Layout
from data.model.order_file import FIELDS

IN_MEMORY: Final = 160 << 20
"""Bytes of frames kept in memory, some 130,000 Rakuten lines; more go to disk, all."""


class Spill:
    """Frames in, the same frames out in order, as often as asked."""

    def __init__(self, folder: Path | None, in_memory: int = IN_MEMORY) -> None:
        self._folder = folder
        self._left = in_memory
        self._file: IO[bytes] | None = None
        self._frames: list[pl.DataFrame | tuple[int, int]] = []
        self._rejects: list[pl.DataFrame] = []
        self._schema = pl.Schema()

    @property
    def schema(self) -> pl.Schema:
        """Columns of every frame; there is one frame at least, if only an empty one."""
        return self._schema

    def add(self, rows: pl.DataFrame, rejects: pl.DataFrame) -> None:
        """Keep a frame of rows with the rejects that came with it."""
        self._schema = rows.schema
        self._rejects.append(rejects)
        self._left -= int(rows.estimated_size())
        self._frames.append(rows)
        if self._left < 0:
            self._frames = [
                self._written(kept) if isinstance(kept, pl.DataFrame) else kept
                for kept in self._frames
            ]

    @property
    def is_in_memory(self) -> bool:
        """Whether no frame had to go to disk."""
        return self._file is None

    def frames(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Give every frame back with its rejects; the next is read meanwhile."""
        with ThreadPoolExecutor(1, thread_name_prefix="mall-csv-spill") as pool:
            coming: deque[Future[pl.DataFrame]] = deque()
            for at, rejects in enumerate(self._rejects):
                if not coming:
                    coming.append(pool.submit(self._frame, at))
                if at + 1 < len(self._frames):
                    coming.append(pool.submit(self._frame, at + 1))
                yield coming.popleft().result(), rejects

    def close(self) -> None:
        """Give memory and disk space back."""
        self._frames.clear()
        self._rejects.clear()
        if self._file is not None:
            self._file.close()

    def _written(self, rows: pl.DataFrame) -> tuple[int, int]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - close()
        start = self._file.seek(0, io.SEEK_END)
        rows.write_ipc_stream(self._file, compression="lz4")
        self._file.flush()
        return start, self._file.tell() - start

    def _frame(self, at: int) -> pl.DataFrame:
        kept = self._frames[at]
        if isinstance(kept, pl.DataFrame):
            return kept
        if self._file is None:
            raise RuntimeError("nothing was spilled")
        start, size = kept
        return pl.read_ipc_stream(os.pread(self._file.fileno(), size, start))


KEY: Final = "order_number"
NO_LINES: Final = "注文データ(order)にある注文が、注文商品データ(item)にありません。"
NO_ORDER: Final = (
    "注文商品データ(item)の行の注文が、注文データ(order)にないか、除かれています。"
)


class Pair:
    """Joins lines to orders. The order file is held in memory, the line file streams.

    Lines without order and orders without lines are set aside: neither half of an order
    is written alone. An order repeated in the order file counts once, the later row.
    """

    def __init__(self, orders: Spill, lines: Spill) -> None:
        self._orders = orders
        self._lines = lines

    @property
    def schema(self) -> pl.Schema:
        """Columns of the joined rows."""
        both = {**self._orders.schema, **self._lines.schema}
        names = ["row_number", *(f.name for f in FIELDS if f.name in both)]
        return pl.Schema({name: both[name] for name in names})

    def frames(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Give joined rows, rejects of both files; row numbers are each file's own."""
        shown = list(self._orders.frames())
        orders = pl.concat([self._orders.schema.to_frame(), *(f for f, _ in shown)])
        orders = orders.unique(KEY, keep="last", maintain_order=True)
        rejects = [self._of_orders(frame) for _, frame in shown]
        with_lines: set[str] = set()
        names = list(self.schema)
        more = [name for name in orders.columns if name not in self._lines.schema]
        for lines, line_rejects in self._lines.frames():
            joined = lines.join(
                orders.select(KEY, *more), on=KEY, how="left", maintain_order="left"
            )
            is_alone = ~pl.col(KEY).is_in(orders[KEY].implode())
            with_lines.update(lines[KEY].to_list())
            alone = self._alone(lines.filter(is_alone), "OrderId", NO_ORDER)
            yield (
                joined.filter(~is_alone).select(names),
                pl.concat([*rejects, line_rejects, alone]),
            )
            rejects = []
        without = orders.filter(
            ~pl.col(KEY).is_in(pl.Series(list(with_lines), dtype=pl.String()).implode())
        )
        rejects.append(self._alone(without, "OrderId", NO_LINES))
        yield self.schema.to_frame(), pl.concat(rejects)

    def _alone(self, rows: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
        return rows.select(
            "row_number",
            pl.lit(column, dtype=pl.String).alias("column_name"),
            pl.lit(reason, dtype=pl.String).alias("reason"),
            KEY,
        )

    def _of_orders(self, rejects: pl.DataFrame) -> pl.DataFrame:
        named = pl.lit("注文データ(order): ") + pl.col("reason")
        return rejects.with_columns(named.alias("reason"))


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
             `data.model.order_file.FIELDS`. Null = blank cell; no column = not in
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
