"""Read a mall's download: checked and converted whole, or refused before any use."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from connectors.csv_file import Block, CsvFile, CsvRefused, read_csv, unknown_columns
from connectors.order_files.layout import DOWNLOAD_AGAIN, Layout
from connectors.order_files.order_file import FilePart, OrderFile, Spill
from connectors.order_files.registry import (
    all_layouts,
    fitting_layout,
    grown_width,
    layout_of,
    layouts_of,
    refuse_other_mall,
)
from connectors.order_files.rows import RowConverter
from connectors.order_files.typed import WARNINGS
from data.model.csv_file import CellFault, CellRemark

OnRead = Callable[[int], None]
SHORT_ROWS: Final = (
    "列の数が見出しより少ない行が {:,} 行あります。足りない列は空欄として扱いました。"
)

NO_ORDERS: Final = (
    "注文が1件もありません。モールの管理画面で、ダウンロードの期間と条件を確認して"
    "ください。"
)
NO_AMOUNTS: Final = (
    "このファイルには金額の列がないため、金額は登録していません。金額のあるファイルを"
    "取り込むと登録されます。"
)


def read_order_file(
    paths: Sequence[Path],
    mall: str,
    *,
    scratch: Path | None = None,
    watch: OnRead = lambda _: None,
) -> OrderFile:
    """Read and check a whole download, or raise CsvRefused; nothing is half-read.

    `paths` is one file, or the two of Yahoo's pair in either order. Converted rows wait
    in memory or, if they are many, in a nameless file in `scratch` (default: the
    system's), a tenth of the CSV's size. `watch` gets the number of bytes just read.
    """
    layouts = layouts_of(mall)
    if not layouts:
        known = "、".join(sorted({one.mall for one in all_layouts()}))
        raise CsvRefused(
            "unknown-mall",
            f"モール「{mall[:32]}」には対応していません。",
            advice=f"次のいずれかを選んでください: {known}。",
        )
    wanted = 2 if any(one.partner for one in layouts) else 1
    if len(paths) != wanted:
        for path in paths:  # what the file is says more than how many there are
            refuse_other_mall(_layout_at(path), mall)
        raise _wrong_number(layouts, wanted)
    parts: list[FilePart] = []
    try:
        for path in paths:
            parts += [_read(path, mall, scratch, watch)]
        if wanted == 2:
            parts = _paired(parts, layouts)
    except BaseException:
        for part in parts:
            part.spill.close()
        raise
    return OrderFile(parts)


def _layout_at(path: Path) -> Layout | None:
    """Return the layout that the file's header shows; None for one we do not know."""
    return read_csv(path, lambda csv: fitting_layout(csv.header), advice=DOWNLOAD_AGAIN)


def _read(path: Path, mall: str, scratch: Path | None, watch: OnRead) -> FilePart:
    """Return the file as a part; it is read again if rows of an order stand apart."""
    read = partial(_part, mall=mall, scratch=scratch, watch=watch)
    part = read_csv(path, read, advice=DOWNLOAD_AGAIN)
    if not part.apart:
        return part
    part.spill.close()
    return read_csv(path, partial(read, apart=part.apart), advice=DOWNLOAD_AGAIN)


def _part(
    csv: CsvFile,
    mall: str,
    scratch: Path | None,
    watch: OnRead,
    apart: Collection[str] = frozenset(),
) -> FilePart:
    layout = layout_of(csv.header, mall)
    spill = Spill(scratch)
    rows = RowConverter(layout, csv.header, spill.add, apart)
    key = csv.header.index(layout.order_number_column) or 0
    try:
        _convert(_watched(csv.blocks(key), csv, watch), rows)
        spill.warn(_of_short_rows(csv.short_rows))
    except BaseException:
        spill.close()
        raise
    return FilePart(
        layout=layout,
        file_name=csv.name,
        digest=csv.digest,
        encoding=csv.encoding,
        columns=len(csv.header.cells),
        notices=tuple(_notices(csv, layout, rows)),
        rows_read=csv.rows_read,
        spill=spill,
        apart=rows.apart,
    )


def _watched(blocks: Iterator[Block], csv: CsvFile, watch: OnRead) -> Iterator[Block]:
    before = 0
    for block in blocks:
        watch(csv.bytes_read - before)
        before = csv.bytes_read
        yield block


def _convert(blocks: Iterator[Block], rows: RowConverter) -> None:
    """Convert each block on a second core while the next one is being decoded."""
    with ThreadPoolExecutor(1, thread_name_prefix="order-file") as pool:
        waiting: Future[None] | None = None
        for block in blocks:
            if waiting is not None:
                waiting.result()
            waiting = pool.submit(rows.take, block)
        if waiting is not None:
            waiting.result()
    rows.finish()


def _notices(csv: CsvFile, layout: Layout, rows: RowConverter) -> Iterator[str]:
    yield from csv.notices()
    if not csv.rows_read:
        yield NO_ORDERS
    if layout.role != "lines" and not layout.has_amounts:
        yield NO_AMOUNTS
    if rows.left_out:
        yield f"商品ではない行(送料・オプションなど)を {rows.left_out:,} 行除きました。"
    if layout.additions:
        reached = grown_width(layout, csv.header) or 0
        known = [c for s in layout.additions if s.width <= reached for c in s.columns]
        yield from unknown_columns(csv.header, known)
        order = [name for name in csv.header.names if name in set(known)]
        if order != known:
            yield "列の並び順が標準と違うため、列名で読み取りました。"


def _of_short_rows(rows: Sequence[int]) -> pl.DataFrame:
    """Return one warning a file, however many of its rows are short."""
    remarks = [
        CellRemark(row, None, CellFault.SHORT_ROWS, SHORT_ROWS.format(len(rows)))
        for row in rows[:1]
    ]
    return pl.DataFrame(remarks, schema=WARNINGS, orient="row")


def _paired(parts: list[FilePart], layouts: Sequence[Layout]) -> list[FilePart]:
    by_role = {part.layout.role: part for part in parts}
    if set(by_role) != {"orders", "lines"}:
        raise _wrong_number(layouts, 2)
    return [by_role["orders"], by_role["lines"]]


def _wrong_number(layouts: Sequence[Layout], wanted: int) -> CsvRefused:
    if wanted == 2:
        return CsvRefused(
            "pair",
            f"{' と '.join(one.title for one in layouts)} の2つのファイルが必要です。",
            advice=layouts[0].where,
        )
    return CsvRefused(
        "one-file",
        "一度に取り込めるファイルは1つです。",
        advice="1つずつ取り込んでください。",
    )
