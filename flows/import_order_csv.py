"""Import a mall's own order file into the warehouse."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.order import Mall
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import DryRun
from tasks.forms.order_files import (
    ItemPath,
    MallOfFile,
    Mode,
    NewShop,
    OtherShops,
    PathOrPair,
    ShopOfFile,
)
from tasks.order_files.imports import (
    Choices,
    given_download,
    given_paths,
    import_download,
    look_into_incoming,
    put_away,
)
from tasks.order_files.report import conclude, import_run_name, report_import


@flow(
    name="import-order-csv",
    flow_run_name=import_run_name,
    **MAY_CHANGE,
)
def import_order_csv(  # noqa: PLR0913, PLR0917 - what the form asks
    path: PathOrPair = "",
    mall: MallOfFile = Mall.RAKUTEN.value,
    shop: ShopOfFile = "",
    mode: Mode = "update",
    other_shops: OtherShops = "refuse",
    new_shop: NewShop = False,
    dry_run: DryRun = False,
    item_path: ItemPath = "",
) -> State[Any]:
    """Import one download, or without a path all that wait in the incoming folder.

    A file is imported whole or not at all; the same file again changes nothing. When a
    file was not imported the run ends Failed, with the reason and what to do; the other
    files are imported.
    """
    choices = Choices(mode, other_shops, dry_run, new_shop)
    paths = given_paths(path, item_path)
    downloads = given_download(paths, mall, shop) if paths else look_into_incoming()
    endings = []
    for download in downloads:
        imported = import_download(download, choices, return_state=True)
        unmoved = put_away(download, choices, imported)
        endings.append(report_import(download, choices, imported, unmoved))
    return conclude(endings, choices)
