"""Whatever JSON comes in, the sandbox answers 200 or 400 and keeps its orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.effort import examples

KEYS = [
    "orderNumber", "orderNumberList", "version", "dateType", "startDatetime",
    "endDatetime", "orderProgressList", "subStatusIdList", "settlementMethod",
    "searchKeywordType", "searchKeyword", "phoneNumber", "PaginationRequestModel",
    "requestRecordsAmount", "requestPage", "SortModelList", "sortColumn",
    "BasketidModelList", "basketId", "ShippingModelList", "OrderShippingModelList",
    "shippingDetailId", "deliveryCompany", "shippingNumber", "shippingDate",
    "shippingDeleteFlag", "requestId", "subStatusId", "memo", "operator",
    "deliveryDate", "shippingTerm", "inventoryRestoreType", "changeReasonDetailApply",
]  # fmt: skip
FUNCTIONS = [
    "searchOrder",
    "getOrder",
    "confirmOrder",
    "updateOrderShipping",
    "updateOrderShippingAsync",
    "getResultUpdateOrderShippingAsync",
    "getSubStatusList",
    "updateOrderSubStatus",
    "updateOrderMemo",
    "cancelOrder",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "7", "2026-01-01", "2026-01-01T00:00:00+0900", "1001"]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=5),
)
BODIES = st.dictionaries(
    st.sampled_from(KEYS),
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
        ),
        max_leaves=12,
    ),
    max_size=8,
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_json_is_answered(rms, sandbox, function):
    sold = sandbox.sell(1)

    @examples(15)
    @given(BODIES)
    def answered(body):
        assert rms.call(function, body).status_code in (200, 400)

    answered()
    assert list(sandbox.orders()) == sold
