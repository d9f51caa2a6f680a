"""What a shop's app writes into Shopify's Note Attributes (docs/order-files.md §9)."""

from datetime import date

import pytest

from tests.order_files.read.one_row import one_row
from tests.support.effort import first


def wish(read, attributes):
    seen = read(one_row("shopify", **{"Note Attributes": attributes}), mall="shopify")
    found = seen.rows.select("delivery_on", "delivery_slot_name").row(0)
    return *found, [kind for *_, kind in seen.warned()]


@first(2)
@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            "配送希望日: 2026-12-05\n配送時間帯: 14:00-16:00",
            (date(2026, 12, 5), "14:00-16:00", []),
        ),
        (
            "お届け希望日：2026年12月6日(日)\nお届け希望時間帯：午前中",
            (date(2026, 12, 6), "午前中", []),
        ),
        (
            "gift: yes\nDelivery-Date: 2026/12/07\nDelivery-Time: 18-20",
            (date(2026, 12, 7), "18-20", []),
        ),
        ("希望配達日: 2026/12/08", (date(2026, 12, 8), None, [])),
        ("配送希望日: 指定なし\n配送希望時間: 指定なし", (None, "指定なし", [])),
        ("配送希望日: 12/5(土)", (None, None, ["unreadable"])),
        ("発送予定日: 2026-12-05\n誕生日: 1990-01-01", (None, None, [])),
        ("", (None, None, [])),
    ],
)
def test_the_wished_day_and_hours_are_those_of_the_order(read, attributes, expected):
    """The parcel came on any day: its label had no wish."""
    assert wish(read, attributes) == expected
