"""A plain list for malls whose upload file we do not know: a person copies from it."""

from connectors.tracking_files.file import PackageRows, TrackingLayout
from data.model.shipping.shipment import DELIVERY_COMPANIES
from data.model.shipping.tracking_file import TrackedPackage


def rows(package: TrackedPackage) -> PackageRows:
    """Return a row for each new number of the package."""
    return PackageRows(
        cells=[
            (
                package.order_number,
                package.basket_id,
                DELIVERY_COMPANIES.get(one.carrier_code, "その他"),
                one.tracking_number,
                f"{one.shipping_date:%Y-%m-%d}",
            )
            for one in package.new
        ],
        written=list(package.new),
    )


LAYOUT = TrackingLayout(
    mall=None,
    where=(
        "このモールには、送り状番号をアップロードするファイルの形式がわからないため、"
        "一覧だけを出力しました。一覧を見ながら、モールの画面で入力してください。"
    ),
    header=(("注文番号", "送付先ID", "配送会社", "送り状番号", "発送日"),),
    rows=rows,
    encoding="utf-8-sig",
    is_for_upload=False,
)
