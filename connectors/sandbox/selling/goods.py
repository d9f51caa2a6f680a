"""The invented shops' shelf: the same goods for every seed."""

from typing import NamedTuple


class Variant(NamedTuple):
    """One SKU of an item (docs/rms/order-api.md §3.9)."""

    variant_id: str
    merchant_sku: str | None
    info: str | None


class Goods(NamedTuple):
    """One item on sale; `tax_percent` is 10 or, for food, 8."""

    manage_number: str
    item_id: int
    number: str | None
    name: str
    price: int
    tax_percent: int
    price_includes_tax: bool
    variants: tuple[Variant, ...]

    @property
    def price_with_tax(self) -> int:
        """Unit price with tax; fractions of a yen are dropped."""
        if self.price_includes_tax:
            return self.price
        return self.price * (100 + self.tax_percent) // 100


def _sizes(prefix: str, *sizes: str) -> tuple[Variant, ...]:
    return tuple(
        Variant(f"{prefix}-{n}", f"{prefix.upper()}-{size}", f"サイズ:{size}\n色:藍")
        for n, size in enumerate(sizes, start=1)
    )


def _single(manage_number: str, sku: str | None = None) -> tuple[Variant, ...]:
    return (Variant(manage_number, sku, None),)


SHELF = (
    Goods("mihon-shirt", 10000001, "MS-01", "【見本】藍染めシャツ", 4980, 10, True,
          _sizes("ms", "S", "M", "L")),
    Goods("mihon-socks", 10000002, "MK-02", "見本くつ下 3足組", 1280, 10, True,
          _sizes("mk", "22cm", "24cm")),
    Goods("kakuu-mug", 10000003, "KM-03", "架空窯のマグカップ", 2200, 10, True,
          _single("kakuu-mug", "KM-03-A")),
    Goods("kakuu-tea", 10000004, "KT-04", "架空茶 100g×3袋", 1620, 8, True,
          _single("kakuu-tea", "KT-04-A")),
    Goods("mihon-rice", 10000005, None, "見本米 5kg 送料別", 2980, 8, True,
          _single("normal-inventory")),
    Goods("kakuu-note", 10000006, "KN-06", "架空文具 ノート（税別）", 910, 10, False,
          _single("kakuu-note", "KN-06-A")),
    Goods("mihon-honey", 10000007, "MH-07", "見本養蜂場のはちみつ 500g", 3456, 8, True,
          _single("mihon-honey", "MH-07-A")),
    Goods("kakuu-bag", 10000008, "KB-08", "架空帆布トートバッグ", 6600, 10, True,
          _sizes("kb", "小", "大")),
)  # fmt: skip
