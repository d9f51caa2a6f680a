"""Errors for a warehouse that does not open, each with what to do next.

WarehouseClosed
├── WarehouseMissing       there is no file, and who reads makes none
├── WarehouseBusy          another session holds the file: the same call later
├── WarehouseOutOfReach    folder, rights or disk: nothing is wrong with the file
│   └── WarehouseFull      no room on the disk: nothing of the session is stored
├── WarehouseDamaged       the file is there but DuckDB cannot read it
├── HomeMoved              the file is not of the present owner of its home
├── KeyDamaged             the key of its hashes is there but is no key
└── MigrationRefused       the file and this juchu do not belong together
"""

from collections.abc import Mapping
from pathlib import Path

from data.model.advice import without_advice


class QueryRefused(Exception):
    """A person's query is no valid SQL, or it would have written."""


class WarehouseClosed(Exception):
    """The warehouse did not open, or did not take what was to be stored."""


class WarehouseMissing(WarehouseClosed):
    """There is no file to read."""


class WarehouseBusy(WarehouseClosed):
    """Another session held the file for longer than we wait."""

    def __repr__(self) -> str:
        """Leave the advice out: Prefect logs this of an attempt that it will retry."""
        return f"{type(self).__name__}({without_advice(str(self))!r})"


class WarehouseOutOfReach(WarehouseClosed):
    """The file could not be reached or made."""


class WarehouseFull(WarehouseOutOfReach):
    """The disk has no room for what was to be written; what was stored before stays."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            f"ディスクの空き容量が足りないため、{path} に書き込めません({cause})。"
            "今回の処理の内容は保存していません。保存済みの内容は失われていません。"
            "対処: 空き容量を増やして、もう一度実行してください。"
        )
        self.cause = cause


class WarehouseDamaged(WarehouseClosed):
    """DuckDB cannot read the file."""


class HomeMoved(WarehouseClosed):
    """The home is another host's by now, or this file is an old copy of it."""


class KeyDamaged(WarehouseClosed):
    """The file of the key holds something else."""


class MigrationRefused(WarehouseClosed):
    """The database's migrations are not the ones of this juchu version."""


class RestoreRefused(Exception):
    """A backup that cannot take the warehouse's place, or a good one is there."""


class BackupRefused(Exception):
    """A backup that cannot be opened, or that is not what was written; kept out."""


class HasOtherShops(Exception):
    """The file also holds orders of other shops; nothing was written."""

    def __init__(self, shop_id: str, orders_by_shop: Mapping[str, int]) -> None:
        super().__init__(shop_id, orders_by_shop)
        self.shop_id = shop_id
        self.orders_by_shop = dict(orders_by_shop)

    def __str__(self) -> str:
        listed = "、".join(
            f"{shop} が {orders:,} 件" for shop, orders in self.orders_by_shop.items()
        )
        return (
            f"店舗 {self.shop_id} 以外の注文が含まれています: {listed}。"
            "対処: 店舗ごとにダウンロードし直すか、「別店舗の注文」だけを除いて(skip)"
            "取り込んでください。"
        )
