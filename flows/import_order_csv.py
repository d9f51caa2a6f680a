"""Bring a mall's own order CSV into the warehouse."""

from typing import Annotated, Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field, WithJsonSchema

from data.model.order import Mall
from tasks.order_files import (
    Choices,
    given_download,
    import_download,
    look_into_incoming,
    put_away,
)
from tasks.order_files_report import conclude, import_run_name, report_import
from tasks.retrying import show_retries

# Prefect writes over a parameter's title and description; what stands in
# `json_schema_extra` is laid over that, so it is what people see (3.8.8).
PathOrPair = Annotated[
    str | list[str],
    Field(
        json_schema_extra={
            "title": "ファイル (path)",
            "description": "注文CSV(またはzip)の場所。Yahoo! は注文と商品の2つ(list)。"
            "空欄なら incoming フォルダにある全部のファイル",
        },
    ),
]
MallOfFile = Annotated[
    Mall,
    WithJsonSchema({"type": "string", "enum": [str(mall) for mall in Mall]}),
    Field(
        json_schema_extra={
            "title": "モール (mall)",
            "description": "ファイルのモール。違うモールのファイルは取り込みません",
        },
    ),
]
ShopOfFile = Annotated[
    str,
    Field(
        pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$",
        json_schema_extra={
            "title": "店舗 (shop)",
            "description": "楽天は rms-shop ブロックの名前、Yahoo! はストアアカウント、"
            "他のモールは店舗を表す自由な名前(いつも同じもの)",
        },
    ),
]
Mode = Annotated[
    Literal["update", "replace"],
    Field(
        json_schema_extra={
            "title": "登録タイプ (mode)",
            "description": "update=更新: 空欄のセルは上書きしません。"
            "replace=書換: 空欄のセルも上書きして消します。"
            "どちらもファイルにない列は変えません",
        },
    ),
]
OtherShops = Annotated[
    Literal["refuse", "skip"],
    Field(
        json_schema_extra={
            "title": "別店舗の注文 (other_shops)",
            "description": "refuse=1件でもあればファイル全体を取り込みません。"
            "skip=別店舗の注文だけ除いて取り込みます",
        },
    ),
]
DryRun = Annotated[
    bool,
    Field(
        json_schema_extra={
            "title": "試行 (dry_run)",
            "description": "報告だけを作り、何も書き込みません",
        },
    ),
]


@flow(
    name="import-order-csv",
    flow_run_name=import_run_name,
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def import_order_csv(  # noqa: PLR0913, PLR0917 - what the form asks
    path: PathOrPair = "",
    mall: MallOfFile = Mall.RAKUTEN,
    shop: ShopOfFile = "",
    mode: Mode = "update",
    other_shops: OtherShops = "refuse",
    dry_run: DryRun = False,
) -> State[Any]:
    """Import one download, or without a path all that wait in the incoming folder.

    A file is imported whole or not at all; the same file again changes nothing. The
    run ends Failed, with the reason and what to do, when a file was not imported; the
    other files are imported all the same.
    """
    choices = Choices(mode, other_shops, dry_run)
    downloads = given_download(path, mall, shop) if path else look_into_incoming()
    endings = []
    for download in downloads:
        imported = import_download(download, choices, return_state=True)
        unmoved = put_away(download, choices, imported)
        endings.append(report_import(download, choices, imported, unmoved))
    return conclude(endings, choices)
