"""What a clerk has laid down before a run: a count of the shelf, a parcel to report."""

from pathlib import Path

from data.model.shipping.short_key import PackageRef, short_key
from data.warehouse.runs import Load
from tasks import orders
from tasks.machine import now
from tasks.runs import loads as runs
from tasks.setup.demo_files import a_number
from tasks.shipping.shipments import import_shipment_file
from tasks.stock.files import import_stock_file
from tests.carriers.made import B2, csv_bytes
from tests.support.sandbox import Sandbox

SHOP = "lab"


def count_everything(lab: Sandbox, home: Path) -> None:
    """Count every listing of the mall, each as one more than the mall shows."""
    rows = [
        f"{row['manageNumber']},{row['variantId']},{row['quantity'] + 1}"
        for row in lab.stock()
        if row["known"]
    ]
    path = home / "count.csv"
    path.write_text("\n".join(["商品管理番号,SKU管理番号,数量", *rows, ""]))
    import_stock_file.fn(str(path), SHOP, None, "店長")


def lay_down_a_parcel(lab: Sandbox, home: Path) -> tuple[str, Load]:
    """Import the tracking number of an order that was read in the load returned."""
    load = runs.begin_load(SHOP, "tracking")
    (number,) = lab.sell(1, progress=300)
    orders.take_orders.fn(SHOP, [number], load)
    (package,) = lab.orders()[number]["PackageModelList"]
    shop_id = lab.shops["demo"].shop_id
    ref = PackageRef("rakuten", shop_id, number, str(package["basketId"]))
    parcel = {
        "お客様管理番号": short_key(ref),
        "伝票番号": a_number(0),
        "出荷予定日": f"{now():%Y/%m/%d}",
    }
    path = home / "b2.csv"
    path.write_bytes(csv_bytes(B2, [parcel]))
    imported = import_shipment_file.fn(str(path), "yamato", SHOP).report
    assert imported.created == 1, imported
    return number, load
