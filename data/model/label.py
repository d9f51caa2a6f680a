"""One package of an order as a parcel for a label, or why it has to be made by hand.

A parcel as a label needs it: who to, who from, when, and what is to be paid.

Everything personal prints as nothing: a parcel may turn up in an error or a log. The
recipient's kana is not asked for; no label we write prints it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from data.model.order import Frozen, Order, Package, Person
from data.model.short_key import PackageRef, short_key

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


CASH_ON_DELIVERY: Final = 2
"""paymentMethod code of 代金引換 (rms/order-api.md §3)."""


def parcel_of(
    order: Order, basket_id: str, contents: str, shipping_date: date
) -> ParcelOrder | str:
    """Make the parcel of one package, or say in Japanese why it cannot be made.

    How cold a parcel travels is not in an order, so it is not cooled. What is to be
    collected is the order's, so an order of several packages is refused.
    """
    package = next((one for one in order.packages if one.basket_id == basket_id), None)
    person = next(
        (
            one
            for one in order.people
            if one.role == "recipient" and one.basket_id == basket_id
        ),
        None,
    )
    if package is None or person is None:
        return "送付先がありません(no recipient)。対処: RMSの画面で確かめてください。"
    if missing := _missing(person):
        return f"送付先の{missing}がありません。対処: RMSの画面で確かめてください。"
    is_cod = order.payment_code == CASH_ON_DELIVERY
    if is_cod and len(order.packages) > 1:
        return (
            "送付先が複数ある代引の注文です(COD, several packages)。"
            "対処: 送り状は手作業で作ってください。"
        )
    return ParcelOrder(
        order_number=order.order_number,
        short_key=short_key(reference_of(order, package)),
        recipient_name=_name(person),
        zip=person.zip or "",
        prefecture=person.prefecture or "",
        city=person.city or "",
        street=person.street or "",
        phone=person.phone or "",
        contents=contents,
        shipping_date=shipping_date,
        delivery_on=order.delivery_on,
        delivery_slot=order.delivery_slot,
        cod_total=order.request_total if is_cod else None,
        cod_tax=_tax(order) if is_cod else None,
    )


def reference_of(order: Order, package: Package) -> PackageRef:
    """Give what a package is called."""
    return PackageRef(
        order.mall.value, order.shop_id, order.order_number, package.basket_id
    )


def _missing(person: Person) -> str:
    """Name in Japanese what no label can do without."""
    needed = {
        "氏名": _name(person),
        "郵便番号": person.zip,
        "住所": person.street,
        "電話番号": person.phone,
    }
    return "・".join(name for name, value in needed.items() if not value)


def _name(person: Person) -> str:
    return " ".join(part for part in (person.family_name, person.first_name) if part)


def _tax(order: Order) -> int:
    return sum(summary.tax or 0 for summary in order.tax_summaries)
