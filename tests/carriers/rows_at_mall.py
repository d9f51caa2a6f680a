"""An order's packages as RMS shows them, and what RMS does with a change."""

from datetime import date

from data.model.order import Mall, Package, ShippingRow
from data.model.shipping.shipment import NO_NUMBER, Shipment
from tests.carriers.made import DAY, GOOD, ORDER

BASKET = "7"


def row(detail_id="1", *, carrier="1001", number=GOOD, day=DAY):
    return ShippingRow(
        shipping_detail_id=detail_id,
        carrier_code=carrier,
        tracking_number=number,
        shipping_date=day,
    )


def empty(detail_id="1", **cells):
    return row(detail_id, **({"carrier": "1000", "number": None, "day": None} | cells))


def package(*rows, basket_id=BASKET, **cells):
    blank = dict.fromkeys(
        (
            "zip",
            "prefecture",
            "noshi",
            "postage_total",
            "cod_fee",
            "goods_total",
            "package_total",
            "default_carrier_code",
            "drop_off_location",
            "pickup_store",
            "gift_address_given",
            "gift_address_due",
        )
    )
    return Package(
        **(blank | cells), basket_id=basket_id, shipping_rows=tuple(rows), lines=()
    )


def shipment(number=GOOD, **cells):
    known = {
        "mall": Mall.RAKUTEN,
        "shop_id": "123456",
        "order_number": ORDER,
        "basket_id": BASKET,
        "carrier_code": "1001",
        "shipping_date": DAY,
    }
    return Shipment(**(known | cells), tracking_number=number)


def applied(packages, changes, first_new_id=1000):
    """The packages after RMS took the changes: by id changed, without one added."""
    rows = {one.basket_id: list(one.shipping_rows) for one in packages}
    for at, change in enumerate(changes):
        there = rows[change.basket_id]
        places = [
            place
            for place, one in enumerate(there)
            if one.shipping_detail_id == change.shipping_detail_id
        ]
        made = ShippingRow(
            shipping_detail_id=change.shipping_detail_id or str(first_new_id + at),
            carrier_code=change.carrier_code,
            tracking_number=_number_after(change, places and there[places[0]]),
            shipping_date=change.shipping_date,
        )
        if change.shipping_detail_id is None:
            there.append(made)
        else:
            there[places[0]] = made
    return [
        one.model_copy(update={"shipping_rows": tuple(rows[one.basket_id])})
        for one in packages
    ]


def _number_after(change, before):
    """A number that is not sent leaves what stands there, unless it is erased."""
    if change.tracking_number != NO_NUMBER:
        return change.tracking_number
    return None if change.erases_number or not before else before.tracking_number


def ids(plan):
    """The row that each change of a plan is for; None adds one."""
    return [change.shipping_detail_id for change in plan.changes]


LATER = date(2026, 11, 25)
