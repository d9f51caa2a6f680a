"""The file of costs or of fees, read strictly: all of it is taken, or nothing.

Costs: SKU, 原価 (yen with tax, of one piece) and, if wanted, 適用開始日.
Fees: モール, 手数料率 (percent) and, if wanted, 店舗番号, 注文ごとの手数料 (yen),
適用開始日. The header tells which of the two it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from connectors.csv_file import (
    CsvFile,
    CsvRefused,
    faulty_rows,
    read_csv,
    refuse_other_columns,
    unknown_columns,
)
from connectors.stock_files import wrong_own_sku
from data.model.costs import ALWAYS, MallFee, SkuCost
from data.model.csv_file import BLANK, RowRemark
from data.model.order import Mall
from data.model.typed.time import TimeRefused, day_of

SKU: Final = "SKU"
COST: Final = "原価"
MALL: Final = "モール"
SHOP: Final = "店舗番号"
PERCENT: Final = "手数料率"
EACH_ORDER: Final = "注文ごとの手数料"
FROM: Final = "適用開始日"
COST_COLUMNS: Final = (SKU, COST, FROM)
FEE_COLUMNS: Final = (MALL, SHOP, PERCENT, EACH_ORDER, FROM)

ADVICE: Final = (
    "data/samples/costs.csv(原価)または data/samples/fees.csv(手数料)と"
    "同じ形のファイルを作成し、Excelの場合は「CSV UTF-8(コンマ区切り)」で"
    "保存してから取り込んでください。"
)
_YEN: Final = re.compile(r"[0-9]{1,9}")
_PERCENT: Final = re.compile(r"([0-9]{1,2}(\.[0-9]{1,2})?|100)%?")
_MALLS: Final = "、".join(Mall)


@dataclass(frozen=True)
class CostFile:
    """A file of costs or of fees that has no fault; the other one is empty."""

    costs: tuple[SkuCost, ...]
    fees: tuple[MallFee, ...]
    file_name: str
    notices: tuple[str, ...]


def read_cost_file(path: Path) -> CostFile:
    """Read and check a whole file, or raise CsvRefused that lists its faults."""
    return read_csv(path, _cost_file, advice=ADVICE)


def _cost_file(csv: CsvFile) -> CostFile:
    is_fees = csv.header.has(MALL) or csv.header.has(PERCENT)
    known = FEE_COLUMNS if is_fees else COST_COLUMNS
    needed = (MALL, PERCENT) if is_fees else (SKU, COST)
    refuse_other_columns(
        csv.header, "原価・手数料のファイル", ADVICE, needed=needed, known=known
    )
    places = {name: csv.header.index(name) for name in known}
    faults: list[RowRemark] = []
    rows: list[tuple[int, dict[str, str]]] = []
    for block in csv.blocks():
        for row, texts in block.texts(csv.header, known, faults):
            cells = {
                name: texts[at] if at is not None else "" for name, at in places.items()
            }
            found = list(_faults_of(row, cells))
            faults += found
            if not found:
                rows.append((row, cells))
    costs = [(row, _cost(cells)) for row, cells in rows if not is_fees]
    fees = [(row, _fee(cells)) for row, cells in rows if is_fees]
    faults += _named_twice(SKU, [(row, each[:2]) for row, each in costs])
    faults += _named_twice(MALL, [(row, each[:3]) for row, each in fees])
    if faults:
        raise faulty_rows(faults, ADVICE)
    if not rows:
        raise CsvRefused("no-rows", "見出しだけで、行がありません。", advice=ADVICE)
    return CostFile(
        costs=tuple(cost for _, cost in costs),
        fees=tuple(fee for _, fee in fees),
        file_name=csv.name,
        notices=(
            *unknown_columns(csv.header, known),
            *csv.notices(),
            *csv.blanks(),
        ),
    )


def _cost(cells: Mapping[str, str]) -> SkuCost:
    return SkuCost(cells[SKU], _day(cells), int(cells[COST]))


def _fee(cells: Mapping[str, str]) -> MallFee:
    percent = Decimal(cells[PERCENT].removesuffix("%"))
    each_order = int(cells[EACH_ORDER] or 0)
    return MallFee(cells[MALL], cells[SHOP], _day(cells), percent, each_order)


def _day(cells: Mapping[str, str]) -> date:
    return day_of(cells[FROM], FROM) or ALWAYS


def _faults_of(row: int, cells: Mapping[str, str]) -> Iterator[RowRemark]:
    """Yield a remark for each cell of the row that cannot be taken as it is."""
    for column, cell in cells.items():
        if reason := _RULES[column](cell):
            yield RowRemark(row, column, reason)


def _wrong_sku(cell: str) -> str:
    return wrong_own_sku(cell) if cell else BLANK


def _wrong_yen(cell: str) -> str:
    if not cell:
        return BLANK
    if not _YEN.fullmatch(cell):
        return "円の金額を、半角数字だけで入力してください(例: 1200)。"
    return ""


def _wrong_mall(cell: str) -> str:
    if cell not in set(Mall):
        return f"次のいずれかにしてください: {_MALLS}。"
    return ""


def _wrong_percent(cell: str) -> str:
    if not _PERCENT.fullmatch(cell):
        return "0 から 100 までの数を、半角数字で入力してください(例: 8.5)。"
    return ""


def _wrong_day(cell: str) -> str:
    try:
        day_of(cell, FROM)
    except TimeRefused:
        return "2026-07-01 のように入力してください。"
    return ""


_RULES: Final[dict[str, Callable[[str], str]]] = {
    SKU: _wrong_sku,
    COST: _wrong_yen,
    MALL: _wrong_mall,
    SHOP: wrong_own_sku,
    PERCENT: _wrong_percent,
    EACH_ORDER: lambda cell: _wrong_yen(cell) if cell else "",
    FROM: _wrong_day,
}


def _named_twice(
    column: str, keys: list[tuple[int, tuple[object, ...]]]
) -> Iterator[RowRemark]:
    first: dict[tuple[object, ...], int] = {}
    for row, key in keys:
        if first.setdefault(key, row) != row:
            yield RowRemark(
                row,
                column,
                f"{first[key]:,} 行目と同じもので、適用開始日も同じです。"
                "1行だけを残してください。",
            )
