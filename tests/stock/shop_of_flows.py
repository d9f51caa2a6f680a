"""A shop whose stock flows run without Prefect, on a real warehouse and sandbox."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from data.model.japan_time import JST
from data.warehouse.order_files.store import import_orders
from data.warehouse.session import warehouse
from flows import adjust_stock, import_stock_count, push_inventory
from tasks import notices, orders, rms
from tasks.forms.stock import LineAdjustment
from tasks.runs import file_outcome, loads
from tasks.stock import adjust as stock_adjust
from tasks.stock import adjust_form as stock_form
from tasks.stock import files as stock_count
from tasks.stock import look as stock_look
from tasks.stock import push as inventory
from tasks.stock import push_report as inventory_report
from tasks.stock import unknown_skus as inventory_unknown
from tests.order_files.store.made import MadeFile, a_row
from tests.support.kept_open import kept_open
from tests.support.planted import caught, planted_source
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox, lab_settings
from tests.support.without_prefect import without_prefect

SHOP = "lab"
WRITE = "inventories.bulk.upsert"
READ = "inventories.bulk.get"
Key = tuple[str, str]
MODULES = (
    orders, loads, notices, stock_look, inventory, inventory_report, inventory_unknown,
    stock_adjust, stock_form, stock_count, adjust_stock, import_stock_count,
    push_inventory, rms, file_outcome,
)  # fmt: skip


class Artifacts(dict[str, Any]):
    """What the flows showed last, by key."""

    def keep(self, *, key: str, description: str, **content: Any) -> None:
        assert description
        (self[key],) = content.values()


class Shelf:
    """The shop `lab`: its warehouse, its mall, and the clerk's flows."""

    def __init__(
        self, mall: Sandbox, home: Path, shown: Artifacts, patch: pytest.MonkeyPatch
    ) -> None:
        self._patch = patch
        self.mall = mall
        self.home = home
        self.shown = shown
        self.files = 0
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """The clock of both sides."""
        return datetime.now(JST) + self.ahead

    def pass_time(self, seconds: float = 2) -> None:
        """Let time go by, here and at the mall, whose orders are placed at a second."""
        self.ahead += timedelta(seconds=seconds)
        self.mall.settings(dated_by="clock")
        self.mall.clock(advance_s=seconds)

    @property
    def shop_id(self) -> str:
        return self.mall.shops["demo"].shop_id

    def units(self) -> dict[Key, int]:
        """What the mall has on sale now."""
        return {
            (row["manageNumber"], row["variantId"]): row["quantity"]
            for row in self.mall.stock()
            if row["known"]
        }

    def counted(self, units: dict[Key, int], safety: int | None = None) -> Any:
        """Import a count file of these units by its flow's task."""
        self.files += 1
        path = self.home / f"count-{self.files}.csv"
        kept = "" if safety is None else safety
        rows = [
            f"{manage},{variant},{quantity},{kept},{self.files}"
            for (manage, variant), quantity in units.items()
        ]
        self.pass_time()
        head = "商品管理番号,SKU管理番号,数量,安全在庫,回"
        path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        report = stock_count.import_stock_file(str(path), SHOP, None, "店長")
        self.pass_time()
        return report

    def push(self, **given: Any) -> tuple[str, str]:
        """Push and say how the run ended."""
        state = push_inventory.push_inventory.fn(SHOP, **given)
        return state.type.value, state.message

    def sell(self, many: int) -> list[str]:
        """Sell orders at this moment, not over the week before it."""
        return self.mall.sell(many, over_days=0)

    def sweep(self) -> None:
        stock_look.sweep_orders(SHOP)

    def csv(self, key: Key, units: Sequence[int], number: int) -> str:
        """Import a CSV with an order of so many lines of one listing."""
        manage, variant = key
        name = f"{self.shop_id}-20260701-{number:010}"
        rows = [
            a_row(
                name,
                str(nth),
                manage_number=manage,
                variant_id=variant,
                sku=f"{manage}/{variant}",
                quantity=quantity,
            )
            for nth, quantity in enumerate(units, start=1)
        ]
        with warehouse(self.path) as con:
            import_orders(
                con,
                MadeFile(rows),
                import_id=f"{name}/{units}",
                shop_id=self.shop_id,
                mode="update",
                imported_at=self.now(),
            )
        return name

    def adjust(self, *values: dict[str, Any], who: str = "店長") -> tuple[str, str]:
        """Run adjust-stock with values and say how it ended."""
        chosen = [LineAdjustment(**value) for value in values]
        state = adjust_stock.adjust_stock.fn(SHOP, chosen, who, "電話で確認")
        return state.type.value, state.message

    @property
    def path(self) -> Path:
        return self.home / "juchu.duckdb"

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with warehouse(self.path) as con:
            return con.execute(query).fetchall()

    def offers(self) -> dict[Key, int]:
        """What our levels say the mall has to show."""
        rows = self.ask(
            "SELECT m.manage_number, m.variant_id,"
            " least(greatest(l.level - coalesce(s.safety, 0), 0), 99999)"
            " FROM sku_map AS m JOIN stock_levels AS l USING (sku)"
            " LEFT JOIN stock_settings AS s USING"
            " (mall, shop_id, manage_number, variant_id) WHERE l.is_counted"
        )
        return {(manage, variant): units for manage, variant, units in rows}

    def not_raised(self) -> dict[Key, int]:
        """What the mall goes on showing of listings whose CSV orders wait."""
        rows = self.ask(
            "SELECT manage_number, variant_id, found"
            " FROM inventory_holds SEMI JOIN stock_holds USING (sku)"
        )
        return {(manage, variant): units for manage, variant, units in rows}

    def states(self) -> Counter[str]:
        rows = self.ask("SELECT state FROM inventory_pushes")
        return Counter(state for (state,) in rows)

    def waiting(self) -> int:
        ((waiting,),) = self.ask("SELECT count(*) FROM manual_stock_adjustments")
        return int(waiting)

    def calls(self, function: str = WRITE) -> int:
        return int(self.mall.journal()["counts"].get(function, 0))

    def sent_versions(self) -> dict[Key, list[int]]:
        """The numbers sent for each listing, in the order of their levels."""
        sent: dict[Key, list[int]] = defaultdict(list)
        for manage, variant, offered in self.ask(
            "SELECT manage_number, variant_id, offered FROM inventory_pushes"
            " WHERE sent_at NOT NULL ORDER BY level_seq, sent_at"
        ):
            sent[manage, variant].append(offered)
        return sent

    def pace(self, per_second: float) -> None:
        """Ask no faster than this from now on."""
        self._patch.setenv("JUCHU_RMS_REQUESTS_PER_SECOND", str(per_second))

    def check(self) -> None:
        """The warehouse's invariants hold."""
        with warehouse(self.path) as con:
            assert broken_rules(con) == []


