"""searchOrder over any span: every instant, every page, every order once."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.rms.errors import Refused, Unavailable
from connectors.rms.orders import OrdersApi
from connectors.rms.search import LONGEST, OVERLAP, SearchSpan, windows
from data.model.japan_time import JST
from tests.rms.judged import Answer, Judged, message, said
from tests.support.effort import examples

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FOUND = message("INFO", "ORDER_EXT_API_SEARCH_ORDER_INFO_101")
NONE = message("INFO", "ORDER_EXT_API_SEARCH_ORDER_INFO_102")
moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


class Orders:
    """RMS's search over made-up orders; `ceiling` is where its total stops."""

    def __init__(self, ordered: dict[str, datetime]) -> None:
        self._ordered = sorted(ordered.items(), key=lambda pair: pair[1])

    def __call__(self, body: dict[str, Any]) -> Answer:
        start = datetime.fromisoformat(body["startDatetime"])
        end = datetime.fromisoformat(body["endDatetime"])
        assert end - start <= timedelta(days=63)
        hits = [name for name, when in self._ordered if start <= when <= end]
        if not hits:
            empty = dict.fromkeys(("totalRecordsAmount", "totalPages", "requestPage"))
            return 200, said(NONE, orderNumberList=[], PaginationResponseModel=empty)
        asked = body["PaginationRequestModel"]
        size, page = asked["requestRecordsAmount"], asked["requestPage"]
        assert size * page <= 15_000
        return 200, said(
            FOUND,
            orderNumberList=hits[size * (page - 1) : size * page],
            PaginationResponseModel={
                "totalRecordsAmount": min(len(hits), 15_000),
                "totalPages": -(-min(len(hits), 15_000) // size),
                "requestPage": page,
            },
        )


def api(answer) -> tuple[OrdersApi, Judged]:
    http = Judged(answer)
    return OrdersApi(http, "123456", lambda: NOW), http


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@given(since=moments, span=st.timedeltas(timedelta(seconds=1), timedelta(days=900)))
def test_windows_cover_every_instant_and_none_is_too_long(since, span):
    cut = list(windows(since, since + span))

    assert cut[0].start <= since
    assert cut[-1].end >= since + span
    assert all(w.start < w.end for w in cut)
    assert all(w.end - w.start <= LONGEST for w in cut)
    assert all(b.start == a.end - OVERLAP for a, b in pairwise(cut))


@given(since=moments, seconds=st.integers(1, 63 * 86400))
def test_halves_cover_their_window_overlap_and_shrink(since, seconds):
    whole = SearchSpan(since, since + timedelta(seconds=seconds))
    halves = whole.halves()

    assert (halves is None) == (seconds <= 60)
    for first, second in [halves] if halves else []:
        assert (first.start, second.end) == (whole.start, whole.end)
        assert second.start < first.end
        assert max(h.end - h.start for h in (first, second)) < whole.end - whole.start


def test_every_order_of_two_years_is_found_once():
    ordered = {f"o-{n}": ago(days=729, minutes=-n * 400) for n in range(2600)}
    orders, _ = api(Orders(ordered))

    assert orders.search(ago(days=729), NOW) == list(ordered)


@given(
    at=st.lists(st.integers(0, 200 * 86400), max_size=40),
    since_s=st.integers(0, 100 * 86400),
)
@examples(20)
def test_no_order_of_a_span_is_missed(at, since_s):
    ordered = {f"o-{n}": ago(seconds=seconds) for n, seconds in enumerate(at)}
    since = ago(days=200) + timedelta(seconds=since_s)
    expected = {name for name, when in ordered.items() if when >= since}

    found = api(Orders(ordered))[0].search(since, NOW)

    assert set(found) == expected
    assert len(found) == len(expected)


def test_pages_are_read_a_thousand_at_a_time_and_told():
    ordered = {f"o-{n:05}": ago(seconds=9000 - n) for n in range(2500)}
    orders, http = api(Orders(ordered))

    pages = list(orders.search_pages(ago(hours=3), NOW))

    assert [len(page.numbers) for page in pages] == [1000, 1000, 500]
    assert [(page.page, page.pages, page.total) for page in pages] == [
        (1, 3, 2500),
        (2, 3, 2500),
        (3, 3, 2500),
    ]
    sent = http.sent[0]
    assert sent["dateType"] == 1
    assert sent["startDatetime"] == "2026-11-24T06:00:00+0900"
    assert sent["PaginationRequestModel"] == {
        "requestRecordsAmount": 1000,
        "requestPage": 1,
        "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
    }


def test_a_full_window_is_halved_until_it_fits():
    ordered = {
        f"o-{n:05}": ago(days=60) + timedelta(minutes=2 * n) for n in range(20_000)
    }
    orders, _ = api(Orders(ordered))

    assert sorted(orders.search(ago(days=60), NOW)) == sorted(ordered)


def test_over_fifteen_thousand_in_one_minute_is_refused_with_advice():
    ordered = {f"o-{n}": ago(hours=1) for n in range(15_000)}
    orders, _ = api(Orders(ordered))

    with pytest.raises(Refused, match="1分間に15,000件以上"):
        orders.search(ago(hours=2), NOW)


def test_an_order_that_leaves_between_two_pages_hides_no_other():
    staying = {f"o-{n:05}": ago(seconds=9000 - n) for n in range(1500)}
    full, fewer = Orders(staying | {"leaver": ago(seconds=9500)}), Orders(staying)
    turns = [full, fewer, fewer, fewer]

    def later_fewer(body: dict[str, Any]) -> Answer:
        return turns.pop(0)(body)

    orders, _ = api(later_fewer)

    found = orders.search(ago(hours=3), NOW)

    assert set(staying) <= set(found)
    assert len(found) == len(set(found))


def test_an_order_that_appears_between_two_pages_is_found_in_the_same_search():
    """Its hits number 1,501 then: the second page has one of the first once more."""
    ordered = {f"123456-{n}": ago(hours=2) + timedelta(seconds=n) for n in range(1500)}
    late = {"123456-late": ago(hours=3)}
    answers = [Orders(ordered), Orders(ordered | late)]

    def answer(body: dict[str, Any]) -> Answer:
        return (answers.pop(0) if len(answers) > 1 else answers[0])(body)

    found = api(answer)[0].search(ago(days=1), NOW)

    assert sorted(found) == sorted([*ordered, *late])


def test_orders_of_one_second_are_all_found_in_whatever_order_rms_lists_them():
    """RMS sorts by the time of the order only: 1,500 of one second have no order."""
    draw = Random(7)  # noqa: S311 - a fixed seed, no secret
    numbers = [f"123456-{n:04}" for n in range(1500)]

    def shuffled(body: dict[str, Any]) -> Answer:
        draw.shuffle(numbers)
        return Orders(dict.fromkeys(numbers, ago(hours=1)))(body)

    assert sorted(api(shuffled)[0].search(ago(days=1), NOW)) == sorted(numbers)


def test_a_listing_that_goes_on_hiding_an_order_is_no_search():
    """The cursor may not pass an order that nobody was shown."""
    numbers = [f"123456-{n:04}" for n in range(1200)]

    def hiding(body: dict[str, Any]) -> Answer:
        status, found = Orders(dict.fromkeys(numbers, ago(hours=1)))(body)
        listed = [n for n in found["orderNumberList"] if not n.endswith("0007")]
        return status, found | {"orderNumberList": listed}

    with pytest.raises(Unavailable, match="1,200件のうち1,199件"):
        api(hiding)[0].search(ago(minutes=61), ago(minutes=59))


def test_an_order_that_rms_counts_and_never_lists_does_not_end_the_search(caplog):
    """The other orders of these days are found: windows of one page have them."""
    placed = {f"123456-{n:04}": ago(minutes=n) for n in range(1200)}

    def hiding(body: dict[str, Any]) -> Answer:
        status, found = Orders(placed)(body)
        listed = [n for n in found["orderNumberList"] if not n.endswith("0007")]
        return status, found | {"orderNumberList": listed}

    found = api(hiding)[0].search(ago(days=1), NOW)

    assert sorted(found) == sorted(placed.keys() - {"123456-0007"})
    assert "hits listed" in caplog.text


def test_hits_that_rms_never_lists_end_the_search_with_a_warning(caplog):
    def short(body: dict[str, Any]) -> Answer:
        told = {"totalRecordsAmount": 5, "totalPages": 1, "requestPage": 1}
        return 200, said(FOUND, orderNumberList=["a"], PaginationResponseModel=told)

    orders, http = api(short)

    assert orders.search(ago(days=1), NOW) == ["a"]
    assert (len(http.sent), "1 of 5" in caplog.text) == (4, True)


@pytest.mark.parametrize("numbers", [None, []])
def test_a_warning_alone_is_not_no_order(numbers):
    new = message("WARNING", "ORDER_EXT_API_SEARCH_ORDER_WARNING_777")
    answer = said(new, orderNumberList=numbers, PaginationResponseModel=None)

    with pytest.raises(Unavailable, match="WARNING_777"):
        api(lambda _: (200, answer))[0].search(ago(days=1), NOW)


@pytest.mark.parametrize(
    "pages",
    [{}, {"totalPages": None}, {"totalPages": 1}],
    ids=["absent", "null", "fewer-than-they-fill"],
)
def test_the_total_tells_how_many_pages_there_are(pages):
    """docs/rms/order-api.md §2.1: 1,000 numbers a page at most."""
    ordered = {f"o-{n:05}": ago(seconds=9000 - n) for n in range(2500)}

    def silent(body: dict[str, Any]) -> Answer:
        status, found = Orders(ordered)(body)
        told = {"totalRecordsAmount": 2500, "requestPage": None} | pages
        return status, found | {"PaginationResponseModel": told}

    assert sorted(api(silent)[0].search(ago(hours=3), NOW)) == sorted(ordered)


def test_zero_hits_are_no_order_and_no_crash():
    orders, http = api(Orders({}))

    assert orders.search(ago(days=1), NOW) == []
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    ("since", "until", "advice"),
    [
        (NOW, NOW, "開始日時が終了日時より前ではありません.*前にしてください"),
        (NOW, ago(days=1), "開始日時は終了日時より前"),
        (ago(days=730, seconds=1), NOW, "730日以内"),
    ],
)
def test_a_span_rms_cannot_search_is_refused_before_any_call(since, until, advice):
    orders, http = api(Orders({}))

    with pytest.raises(Refused, match=advice):
        orders.search_pages(since, until)

    assert http.sent == []


