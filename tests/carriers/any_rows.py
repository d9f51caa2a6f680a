"""Any rows at the mall, and any parcels to be reported: for properties."""

from hypothesis import strategies as st

from data.model.order import ShippingRow
from data.model.shipping.shipment import NO_NUMBER
from tests.carriers.made import DAY, number
from tests.carriers.rows_at_mall import BASKET, LATER, package, shipment
from tests.support.effort import examples

NUMBERS = [number(f"4432123456{n}") for n in range(6)]
COMPANIES = ["1001", "1002"]
DAYS = [DAY, LATER]
QUICK = examples(25)
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
        st.sampled_from([*NUMBERS, NO_NUMBER]),
        basket_id=st.sampled_from([BASKET, "8"]),
        carrier_code=st.sampled_from(COMPANIES),
        shipping_date=st.sampled_from(DAYS),
        replaces=st.none() | st.sampled_from([*NUMBERS, NO_NUMBER]),
        shipping_detail_id=st.none() | st.sampled_from(["1", "2", "91"]),
    ),
    max_size=6,
)
