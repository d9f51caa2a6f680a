"""The fields that a mall's order CSV can fill, whatever the mall.

docs/order-files.md §1 has the model in words. A wide row is one order line, with the
cells of its order, package and people repeated. `FIELDS` is the only list of those
cells: what each describes, how it is parsed, and whether it is personal. Names are
those of `data.model.order` where the meaning is the same; people and packages have a
prefix that `stored_as` removes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal


class CellScope(StrEnum):
    """What a cell describes."""

    ORDER = "order"
    ORDERER = "orderer"
    PACKAGE = "package"
    RECIPIENT = "recipient"
    LINE = "line"


class CellKind(StrEnum):
    """How a cell is parsed."""

    KEY = "key"
    CODE = "code"
    ITEM = "item"
    TEXT = "text"
    ZIP = "zip"
    PHONE = "phone"
    YEN = "yen"
    UNITS = "units"
    NUMBER = "number"
    RATE = "rate"
    FLAG = "flag"
    INSTANT = "instant"
    DAY = "day"


@dataclass(frozen=True)
class Field:
    """One cell of the wide row; null stands for a blank cell in the file."""

    name: str
    scope: CellScope
    kind: CellKind
    personal: bool = False

    @property
    def stored_as(self) -> str:
        """The column name in its own table, e.g. `zip` for `recipient_zip`."""
        if self.scope in (CellScope.ORDERER, CellScope.RECIPIENT):
            return self.name.removeprefix(f"{self.scope}_")
        if self.scope is CellScope.PACKAGE and self.name != "package_total":
            return self.name.removeprefix("package_")
        return self.name


@dataclass(frozen=True)
class SumCheck:
    """A layout's claim: `total` is the signed sum of `parts`, plus a sum over lines.

    A blank part counts as 0. `lines` "unit_price" adds price × quantity, "line_total"
    the mall's own sums, "own_total" those where the mall has them and the price's else.
    `perhaps` are parts that some shops or years have inside the total and others have
    not: any choice of them may fit. An order with a blank `total`, without any of the
    parts, with a line whose amount is not known or with open amounts is not checked. A
    difference is reported, never repaired (docs/order-files.md §4.1, §6).
    """

    total: str
    parts: tuple[tuple[str, Literal[1, -1]], ...]
    lines: Literal["", "unit_price", "line_total", "own_total"] = ""
    perhaps: tuple[tuple[str, Literal[1, -1]], ...] = ()


TAX_RATES: Final = (0, 8, 10)
"""Percent, the rates whose amounts a file may tell, the lowest first."""


def _person(scope: CellScope) -> tuple[Field, ...]:
    kinds = {
        "family_name": CellKind.TEXT,
        "first_name": CellKind.TEXT,
        "family_name_kana": CellKind.TEXT,
        "first_name_kana": CellKind.TEXT,
        "zip": CellKind.ZIP,
        "prefecture": CellKind.TEXT,
        "city": CellKind.TEXT,
        "street": CellKind.TEXT,
        "phone": CellKind.PHONE,
        "email": CellKind.TEXT,
        "remarks": CellKind.TEXT,
    }
    return tuple(
        Field(f"{scope}_{name}", scope, kind, personal=True)
        for name, kind in kinds.items()
        if name != "remarks" or scope is CellScope.ORDERER
    )


def _fields(scope: CellScope, kinds: dict[str, CellKind]) -> tuple[Field, ...]:
    return tuple(Field(name, scope, kind) for name, kind in kinds.items())


FIELDS: Final[tuple[Field, ...]] = (
    *_fields(
        CellScope.ORDER,
        {
            "order_number": CellKind.KEY,
            "shop_id": CellKind.CODE,  # only where the file states it
            "mall_status": CellKind.CODE,
            "mall_sub_status": CellKind.TEXT,
            "ordered_at": CellKind.INSTANT,
            "confirmed_at": CellKind.INSTANT,
            "fixed_at": CellKind.INSTANT,
            "ship_instructed_at": CellKind.INSTANT,
            "shipped_at": CellKind.INSTANT,
            "paid_at": CellKind.INSTANT,
            "cancelled_at": CellKind.INSTANT,
            "cancel_due_on": CellKind.DAY,
            "delivery_on": CellKind.DAY,
            "no_delivery_on": CellKind.FLAG,  # derived: a word says that none is wished
            "delivery_slot": CellKind.NUMBER,
            "delivery_slot_name": CellKind.TEXT,  # the mall's own words for the hours
            "delivery_method": CellKind.TEXT,
            "order_type": CellKind.NUMBER,
            "payment_method": CellKind.TEXT,
            "goods_total": CellKind.YEN,
            "tax_total": CellKind.YEN,
            "postage_total": CellKind.YEN,
            "cod_fee": CellKind.YEN,
            "payment_fee": CellKind.YEN,
            "buyer_fee": CellKind.YEN,
            "shop_fee": CellKind.YEN,
            "gift_fee": CellKind.YEN,
            "gift_wrapping": CellKind.TEXT,
            "discount_total": CellKind.YEN,
            "order_total": CellKind.YEN,
            "request_total": CellKind.YEN,
            "point_used": CellKind.YEN,
            "coupon_total": CellKind.YEN,
            "coupon_shop": CellKind.YEN,
            "coupon_other": CellKind.YEN,
            "refunded_total": CellKind.YEN,
            "billed_at_0": CellKind.YEN,  # by rate of tax, stored as `tax_summaries`
            "tax_at_0": CellKind.YEN,
            "billed_at_8": CellKind.YEN,
            "tax_at_8": CellKind.YEN,
            "billed_at_10": CellKind.YEN,
            "tax_at_10": CellKind.YEN,
            "is_gift": CellKind.FLAG,
            "is_under_review": CellKind.FLAG,
            "caution_code": CellKind.NUMBER,
            "changed_by_buyer": CellKind.FLAG,
            "amounts_fixed": CellKind.FLAG,  # derived: false while a cell says -9999
            "cancelled": CellKind.FLAG,  # derived from the mall's own status
            "outcome": CellKind.CODE,  # derived: open, shipped, refunded, cancelled
        },
    ),
    *_person(CellScope.ORDERER),
    *_fields(
        CellScope.PACKAGE,
        {
            "basket_id": CellKind.KEY,
            "noshi": CellKind.TEXT,
            "package_goods_total": CellKind.YEN,
            "package_postage_total": CellKind.YEN,
            "package_cod_fee": CellKind.YEN,
            "package_total": CellKind.YEN,
            "default_carrier_code": CellKind.CODE,
            "tracking_number": CellKind.CODE,
            "shipping_date": CellKind.DAY,
        },
    ),
    *_person(CellScope.RECIPIENT),
    *_fields(
        CellScope.LINE,
        {
            "line_id": CellKind.KEY,
            "item_id": CellKind.ITEM,
            "item_number": CellKind.ITEM,
            "manage_number": CellKind.ITEM,
            "variant_id": CellKind.ITEM,
            "sku": CellKind.ITEM,
            "item_name": CellKind.TEXT,
            "choices": CellKind.TEXT,
            "sku_info": CellKind.TEXT,
            "unit_price": CellKind.YEN,
            "quantity": CellKind.UNITS,
            "quantity_to_ship": CellKind.NUMBER,
            "line_total": CellKind.YEN,
            "tax_rate": CellKind.RATE,
            "tax_included": CellKind.FLAG,
            "line_status": CellKind.TEXT,
        },
    ),
)

BY_NAME: Final = {field.name: field for field in FIELDS}
PERSONAL: Final = frozenset(field.name for field in FIELDS if field.personal)
"""Cells that are stored in `order_people` only and appear in no log or report."""


def fields_of(scope: CellScope) -> tuple[Field, ...]:
    """Return the cells that describe this scope, in the order of `FIELDS`."""
    return tuple(field for field in FIELDS if field.scope is scope)
