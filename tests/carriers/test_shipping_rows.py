"""Each (package, tracking number) stands once, whatever stood there before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.model.order_parts import ShippingRow
from data.model.shipment import ShipmentState
from data.model.shipping_rows import (
    MOST_ROWS,
    DoubledRow,
    OpenRow,
    doubled_rows,
    open_rows,
    plan_rows,
)
from tests.carriers.made import DAY, GOOD, OTHER, number
from tests.carriers.rows_at_mall import (
    BASKET,
    LATER,
    applied,
    empty,
    package,
    row,
    shipment,
)

NUMBERS = [number(f"4432123456{n}") for n in range(6)]
COMPANIES = ["1001", "1002"]
DAYS = [DAY, LATER]


def ids(plan):
    return [change.shipping_detail_id for change in plan.changes]


def test_without_a_row_one_is_added():
    plan = plan_rows([package()], [shipment()])

    assert ids(plan) == [None]
    assert plan.changes[0].tracking_number == GOOD


@pytest.mark.parametrize(
    "half", [empty(), empty(carrier=None), empty(day=DAY), empty(number="")]
)
def test_an_empty_row_is_filled_rather_than_one_added(half):
    plan = plan_rows([package(half)], [shipment()])

    assert ids(plan) == ["1"]


def test_a_row_that_is_right_already_is_left_alone():
    plan = plan_rows([package(row("5"))], [shipment()])

    assert plan.changes == ()
    assert [one.shipping_detail_id for one in plan.settled] == ["5"]


def test_hyphens_do_not_make_another_number():
    plan = plan_rows([package(row(number="4432-1234-5671"))], [shipment()])

    assert plan.changes == ()


@pytest.mark.parametrize(
    "there",
    [row(carrier="1002"), row(carrier=None), row(day=LATER), row(day=None)],
)
def test_a_row_with_the_number_but_else_wrong_is_changed(there):
    plan = plan_rows([package(there, empty("2"))], [shipment()])

    assert ids(plan) == ["1"]


def test_a_wrong_number_is_corrected_in_its_row():
    there = package(row("1", number=GOOD), row("2", number=NUMBERS[0]))
    plan = plan_rows([there], [shipment(OTHER, replaces=GOOD)])

    assert ids(plan) == ["1"]
    assert plan.changes[0].tracking_number == OTHER


def test_the_mall_may_be_told_which_row_to_change():
    there = package(row("1", number=NUMBERS[0]), row("2", number=NUMBERS[1]))
    plan = plan_rows([there], [shipment(shipping_detail_id="2")])

    assert ids(plan) == ["2"]


def test_a_row_that_is_gone_is_not_changed():
    plan = plan_rows([package()], [shipment(shipping_detail_id="2")])

    assert ids(plan) == [None]


def test_a_number_nobody_here_knows_is_never_overwritten():
    plan = plan_rows([package(row("1", number=NUMBERS[0]))], [shipment()])

    assert ids(plan) == [None]


def test_an_empty_row_of_the_same_company_is_filled_first():
    there = package(empty("1", carrier="1000"), empty("2", carrier="1001"))

    assert ids(plan_rows([there], [shipment()])) == ["2"]


def test_of_empty_rows_the_oldest_is_filled_first():
    there = package(empty("10"), empty("9"))

    assert ids(plan_rows([there], [shipment()])) == ["9"]


def test_a_correction_does_not_take_a_row_another_parcel_needs():
    there = package(row("1", number=GOOD))
    wanted = [shipment(OTHER, replaces=GOOD), shipment(GOOD)]
    plan = plan_rows([there], wanted)

    assert ids(plan) == [None]
    assert [one.shipment.tracking_number for one in plan.settled] == [GOOD]


def test_parcels_of_two_packages_stay_apart():
    packages = [package(), package(basket_id="8")]
    plan = plan_rows(packages, [shipment(), shipment(basket_id="8")])

    assert [change.basket_id for change in plan.changes] == [BASKET, "8"]


def test_a_package_the_mall_does_not_have_is_impossible():
    plan = plan_rows([package()], [shipment(basket_id="9")])

    assert plan.changes == ()
    assert "対処" in plan.impossible[0].reason


def test_a_twenty_first_row_is_impossible():
    rows = [row(str(n), number=f"ABC{n:09d}") for n in range(1, MOST_ROWS)]
    plan = plan_rows([package(*rows)], [shipment(GOOD), shipment(OTHER)])

    assert ids(plan) == [None]
    assert [one.shipment.tracking_number for one in plan.impossible] == [OTHER]


@pytest.mark.parametrize(
    "state",
    [ShipmentState.REFUSED, ShipmentState.CANCELLED, ShipmentState.REPLACED],
)
def test_a_shipment_that_is_over_changes_nothing(state):
    assert plan_rows([package()], [shipment(state=state)]) == ((), (), ())


def test_a_lost_answer_is_decided_by_reading_back():
    unknown = shipment(state=ShipmentState.UNKNOWN)
    arrived = plan_rows([package(row())], [unknown])
    lost = plan_rows([package()], [unknown])

    assert (arrived.changes, len(arrived.settled)) == ((), 1)
    assert len(lost.changes) == 1


def test_half_filled_rows_and_packages_without_rows_keep_an_order_open():
    packages = [
        package(row("1"), row("2", day=None), empty("3", carrier=None)),
        package(basket_id="8"),
    ]

    assert open_rows(packages) == (
        OpenRow(BASKET, "2", ("発送日",)),
        OpenRow(BASKET, "3", ("配送会社", "お荷物伝票番号", "発送日")),
        OpenRow("8", None, ("配送会社", "お荷物伝票番号", "発送日")),
    )


def test_a_complete_order_has_nothing_open():
    assert open_rows([package(row())]) == ()


def test_a_number_that_stands_twice_is_told():
    there = package(row("1"), row("2", number="4432-1234-5671"), empty("3"))

    assert doubled_rows([there]) == (DoubledRow(BASKET, GOOD, ("1", "2")),)


QUICK = settings(max_examples=60, deadline=None)
maybe_numbers = st.none() | st.just("") | st.sampled_from(NUMBERS)


@st.composite
def rows_at_mall(draw):
    """Up to five rows without a number twice, with gaps as they come."""
    numbers = draw(
        st.lists(maybe_numbers, max_size=5, unique_by=lambda n: n or object())
    )
    return [
        ShippingRow(
            shipping_detail_id=str(at),
            carrier_code=draw(st.none() | st.sampled_from(["1000", *COMPANIES])),
            tracking_number=one,
            shipping_date=draw(st.none() | st.sampled_from(DAYS)),
        )
        for at, one in enumerate(numbers, start=1)
    ]


def as_order(mine, others):
    """Two packages; the second's rows get ids of their own."""
    renamed = [
        one.model_copy(update={"shipping_detail_id": f"9{one.shipping_detail_id}"})
        for one in others
    ]
    return [package(*mine), package(*renamed, basket_id="8")]


