"""Bring a count (棚卸) into the stock ledger."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from data.model.japan_time import JapanTime
from data.model.shop import ShopHandle
from tasks.retrying import show_retries
from tasks.stock_count import import_count_file
from tasks.stock_count_report import conclude_count

PathOfCount = Annotated[
    str,
    Field(
        min_length=1,
        json_schema_extra={
            "title": "ファイル (path)",
            "description": "棚卸CSVの場所。ひな形は data/samples/stock_count.csv",
        },
    ),
]
CountedAt = Annotated[
    JapanTime | None,
    Field(
        json_schema_extra={
            "title": "数えた日時 (counted_at)",
            "description": "この日時より後の注文は、数えた数から引かれます。空欄なら今",
        },
    ),
]
Who = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        pattern=r"\S",
        json_schema_extra={
            "title": "担当 (who)",
            "description": "数えた人の役割や部署。在庫の台帳に残ります",
        },
    ),
]


@flow(
    name="import-stock-count",
    flow_run_name="import-stock-count-{shop}",
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def import_stock_count(
    path: PathOfCount,
    shop: ShopHandle,
    counted_at: CountedAt = None,
    who: Who = "担当者",
) -> State[Any]:
    """Make what was counted the level of that moment, the whole file or nothing.

    The same file again changes nothing. The run ends Failed, with row, column and what
    to do, when the file was refused. Nothing is sent to a mall: push-inventory does.
    """
    return conclude_count(
        import_count_file(path, shop, counted_at, who, return_state=True)
    )
