"""EC-CUBE 4 出荷CSV登録: one row per 出荷ID (docs/order-files.md §9).

EC-CUBE reads it with PHP's fgetcsv and writes its own template with LF.
"""

from connectors.tracking_files.file import PackageRows, TrackingLayout, first_number
from data.model.order import Mall
from data.model.shipping.tracking_file import TrackedPackage


def rows(package: TrackedPackage) -> PackageRows:
    """Return the package's row with its first number."""
    made = first_number(package)
    made.cells = [
        (package.basket_id, one.tracking_number, f"{one.shipping_date:%Y-%m-%d}")
        for one in made.written
    ]
    return made


LAYOUT = TrackingLayout(
    mall=Mall.ECCUBE,
    where="管理画面の 受注管理 > 出荷CSV登録 でアップロードします。",
    header=(("出荷ID", "お問い合わせ番号", "出荷日"),),
    rows=rows,
    line_end="\n",
)
