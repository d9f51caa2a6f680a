"""What shows while a file is taken: how far it is, and the first rows set aside."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from connectors.mall_csv import Batch, OrderFile

LONG_BYTES = 4_000_000
"""A shorter file is imported before anybody has found the bar (some 3,000 lines)."""
READ = 50.0
"""Half of the time goes into reading and checking the file, half into storing it."""
ALL_BUT_DONE = 95.0
STEP = 1.0
"""Percent; each move of the bar is a request to the server."""
LISTED = 50
"""Rows set aside that a report shows; all of them are in `csv_rejects`."""


class Reject(NamedTuple):
    """A row set aside: where it is and why; never what stands in it."""

    row_number: int
    column_name: str | None
    reason: str


class Progress:
    """A bar people see; of a short file there is none."""

    def __init__(self, bar: UUID | None = None, size: int = 0) -> None:
        self._bar = bar
        self._size = size
        self._read = 0
        self._shown = 0.0

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Self:
        """Show an empty bar if the files are long."""
        try:
            size = sum(path.stat().st_size for path in paths)
        except (OSError, ValueError):  # the reader says what is wrong with the path
            return cls()
        if size < LONG_BYTES:
            return cls()
        bar = create_progress_artifact(
            progress=0.0,
            key="import-progress",
            description="CSVの取込状況 (how far the import is)",
        )
        return cls(cast(UUID, bar), size)

    def read(self, more: int) -> None:
        """Move the bar by the bytes read, which of a zip are more than it has."""
        self._read += more
        self.show(READ * min(self._read / max(self._size, 1), 1.0))

    def show(self, percent: float) -> None:
        """Move the bar, if by enough to be seen."""
        if self._bar is not None and percent - self._shown >= STEP:
            update_progress_artifact(self._bar, progress=percent)
            self._shown = percent


class Watched:
    """An order file that moves the bar, and notes rejects, while it is taken."""

    def __init__(self, file: OrderFile, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._taken = 0
        self.rejects: list[Reject] = []
        self.layout = file.layout
        self.file_name = file.file_name
        self.rows_read = file.rows_read
        self.schema = file.schema
        self.is_in_memory = file.is_in_memory
        self.columns_present = file.columns_present
        self.sha256 = file.sha256

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        """Give the file's batches; show how many of its rows were taken.

        A long file is gone through twice: to judge its rows, and to store them.
        """
        self.rejects = []
        for batch in self._file.batches(size):
            room = batch.rejects.head(LISTED - len(self.rejects))
            shown = room.select(Reject._fields).iter_rows()
            self.rejects += [Reject(*row) for row in shown]
            yield batch
            self._taken += batch.rows.height
            share = min(self._taken / max(2 * self.rows_read, 1), 1.0)
            self._progress.show(READ + (ALL_BUT_DONE - READ) * share)
