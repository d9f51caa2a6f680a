"""The item API's reading functions (docs/rms/item-api.md), values typed by hand."""

from typing import Any

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
LONG = "a" * 33
SHELF = [
    "kakuu-bag", "kakuu-mug", "kakuu-note", "kakuu-tea",
    "mihon-honey", "mihon-rice", "mihon-shirt", "mihon-socks",
]  # fmt: skip


class Items:
    """A bare caller for one shop; nothing is checked, nothing retried."""

    def __init__(self, rms):
        self.rms = rms
        self.base = f"{rms.sandbox.url}/es/2.0/items"

    def get(self, number: str) -> httpx.Response:
        return self.call("GET", f"/manage-numbers/{number}")

    def search(self, **query: Any) -> httpx.Response:
        return self.call("GET", "/search", params=query)

    def bulk(self, body: Any, **headers: str) -> httpx.Response:
        return self.call("POST", "/bulk-get", json=body, headers=headers)

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        more["headers"] = self.rms.headers | JSON | more.get("headers", {})
        return self.rms.http.request(method, self.base + path, **more)


@pytest.fixture
def items(rms):
    return Items(rms)


def error(answer: httpx.Response) -> tuple[int, str, str | None]:
    (one,) = answer.json()["errors"]
    path = one.get("metadata", {}).get("propertyPath")
    return answer.status_code, one["code"], path


def found(answer: httpx.Response) -> list[str]:
    return [row["item"]["manageNumber"] for row in answer.json()["results"]]


def test_an_item_is_the_top_of_its_answer_and_its_skus_are_a_map(items):
    item = items.get("Mihon-SHIRT").json()

    assert item["manageNumber"] == "mihon-shirt"
    assert (item["hideItem"], item["itemType"]) == (False, "NORMAL")
    assert list(item["variants"]) == ["ms-1", "ms-2", "ms-3"]
    assert item["variants"]["ms-1"]["merchantDefinedSkuId"] == "MS-S"
    assert item["variants"]["ms-1"]["selectorValues"] == {"サイズ": "S", "色": "藍"}
    assert item["variants"]["ms-1"]["standardPrice"] == "4980"
    assert "quantity" not in str(item)


def test_a_single_sku_has_no_selectors_and_a_key_of_its_own(items):
    item = items.get("mihon-rice").json()

    assert "variantSelectors" not in item
    assert list(item["variants"]) == ["normal-inventory"]
    assert "merchantDefinedSkuId" not in item["variants"]["normal-inventory"]


def test_what_is_not_there_is_404_alone_and_silence_in_bulk(items):
    assert error(items.get("nashi")) == (404, "GE0014", None)
    answer = items.bulk({"manageNumbers": ["nashi", "Kakuu-MUG"]})
    assert [one["manageNumber"] for one in answer.json()["results"]] == ["kakuu-mug"]
    assert items.bulk({"manageNumbers": ["nashi"]}).json() == {"results": []}
    assert items.search(manageNumber="nashi").json() == {
        "numFound": 0, "offset": 0, "results": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"manageNumbers": ["x"] * 51}, (400, "IE1101", "manageNumbers")),
        ({"manageNumbers": ["x", "X"]}, (400, "IE1106", "manageNumbers")),
        ({"manageNumbers": ["ok", LONG]}, (400, "IE0004", "manageNumbers[1]")),
        ({"manageNumbers": ["りんご"]}, (400, "IE0220", "manageNumbers[0]")),
        ({"manageNumbers": []}, (400, "IE0001", "manageNumbers")),
        ({"manageNumbers": "x"}, (400, "IE0002", "manageNumbers")),
        ({"numbers": ["x"]}, (400, "IE0002", "numbers")),
    ],
)
def test_a_wrong_list_is_refused_whole(items, body, fault):
    assert error(items.bulk(body)) == fault


def test_another_media_type_and_a_missing_body_have_codes(items):
    answer = items.bulk({}, **{"Content-Type": "text/plain"})

    assert error(answer) == (415, "GE0012", None)
    assert error(items.call("POST", "/bulk-get")) == (400, "GE0011", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"offset": 0, "cursorMark": "*"}, "IE1003"),
        ({"cursorMark": "*", "sortKey": "created"}, "IE1004"),
        ({"cursorMark": "*", "sortOrder": "asc"}, "IE1004"),
        ({"manegeNumber": "x"}, "IE1005"),
        ({"itemType": "normal"}, "IE0007"),
        ({"hits": 101}, "IE0003"),
        ({"hits": 0}, "IE0003"),
        ({"offset": 10_001}, "IE0003"),
        ({"hits": "ten"}, "IE0002"),
        ({"isHiddenItem": "yes"}, "IE0002"),
        ({"cursorMark": "what"}, "IE0002"),
    ],
)
def test_a_wrong_search_is_refused_without_a_path(items, query, code):
    assert error(items.search(**query)) == (400, code, None)


