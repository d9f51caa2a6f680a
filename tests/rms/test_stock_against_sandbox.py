"""Stock against an RMS with its own idea of the manual: the sandbox."""

from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Throttled,
    Unavailable,
)
from connectors.rms.http import RmsHttp
from connectors.rms.pace import Bucket, paces_for
from connectors.rms.stock import ListingLevel, StockOutcome, StockResult
from data.model.stock import Listing
from tests.rms.connect import client_of, demo_shop
from tests.rms.stock_made import listing
from tests.support.effort import for_ci
from tests.support.sandbox import Sandbox

READ = "inventories.bulk.get"
WRITE = "inventories.bulk.upsert"
GONE = listing("renamed-in-2023", "s-1")


@pytest.fixture
def rms(sandbox):
    with client_of(sandbox, lambda _: None) as client:
        yield client


def goods(sandbox) -> dict[Listing, int]:
    """What RMS truly has on sale."""
    return {
        listing(row["manageNumber"], row["variantId"]): row["quantity"]
        for row in sandbox.stock()
        if row["known"]
    }


def at(sku: Listing, quantity: int) -> ListingLevel:
    return ListingLevel(sku, quantity)


def invented(many: int) -> list[ListingLevel]:
    return [ListingLevel(listing(f"item-{n}", "v"), n) for n in range(many)]


def test_stock_is_read_as_it_is_and_what_is_not_there_is_absent(sandbox, rms):
    there = goods(sandbox)

    read = rms.stock.read([*there, GONE])

    assert {sku: seen.quantity for sku, seen in read.seen.items()} == there
    assert all(seen.updated.tzinfo for seen in read.seen.values())
    assert read.refused == ()


def test_a_level_stands_after_it_was_set(sandbox, rms):
    wanted = {sku: n for n, sku in enumerate(goods(sandbox))}

    words = rms.stock.write([at(sku, n) for sku, n in wanted.items()])

    assert words == [StockResult(sku, StockOutcome.SENT) for sku in wanted]
    assert goods(sandbox) == wanted
    assert {w["mode"] for w in sandbox.stock_writes()} == {"ABSOLUTE"}


def test_a_sku_in_other_letters_is_the_same_item_but_not_the_same_variant(sandbox, rms):
    sku = next(sku for sku in goods(sandbox) if sku.variant_id.islower())

    rms.stock.write([at(listing(sku.manage_number.upper(), sku.variant_id), 7)])
    rms.stock.write([at(listing(sku.manage_number, sku.variant_id.upper()), 9)])

    assert goods(sandbox)[sku] == 7
    assert rms.stock.read([sku]).seen[sku].quantity == 7


def test_204_for_a_sku_rms_does_not_know_is_seen_through_by_reading(sandbox, rms):
    words = rms.stock.write([at(GONE, 5)])

    assert words == [StockResult(GONE, StockOutcome.SENT)]
    assert rms.stock.read([GONE]).seen == {}


@pytest.mark.parametrize("takes_good_part", [False, True])
def test_bad_skus_are_refused_alone_and_the_others_stand(sandbox, rms, takes_good_part):
    sandbox.settings(partial_upsert=takes_good_part)
    there = goods(sandbox)
    long, odd = listing("x" * 33, "v"), listing("りんご", "v")
    levels = [at(long, 1), *(at(sku, 3) for sku in there), at(odd, 1)]

    words = rms.stock.write(levels)

    assert [w.code for w in words] == ["IE0004", *[""] * len(there), "IE0002"]
    assert "32バイト" in words[0].reason
    assert set(goods(sandbox).values()) == {3}
    read = rms.stock.read([long, *there, odd])
    assert list(read.seen) == list(there)
    assert {w.listing: w.code for w in read.refused} == {long: "IE0004", odd: "IE0002"}


