"""The label of a package that is known from a mall's order file only.

Such an order has the mall's own words where RMS has codes: 「午前中」, 「代金引換」.
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Final

from pydantic import Field

from data.model.order import Frozen
from data.model.shipping.label import (
    LabelFault,
    ParcelOrder,
    city_and_street,
    cool_of,
    is_picked_up,
    letterbox_of,
    sends_nothing,
    wish_of,
)
from data.model.shipping.short_key import PackageRef, short_key

MORNING: Final = 1
NO_WISH: Final = re.compile(
    r"(?:お届け|配達|配送|日時|時間帯?|指定|希望|設定|特に|は|の|を)*"
    r"(?:(?:なし|無し|しない|しません|ありません)。?)?|[-－―ー]|いつでも"
)
"""What stands, whole, where the hours would: that no hours are wished for."""
COD: Final = re.compile(
    r"(?i)代引|代金引き?(?:換|替|かえ)|e-?collect|\bcod\b|ＣＯＤ"
    r"|cash[ _-]?on[ _-]?delivery"
    r"|(?:^|[^bｂブﾞ 　・-])[ 　・-]*(?:コレクト|ｺﾚｸﾄ)"
)
"""What the malls and shops call cash on delivery. クロネコwebコレクト is none: by that
the buyer has paid with a card. DuckDB reads it too, and has no lookbehind."""
_PART_OF_MORNING: Final = re.compile("(?i)午後|pm|夕|夜|以外|以降|不可|除|避")
"""What, beside 午前, means other hours than those of 午前中."""
_NUMBERS: Final = re.compile(r"\d+")

_Personal = Annotated[str, Field(repr=False)]


class FilePackage(Frozen):
    """A package with its recipient, as the mall's order file tells them."""

    mall: str
    shop_id: str
    order_number: str
    basket_id: str
    packages: int = Field(description="how many packages the order has")
    recipient_name: _Personal
    zip: _Personal
    prefecture: _Personal
    city: _Personal
    street: _Personal
    phone: _Personal
    delivery_on: date | None
    delivery_slot: int | None
    delivery_slot_name: str | None
    delivery_method: str | None
    payment_method: str | None
    request_total: int | None
    tax_total: int | None
    amounts_fixed: bool
    is_held: bool = Field(description="the mall's status says: not to be sent yet")

    @property
    def reference(self) -> PackageRef:
        """What identifies the package."""
        return PackageRef(self.mall, self.shop_id, self.order_number, self.basket_id)


def file_parcel(
    package: FilePackage, contents: str, shipping_date: date
) -> ParcelOrder | tuple[LabelFault, ...]:
    """Build the parcel, or list why its label has to be made by hand."""
    slot = package.delivery_slot
    if slot is None:
        slot = slot_of(package.delivery_slot_name)
    city, street = city_and_street(package.prefecture, package.city, package.street)
    is_cod = COD.search(package.payment_method or "") is not None
    applies = {
        LabelFault.HELD: package.is_held,
        LabelFault.PICK_UP: is_picked_up(package.delivery_method),
        LabelFault.NOTHING_SENT: sends_nothing(package.delivery_method),
        LabelFault.OPEN_AMOUNTS_OF_FILE: not package.amounts_fixed,
        LabelFault.NO_NAME_IN_FILE: not package.recipient_name,
        LabelFault.NO_ZIP_IN_FILE: not package.zip,
        LabelFault.NO_STREET_IN_FILE: not street,
        LabelFault.NO_PHONE_IN_FILE: not package.phone,
        LabelFault.UNKNOWN_SLOT: slot is None,
        LabelFault.SEVERAL_PACKAGES: is_cod and package.packages > 1,
        LabelFault.NO_COD_TOTAL: is_cod and package.request_total is None,
    }
    if faults := tuple(fault for fault, is_true in applies.items() if is_true):
        return faults
    return ParcelOrder(
        order_number=package.order_number,
        short_key=short_key(package.reference),
        recipient_name=package.recipient_name,
        zip=package.zip,
        prefecture=package.prefecture,
        city=city,
        street=street,
        phone=package.phone,
        contents=contents,
        shipping_date=shipping_date,
        **wish_of(package.delivery_on, shipping_date),
        delivery_slot=slot,
        cod_total=package.request_total or None if is_cod else None,
        cod_tax=package.tax_total if is_cod else None,
        cool=cool_of(package.delivery_method),
        letterbox=letterbox_of(package.delivery_method),
    )


def slot_of(name: str | None) -> int | None:
    """Return a mall's words for the hours as RMS's shippingTerm; None if unknown.

    0 is no wish, 1 the morning, 1416 from 14 to 16 o'clock. 「14時〜16時」, 「1416」,
    「14:00-16:00」 and 「午前中(8時〜12時)」 are known.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name or ""))
    if NO_WISH.fullmatch(plain):
        return 0
    if "午前" in plain and not _PART_OF_MORNING.search(plain):
        return MORNING
    if re.fullmatch(r"\d{4}", plain):  # ponpare's 1416, a carrier's 0812
        plain = f"{plain[:2]}-{plain[2:]}"
    if plain in {"0", "1"}:
        return int(plain)
    hours = [
        int(one) for one in _NUMBERS.findall(re.sub(r"(?<=\d):00|時00分?", "", plain))
    ]
    if len(hours) != 2 or not 0 <= hours[0] < hours[1] <= 24:
        return None
    begin, end = hours
    return MORNING if begin < 12 and end == 12 else begin * 100 + end
