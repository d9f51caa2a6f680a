"""The rules an order keeps by itself."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.model.order import (
    RMS_STATUS,
    Order,
    SnapshotVerdict,
    Status,
    judge_snapshot,
    status_of,
)
from tests.support.orders import a_line, a_package, an_order, at


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("100", "新規受付"),
        ("200", "入金待ち"),
        ("300", "受注処理中"),
        ("400", "保留"),
        ("500", "出荷済"),
        ("600", "出荷済"),
        ("700", "出荷済"),
        ("800", "保留"),
        ("900", "キャンセル"),
    ],
)
def test_each_state_of_rms_has_its_word(code, status):
    assert status_of(code) == status


@given(st.text().filter(lambda code: code not in RMS_STATUS))
def test_a_code_nobody_knows_is_on_hold(code):
    assert status_of(code) is Status.ON_HOLD


@pytest.mark.parametrize(
    "packages",
    [
        [a_package("1"), a_package("1")],
        [a_package("1", [a_line("7"), a_line("7")])],
        [a_package("1", [a_line("7")]), a_package("2", [a_line("7", "2")])],
    ],
    ids=["two packages", "two lines", "two lines in two packages"],
)
def test_an_id_stands_for_one_thing(packages):
    with pytest.raises(ValidationError, match="same id"):
        Order.model_validate(dict(an_order()) | {"packages": tuple(packages)})


def test_equal_moments_look_equal():
    order = an_order()
    elsewhere = Order.model_validate(
        dict(order) | {"ordered_at": order.ordered_at.astimezone(UTC)}
    )

    assert elsewhere.model_dump_json() == order.model_dump_json()


@pytest.mark.parametrize(
    "amount",
    ["goods_total", "postage_total", "cod_fee", "order_total", "request_total"],
)
def test_an_open_amount_is_known_as_open(amount):
    order = an_order()

    assert order.amounts_fixed
    assert not order.model_copy(update={amount: None}).amounts_fixed


@pytest.mark.parametrize(
    ("content", "minute", "present", "seen", "verdict"),
    [
        ("tea", 5, None, None, SnapshotVerdict.CREATED),
        ("mug", 6, "tea", 5, SnapshotVerdict.CHANGED),
        ("mug", 5, "tea", 5, SnapshotVerdict.STALE),
        ("mug", 4, "tea", 5, SnapshotVerdict.STALE),
        ("tea", 6, "tea", 5, SnapshotVerdict.UNCHANGED),
        ("tea", 4, "tea", 5, SnapshotVerdict.UNCHANGED),
    ],
)
def test_of_two_snapshots_the_one_asked_for_later_wins(
    content, minute, present, seen, verdict
):
    seen_at = None if seen is None else at(seen)

    assert judge_snapshot(content, at(minute), present, seen_at) is verdict
