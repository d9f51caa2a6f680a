"""The stock file, read as strictly as an order file: all of it, or nothing.

It is the CSV of a count (棚卸) or of goods received (入荷), and does not say of which.
Columns: 商品管理番号, SKU管理番号, 数量 and, if wanted, 自社SKU and 安全在庫. Half a
count is no count, so one faulty row refuses the file, with every fault that was found.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.csv_file import (
    CsvFile,
    CsvRefused,
    Header,
    faulty_rows,
    read_csv,
    refuse_other_columns,
    unknown_columns,
)
from data.model.csv_file import BLANK, RowRemark, code_damage
from data.model.stock import CODE, MOST_UNITS, OWN_SKU, Counted

MANAGE_NUMBER: Final = "商品管理番号"
VARIANT: Final = "SKU管理番号"
QUANTITY: Final = "数量"
OWN: Final = "自社SKU"
SAFETY: Final = "安全在庫"
NEEDED: Final = (MANAGE_NUMBER, VARIANT, QUANTITY)
KNOWN: Final = (*NEEDED, OWN, SAFETY)

MOST_ROWS: Final = 200_000
ADVICE: Final = (
    "data/samples/stock_count.csv と同じ形のファイルを作成し、Excelの場合は"
    "「CSV UTF-8(コンマ区切り)」で保存してから取り込んでください。"
)
_UNITS: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class StockFile:
    """A stock file that was read and has no fault; `encoding` is for people."""

    counts: tuple[Counted, ...]
    sha256: str
    file_name: str
    encoding: str
    notices: tuple[str, ...]


def read_stock_file(path: Path) -> StockFile:
    """Read and check a whole stock file, or raise CsvRefused that lists the faults."""
    return read_csv(path, _stock_file, advice=ADVICE)


def _stock_file(csv: CsvFile) -> StockFile:
    places = _places(csv.header)
    faults: list[RowRemark] = []
    counts: list[tuple[int, Counted]] = []
    for block in csv.blocks():
        for row, texts in block.texts(csv.header, KNOWN, faults):
            cells = {name: texts[at] for name, at in places.items()}
            if found := list(_faults_of(row, cells)):
                faults += found
            else:
                counts.append((row, _counted(cells)))
        if csv.rows_read > MOST_ROWS:
            raise _too_many()
    faults += _contradictions(counts)
    if faults:
        raise faulty_rows(faults, ADVICE)
    if not counts:
        raise _no_rows()
    return StockFile(
        counts=tuple(counted for _, counted in counts),
        sha256=csv.digest.hex(),
        file_name=csv.name,
        encoding=csv.encoding_name,
        notices=(
            *unknown_columns(csv.header, KNOWN),
            *csv.notices(),
            *csv.blanks(),
        ),
    )


def _places(header: Header) -> dict[str, int]:
    """Return where each known column stands, or refuse a missing or doubled one."""
    refuse_other_columns(header, "在庫ファイル", ADVICE, needed=NEEDED, known=KNOWN)
    places = {name: header.index(name) for name in KNOWN}
    return {name: at for name, at in places.items() if at is not None}


def _counted(cells: Mapping[str, str]) -> Counted:
    safety = cells.get(SAFETY)
    return Counted(
        manage_number=cells[MANAGE_NUMBER],
        variant_id=cells[VARIANT],
        quantity=int(cells[QUANTITY]),
        own_sku=cells.get(OWN) or None,
        safety=int(safety) if safety else None,
    )


def _faults_of(row: int, cells: Mapping[str, str]) -> Iterator[RowRemark]:
    """Yield a remark for each cell of the row that cannot be taken as it is."""
    for column, wrong in _RULES.items():
        if reason := wrong(cells.get(column, "")):
            yield RowRemark(row, column, reason)


def _wrong_code(cell: str) -> str:
    if not cell:
        return BLANK
    if damage := code_damage(cell):
        return damage
    if not re.fullmatch(CODE, cell):
        return "半角の英数字・ハイフン・下線で、32文字以内にしてください。"
    return ""


def _wrong_units(cell: str) -> str:
    if not cell:
        return f"{BLANK}在庫がない場合は 0 を入力してください。"
    if not _UNITS.fullmatch(cell):
        return f"0 から {MOST_UNITS:,} までの整数を、半角数字だけで入力してください。"
    return ""


def wrong_own_sku(cell: str) -> str:
    """Return in Japanese why a cell is no SKU of the merchant's; "" for a blank one."""
    if damage := code_damage(cell):
        return damage
    if cell and not re.fullmatch(OWN_SKU, cell):
        return (
            "改行や見えない文字(ゼロ幅の空白など)を含めずに、"
            "96文字以内で入力してください。"
        )
    return ""


_RULES: Final[dict[str, Callable[[str], str]]] = {
    MANAGE_NUMBER: _wrong_code,
    VARIANT: _wrong_code,
    QUANTITY: _wrong_units,
    OWN: wrong_own_sku,
    SAFETY: lambda cell: _wrong_units(cell) if cell else "",
}


def _contradictions(counts: list[tuple[int, Counted]]) -> Iterator[RowRemark]:
    """Yield a remark for a listing named twice, or an own SKU with two quantities.

    Of goods received, too: nobody could tell whether two rows of one SKU add up.
    """
    listings: dict[tuple[str, str], int] = {}
    own_skus: dict[str, tuple[int, int]] = {}
    for row, counted in counts:
        key = (counted.manage_number, counted.variant_id)
        first = listings.setdefault(key, row)
        if first != row:
            yield RowRemark(
                row,
                VARIANT,
                f"{first:,} 行目と同じ商品・SKUです。1行にまとめてください。",
            )
        if counted.own_sku is None:
            continue
        first, units = own_skus.setdefault(counted.own_sku, (row, counted.quantity))
        if units != counted.quantity:
            yield RowRemark(
                row,
                QUANTITY,
                f"{first:,} 行目と同じ自社SKUですが、数量が違います。"
                "どの行にも、そのSKUの合計の数量を入力してください。",
            )


def _no_rows() -> CsvRefused:
    return CsvRefused("no-rows", "見出しだけで、在庫の行がありません。", advice=ADVICE)


def _too_many() -> CsvRefused:
    return CsvRefused(
        "too-many-rows",
        f"行数が多すぎます(上限 {MOST_ROWS:,} 行)。",
        advice=f"ファイルを分けてください。{ADVICE}",
    )