def test_exactly_730_days_and_a_time_without_zone_are_searched():
    orders, http = api(Orders({}))

    orders.search(ago(days=730), NOW)
    orders.search(datetime(2026, 11, 1), datetime(2026, 11, 2))  # noqa: DTZ001

    assert http.sent[-1]["startDatetime"] == "2026-11-01T00:00:00+0900"


@pytest.mark.parametrize(
    "body",
    [
        {"orderNumberList": ["a"]},
        said(FOUND),
        said(FOUND, orderNumberList=None, PaginationResponseModel=None),
        said(message("INFO", "ORDER_EXT_API_SEARCH_ORDER_INFO_777")),
        said({"messageCode": "ORDER_EXT_API_SEARCH_ORDER_ERROR_103"}),
        said(
            FOUND,
            orderNumberList=None,
            PaginationResponseModel={"totalRecordsAmount": 3},
        ),
        said(FOUND, orderNumberList=[5], PaginationResponseModel=None),
        said(FOUND, orderNumberList=["a"], PaginationResponseModel=None),
        said(
            FOUND,
            orderNumberList=["a"],
            PaginationResponseModel={"totalRecordsAmount": None},
        ),
        said(FOUND, orderNumberList=["a"], PaginationResponseModel={"totalPages": "1"}),
        said(message("ERROR", "ORDER_EXT_API_SEARCH_ORDER_ERROR_011", "dateType")),
    ],
)
def test_an_answer_that_is_no_result_is_refused(body):
    orders, _ = api(lambda _: (200, body))

    with pytest.raises(Refused):
        orders.search(ago(days=1), NOW)


def test_times_go_out_in_japan_time_to_whole_seconds():
    orders, http = api(Orders({}))
    until = datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=JST)

    orders.search(until - timedelta(days=1), until)

    assert http.sent[0]["startDatetime"] == "2026-11-22T09:00:00+0900"
    assert http.sent[0]["endDatetime"] == "2026-11-23T09:00:01+0900"
