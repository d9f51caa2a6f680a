"""The hours in which a shop's stock does not go to the mall by itself."""

from datetime import datetime

import pytest

from data.model.japan_time import JST
from data.model.stock_link import StockLink


@pytest.mark.parametrize(
    ("hours", "silent"),
    [
        ("", []),
        ("20-22", [20, 21]),
        ("22-2", [0, 1, 22, 23]),
        (" 0-2, 20-24 ", [0, 1, 20, 21, 22, 23]),
        ("0-24", [*range(24)]),
        ("0-0", []),
        ("20-20, 22-23", [22]),
    ],
)
def test_hours_of_silence_begin_and_end_on_the_hour(hours: str, silent: list[int]):
    link = StockLink(is_on=True, silent_hours=hours)
    rests = [
        bool(link.rests(datetime(2026, 7, 1, hour, 59, tzinfo=JST)))
        for hour in range(24)
    ]

    assert [hour for hour, rest in enumerate(rests) if rest] == silent


def test_a_link_switched_off_rests_at_every_hour():
    assert StockLink(False, "").rests(datetime(2026, 7, 1, 12, tzinfo=JST))
