"""カラーミーショップ 配送伝票番号: one row per 配送先ID (docs/order-files.md §9)."""

from connectors.tracking_files.file import PackageRows, TrackingLayout, first_number
from data.model.order import Mall
from data.model.shipping.tracking_file import TrackedPackage


def rows(package: TrackedPackage) -> PackageRows:
    """Return the package's row with its first number."""
    made = first_number(package)
    made.cells = [
        (package.order_number, package.basket_id, one.tracking_number)
        for one in made.written
    ]
    return made


LAYOUT = TrackingLayout(
    mall=Mall.COLORME,
    where="管理画面の 受注管理 > 配送伝票番号の一括登録 でアップロードします。",
    header=(("注文ID", "配送先ID", "配送伝票番号"),),
    rows=rows,
)
