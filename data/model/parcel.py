"""A parcel as a label needs it: who to, who from, when, and what is to be paid.

Everything personal prints as nothing: a parcel may turn up in an error or a log. The
recipient's kana is not asked for; no label we write prints it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from data.model.order_parts import Frozen

_Required = Annotated[str, StringConstraints(min_length=1), Field(repr=False)]
_Optional = Annotated[str, Field(repr=False)]


class Cool(StrEnum):
    """How cold the parcel travels."""

    NONE = "none"
    CHILLED = "chilled"
    FROZEN = "frozen"


class Sender(Frozen):
    """The shop as it stands on the label, and its numbers with the carrier."""

    name: str
    zip: str
    address: str
    building: str = ""
    phone: str
    billing_code: str = Field("", description="ご請求先顧客コード / お客様コード")
    billing_class: str = Field("", description="ご請求先分類コード, Yamato only")
    freight_code: str = Field("01", description="運賃管理番号, Yamato only")


class ParcelOrder(Frozen):
    """One package of an order, ready for a label."""

    order_number: str
    short_key: str
    recipient_name: _Required
    zip: _Required
    prefecture: _Optional
    city: _Optional
    street: _Required
    phone: _Required
    contents: str = Field(description="品名, what the label says is inside")
    shipping_date: date
    delivery_on: date | None = None
    delivery_slot: int | None = Field(
        None, description="RMS's shippingTerm: 0 none, 1 morning, 1416 = 14-16h"
    )
    cod_total: int | None = Field(None, description="yen to collect; None = paid")
    cod_tax: int | None = Field(None, description="tax within it")
    cool: Cool = Cool.NONE
