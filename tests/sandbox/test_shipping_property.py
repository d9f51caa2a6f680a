"""Any sequence of shipping rows keeps its meaning (docs/rms/order-api.md §4.2)."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.sandbox.caller import Caller, day
from tests.support.effort import examples

CARRIERS = st.sampled_from(["1000", "1001", "1002", "1003"])
NUMBERS = st.sampled_from(["", None, "4000-1", "4000-2"])
DATES = st.sampled_from(["", None, day(1), day(200)])
OPTIONAL = {"shippingNumber": NUMBERS, "shippingDate": DATES}
ADDED = st.fixed_dictionaries({"deliveryCompany": CARRIERS}, optional=OPTIONAL)
CHANGED = st.fixed_dictionaries({}, optional={"deliveryCompany": CARRIERS} | OPTIONAL)


def stated(row: dict[str, Any]) -> dict[str, Any]:
    """What a row states: null says nothing, empty says none."""
    return {key: value or None for key, value in row.items() if value is not None}


class Rows(RuleBasedStateMachine):
    """One order's rows, beside what the reference says they must be."""

    ids = Bundle("ids")

    def __init__(self, rms: Caller) -> None:
        super().__init__()
        self.rms = rms
        (self.number,) = rms.sandbox.sell(1, progress=300)
        self.body = rms.shipping(self.number)
        self.expected: dict[int, dict[str, Any]] = {}

    def report(self, row: dict[str, Any]) -> tuple[str, int | None]:
        self.body["BasketidModelList"][0]["ShippingModelList"] = [row]
        answer = self.rms.ask("updateOrderShipping", self.body)
        (message,) = answer["MessageModelList"]
        return message["messageCode"][-8:], message.get("shippingDetailId")

    @precondition(lambda self: len(self.expected) < 20)
    @rule(target=ids, row=ADDED)
    def add(self, row):
        code, row_id = self.report(row)
        assert code == "INFO_101"
        empty = dict.fromkeys(("deliveryCompany", "shippingNumber", "shippingDate"))
        self.expected[row_id] = empty | stated(row)
        return row_id

    @rule(row_id=ids, row=CHANGED)
    def change(self, row_id, row):
        if row_id not in self.expected:
            return
        assert self.report({"shippingDetailId": row_id} | row) == ("INFO_102", row_id)
        self.expected[row_id] |= stated(row)

    @rule(row_id=ids)
    def delete(self, row_id):
        flag = {"shippingDetailId": row_id, "shippingDeleteFlag": 1}
        if row_id not in self.expected:
            assert self.report(flag)[0] == "RROR_106"
        elif row_id == next(iter(self.expected)):
            assert self.report(flag)[0] == "RROR_108"
        else:
            assert self.report(flag) == ("INFO_103", row_id)
            del self.expected[row_id]

    @invariant()
    def what_is_read_is_what_was_written(self):
        shown = {
            row["shippingDetailId"]: {
                key: row[key]
                for key in ("deliveryCompany", "shippingNumber", "shippingDate")
            }
            for row in self.rms.rows(self.number)
        }
        assert shown == self.expected


def test_rows_mean_the_same_after_any_sequence(rms):
    run_state_machine_as_test(
        lambda: Rows(rms),
        settings=examples(6, stateful_step_count=25),
    )
