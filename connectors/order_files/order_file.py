"""A checked download: its typed rows in batches, as often as asked.

Between the check and the use the rows wait in a `Spill`, in memory if they are few,
else on disk. A `Pair` joins Yahoo's two files into one (docs/order-files.md §5).
"""

import hashlib
import io
import os
import tempfile
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import polars as pl

from connectors.csv_file.decoding import Encoding
from connectors.order_files.layout import Layout
from connectors.order_files.typed import WARNINGS
from data.model.order_file import FIELDS

KEY: Final = "order_number"
STORE: Final = "shop_id"
IN_MEMORY: Final = 160 << 20
"""Bytes of frames kept in memory, some 130,000 Rakuten lines; more go to disk, all."""
_THEIRS: Final = "_store_of_order"
"""Scratch column: the store that the order file shows."""


class Spill:
    """Keeps frames and returns them in order, as often as asked.

    On disk they are in a file that has no name, or loses it at once, is readable by us
    alone, and is gone with the process however that ends: it holds buyers' addresses.
    """

    def __init__(self, folder: Path | None, in_memory: int = IN_MEMORY) -> None:
        self._folder = folder
        self._left = in_memory
        self._file: IO[bytes] | None = None
        self._frames: list[pl.DataFrame | tuple[int, int]] = []
        self._remarks: list[tuple[pl.DataFrame, pl.DataFrame]] = []
        self._schema = pl.Schema()

    @property
    def schema(self) -> pl.Schema:
        """Columns and types of every frame; there is at least one, perhaps empty."""
        return self._schema

    def add(
        self, rows: pl.DataFrame, rejects: pl.DataFrame, warnings: pl.DataFrame
    ) -> None:
        """Keep a frame of rows with the rejects and warnings that came with it."""
        self._schema = rows.schema
        self._remarks.append((rejects, warnings))
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

    def warn(self, warnings: pl.DataFrame) -> None:
        """Keep warnings that are about the file as a whole, with its last frame."""
        rejects, others = self._remarks[-1]
        self._remarks[-1] = rejects, pl.concat([others, warnings])

    def frames(self) -> Iterator["Batch"]:
        """Yield every frame with its remarks; the next one is read meanwhile."""
        with ThreadPoolExecutor(1, thread_name_prefix="order-file-spill") as pool:
            coming: deque[Future[pl.DataFrame]] = deque()
            for at, (rejects, warnings) in enumerate(self._remarks):
                if not coming:
                    coming.append(pool.submit(self._frame, at))
                if at + 1 < len(self._frames):
                    coming.append(pool.submit(self._frame, at + 1))
                yield Batch(coming.popleft().result(), rejects, warnings)

    def close(self) -> None:
        """Release memory and disk space."""
        self._frames.clear()
        self._remarks.clear()
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


@dataclass(frozen=True)
class FilePart:
    """One file of a download, read to its end; `file_name` is safe to show.

    `apart` are its orders whose rows stand apart, if they were not known before.
    """

    layout: Layout
    file_name: str
    digest: bytes
    encoding: Encoding
    columns: int
    notices: tuple[str, ...]
    rows_read: int
    spill: Spill
    apart: Collection[str]


class Pair:
    """Joins lines to orders: the order file is held in memory, the line file streams.

    Lines without order and orders without lines are set aside: neither half of an order
    is stored alone. An order repeated in the order file counts once, by its later row.
    Two stores count their orders alike: where both files show the store, a line is of
    its own store's order only, and where one of them does, it is shown for both.
    """

    def __init__(self, orders: FilePart, lines: FilePart) -> None:
        self._orders = orders.spill
        self._lines = lines.spill
        self._column = lines.layout.order_number_column
        self._order_file = orders.layout.title
        self._line_file = lines.layout.title

    @property
    def schema(self) -> pl.Schema:
        """Columns of the joined rows."""
        both = {**self._orders.schema, **self._lines.schema}
        names = ["row_number", *(f.name for f in FIELDS if f.name in both)]
        return pl.Schema({name: both[name] for name in names})

    def frames(self) -> Iterator["Batch"]:
        """Yield joined rows and both files' remarks, with each file's row numbers."""
        shown = list(self._orders.frames())
        orders = pl.concat([self._orders.schema.to_frame(), *(f.rows for f in shown)])
        orders = orders.unique([KEY, STORE], keep="last", maintain_order=True)
        rejects = [self._of_orders(frame.rejects) for frame in shown]
        warnings = [self._of_orders(frame.warnings) for frame in shown]
        with_lines: set[tuple[str, str | None]] = set()
        names = list(self.schema)
        more = [name for name in orders.columns if name not in self._lines.schema]
        theirs = orders.select(KEY, pl.col(STORE).alias(_THEIRS), *more)
        for batch in self._lines.frames():
            lines = batch.rows
            joined = _of_one_store(lines.join(theirs, on=KEY, maintain_order="left"))
            with_lines.update(joined.select(KEY, _THEIRS).iter_rows())
            reason = (
                f"この注文が {self._order_file} にないか、"
                "別のストアの注文か、取り込めない行です。"
            )
            alone = lines.join(joined, on="row_number", how="anti")
            yield Batch(
                joined.select(names),
                pl.concat([*rejects, batch.rejects, self._alone(alone, reason)]),
                pl.concat([*warnings, batch.warnings]),
            )
            rejects, warnings = [], []
        found = pl.DataFrame(
            list(with_lines), {KEY: pl.String(), STORE: pl.String()}, orient="row"
        )
        without = orders.join(found, on=[KEY, STORE], how="anti", nulls_equal=True)
        reason = f"この注文の明細が {self._line_file} にありません。"
        rejects.append(self._alone(without, reason))
        yield Batch(self.schema.to_frame(), pl.concat(rejects), WARNINGS.to_frame())

    def _alone(self, rows: pl.DataFrame, reason: str) -> pl.DataFrame:
        return rows.select(
            "row_number",
            pl.lit(self._column, dtype=pl.String).alias("column_name"),
            pl.lit(reason, dtype=pl.String).alias("reason"),
            KEY,
        )

    def _of_orders(self, remarks: pl.DataFrame) -> pl.DataFrame:
        named = pl.lit(f"{self._order_file}: ") + pl.col("reason")
        return remarks.with_columns(named.alias("reason"))


