"""Packages with tracking numbers, invented."""

from datetime import date

from data.model.shipping.tracking_file import TrackedLine, TrackedNumber, TrackedPackage

DAY = date(2026, 11, 28)


def a_number(number="400000000005", carrier="1001", *, day=DAY, is_new=True):
    return TrackedNumber(number, carrier, day, is_new)


def a_line(line_id="1", **cells):
    known = {
        "item_name": "靴下",
        "choices": "",
        "variant_id": "",
        "manage_number": "SOX-1",
        "quantity": 1,
    }
    return TrackedLine(line_id, **(known | cells))


def a_package(order="501", basket="5011", *numbers, lines=(), **cells):
    known = {"mall_status": "", "payment_method": ""}
    return TrackedPackage(
        order_number=order,
        basket_id=basket,
        numbers=numbers or (a_number(),),
        lines=tuple(lines) or (a_line(),),
        **(known | cells),
    )
