"""A count (棚卸) or receipt (入荷) file: read it whole, book it in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from prefect import task

from connectors.mall_csv import CsvRefused
from connectors.settings import SettingsProblem
from connectors.stock_counts import read_stock_counts
from data.model.japan_time import in_japan
from data.model.shop import ShopHandle
from data.model.stock import StockFileKind
from data.warehouse.stock_counts import CountReport, CountsDiffer, count_stock
from tasks.order_csv import telling_no_values
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops import UnknownShop, load_shop
from tasks.warehouse import our_warehouse

REFUSALS = (CsvRefused, CountsDiffer, UnknownShop, SettingsProblem)
"""The file, or what was said of it, is wrong: a person has to do something."""


class CountedTooLate(CsvRefused):
    """The file is said to be of a moment that has not come."""


@dataclass(frozen=True)
class CountImported:
    """What is told of a stock file that was booked."""

    kind: StockFileKind
    file_name: str
    encoding: str
    notices: tuple[str, ...]
    counted_at: datetime
    report: CountReport


@task(name="import-count-file", **SAFE_TO_REPEAT)
def import_count_file(
    path: str,
    shop: ShopHandle,
    counted_at: datetime | None,
    who: str,
    kind: StockFileKind = "count",
) -> CountImported:
    """Book a file as counted or received, or raise and leave the warehouse as it was.

    Without `counted_at` it is of now. Repeating it is harmless: the same file
    again changes nothing.

    Raises:
        CsvRefused: the file is not whole and faultless, or `counted_at` is to come.
        CountsDiffer: two listings of one SKU have different numbers.
        UnknownShop: nobody described the shop.

    """
    at = now()
    counted = at if counted_at is None else in_japan(counted_at)
    if counted > at:
        raise _not_yet()
    with telling_no_values():
        known = load_shop(shop)
        file = read_stock_counts(Path(path))
    with our_warehouse() as con:
        report = count_stock(
            con,
            file,
            shop_id=known.shop_id,
            mall=known.mall,
            kind=kind,
            import_id=str(uuid4()),
            who=who,
            counted_at=counted,
            imported_at=at,
        )
    return CountImported(
        kind, file.file_name, file.encoding, file.notices, counted, report
    )


def _not_yet() -> CountedTooLate:
    return CountedTooLate(
        "counted-too-late",
        "数えた日時(入荷なら届いた日時)が、まだ来ていない日時です。",
        advice="今より前の日時を入れるか、空欄にしてください(空欄なら今)。",
        english="counted_at is in the future",
    )
