"""Whatever rows stand at the mall: each wanted number once, nothing else touched."""

from hypothesis import given

from data.model.shipping.plan import plan_rows
from data.model.shipping.shipment import NO_NUMBER
from tests.carriers.any_rows import QUICK, orders, wanted_lists
from tests.carriers.rows_at_mall import applied, ids


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
    assert {
        (one.basket_id, one.tracking_number)
        for one in wanted
        if one.tracking_number != NO_NUMBER
    } <= set(standing)


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
    unnumbered = {one.basket_id for one in wanted if one.tracking_number == NO_NUMBER}

    assert not (added - unnumbered) & left


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
