"""Costs and fees by CSV: read whole, stored, and reported."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from connectors.cost_files import CostFile, read_cost_file
from data.warehouse.costs import store_costs, store_fees
from tasks.machine import now, our_warehouse
from tasks.runs.failures import hiding_values
from tasks.runs.report import LISTED, bullets, counts, ended, escape, page, section
from tasks.runs.retrying import SAFE_TO_REPEAT


@dataclass(frozen=True)
class CostsStored:
    """What a report shows of a file that was stored."""

    file: CostFile
    unsold: tuple[str, ...]
    """SKUs that no order and no listing has."""


@task(name="import-cost-file", **SAFE_TO_REPEAT)
def import_cost_file(path: str, who: str) -> CostsStored:
    """Store a file of costs or fees, or raise and leave the warehouse as it was.

    Raises:
        CsvRefused: a row of the file is wrong, or it is neither of the two.
        WarehouseClosed: the warehouse did not open.

    """
    with hiding_values():
        file = read_cost_file(Path(path))
        with our_warehouse() as con:
            unsold = store_costs(con, file.costs, who, now()) if file.costs else []
            if file.fees:
                store_fees(con, file.fees, who, now())
    return CostsStored(file, tuple(unsold))


def conclude_costs(imported: State[CostsStored]) -> State[Any]:
    """Create the file's report; return the final state, Failed if it was refused."""
    stored = imported.result(raise_on_failure=False)
    if not isinstance(stored, CostsStored):
        _show(page("原価・手数料を取り込めませんでした", escape(str(stored))))
        return ended("", str(stored))
    file = stored.file
    numbers = {"原価": len(file.costs), "手数料": len(file.fees)}
    unsold = len(stored.unsold)
    _show(
        page(
            f"原価・手数料の取込の結果 ({file.file_name})",
            counts(numbers),
            section(
                f"注文にも商品にもないSKU {unsold:,}件",
                "対処: SKUの誤りがないか確認してください。",
                bullets(stored.unsold[:LISTED]),
            )
            if unsold
            else "",
            section("警告", bullets(file.notices)) if file.notices else "",
        )
    )
    summary = " / ".join(f"{what} {number:,}件" for what, number in numbers.items())
    return ended(f"{summary} / 注文にも商品にもないSKU {unsold:,}件")


def _show(markdown: str) -> None:
    create_markdown_artifact(
        key="costs-report", markdown=markdown, description="原価・手数料の取込の結果"
    )
