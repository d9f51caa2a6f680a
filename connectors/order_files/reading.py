"""The door: a download in, an order file out, or a refusal before any is used."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from connectors.csv_file.decoding import Decoder, NotUtf8
from connectors.csv_file.header import Header, split_header
from connectors.csv_file.records import Block, Scanner
from connectors.csv_file.refusal import CsvRefused
from connectors.csv_file.source import Source, opened
from connectors.order_files.layout import Layout
from connectors.order_files.order_file import OrderFile, Part, Spill
from connectors.order_files.registry import all_layouts, layout_of, stage_of
from connectors.order_files.rows import Rows

Watch = Callable[[int], None]


def read_order_file(
    paths: Sequence[Path],
    mall: str,
    *,
    scratch: Path | None = None,
    watch: Watch = lambda _: None,
) -> OrderFile:
    """Read and check a whole download, or raise CsvRefused; nothing is half-read.

    `paths` is one file, or the two of Yahoo's pair in either order. Converted rows wait
    in memory or, if they are many, in a nameless file in `scratch` (default: the
    system's), a tenth of the CSV's size. `watch` is told how many bytes more were read.
    """
    known = {one.mall for one in all_layouts()}
    if mall not in known:
        raise CsvRefused(
            "unknown-mall",
            f"モール「{mall[:32]}」には対応していません。",
            advice=f"次のどれかを選んでください: {'、'.join(sorted(known))}。",
            english="no such mall",
        )
    wanted = 2 if any(one.mall == mall and one.partner for one in all_layouts()) else 1
    if len(paths) != wanted:
        raise _wrong_number(mall, wanted)
    parts: list[Part] = []
    try:
        for path in paths:
            parts += [_read(path, mall, scratch, watch)]
        if wanted == 2:
            parts = _paired(parts, mall)
    except BaseException:
        for part in parts:
            part.spill.close()
        raise
    return OrderFile(parts)


def _read(path: Path, mall: str, scratch: Path | None, watch: Watch) -> Part:
    with opened(path) as source:
        try:
            return _read_as(Decoder(source, "utf-8"), source, mall, scratch, watch)
        except NotUtf8:
            return _read_as(Decoder(source, "cp932"), source, mall, scratch, watch)


def _read_as(
    decoder: Decoder, source: Source, mall: str, scratch: Path | None, watch: Watch
) -> Part:
    chunks = decoder.chunks()
    header, rest = split_header(chunks)
    layout = layout_of(header, mall)
    key = next(made for made in layout.cells if made.field == "order_number")
    scanner = Scanner(header, header.index(key.columns[0]) or 0)
    spill = Spill(scratch)
    rows = Rows(layout, header, spill.add)
    try:
        blocks = scanner.blocks(itertools.chain((rest,), chunks))
        _convert(_watched(blocks, source, watch), rows)
    except BaseException:
        spill.close()
        raise
    return Part(
        layout=layout,
        file_name=source.path.name,
        digest=source.digest,
        encoding=decoder.encoding,
        columns=len(header.cells),
        notices=tuple(_notices(header, layout, scanner, rows)),
        rows_read=scanner.rows_read,
        spill=spill,
    )


def _watched(blocks: Iterator[Block], source: Source, watch: Watch) -> Iterator[Block]:
    told = 0
    for block in blocks:
        watch(source.size - told)
        told = source.size
        yield block


def _convert(blocks: Iterator[Block], rows: Rows) -> None:
    """Convert each block on a second core while the next is being decoded."""
    with ThreadPoolExecutor(1, thread_name_prefix="mall-csv") as pool:
        waiting: Future[None] | None = None
        for block in blocks:
            if waiting is not None:
                waiting.result()
            waiting = pool.submit(rows.take, block)
        if waiting is not None:
            waiting.result()
    rows.finish()


def _notices(
    header: Header, layout: Layout, scanner: Scanner, rows: Rows
) -> Iterator[str]:
    if scanner.judge.repeated_headers:
        yield f"くり返された見出しを {scanner.judge.repeated_headers:,} 行除きました。"
    if scanner.judge.blank_rows:
        yield f"空の行を {scanner.judge.blank_rows:,} 行除きました。"
    if rows.left_out:
        yield f"商品でない行(送料・オプション等)を {rows.left_out:,} 行除きました。"
    if layout.stages:
        reached = stage_of(layout, header) or 0
        known = [c for s in layout.stages if s.width <= reached for c in s.columns]
        unknown = [name for name in header.names if name not in set(known)]
        if unknown:
            listed = "、".join(f"「{name[:40]}」" for name in unknown[:10])
            yield f"知らない列が {len(unknown)} 列あります(読みません): {listed}。"
        order = [name for name in header.names if name in set(known)]
        if order != known:
            yield "列の並びが標準と違うため、列名で読みました。"


def _paired(parts: list[Part], mall: str) -> list[Part]:
    by_role = {part.layout.role: part for part in parts}
    if set(by_role) != {"orders", "lines"}:
        raise _wrong_number(mall, 2)
    return [by_role["orders"], by_role["lines"]]


def _wrong_number(mall: str, wanted: int) -> CsvRefused:
    titles = [one.title for one in all_layouts() if one.mall == mall]
    where = next(one.where for one in all_layouts() if one.mall == mall)
    if wanted == 2:
        return CsvRefused(
            "pair",
            f"{' と '.join(titles)} の2つのファイルが必要です。",
            advice=where,
            english="this mall's download is a pair of files, orders and lines",
        )
    return CsvRefused(
        "one-file",
        "一度に取り込めるファイルは1つです。",
        advice="1つずつ取り込んでください。",
        english="one file at a time",
    )
