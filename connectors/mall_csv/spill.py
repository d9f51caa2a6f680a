"""Converted frames between the check and the use: in memory while few, then on disk.

The file has no name from the start (or loses it at once), is readable by us alone, and
is gone with the process however that ends: it holds buyers' addresses.
"""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import polars as pl

IN_MEMORY: Final = 32 << 20
"""Bytes of frames kept in memory, some 100,000 Rakuten lines; the rest goes to disk."""


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
        if self._left >= 0:
            self._frames.append(rows)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - close()
        start = self._file.seek(0, io.SEEK_END)
        rows.write_ipc_stream(self._file, compression="lz4")
        self._frames.append((start, self._file.tell() - start))

    def frames(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Give every frame back with its rejects."""
        for kept, rejects in zip(self._frames, self._rejects, strict=True):
            if isinstance(kept, pl.DataFrame):
                yield kept, rejects
            else:
                yield self._read(*kept), rejects

    def close(self) -> None:
        """Give memory and disk space back."""
        self._frames.clear()
        self._rejects.clear()
        if self._file is not None:
            self._file.close()

    def _read(self, start: int, size: int) -> pl.DataFrame:
        if self._file is None:
            raise RuntimeError("nothing was spilled")
        self._file.seek(start)
        return pl.read_ipc_stream(io.BytesIO(self._file.read(size)))
