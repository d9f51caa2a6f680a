"""Bring a carrier's tracking numbers into the warehouse."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field, WithJsonSchema

from data.model.shipment import Carrier
from data.model.shop import ShopHandle
from tasks.retrying import show_retries
from tasks.shipping.shipments import conclude_shipments, import_shipment_file

PathOfFile = Annotated[
    str,
    Field(
        min_length=1,
        json_schema_extra={
            "title": "ファイル (path)",
            "description": "配送会社から出力したCSV(またはzip)の場所。"
            "Excelで開かずに、そのまま指定します",
        },
    ),
]
CarrierOfFile = Annotated[
    Carrier,
    WithJsonSchema({"type": "string", "enum": [str(one) for one in Carrier]}),
    Field(
        json_schema_extra={
            "title": "配送会社 (carrier)",
            "description": "yamato=B2クラウド、sagawa=e飛伝II/III、"
            "japanpost=ゆうパックプリントR、rakuten=RMSの発送CSV、template=ひな形",
        },
    ),
]


@flow(
    name="import-shipments",
    flow_run_name="import-shipments-{carrier}-{shop}",
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def import_shipments(
    path: PathOfFile, carrier: CarrierOfFile, shop: ShopHandle
) -> State[Any]:
    """Import one file of tracking numbers; the same file again changes nothing.

    Rows that cannot be read, or belong to no known order, are listed by their number.
    The run ends Failed, with the reason and what to do, when the file was refused:
    then nothing of it is used. Nothing is reported to the mall: push-tracking does.
    """
    imported = import_shipment_file(path, carrier, shop, return_state=True)
    return conclude_shipments(path, imported)
