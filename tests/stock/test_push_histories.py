"""Two workers, lost answers and kills: the mall ends as we have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.warehouse.stock.push import levels_to_push
from tests.stock.two_workers import Player
from tests.support.effort import examples, for_ci
from tests.support.planted import caught, planted_sql

steps = st.lists(
    st.tuples(st.just("sell"), st.integers(1, 3))
    | st.tuples(st.just("count"), st.integers(0, 30))
    | st.tuples(st.sampled_from(["read", "plan", "start"]), st.integers(0, 1))
    | st.tuples(
        st.sampled_from(["answer", "lose-arrived", "lose", "die"]), st.integers(0, 1)
    ),
    min_size=6,
    max_size=24,
)

WHOLE = [("read", 0), ("plan", 0), ("start", 0), ("answer", 0)]
PLANTED = {
    "an old plan is still sent": (
        "start_inventory_pushes",
        "  AND state = 'planned'",
        "",
        [
            ("read", 0),
            ("plan", 0),
            ("sell", 2),
            ("read", 1),
            ("plan", 1),
            ("start", 1),
            ("answer", 1),
            ("start", 0),
            ("answer", 0),
        ],
    ),
    "two calls of a listing at once": (
        "judge_inventory_levels",
        "(state = 'sent' AND sent_at > $lost_before)",
        "false",
        [
            ("read", 0),
            ("plan", 0),
            ("start", 0),
            ("sell", 2),
            ("read", 1),
            ("plan", 1),
            ("start", 1),
            ("answer", 1),
            ("answer", 0),
        ],
    ),
    "an old reading is believed": (
        "judge_inventory_levels",
        "(sent_at IS NOT NULL AND sent_at >= $read_at)",
        "false",
        [
            *WHOLE,
            ("read", 1),
            ("count", 25),
            *WHOLE[:3],
            ("lose-arrived", 0),
            ("count", 20),
            ("plan", 1),
        ],
    ),
    "a lost answer is forgotten": (
        "gather_inventory_levels",
        "OR t.state IN ('planned', 'sent', 'unknown')",
        "",
        [("read", 0), ("plan", 0), ("start", 0), ("lose", 0)],
    ),
    "a changed level is not noticed": (
        "gather_inventory_levels",
        "OR t.level_seq < o.level_seq\n           OR t.offered <> o.offered",
        "",
        [*WHOLE, ("sell", 2)],
    ),
}


@given(history=steps)
@examples(3, derandomize=True)
def test_the_mall_ends_as_we_have_it_and_never_goes_back(con, history):
    Player(con).play(history)


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_the_history_that_would_show_a_bug_holds(con, bug):
    Player(con).play(PLANTED[bug][3])


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(undone, bug):
    name, old, new, history = PLANTED[bug]
    player = Player(undone)
    player.settle = lambda: settle_briefly(player)

    with planted_sql(name, old, new), caught():
        player.play(history)


def settle_briefly(player) -> None:
    """Settle with the bug in place: a healthy run would make it good again."""
    player.now += 10
    for _ in range(3):
        player.workers = [player.worker(), player.worker()]
        if not levels_to_push(player.con, player.shop_id, safety=0):
            return
        for action in (player.read, player.plan, player.start, player.answer):
            player.now += 1
            action(0)
