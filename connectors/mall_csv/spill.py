"""Converted frames between the check and the use: in memory if few, else on disk.

The file has no name from the start (or loses it at once), is readable by us alone, and
is gone with the process however that ends: it holds buyers' addresses.
"""

import io
import os
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

import polars as pl

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
