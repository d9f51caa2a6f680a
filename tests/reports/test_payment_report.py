"""The payments of an order, as shop staff read them."""

from data.model.mark import Payment
from tasks.marks.payment import payment_report


def test_what_rms_leaves_open_is_told_as_unknown_and_a_new_code_with_its_number():
    given = {"asked_at": None, "fixed_at": None, "cancelled_at": None}
    bare = Payment("1", None, None, None, **given)
    new = Payment("2", 99, 500, 39999, **given)
    text = payment_report("123456-20260701-0000000001", [bare, new])

    assert "| 1 | 不明 | ― | 不明 | ― | ― | ― |" in text
    assert "| 2 | 不明(99) | 500 | 不明(39999) | ― | ― | ― |" in text