orders = st.builds(as_order, rows_at_mall(), rows_at_mall())
wanted_lists = st.lists(
    st.builds(
        shipment,
        st.sampled_from(NUMBERS),
        basket_id=st.sampled_from([BASKET, "8"]),
        carrier_code=st.sampled_from(COMPANIES),
        shipping_date=st.sampled_from(DAYS),
        replaces=st.none() | st.sampled_from(NUMBERS),
        shipping_detail_id=st.none() | st.sampled_from(["1", "2", "91"]),
    ),
    max_size=6,
)


@QUICK
@given(packages=orders, wanted=wanted_lists)
def test_after_the_changes_each_wanted_number_stands_once(packages, wanted):
    after = applied(packages, plan_rows(packages, wanted).changes)
    standing = [
        (one.basket_id, there.tracking_number)
        for one in after
        for there in one.shipping_rows
        if there.tracking_number
    ]

    assert len(standing) == len(set(standing))
    assert {(one.basket_id, one.tracking_number) for one in wanted} <= set(standing)


@QUICK
@given(packages=orders, wanted=wanted_lists)
def test_the_same_question_after_the_changes_asks_for_none(packages, wanted):
    after = applied(packages, plan_rows(packages, wanted).changes)
    again = plan_rows(after, wanted)

    assert again.changes == again.impossible == ()


@QUICK
@given(packages=orders, wanted=wanted_lists)
def test_rows_are_never_deleted_and_none_is_changed_twice(packages, wanted):
    plan = plan_rows(packages, wanted)
    changed = [one for one in ids(plan) if one is not None]
    after = applied(packages, plan.changes)

    assert len(changed) == len(set(changed))
    for before, now in zip(packages, after, strict=True):
        kept = {there.shipping_detail_id for there in before.shipping_rows}
        assert kept <= {there.shipping_detail_id for there in now.shipping_rows}


@QUICK
@given(packages=orders, wanted=wanted_lists)
def test_nothing_is_added_while_an_empty_row_is_left(packages, wanted):
    plan = plan_rows(packages, wanted)
    added = {one.basket_id for one in plan.changes if one.shipping_detail_id is None}
    left = {
        one.basket_id
        for one in applied(packages, plan.changes)
        for there in one.shipping_rows
        if not there.tracking_number
    }

    assert not added & left


@QUICK
@given(packages=orders, wanted=wanted_lists)
def test_a_row_with_an_unknown_number_stays_as_it_is(packages, wanted):
    named = {one.tracking_number for one in wanted} | {
        one.replaces for one in wanted if one.replaces
    }
    by_id = {one.shipping_detail_id for one in wanted}
    foreign = [
        there
        for one in packages
        for there in one.shipping_rows
        if there.tracking_number
        and there.tracking_number not in named
        and there.shipping_detail_id not in by_id
    ]
    after = applied(packages, plan_rows(packages, wanted).changes)

    assert all(any(there in one.shipping_rows for one in after) for there in foreign)


@QUICK
@given(packages=orders, wanted=wanted_lists)
def test_every_wanted_shipment_has_one_answer(packages, wanted):
    plan = plan_rows(packages, wanted)
    answers = [(one.basket_id, one.tracking_number) for one in plan.changes]
    answers += [
        (one.shipment.basket_id, one.shipment.tracking_number)
        for one in (*plan.settled, *plan.impossible)
    ]

    assert sorted(answers) == sorted(
        {(one.basket_id, one.tracking_number) for one in wanted}
    )