@contextmanager
def opened_shelf(mall: Sandbox, home: Path) -> Iterator[Shelf]:
    """Open the shop without Prefect; its books are checked at the end."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lab_settings(mall, home, deadline_s=1).items():
            patch.setenv(name, value)
        rms.shop_of_run.cache_clear()
        shown = Artifacts()
        without_prefect(
            patch.setattr,
            MODULES,
            create_markdown_artifact=shown.keep,
            create_table_artifact=shown.keep,
        )
        shelf = Shelf(mall, home, shown, patch)
        for module in MODULES:
            if hasattr(module, "now"):
                patch.setattr(module, "now", shelf.now)
        yield shelf
        shelf.check()


@contextmanager
def quick_shelf(mall: Sandbox, home: Path) -> Iterator[Shelf]:
    """Open the shop for this process only, whose sessions share an open warehouse."""
    with kept_open(), opened_shelf(mall, home) as shelf:
        yield shelf


OF_A_PUSH = [stock_look, inventory, inventory_report, push_inventory]
"""The modules of a push, each after those that it takes names from."""


def source_of(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")


@contextmanager
def shelf_with_bug(
    mall: Sandbox, home: Path, old: str, new: str, *more: type[Exception]
) -> Iterator[Shelf]:
    """Open the shop while its push has other source, for a block that must fail."""
    at = next(at for at, each in enumerate(OF_A_PUSH) if old in source_of(each))
    with (
        planted_source(OF_A_PUSH[at], old, new, OF_A_PUSH[at + 1 :]),
        quick_shelf(mall, home) as shelf,
        caught(*more),
    ):
        yield shelf
