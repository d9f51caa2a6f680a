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


class Level(StrEnum):
    """What a cell describes."""

    ORDER = "order"
    ORDERER = "orderer"
    PACKAGE = "package"
    RECIPIENT = "recipient"
    LINE = "line"


class Kind(StrEnum):
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
    level: Level
    kind: Kind
    personal: bool = False

    @property
    def stored_as(self) -> str:
        """The column name in its own table, e.g. `zip` for `recipient_zip`."""
        if self.level in (Level.ORDERER, Level.RECIPIENT):
            return self.name.removeprefix(f"{self.level}_")
        if self.level is Level.PACKAGE and self.name != "package_total":
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


def _person(level: Level) -> tuple[Field, ...]:
    kinds = {
        "family_name": Kind.TEXT,
        "first_name": Kind.TEXT,
        "family_name_kana": Kind.TEXT,
        "first_name_kana": Kind.TEXT,
        "zip": Kind.ZIP,
        "prefecture": Kind.TEXT,
        "city": Kind.TEXT,
        "street": Kind.TEXT,
        "phone": Kind.PHONE,
        "email": Kind.TEXT,
        "remarks": Kind.TEXT,
    }
    return tuple(
        Field(f"{level}_{name}", level, kind, personal=True)
        for name, kind in kinds.items()
        if name != "remarks" or level is Level.ORDERER
    )


def _fields(level: Level, kinds: dict[str, Kind]) -> tuple[Field, ...]:
    return tuple(Field(name, level, kind) for name, kind in kinds.items())


FIELDS: Final[tuple[Field, ...]] = (
    *_fields(
        Level.ORDER,
        {
            "order_number": Kind.KEY,
            "shop_id": Kind.CODE,  # only where the file states it
            "mall_status": Kind.CODE,
            "mall_sub_status": Kind.TEXT,
            "ordered_at": Kind.INSTANT,
            "confirmed_at": Kind.INSTANT,
            "fixed_at": Kind.INSTANT,
            "ship_instructed_at": Kind.INSTANT,
            "shipped_at": Kind.INSTANT,
            "paid_at": Kind.INSTANT,
            "cancelled_at": Kind.INSTANT,
            "cancel_due_on": Kind.DAY,
            "delivery_on": Kind.DAY,
            "delivery_slot": Kind.NUMBER,
            "delivery_slot_name": Kind.TEXT,  # the mall's own words for the hours
            "delivery_method": Kind.TEXT,
            "order_type": Kind.NUMBER,
            "payment_method": Kind.TEXT,
            "goods_total": Kind.YEN,
            "tax_total": Kind.YEN,
            "postage_total": Kind.YEN,
            "cod_fee": Kind.YEN,
            "payment_fee": Kind.YEN,
            "buyer_fee": Kind.YEN,
            "shop_fee": Kind.YEN,
            "gift_fee": Kind.YEN,
            "gift_wrapping": Kind.TEXT,
            "discount_total": Kind.YEN,
            "order_total": Kind.YEN,
            "request_total": Kind.YEN,
            "point_used": Kind.YEN,
            "coupon_total": Kind.YEN,
            "coupon_shop": Kind.YEN,
            "coupon_other": Kind.YEN,
            "refunded_total": Kind.YEN,
            "billed_at_0": Kind.YEN,  # by rate of tax, stored as `tax_summaries`
            "tax_at_0": Kind.YEN,
            "billed_at_8": Kind.YEN,
            "tax_at_8": Kind.YEN,
            "billed_at_10": Kind.YEN,
            "tax_at_10": Kind.YEN,
            "is_gift": Kind.FLAG,
            "is_under_review": Kind.FLAG,
            "caution_code": Kind.NUMBER,
            "changed_by_buyer": Kind.FLAG,
            "amounts_fixed": Kind.FLAG,  # derived: false while a cell says -9999
            "cancelled": Kind.FLAG,  # derived from the mall's own status
            "outcome": Kind.CODE,  # derived: open, shipped, refunded, cancelled
        },
    ),
    *_person(Level.ORDERER),
    *_fields(
        Level.PACKAGE,
        {
            "basket_id": Kind.KEY,
            "noshi": Kind.TEXT,
            "package_goods_total": Kind.YEN,
            "package_postage_total": Kind.YEN,
            "package_cod_fee": Kind.YEN,
            "package_total": Kind.YEN,
            "default_carrier_code": Kind.CODE,
            "tracking_number": Kind.CODE,
            "shipping_date": Kind.DAY,
        },
    ),
    *_person(Level.RECIPIENT),
    *_fields(
        Level.LINE,
        {
            "line_id": Kind.KEY,
            "item_id": Kind.ITEM,
            "item_number": Kind.ITEM,
            "manage_number": Kind.ITEM,
            "variant_id": Kind.ITEM,
            "sku": Kind.ITEM,
            "item_name": Kind.TEXT,
            "choices": Kind.TEXT,
            "sku_info": Kind.TEXT,
            "unit_price": Kind.YEN,
            "quantity": Kind.UNITS,
            "quantity_to_ship": Kind.NUMBER,
            "line_total": Kind.YEN,
            "tax_rate": Kind.RATE,
            "tax_included": Kind.FLAG,
            "line_status": Kind.TEXT,
        },
    ),
)

BY_NAME: Final = {field.name: field for field in FIELDS}
PERSONAL: Final = frozenset(field.name for field in FIELDS if field.personal)
"""Cells that are stored in `order_people` only and appear in no log or report."""


def fields_of(level: Level) -> tuple[Field, ...]:
    """Return the cells that describe this level, in the order of `FIELDS`."""
    return tuple(field for field in FIELDS if field.level is level)
