"""Each (package, tracking number) stands once, whatever stood there before."""

import pytest

from data.model.shipping.open_order import DoubledRow, OpenRow, doubled_rows, open_rows
from data.model.shipping.plan import plan_rows
from data.model.shipping.shipment import MOST_ROWS, ReportFault, ShipmentState
from tests.carriers.any_rows import NUMBERS
from tests.carriers.made import DAY, GOOD, OTHER
from tests.carriers.rows_at_mall import (
    BASKET,
    LATER,
    empty,
    ids,
    package,
    row,
    shipment,
)


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


@pytest.mark.parametrize("first", ["1", "2"])
def test_a_correction_goes_to_the_wrong_number_and_not_into_an_empty_row(first):
    second = {"1": "2", "2": "1"}[first]
    there = package(row(first, number=GOOD), empty(second))
    plan = plan_rows([there], [shipment(OTHER, replaces=GOOD)])

    assert ids(plan) == [first]


def test_a_correction_leaves_the_empty_row_to_the_parcel_beside_it():
    there = package(empty("1"), row("2", number=GOOD))
    beside = shipment(NUMBERS[0])
    plan = plan_rows([there], [beside, shipment(OTHER, replaces=GOOD)])

    assert {one.shipping_detail_id: one.tracking_number for one in plan.changes} == {
        "1": NUMBERS[0],
        "2": OTHER,
    }


def test_parcels_of_two_packages_stay_apart():
    packages = [package(), package(basket_id="8")]
    plan = plan_rows(packages, [shipment(), shipment(basket_id="8")])

    assert [change.basket_id for change in plan.changes] == [BASKET, "8"]


def test_a_package_the_mall_does_not_have_is_impossible():
    plan = plan_rows([package()], [shipment(basket_id="9")])

    assert plan.changes == ()
    assert plan.impossible[0].fault is ReportFault.NO_PACKAGE


def test_a_twenty_first_row_is_impossible():
    rows = [row(str(n), number=f"ABC{n:09d}") for n in range(1, MOST_ROWS)]
    plan = plan_rows([package(*rows)], [shipment(GOOD), shipment(OTHER)])

    assert ids(plan) == [None]
    assert [(one.shipment.tracking_number, one.fault) for one in plan.impossible] == [
        (OTHER, ReportFault.NO_ROOM)
    ]


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
