"""What the facts of an oversale mean, typed by hand (data.model.oversale)."""

from datetime import UTC, datetime, timedelta

import pytest

from data.model.oversale import (
    CAUSE_TO_DO,
    CAUSE_WORDS,
    Cause,
    Oversale,
    OversaleFacts,
    TriedPush,
    Trouble,
    TroubleKind,
    Untold,
    judge_oversale,
)
from data.model.stock import PushState
from data.model.stock_link import StockLink
from data.warehouse.troubles import record_trouble

NOON = datetime(2026, 7, 1, 3, tzinfo=UTC)
OFF, ON = (
    StockLink(is_on=False, silent_hours=""),
    StockLink(is_on=True, silent_hours=""),
)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def sale(level: int = -1, at: float = 30, **more: object) -> Oversale:
    """Two pieces sold at B, half an hour after two were sold at A; there were three."""
    made = Oversale(
        "rakuten", "B", "B-1", "shirt", "s", after(at), 2, level, 3, after(-5), 7, 2, 0
    )
    return made._replace(**more)


def untold(known: float, noticed: float | None, kind: str = "order") -> Untold:
    """The two pieces of A, sold at noon."""
    at = None if noticed is None else after(noticed)
    return Untold(kind, "rakuten", "A", "A-1", 2, NOON, after(known), 8, at)


def tried(state: PushState, sent: float | None = 2, seq: int = 8) -> TriedPush:
    left = None if sent is None else after(sent)
    return TriedPush(state, seq, 1, after(1), left, None)


def trouble(shop: str, function: str, kind: TroubleKind, at: float = 2) -> Trouble:
    return Trouble("rakuten", shop, function, kind, after(at), after(at))