def test_over_a_thousand_skus_are_read_and_set_whole(sandbox, rms):
    levels = invented(1001)

    words = rms.stock.write(levels)

    assert {w.outcome for w in words} == {StockOutcome.SENT}
    counts = sandbox.journal()["counts"]
    assert counts[WRITE] == 3
    assert [w["quantity"] for w in sandbox.stock_writes()] == list(range(1001))
    assert rms.stock.read([level.listing for level in levels]).seen == {}
    assert sandbox.journal()["counts"][READ] == 2


def test_a_write_whose_answer_is_lost_is_in_doubt_and_stands_once(sandbox, rms):
    sku = next(iter(goods(sandbox)))
    sandbox.fault("answer_lost", function=WRITE)

    with pytest.raises(OutcomeUnknown, match="在庫数"):
        rms.stock.write([at(sku, 41)])

    assert [w["sent"] for w in sandbox.stock_writes()] == [41]
    assert rms.stock.read([sku]).seen[sku].quantity == 41


def test_a_write_that_never_arrived_is_in_doubt_too(sandbox, rms):
    sku, before = next(iter(goods(sandbox).items()))
    sandbox.fault("reset", function=WRITE)

    with pytest.raises(OutcomeUnknown):
        rms.stock.write([at(sku, before + 1)])

    assert rms.stock.read([sku]).seen[sku].quantity == before
    assert sandbox.journal()["counts"][WRITE] == 1


@pytest.mark.parametrize(
    ("fault", "for_a_read", "for_a_write"),
    [
        ("403", Throttled, Throttled),
        ("409", Throttled, Throttled),
        ("429", Throttled, Throttled),
        ("502", Unavailable, OutcomeUnknown),
        ("500", Unavailable, OutcomeUnknown),
        ("503", Unavailable, OutcomeUnknown),
        ("html", Unavailable, OutcomeUnknown),
        ("cut", Unavailable, OutcomeUnknown),
        ("not_json", Unavailable, OutcomeUnknown),
    ],
)
def test_a_fault_of_rms_says_what_to_do_next(
    sandbox, rms, fault, for_a_read, for_a_write
):
    sku = next(iter(goods(sandbox)))
    sandbox.fault(fault, times=1, function=READ)
    sandbox.fault(fault, times=1, function=WRITE)

    with pytest.raises(for_a_read):
        rms.stock.read([sku])
    with pytest.raises(for_a_write):
        rms.stock.write([at(sku, 1)])
    assert rms.stock.write([at(sku, 2)])[0].outcome is StockOutcome.SENT


def test_a_dead_key_and_a_switched_off_function_stop_the_shop(sandbox, rms):
    sku = next(iter(goods(sandbox)))
    sandbox.shop("demo", functions_off=[WRITE])
    with pytest.raises(CredentialsRefused, match="GA0001"):
        rms.stock.write([at(sku, 1)])

    sandbox.shop("demo", license_expires_at="2020-01-01T23:59:59")
    with pytest.raises(CredentialsRefused, match="GA0001"):
        rms.stock.read([sku])


@for_ci
def test_a_paced_client_is_never_too_fast_in_any_bucket(tmp_path):
    with ExitStack() as stack:
        strict = stack.enter_context(Sandbox.start("--seed", "7"))
        paces = paces_for(tmp_path, demo_shop(strict), 1, strict.url)
        http = RmsHttp(
            demo_shop(strict),
            strict.url,
            paces[Bucket.ORDER],
            lambda: datetime.now(UTC),
            paces=paces,
        )
        rms = stack.enter_context(RmsClient(http))
        sold = strict.sell(1)
        levels = invented(401)

        rms.stock.write(levels)
        for _ in range(4):
            rms.stock.read([level.listing for level in levels])
        rms.orders.get(sold)

        journal = strict.journal()
        assert (journal["counts"][WRITE], journal["counts"][READ]) == (2, 4)
        assert journal["too_fast"] == 0
        began = [r["elapsed_s"] for r in journal["requests"]]
        assert began[-1] - began[0] < 4  # at one a second it would take six