def _of_one_store(joined: pl.DataFrame) -> pl.DataFrame:
    """Return the lines beside their own store's order, with the store that is shown."""
    ours, theirs = pl.col(STORE), pl.col(_THEIRS)
    fitting = joined.filter((ours == theirs).fill_null(value=True))
    is_sure = pl.len().over("row_number") == 1
    return fitting.filter(is_sure).with_columns(pl.coalesce(ours, theirs).alias(STORE))


@dataclass(frozen=True)
class Batch:
    """Some rows, and the remarks around them.

    rows     `row_number` (1 = the header; one record is one row, line breaks within
             cells notwithstanding, as a spreadsheet counts), then cells of
             `data.model.order_file.FIELDS`. Null = blank cell; no column = not in
             the file
    rejects  row_number, column_name (the mall's; null = the whole row), reason
             (Japanese), order_number (null if unreadable). An order named here must
             not be stored, not even by its other rows
    warnings row_number, column_name, kind (`data.model.csv_file.CellFault`), reason,
             order_number: cells of rows that are kept, read as blank
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame
    warnings: pl.DataFrame


class OrderFile:
    """A checked download; a context manager, because it may hold a file open."""

    def __init__(self, parts: Sequence[FilePart]) -> None:
        self._parts = tuple(parts)
        main = self._parts[-1]
        self.layout: Final = main.layout
        self.encoding: Final = main.encoding
        self.column_count: Final = main.columns
        self.file_name: Final = " + ".join(part.file_name for part in self._parts)
        self.notices: Final = [
            notice for part in self._parts for notice in part.notices
        ]
        self.rows_read: Final = main.rows_read
        self._pair = Pair(self._parts[0], main) if len(self._parts) == 2 else None

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes (a zip's content); of a pair, of both hashes."""
        if len(self._parts) == 1:
            return self._parts[0].digest.hex()
        return hashlib.sha256(b"".join(part.digest for part in self._parts)).hexdigest()

    @property
    def columns_present(self) -> frozenset[str]:
        """Our cells that the file has columns for; only these may be cleared."""
        return frozenset(self.schema) - {"row_number", *self.layout.keeps}

    @property
    def is_in_memory(self) -> bool:
        """Whether all rows are in memory, so that one batch of all costs little.

        Never of a pair: it is joined while it is read.
        """
        return self._pair is None and self._parts[0].spill.is_in_memory

    @property
    def schema(self) -> pl.Schema:
        """Columns and types of every batch's rows, also when there are none."""
        if self._pair is not None:
            return self._pair.schema
        return self._parts[0].spill.schema

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        """Yield all rows in file order, at most `size` in a batch.

        Orders whose rows stand apart come last, where their layout wants them together.
        Every remark comes with some batch; a file of nothing but rejects has one batch
        without rows.
        """
        frames = self._pair or self._parts[0].spill
        for frame in frames.frames():
            rejects, warnings = frame.rejects, frame.warnings
            for start in range(0, max(frame.rows.height, 1), size):
                piece = frame.rows.slice(start, size)
                if piece.height or rejects.height or warnings.height:
                    yield Batch(piece, rejects, warnings)
                rejects, warnings = rejects.clear(), warnings.clear()

    def close(self) -> None:
        """Release the spill file; batches cannot be read afterwards."""
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
