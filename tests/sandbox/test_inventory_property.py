"""Whatever is written, what is read is what RMS said it took."""

from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.inventory import Inventory, entry, rows
from tests.support.effort import examples

SKUS = [("mihon-shirt", "ms-1"), ("mihon-shirt", "ms-2"), ("kakuu-tea", "kakuu-tea")]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(SKUS),
        st.sampled_from(["ABSOLUTE", "RELATIVE"]),
        st.integers(-99_999, 99_999) | st.integers(-5, 5),
    ),
    min_size=1,
    max_size=6,
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
NAMES = st.sampled_from(
    ["inventories", "manageNumber", "variantId", "mode", "quantity", "x"]
)
ANYTHING = st.recursive(
    LEAVES | st.sampled_from(["ABSOLUTE", "RELATIVE", "kakuu-tea"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=10,
)
QUICK = examples(15)


@QUICK
@given(STEPS)
def test_levels_are_the_sum_of_the_writes_taken_and_never_leave_the_range(
    rms, sandbox, steps
):
    inventory = Inventory(rms)
    sandbox.control("POST", "stock", {"quantity": 10})
    expected = dict.fromkeys(SKUS, 10)

    for sku, mode, quantity in steps:
        wanted = quantity + (expected[sku] if mode == "RELATIVE" else 0)
        fits = 0 <= wanted <= 99_999
        answer = inventory.write(entry(quantity, sku, mode))
        assert answer.status_code == (204 if fits else 400)
        expected[sku] = wanted if fits else expected[sku]

    assert rows(inventory.read(*SKUS)) == [(*sku, n) for sku, n in expected.items()]


@QUICK
@given(ANYTHING)
def test_any_json_is_answered_and_no_level_leaves_the_range(rms, sandbox, body):
    inventory = Inventory(rms)

    statuses = {
        inventory.bulk("/bulk-get", body).status_code,
        inventory.bulk("/bulk-upsert", body).status_code,
        inventory.put_body(body).status_code,
    }

    assert statuses <= {200, 204, 400}
    assert all(0 <= row["quantity"] <= 99_999 for row in sandbox.stock())
