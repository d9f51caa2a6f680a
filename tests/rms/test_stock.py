"""Stock is read whole and set absolutely; a lost answer is never tried again."""

from typing import Any

import pytest

from connectors.rms.errors import (
    OutcomeUnknown,
    Refused,
)
from connectors.rms.stock import (
    ListingLevel,
    StockApi,
    StockOutcome,
    StockRead,
    StockResult,
    StockSeen,
)
from tests.rms.judged import Answer, Judged
from tests.rms.stock_made import (
    NOTHING,
    SEEN_AT,
    everything,
    knows,
    level,
    levels,
    listing,
    refuses,
    row,
    sku,
)


def test_stock_is_read_a_thousand_at_a_time_each_sku_once():
    http = Judged(everything)
    asked = [sku(n) for n in range(2300)]

    read = StockApi(http).read([*asked, *asked[:5]])

    assert [len(body["inventories"]) for body in http.sent] == [1000, 1000, 300]
    assert list(read.seen) == asked
    assert set(read.seen.values()) == {StockSeen(3, SEEN_AT)}


def test_nothing_asked_and_nothing_set_is_no_call():
    http = Judged(everything)
    api = StockApi(http)

    assert api.read([]) == StockRead()
    assert api.write([]) == []
    assert http.sent == []


def test_the_manage_number_is_folded_and_the_variant_is_not():
    api = knows(row("Apple", "Red", 3), row("apple", "red", 4))

    read = api.read([listing("APPLE", "Red"), listing("Apple", "RED")])

    assert {key: seen.quantity for key, seen in read.seen.items()} == {
        listing("apple", "Red"): 3
    }


def test_a_sku_that_is_not_there_is_in_neither_list():
    assert knows(row("apple-1", "Red", 0)).read([sku(1), sku(2)]) == StockRead(
        {sku(1): StockSeen(0, SEEN_AT)}
    )


def test_a_sku_nobody_asked_for_is_counted_and_left_out(caplog):
    read = knows(row("pear", "", 1), row("apple-1", "Red", 2)).read([sku(1)])

    assert list(read.seen) == [sku(1)]
    assert "1 SKUs nobody asked for" in caplog.text
    assert "pear" not in caplog.text


