"""Whatever happens in whatever order, stock stands where the rule has it."""

import pytest
from hypothesis import given

from tests.stock.histories import play
from tests.stock.rule import Adjust, Again, Count, Csv, Name, Receive, See, steps
from tests.support.effort import examples, for_ci
from tests.support.planted import caught, planted_sql

TEA = (("tea", 2),)
PLANTED = {
    "a replay takes again": (
        "plan_stock_moves",
        "coalesce(w.quantity, 0) - coalesce(m.quantity, 0) AS quantity",
        "coalesce(w.quantity, 0) AS quantity",
        [See(1, TEA), See(1, (("tea", 3),))],
    ),
    "a csv moves stock": (
        "plan_stock_moves",
        "      AND content_source = 'api'\n",
        "",
        [See(1, TEA), Csv(1, (5,))],
    ),
    "a csv order moves stock": (
        "plan_stock_moves",
        "      AND stock_policy = 'auto'\n",
        "",
        [Csv(1, (5,)), See(1, TEA)],
    ),
    "a cancelled order keeps its units": (
        "plan_stock_moves",
        "SEMI JOIN (SELECT * FROM judged WHERE NOT cancelled)",
        "SEMI JOIN judged",
        [See(1, TEA), See(1, TEA, cancelled=True)],
    ),
    "a cancellation gives back twice": (
        "plan_stock_moves",
        "AND kind IN ('order', 'cancellation')",
        "AND kind = 'order'",
        [See(1, TEA), See(1, TEA, cancelled=True)],
    ),
    "a change counts from the order's time": (
        "plan_stock_moves",
        "THEN o.observed_at",
        "THEN o.ordered_at",
        [See(1, TEA), Count("tea", 9), See(1, (("tea", 3),))],
    ),
    "a count is a delta": (
        "insert_stock_counts",
        "c.counted - coalesce((",
        "c.counted - 0 * coalesce((",
        [See(1, TEA), Count("tea", 9)],
    ),
    "a count forgets what came after it": (
        "insert_stock_counts",
        "AND (m.kind = 'count' OR m.effective_at <= c.counted_at)",
        "",
        [See(3, TEA), Count("tea", 9)],
    ),
    "an order from before the count lowers it": (
        "correct_stock_counts",
        "WHERE m.effective_at <= c.counted_at",
        "WHERE false",
        [Count("tea", 9), See(1, TEA)],
    ),
    "an order from after the count does not lower it": (
        "correct_stock_counts",
        "WHERE m.effective_at <= c.counted_at",
        "WHERE true",
        [Count("tea", 9), See(3, TEA)],
    ),
    "an older count overwrites": (
        "plan_stock_counts",
        "coalesce(any_value(k.counted_at) >= $counted_at, false)",
        "false",
        [Count("tea", 9), Count("tea", 4, 15)],
    ),
    "the same file counts again": (
        "count_stock_imports_of_file",
        "AND file_sha256 = $file_sha256",
        "AND file_sha256 = 'none'",
        [Count("tea", 9)],
    ),
    "a receipt is a count": (
        "plan_stock_receipts",
        "any_value(r.quantity) AS quantity",
        (
            "any_value(r.quantity) - (SELECT sum(l.level) FROM stock_levels AS l"
            " WHERE l.sku = m.sku) AS quantity"
        ),
        [Count("tea", 9), Receive("tea", 3)],
    ),
    "a delivery is known by its SKU alone": (
        "plan_stock_receipts",
        "'received', $file_sha256, m.sku",
        "'received', m.sku",
        [Receive("tea", 3), Receive("tea", 3)],
    ),
    "a receipt from before the count raises it": (
        "correct_stock_counts",
        "WHERE m.effective_at <= c.counted_at",
        "WHERE false",
        [Count("tea", 9), Receive("tea", 3, 15)],
    ),
    "a count forgets what came in after it": (
        "insert_stock_counts",
        "AND (m.kind = 'count' OR m.effective_at <= c.counted_at)",
        "",
        [Receive("tea", 3), Count("tea", 9, 15)],
    ),
    "received goods stay behind when the SKU changes": (
        "judge_stock_skus",
        ") > 0\n)",
        ") > 99\n)",
        [Receive("tea", 3), Name("tea", "BOTH")],
    ),
    "goods that went to another SKU are still here": (
        "judge_stock_skus",
        "m.kind = 'receipt' OR (m.kind = 'adjustment' AND m.order_number IS NULL)",
        "m.kind = 'receipt'",
        [Receive("tea", 3), Name("tea", "BOTH"), Name("tea", "TEA")],
    ),
    "orders stay behind when the SKU changes": (
        "plan_stock_sku_moves",
        "FROM of_lines WHERE quantity <> 0",
        "FROM of_lines WHERE false",
        [See(3, TEA), Name("tea", "BOTH")],
    ),
    "moved orders count from the change": (
        "plan_stock_sku_moves",
        "    effective_at,\n    $moved_at",
        "    $moved_at::TIMESTAMPTZ AS effective_at,\n    $moved_at",
        [See(1, TEA), Count("tea", 9), Name("tea", "BOTH")],
    ),
    "stock stays behind when the SKU changes": (
        "judge_stock_skus",
        "AND e.sku NOT IN (SELECT sku FROM own_stock)",
        "AND false",
        [Count("tea", 9), Name("tea", "BOTH")],
    ),
    "stock counted twice adds up": (
        "judge_stock_skus",
        "AND e.sku NOT IN (SELECT sku FROM own_stock)",
        "",
        [Count("tea", 9), Count("mug", 4), Name("tea", "MUG")],
    ),
    "shared stock goes with one listing": (
        "judge_stock_skus",
        "WHERE e.sku_before NOT IN (SELECT sku FROM kept)",
        "WHERE true",
        [Name("tea", "BOTH"), Name("mug", "BOTH"), Count("tea", 9), Name("tea", "TEA")],
    ),
    "an order overrules a person": (
        "learn_stock_skus",
        "m.source = 'default'",
        "true",
        [Name("tea", "BOTH"), See(1, TEA)],
    ),
    "an adjusted line waits on": (
        "mark_stock_adjusted_lines",
        "WHERE j.verdict = 'book'",
        "WHERE false",
        [Csv(1, (5,)), Adjust(1)],
    ),
    "a line named twice is booked twice": (
        "judge_stock_adjustments",
        ") > 1 THEN 'repeated'",
        ") > 9 THEN 'repeated'",
        [Csv(1, (5,)), Adjust(1)],
    ),
    "a line adjusted elsewhere moves": (
        "judge_stock_adjustments",
        "a.is_done OR b.sku IS NOT NULL",
        "b.sku IS NOT NULL",
        [Csv(1, (5,)), Adjust(1, done=True)],
    ),
    "a line that came back moves again": (
        "plan_stock_adjustments",
        "  AND NOT j.was_booked",
        "",
        [Csv(1, (5, 1)), Adjust(1), See(1, TEA), Csv(1, (2, 3)), Adjust(1)],
    ),
}


@given(history=steps)
@examples(4, derandomize=True)
def test_stock_agrees_with_the_rule_and_everything_twice_is_once(con, history):
    play(con, history)


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_the_history_that_would_show_a_bug_holds(con, bug):
    play(con, PLANTED[bug][3])


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(undone, bug):
    name, old, new, history = PLANTED[bug]

    with planted_sql(name, old, new), caught():
        play(undone, history)


def test_a_snapshot_that_arrives_late_changes_nothing(con):
    play(con, [See(1, TEA), See(1, TEA, cancelled=True), Again(0), Again(1)])
