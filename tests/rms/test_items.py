"""Items are read whole, by whatever the shop's key may do (docs/rms/item-api.md)."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.rms.answers import Reply
from connectors.rms.errors import CredentialsRefused, Refused, Throttled, Unavailable
from connectors.rms.items import BULK_GET, SEARCH, ItemsApi, RmsShopItem, _item
from data.model.item import Item, ItemSku, alike_but_for_case, listings_of, shared_skus
from data.model.stock import Listing
from tests.rms.connect import client_of
from tests.support.effort import first

MUG = "kakuu-mug"
AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def rms(sandbox):
    with client_of(sandbox, lambda _: None) as client:
        yield client


def test_one_item_is_read_in_whatever_letters_and_none_is_none(rms):
    item = rms.items.get("Kakuu-MUG")

    assert item.manage_number == MUG
    assert item.skus == (ItemSku(variant_id=MUG, merchant_sku="KM-03-A"),)
    assert rms.items.get("nashi") is None


def test_a_search_walks_through_more_than_one_page_and_ends(sandbox, rms):
    for nth in range(150):
        sandbox.set_item(f"n-{nth}", set={"variants": {"normal-inventory": {}}})
    sandbox.empty_journal()

    pages = list(rms.items.search_pages())

    assert [len(page) for page in pages] == [100, 58]
    assert len({item.manage_number for page in pages for item in page}) == 158
    assert sandbox.journal()["counts"] == {"items.search": 3}


def test_a_deleted_item_in_search_is_a_bare_number(sandbox, rms):
    sandbox.set_item(MUG, deleted=True)

    (page,) = rms.items.search_pages()

    assert [item for item in page if item.is_bare] == [
        Item(manage_number=MUG, is_bare=True)
    ]


def test_many_are_read_fifty_a_call_folded_and_each_once(sandbox, rms):
    read = rms.items.bulk_get([MUG, "KAKUU-MUG", *(f"no-{n}" for n in range(99))])

    assert list(read.items) == [MUG]
    assert read.refused == ()
    assert sandbox.journal()["counts"] == {"items.bulk.get": 2}


def test_a_number_rms_will_not_read_is_refused_alone(rms):
    read = rms.items.bulk_get([MUG, "りんご", "x" * 33])

    assert (list(read.items), sorted(read.refused)) == ([MUG], ["x" * 33, "りんご"])


def test_without_the_contract_get_is_refused_as_a_key_is_and_search_answers(
    sandbox, rms
):
    sandbox.shop("demo", functions_off=["items.get", "items.bulk.get"])

    for call in (lambda: rms.items.get(MUG), lambda: rms.items.bulk_get([MUG])):
        with pytest.raises(CredentialsRefused):
            call()
    assert sum(map(len, rms.items.search_pages())) == 8


@first(2)
@pytest.mark.parametrize(
    ("fault", "family"),
    [("403", Throttled), ("429", Throttled), ("409", Throttled),
     ("503", Unavailable), ("500", Unavailable), ("html", Unavailable),
     ("cut", Unavailable), ("answer_lost", Unavailable)],
)  # fmt: skip
def test_every_trouble_of_a_read_is_worth_the_same_call_again(
    sandbox, rms, fault, family
):
    sandbox.fault(fault, function="items.search")

    with pytest.raises(family):
        next(rms.items.search_pages())


class Pages:
    """Stands where RmsHttp stands, and answers a search from a list."""

    def __init__(self, *bodies):
        self.bodies = list(bodies)
        self.marks = []

    def get(self, _function, _path, params):
        self.marks.append(params["cursorMark"])
        return Reply(200, (), None, self.bodies.pop(0))


def page(*numbers, mark):
    results = [{"item": {"manageNumber": n, "variants": {}}} for n in numbers]
    return {"numFound": 9, "offset": 0, "results": results, "nextCursorMark": mark}


def test_the_mark_of_each_answer_is_the_next_calls():
    http = Pages(page("a", mark="m1"), page("b", mark="m2"), page("c", mark="m2"))

    found = [one.manage_number for got in ItemsApi(http).search_pages() for one in got]

    assert (found, http.marks) == (["a", "b", "c"], ["*", "m1", "m2"])


def test_an_empty_page_ends_it_too_and_a_missing_mark_is_refused():
    http = Pages(page("a", mark="m1"), page(mark="m7"))
    assert len(list(ItemsApi(http).search_pages())) == 1

    with pytest.raises(Refused, match="nextCursorMark"):
        list(ItemsApi(Pages(page("a", mark=None))).search_pages())


def test_nulls_and_missing_flags_count_as_absent():
    reply = Reply(200)
    body = {"manageNumber": "A", "title": None, "hideItem": None,
            "purchasablePeriod": {"start": "soon", "end": None},
            "variants": {"v": {"merchantDefinedSkuId": "", "hidden": None}},
    }  # fmt: skip

    item = _item(BULK_GET, body, reply)

    assert item == Item(manage_number="a", skus=(ItemSku(variant_id="v"),))
    with pytest.raises(Refused, match="variants"):
        _item(SEARCH, {"manageNumber": "a", "variants": ["v"]}, reply)
    assert "standard_price" not in RmsShopItem.model_fields


def test_a_field_of_another_form_costs_itself_and_neither_item_nor_sku():
    odd = {"manageNumber": "a", "title": 7, "hideItem": "no", "purchasablePeriod": "x",
           "variants": {"v": {"merchantDefinedSkuId": 1, "hidden": "no"}, "w": None},
    }  # fmt: skip
    skus = (ItemSku(variant_id="v"), ItemSku(variant_id="w"))

    assert _item(BULK_GET, odd, Reply(200)) == Item(manage_number="a", skus=skus)


def test_on_sale_is_neither_hidden_and_within_its_time():
    sku, hidden = ItemSku(variant_id="v"), ItemSku(variant_id="h", is_hidden=True)
    item = Item(manage_number="a", skus=(sku, hidden))
    day = timedelta(days=1)

    assert item.is_on_sale(sku, AT)
    assert not item.is_on_sale(hidden, AT)
    for over in (
        {"is_hidden": True},
        {"sold_from": AT + day},
        {"sold_until": AT - day},
    ):
        assert not item.model_copy(update=over).is_on_sale(sku, AT)


def test_a_merchants_sku_that_several_have_is_shared_and_blank_is_none():
    items = [
        Item(manage_number="a", skus=(ItemSku(variant_id="1", merchant_sku="X"),
                                      ItemSku(variant_id="2", merchant_sku=" X "))),
        Item(manage_number="b", skus=(ItemSku(variant_id="1", merchant_sku="Y"),
                                      ItemSku(variant_id="2", merchant_sku=" "))),
    ]  # fmt: skip

    listings = listings_of(items, AT)

    assert [(one.merchant_sku, one.is_shared) for one in listings] == [
        ("X", True), ("X", True), ("Y", False), (None, False),
    ]  # fmt: skip
    one, two, *_ = (each.listing for each in listings)
    assert shared_skus(listings) == {"X": [one, two]}


def test_skus_that_differ_in_case_are_found():
    upper, lower = (Listing(manage_number="a", variant_id=v) for v in ("V", "v"))
    other = Listing(manage_number="b", variant_id="v")

    assert alike_but_for_case([upper, other, lower]) == [(upper, lower)]
