"""What searchOrder answers, page by page (docs/rms/order-api.md §2.3, §2.4)."""

from tests.sandbox.caller import codes
from tests.support.effort import for_long


def test_zero_hits_are_102_with_an_empty_list_and_nulls(rms):
    answer = rms.ask("searchOrder", rms.search_body())

    assert codes(answer) == ["SEARCH_ORDER_INFO_102"]
    assert answer["orderNumberList"] == []
    assert answer["PaginationResponseModel"] == {
        "totalRecordsAmount": None,
        "totalPages": None,
        "requestPage": None,
    }


def test_without_a_page_the_newest_30_come(rms, sandbox):
    sandbox.sell(31, over_days=5)
    oldest = rms.search()[0]

    answer = rms.ask("searchOrder", rms.search_body())

    assert codes(answer) == ["SEARCH_ORDER_INFO_101"]
    assert len(answer["orderNumberList"]) == 30
    assert oldest not in answer["orderNumberList"]
    assert answer["PaginationResponseModel"] == {
        "totalRecordsAmount": 31,
        "totalPages": 2,
        "requestPage": 1,
    }


def test_sorted_old_to_new_the_pages_join_to_all_orders_by_time(rms, sandbox):
    sold = sandbox.sell(5, over_days=5)
    by_time = sorted(sold, key=lambda n: rms.order(n)["orderDatetime"])

    def page(number):
        return rms.search(
            PaginationRequestModel={
                "requestRecordsAmount": 2,
                "requestPage": number,
                "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
            }
        )

    assert page(1) + page(2) + page(3) == by_time


def test_a_page_after_the_last_is_empty(rms, sandbox):
    sandbox.sell(1)

    page = {"requestRecordsAmount": 1, "requestPage": 2}

    assert rms.search(PaginationRequestModel=page) == []


@for_long
def test_nothing_past_the_15000th_hit_can_be_paged_to(rms, sandbox):
    sandbox.sell(15_001)

    def last_page(number):
        page = {"requestRecordsAmount": 1000, "requestPage": number}
        return rms.ask("searchOrder", rms.search_body(PaginationRequestModel=page))

    assert len(last_page(15)["orderNumberList"]) == 1000
    assert last_page(16)["orderNumberList"] == []
    assert last_page(16)["PaginationResponseModel"]["totalRecordsAmount"] == 15_000


def test_only_the_callers_own_orders_are_found(rms, sandbox):
    mine = sandbox.sell(1)
    sandbox.sell(1, shop="demo2")

    assert rms.search() == mine


def test_an_unknown_key_is_ignored(rms, sandbox):
    sold = sandbox.sell(1)

    assert rms.search(sortModelList=[{"sortColumn": 9}], orderStatus="x") == sold


def test_a_number_may_be_written_as_text(rms, sandbox):
    sold = sandbox.sell(1)

    assert rms.search(dateType="1") == sold


def test_both_ends_of_the_window_count_as_inside(rms, sandbox):
    (number,) = sandbox.sell()
    at = rms.order(number)["orderDatetime"]

    assert rms.search(startDatetime=at, endDatetime=at) == [number]