@pytest.mark.parametrize(
    "time",
    [
        *(None, "yesterday", "2026/11/24 09:00", 1, {}),
        *("0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_time_that_cannot_be_read_refuses_nothing(time):
    odd = row("apple-1", "Red", 2, updated=time)

    assert knows(odd).read([sku(1)]) == StockRead({sku(1): StockSeen(2, None)})


@pytest.mark.parametrize(
    "rows",
    [
        [row("apple-1", "Red", "3")],
        [row("apple-1", "Red", None)],
        [row("apple-1", "Red", True)],
        [row("apple-1", "Red", 3_000_000_000)],
        [row("apple-1", "Red", 3), row("Apple-1", "Red", 4)],
        [row("apple-1", "Red", None), row("apple-1", "Red", 4)],
    ],
    ids=["text", "null", "flag", "too-large", "two-quantities", "null-and-one"],
)
def test_a_row_that_cannot_be_trusted_refuses_its_listing_alone(rows):
    read = knows(row("apple-0", "Red", 1), *rows, row("apple-2", "Red", 0)).read(
        [sku(0), sku(1), sku(2), sku(3)]
    )

    assert read.seen == {sku(0): StockSeen(1, SEEN_AT), sku(2): StockSeen(0, SEEN_AT)}
    assert [(one.listing, one.code) for one in read.refused] == [(sku(1), "UNREADABLE")]
    assert "対処: " in read.refused[0].reason


@pytest.mark.parametrize("odd", [row("apple-1", None, 3), None, "apple-1"])
def test_a_row_of_nobody_makes_no_listing_absent(odd):
    read = knows(odd, row("apple-2", "Red", 0)).read([sku(1), sku(2), sku(3)])

    assert list(read.seen) == [sku(2)]
    assert [one.listing for one in read.refused] == [sku(1), sku(3)]


@pytest.mark.parametrize("body", [{}, {"inventories": None}, {"inventories": {}}])
def test_an_answer_without_a_list_is_not_an_empty_stock(body):
    with pytest.raises(Refused):
        StockApi(Judged(lambda _: (200, body))).read([sku(1)])


def test_a_key_rms_cannot_read_does_not_hide_the_others():
    long = listing("x" * 33, "Red")

    def answered(body: dict[str, Any]) -> Answer:
        refused = refuses(long.manage_number, code="IE0004")(body)
        return everything(body) if refused == NOTHING else refused

    read = StockApi(Judged(answered)).read([sku(1), long, sku(2)])

    assert list(read.seen) == [sku(1), sku(2)]
    assert [(w.listing, w.outcome, w.code) for w in read.refused] == [
        (long, StockOutcome.REFUSED, "IE0004")
    ]
    assert "32バイト" in read.refused[0].reason


def test_levels_are_set_absolutely_four_hundred_at_a_time():
    http = Judged(lambda _: NOTHING)

    words = StockApi(http).write(levels(1000))

    assert words == [StockResult(sku(n), StockOutcome.SENT) for n in range(1000)]
    assert [len(body["inventories"]) for body in http.sent] == [400, 400, 200]
    entries = [entry for body in http.sent for entry in body["inventories"]]
    assert entries[7] == {
        "manageNumber": "apple-7",
        "variantId": "Red",
        "mode": "ABSOLUTE",
        "quantity": 5,
    }
    assert {entry["mode"] for entry in entries} == {"ABSOLUTE"}


def test_bad_skus_are_refused_with_their_reason_and_the_others_are_sent():
    http = Judged(refuses("apple-3", "apple-399", code="IE0121"))

    words = StockApi(http).write(levels(401))

    refused = {w.listing: w for w in words if w.outcome is StockOutcome.REFUSED}
    assert list(refused) == [sku(3), sku(399)]
    assert refused[sku(3)].code == "IE0121"
    assert "400件まで" in refused[sku(3)].reason
    assert refused[sku(3)].reason.startswith("誤り。対処: ")
    assert sum(w.outcome is StockOutcome.SENT for w in words) == 399
    assert [w.listing for w in words] == [sku(n) for n in range(401)]


def test_one_sku_has_one_level_and_a_level_has_its_bounds():
    http = Judged(lambda _: NOTHING)
    twice = [
        ListingLevel(listing("Apple", "Red"), 1),
        ListingLevel(listing("apple", "Red"), 2),
    ]

    with pytest.raises(ValueError, match="two levels"):
        StockApi(http).write_chunks(twice)
    for quantity in (-1, 100_000):
        with pytest.raises(ValueError, match="99999"):
            level(1, quantity)
    assert http.sent == []


def test_what_was_done_before_an_answer_was_lost_is_known():
    def loses_the_second(body: dict[str, Any]) -> Answer:
        return NOTHING if body["inventories"][0]["manageNumber"] == "apple-0" else lost

    lost = (500, {})
    http = Judged(loses_the_second)
    chunks: list[list[StockResult]] = []

    with pytest.raises(OutcomeUnknown, match="在庫数"):
        chunks.extend(StockApi(http).write_chunks(levels(1200)))
    words = [word for chunk in chunks for word in chunk]

    assert len(http.sent) == 2
    assert [w.outcome for w in words] == [StockOutcome.SENT] * 400 + [
        StockOutcome.UNKNOWN
    ] * 400
    assert "再送せず" in words[-1].reason


@pytest.mark.parametrize("status", [200, 201, 202])
def test_only_204_is_a_success(status):
    with pytest.raises(OutcomeUnknown):
        StockApi(Judged(lambda _: (status, {}))).write(levels(2))