def test_a_mark_leads_through_all_items_until_it_comes_back_unchanged(items):
    mark, pages = "*", []
    while True:
        body = items.search(hits=3, cursorMark=mark).json()
        assert body["numFound"] == 8
        pages.append([row["item"]["manageNumber"] for row in body["results"]])
        if body["nextCursorMark"] == mark:
            break
        mark = body["nextCursorMark"]

    assert [len(page) for page in pages] == [3, 3, 2, 0]
    assert sorted(number for page in pages for number in page) == SHELF


def test_offsets_page_without_a_mark_and_ten_hits_are_usual(items):
    answer = items.search(offset=6, sortKey="manageNumber", sortOrder="asc")

    assert found(answer) == ["mihon-shirt", "mihon-socks"]
    assert "nextCursorMark" not in answer.json()


def test_a_filter_picks_items_which_show_all_their_skus(items, sandbox):
    sandbox.set_item("mihon-shirt", set={"variants": {"ms-2": {"hidden": True}}})
    sandbox.set_item("kakuu-tea", set={"hideItem": True})

    (row,) = items.search(merchantDefinedSkuId="MS-M").json()["results"]
    assert list(row["item"]["variants"]) == ["ms-1", "ms-2", "ms-3"]
    assert found(items.search(isHiddenVariant="true")) == ["mihon-shirt"]
    assert found(items.search(isHiddenItem="true")) == ["kakuu-tea"]
    assert found(items.search(title="くつ下")) == ["mihon-socks"]


def test_sold_out_is_a_yes_or_no_without_a_number(items, sandbox):
    sandbox.set_stock("mihon-shirt", "ms-1", 0)

    assert found(items.search(isVariantStockout="true")) == ["mihon-shirt"]
    assert found(items.search(isItemStockout="true")) == []


def test_a_deleted_item_is_a_bare_number_in_search_for_a_day(items, sandbox):
    sandbox.set_item("kakuu-bag", deleted=True)

    (row,) = items.search(manageNumber="kakuu-bag").json()["results"]
    assert row == {"item": {"manageNumber": "kakuu-bag"}}
    assert items.get("kakuu-bag").status_code == 404
    sandbox.clock(advance_s=24 * 3600)
    assert found(items.search(manageNumber="kakuu-bag")) == []


def test_a_new_item_is_there_before_search_finds_it(items, sandbox):
    sandbox.settings(items_search_lag_s=86_400)
    new = {"created": sandbox.clock(), "variants": {"n-1": {}}}
    sandbox.set_item("new-1", set=new)

    assert items.get("new-1").status_code == 200
    assert found(items.search(manageNumber="new-1")) == []
    sandbox.clock(advance_s=86_400)
    assert found(items.search(manageNumber="new-1")) == ["new-1"]


def test_a_field_can_be_left_out_as_rakutens_short_samples_do(items, sandbox):
    bare = {"hidden": None, "restockOnCancel": None}
    sandbox.set_item("kakuu-mug", set={"variants": {"kakuu-mug": bare}})

    assert "hidden" not in items.get("kakuu-mug").json()["variants"]["kakuu-mug"]


def test_without_the_contract_get_and_bulk_look_like_a_dead_key_search_answers(
    items, sandbox
):
    sandbox.shop("demo", functions_off=["items.get", "items.bulk.get"])

    assert error(items.get("kakuu-mug")) == (401, "GA0001", None)
    assert error(items.bulk({"manageNumbers": ["x"]})) == (401, "GA0001", None)
    assert len(found(items.search())) == 8


def test_nothing_is_written_here_and_other_paths_do_not_exist(items):
    for method in ("PUT", "PATCH", "DELETE"):
        assert items.call(method, "/manage-numbers/kakuu-mug").status_code == 405
    assert error(items.call("GET", "/no-such")) == (400, "GE0007", None)


def test_bulk_is_let_in_once_a_second_and_get_five_times(items, sandbox):
    sandbox.settings(rate_limit=True)
    body = {"manageNumbers": ["kakuu-mug"]}

    assert [items.bulk(body).status_code for _ in range(2)] == [200, 403]
    assert items.get("kakuu-mug").status_code == 200