READ_DOWN = trouble("B", "inventories.bulk.get", TroubleKind.MAINTENANCE)
KEY_DEAD = trouble("B", "inventories.bulk.upsert", TroubleKind.REFUSED)
LOST = tried(PushState.SUPERSEDED)
CASES = {
    "no notice, found much later": (Cause.NOTICE_LOST, [untold(60, None)], {}),
    "the notice came after the sale": (Cause.NOTICE_LATE, [untold(60, 50)], {}),
    "the notice lay there": (Cause.DRAIN_STOPPED, [untold(60, 1)], {}),
    "stored, and refused": (
        Cause.PUSH_REFUSED,
        [untold(1, 0)],
        {"pushes": [tried(PushState.REFUSED)]},
    ),
    "refused for an older level": (
        Cause.UNKNOWN,
        [untold(1, 0)],
        {"pushes": [tried(PushState.REFUSED, seq=7)]},
    ),
    "the answer was lost": (Cause.PUSH_UNKNOWN, [untold(1, 0)], {"pushes": [LOST]}),
    "planned, superseded, never sent": (
        Cause.UNKNOWN,
        [untold(1, 0)],
        {"pushes": [tried(PushState.SUPERSEDED, None)]},
    ),
    "RMS was down for stock": (
        Cause.MAINTENANCE,
        [untold(1, 0)],
        {"troubles": [READ_DOWN]},
    ),
    "RMS was down for orders": (
        Cause.MAINTENANCE,
        [untold(60, 1)],
        {"troubles": [trouble("A", "getOrder", TroubleKind.MAINTENANCE)]},
    ),
    "RMS was down at another shop": (
        Cause.DRAIN_STOPPED,
        [untold(60, 1)],
        {"troubles": [READ_DOWN]},
    ),
    "RMS was down before": (
        Cause.UNKNOWN,
        [untold(5, 0)],
        {"troubles": [READ_DOWN]},
    ),
    "a key refused while the push was under way": (
        Cause.REFUSED,
        [untold(1, 0)],
        {"troubles": [KEY_DEAD], "pushes": [LOST]},
    ),
    "every call of the shop stopped": (
        Cause.REFUSED,
        [untold(1, 0)],
        {"troubles": [trouble("B", "", TroubleKind.REFUSED)]},
    ),
    "an error of no kind we know": (
        Cause.UNKNOWN,
        [untold(1, 0)],
        {"troubles": [trouble("B", "inventories.bulk.get", TroubleKind.OTHER)]},
    ),
    "the link was off": (Cause.LINK_RESTS, [untold(1, 0)], {"link": OFF}),
    "the link was off, yet somebody pushed": (
        Cause.PUSH_UNKNOWN,
        [untold(1, 0)],
        {"link": OFF, "pushes": [LOST]},
    ),
    "nobody pushed, and nothing says why": (
        Cause.UNKNOWN,
        [untold(1, 0)],
        {"link": ON},
    ),
    "an adjustment booked too late": (
        Cause.UNKNOWN,
        [untold(60, None, "adjustment")],
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_stands_between_two_sales_names_the_cause(case: str):
    cause, gone, more = CASES[case]

    verdict = judge_oversale(OversaleFacts(sale(), gone, **more))

    assert verdict == (cause, NOON, after(30))


@pytest.mark.parametrize(
    ("known", "sold", "cause"),
    [
        (1, 60.5, Cause.LINK_RESTS),
        (1, 61.5, Cause.UNKNOWN),
        (60.2, 60.5, Cause.UNKNOWN),
    ],
)
def test_a_minute_after_the_hours_of_silence_the_number_cannot_be_there(
    known: float, sold: float, cause: Cause
):
    """Nothing goes between noon and one; who was known after it did not wait."""
    silent = StockLink(is_on=True, silent_hours="12-13")
    facts = OversaleFacts(sale(at=sold), [untold(known, 0)], link=silent)

    assert judge_oversale(facts).cause is cause


@pytest.mark.parametrize(
    ("known", "noticed"), [(5, None), (5, 2), (5, 0.1), (0.2, 0.1)]
)
def test_two_sales_within_a_minute_are_a_burst(known: float, noticed: float | None):
    facts = OversaleFacts(sale(at=0.9), [untold(known, noticed)])

    assert judge_oversale(facts).cause is Cause.BURST


def test_a_refusal_within_the_minute_is_still_the_refusal():
    facts = OversaleFacts(
        sale(at=0.9),
        [untold(0.1, 0.1)],
        [tried(PushState.REFUSED)],
    )

    assert judge_oversale(facts).cause is Cause.PUSH_REFUSED


def test_a_mall_that_sold_more_than_it_was_proven_to_show_was_edited():
    over = sale(sold=5, verified=3)

    assert judge_oversale(OversaleFacts(over)).cause is Cause.EDITED
    given_back = OversaleFacts(over._replace(given=2))
    assert judge_oversale(given_back).cause is Cause.UNKNOWN
    raised = tried(PushState.UNKNOWN)._replace(offered=9)
    ours = OversaleFacts(over, pushes=[raised])
    assert judge_oversale(ours).cause is Cause.PUSH_UNKNOWN


def test_a_number_of_ours_that_was_proven_after_the_sale_is_no_edit():
    """Raised to 5, it sold before the reading that proved it: A is the cause."""
    more = sale(sold=5)
    ours = tried(PushState.VERIFIED, sent=29)._replace(offered=5, verified_at=after(31))
    facts = OversaleFacts(more, untold=[untold(60, None)], pushes=[ours])

    assert judge_oversale(facts).cause is Cause.NOTICE_LOST
    refused = ours._replace(state=PushState.REFUSED, verified_at=None)
    cause = judge_oversale(OversaleFacts(more, pushes=[refused])).cause
    assert cause is Cause.EDITED


def test_a_count_that_came_to_light_after_the_sale_had_been_wrong_before():
    facts = OversaleFacts(sale(), untold=[untold(60, None, "count")])

    assert judge_oversale(facts).cause is Cause.WRONG_COUNT


def test_pieces_that_wait_for_a_person_are_another_channels():
    facts = OversaleFacts(sale(level=1), waiting=2, waiting_at=NOON)

    assert judge_oversale(facts) == (Cause.OTHER_CHANNEL, NOON, after(30))
    enough = OversaleFacts(sale(level=2), waiting=2)
    assert judge_oversale(enough).cause is Cause.UNKNOWN


def test_a_later_count_that_found_fewer_was_right():
    facts = OversaleFacts(sale(level=1), recount_at=after(90))

    assert judge_oversale(facts).cause is Cause.WRONG_COUNT


def test_without_any_evidence_the_cause_is_unknown():
    assert judge_oversale(OversaleFacts(sale())).cause is Cause.UNKNOWN
    assert CAUSE_WORDS[Cause.UNKNOWN] == "不明"
    assert set(CAUSE_WORDS) == set(CAUSE_TO_DO) == set(Cause)


def test_troubles_of_one_kind_are_one_row_until_half_an_hour_is_quiet(con):
    for minutes in (0, 20, 45, 80):
        record_trouble(con, "A", "getOrder", TroubleKind.MAINTENANCE, at=after(minutes))
    record_trouble(con, "A", "getOrder", TroubleKind.OTHER, at=after(46))

    rows = con.execute(
        "SELECT kind, times, last_at - first_at FROM rms_troubles ORDER BY first_at"
    ).fetchall()
    assert rows == [
        ("maintenance", 3, timedelta(minutes=45)),
        ("other", 1, timedelta(0)),
        ("maintenance", 1, timedelta(0)),
    ]
