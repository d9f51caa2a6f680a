"""What the report of a run tells shop staff."""

from datetime import timedelta

import pytest

from data.model.order import Mall
from data.model.run import Attention, Taken, total
from data.warehouse.runs import Load
from tasks.orders import ingest_report
from tasks.runs.report import LISTED
from tests.support.orders import SHOP_ID, a_refusal, at, order_number

LOAD = Load(
    load_id="l",
    source="api",
    mall=Mall.RAKUTEN,
    shop_id=SHOP_ID,
    flow_run_id=None,
    started_at=at(0),
    window_from=at(0) - timedelta(days=62),
    window_to=at(0),
    found=9,
    found_without_notice=5,
)


def report(taken: Taken = Taken(), attention: Attention = Attention()) -> str:  # noqa: B008 - immutable
    return ingest_report("demo", LOAD, taken, attention)


def test_a_quiet_run_is_a_table_of_counts():
    text = report(Taken(created=1, changed=2, unchanged=3, stale=4))

    assert "対象期間: 2026-04-30 09:00 ～ 2026-07-01 09:00" in text
    assert [f"| {n} |" in text for n in (9, 1, 2, 3, 4, 0, 5)] == [True] * 7
    assert "##" not in text.removeprefix("# ")


def test_a_refused_order_is_named_with_code_and_reason():
    refused = a_refusal(7)
    text = report(Taken(refused=(refused,)))

    assert "取得できなかった注文 1件" in text
    assert f"| {refused.order_number} | {refused.code} | {refused.reason} |" in text


@pytest.mark.parametrize("kind", ["open_amounts", "unknown_status"])
def test_what_a_person_should_look_at_is_listed_up_to_a_limit(kind):
    numbers = tuple(order_number(n) for n in range(LISTED + 1))
    text = report(attention=Attention(**{kind: numbers}))

    assert f"{LISTED + 1}件" in text
    assert numbers[LISTED - 1] in text
    assert numbers[LISTED] not in text


def test_orders_not_confirmed_are_listed():
    assert "注文確認できなかった注文 1件" in report(Taken(unconfirmed=(a_refusal(),)))


def test_batches_add_up_field_by_field():
    one = Taken(created=1, changed=2, unchanged=3, stale=4, refused=(a_refusal(1),))
    two = Taken(created=10, refused=(a_refusal(2),), unconfirmed=(a_refusal(3),))

    assert total([one, two]) == Taken(
        created=11,
        changed=2,
        unchanged=3,
        stale=4,
        refused=(a_refusal(1), a_refusal(2)),
        unconfirmed=(a_refusal(3),),
    )
    assert total([]) == Taken()
