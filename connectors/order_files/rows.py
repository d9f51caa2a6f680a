"""Blocks of records to frames of typed rows, rows set aside, and cells left blank."""

import itertools
from collections.abc import Callable, Collection

import polars as pl

from connectors.csv_file import Block, Header
from connectors.csv_file.verdict import MOST_REJECTS, too_many_rejects
from connectors.order_files.apart import Beginnings, together, with_equal_lines
from connectors.order_files.blank_cells import with_blanks_as_null
from connectors.order_files.column_plan import Plan, column_name, plan
from connectors.order_files.layout import DOWNLOAD_AGAIN, Layout
from connectors.order_files.numbering import Destinations, Numbering, in_blocks
from connectors.order_files.tab_quotes import without_quotes
from connectors.order_files.typed import (
    REJECTS,
    WARNINGS,
    converted,
    stacked,
    unreadable,
    with_lost,
)

Sink = Callable[[pl.DataFrame, pl.DataFrame, pl.DataFrame], None]


class RowConverter:
    """Converts one file's blocks to frames of rows and of remarks, in file order.

    `apart` are orders whose rows are known to stand apart: they come last.
    """

    def __init__(
        self,
        layout: Layout,
        header: Header,
        sink: Sink,
        apart: Collection[str] = frozenset(),
    ) -> None:
        self._layout = layout
        self._header = header
        self._plan: Plan = plan(layout, header)
        self._sink = sink
        self._held: pl.DataFrame | None = None
        self._apart = pl.Series(sorted(apart), dtype=pl.String())
        self._aside: list[pl.DataFrame] = []
        self._beginnings = Beginnings(layout) if not apart else None
        self._numbering = (
            Numbering(marked=bool(layout.order_starts))
            if layout.lines == "position"
            else None
        )
        self._destinations = (
            Destinations(by_address=layout.baskets == "address")
            if layout.baskets != "id" and layout.role != "lines"
            else None
        )
        self._rejected = 0
        self.left_out = 0

    @property
    def apart(self) -> set[str]:
        """The orders whose rows stand apart: the file is to be read with them known."""
        return self._beginnings.apart if self._beginnings is not None else set()

    def take(self, block: Block) -> None:
        """Convert a block and pass it on; refuse the file for a damaged key.

        The rows of a last order that may go on in the next block wait for it.
        """
        frame = self._parsed(block)
        rejects = pl.DataFrame(block.rejects, schema=REJECTS, orient="row")
        blanked = pl.DataFrame(block.blanked, schema=WARNINGS, orient="row")
        if self._layout.keeps_orders_whole:
            frame = self._in_blocks(self._without_last_order(frame))
        self._pass_on(frame, rejects, blanked)

    def finish(self) -> None:
        """Convert the rows that waited for their order's other rows."""
        none = REJECTS.to_frame(), WARNINGS.to_frame()
        if self._held is not None and self._held.height:
            held, self._held = self._held, None
            self._pass_on(self._in_blocks(held), *none)
        if self._aside:
            rows = in_blocks(stacked(self._aside), self._layout.order_starts)
            self._pass_on(together(rows, self._layout), *none)

    def _parsed(self, block: Block) -> pl.DataFrame:
        numbers = pl.Series(
            "row_number",
            list(itertools.chain.from_iterable(block.ranges)),
            dtype=pl.UInt32(),
        )
        names = [column_name(at) for at in self._plan.indices]
        if not block.rows:
            cells = pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
        else:
            cells = self._cells(b"".join(block.text))
            if self._header.tab:
                cells = without_quotes(cells)
            cells = with_blanks_as_null(cells)
            cells.columns = names
        if cells.height != len(numbers):
            raise unreadable()
        rows = cells.select(
            numbers,
            *(one.text.alias(one.field) for one in self._plan.cells),
        )
        return with_lost(rows, block.blanked, self._plan)

    def _cells(self, text: bytes) -> pl.DataFrame:
        try:
            return pl.read_csv(
                text,
                has_header=False,
                columns=list(self._plan.indices),
                separator=self._header.delimiter.decode(),
                quote_char=None if self._header.tab else '"',
                infer_schema=False,
                null_values=[""],  # a quoted blank is a blank too
            )
        except pl.exceptions.PolarsError:
            raise unreadable() from None

    def _without_last_order(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._held is not None:
            frame = stacked([self._held, frame])
        if not frame.height:
            return frame
        order = frame["order_number"].rle_id()
        last = int((order == order[-1]).sum())
        self._held = frame.tail(last)
        return frame.head(frame.height - last)

    def _in_blocks(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of whole orders in blocks; those known to be apart wait."""
        if len(self._apart):
            is_apart = frame["order_number"].is_in(self._apart.implode())
            is_apart = is_apart.fill_null(value=False)
            self._aside.append(frame.filter(is_apart))
            frame = frame.filter(~is_apart)
        frame = in_blocks(frame, self._layout.order_starts)
        if self._beginnings is not None:
            self._beginnings.look(frame)
        return frame

    def _pass_on(
        self, frame: pl.DataFrame, rejects: pl.DataFrame, blanked: pl.DataFrame
    ) -> None:
        before = frame.height
        for rule in self._layout.rules:
            frame = rule(frame)
        self.left_out += before - frame.height
        if self._numbering is not None:
            frame = self._numbering.numbered(with_equal_lines(frame, self._layout))
        if self._destinations is not None:
            frame = self._destinations.numbered(frame)
        rows, more, warned = converted(frame, self._plan, self._layout, self._header)
        if more.height:
            self._rejected += more.height
            if self._rejected > MOST_REJECTS:
                raise too_many_rejects(DOWNLOAD_AGAIN)
            bad = more["row_number"].unique().implode()
            rows = rows.filter(~pl.col("row_number").is_in(bad))
            rejects = pl.concat([rejects, more]).sort("row_number", maintain_order=True)
        warnings = pl.concat([blanked, warned])
        form = self._layout.number
        self._sink(rows, without_cells(rejects, form), without_cells(warnings, form))


def without_cells(remarks: pl.DataFrame, form: str) -> pl.DataFrame:
    """Return remarks of rows, without what stands for an order's number and is none.

    A line break that nobody quoted puts the rest of a remark into that cell.
    """
    number = pl.col("order_number")
    return remarks.with_columns(pl.when(number.str.contains(form)).then(number))
