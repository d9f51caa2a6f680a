"""Bring a count (棚卸) or goods received (入荷) into the stock ledger."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from data.model.japan_time import JapanTime
from data.model.shop import ShopHandle
from data.model.stock import StockFileKind
from tasks.retrying import show_retries
from tasks.stock.files import conclude_count, import_count_file

PathOfCount = Annotated[
    str,
    Field(
        min_length=1,
        json_schema_extra={
            "title": "ファイル (path)",
            "description": "棚卸CSV(入荷も同じ形)の場所。"
            "ひな形は data/samples/stock_count.csv",
        },
    ),
]
Kind = Annotated[
    StockFileKind,
    Field(
        json_schema_extra={
            "title": "種類 (kind)",
            "description": "count=棚卸: 数量は、そのとき棚にあった全部の数です。"
            "receipt=入荷: 数量は届いた数で、在庫数に足します",
        },
    ),
]
CountedAt = Annotated[
    JapanTime | None,
    Field(
        json_schema_extra={
            "title": "数えた日時・届いた日時 (counted_at)",
            "description": "棚卸は数えた日時: 後の注文は、数えた数から引かれます。"
            "入荷は届いた日時: これより後の棚卸には含まれるので足しません。"
            "空欄なら今",
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
            "description": "数えた人・受け取った人の役割や部署。在庫の台帳に残ります",
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
    kind: Kind = "count",
    counted_at: CountedAt = None,
    who: Who = "担当者",
) -> State[Any]:
    """Make what was counted the level of that moment, or add what came in then.

    The whole file or nothing; the same file again changes nothing. The run ends Failed,
    with row, column and what to do, when the file was refused. Nothing is sent to a
    mall: push-inventory does.
    """
    return conclude_count(
        import_count_file(path, shop, counted_at, who, kind, return_state=True)
    )
