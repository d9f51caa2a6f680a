"""A clerk decides on the lines that wait, and sees the level afterwards."""

import html
import json
import re

import pytest

from tests.desk.conftest import NAME, AtDesk
from tests.desk.test_files import SECOND, shown, stored, upload
from tests.support.effort import for_ci
from tests.support.mall_csv import rakuten_bytes, rakuten_row

EVIL = "<script>alert(1)</script>急須"
SEEN = {"sku": "TEA-1", "quantity": 1, "is_cancelled": False, "booked": 0}
MOVED = "SELECT sku, quantity, who, note FROM stock_movements ORDER BY seq"


@pytest.fixture
def waiting(clerk: AtDesk) -> AtDesk:
    """The clerk after an order of two lines' file."""
    placed = {"注文日時": "2020-01-05 10:00:00"}
    rows = [
        rakuten_row(商品名=EVIL, 個数="3", **placed),
        rakuten_row(**SECOND, 個数="1", **placed),
    ]
    page = upload(clerk, rakuten_bytes(rows)).headers["location"]
    clerk.send(f"{page}/book", page, trial=clerk.hidden(page, "trial"))
    return clerk


def ticks(clerk: AtDesk) -> list[str]:
    """What each box of the list sends."""
    page = clerk.browser.get("/adjust").text
    found = re.findall(r'name="line" value="([^"]*)"', page)
    return [html.unescape(each) for each in found]


def decided(clerk: AtDesk, **form: object):
    given = {"shop": "lab", "note": "電話で確認", "decision": "book"}
    return clerk.send("/adjust", "/files", **(given | form))


@for_ci
def test_what_waits_is_shown_with_the_buyers_markup_as_text(waiting: AtDesk):
    page = waiting.browser.get("/adjust").text

    assert "<script>alert" not in page
    assert html.escape(EVIL) in page
    assert SECOND["注文番号"] in page
    assert len(ticks(waiting)) == 2
    assert '<input type="hidden" name="shop" value="lab">' in page


def test_a_chosen_line_is_booked_once_and_its_level_shown(waiting: AtDesk):
    first, _ = ticks(waiting)
    sent = {"line": first, "units-0": "2"}
    answer = decided(waiting, **sent)
    report = shown(waiting, answer.headers["location"])

    ((sku, quantity, who, note),) = stored(waiting, MOVED)
    assert (quantity, who, note) == (-2, NAME, "電話で確認")
    assert "調整後の在庫数" in report
    assert f"{sku} -2 -2" in report
    assert decided(waiting, once="1", **sent).headers == answer.headers
    again = decided(waiting, once="2", **sent)
    assert "すでに調整済みです" in shown(waiting, again.headers["location"])
    assert len(stored(waiting, MOVED)) == 1


def test_what_is_not_as_the_list_showed_it_is_left_alone(waiting: AtDesk):
    lines = ticks(waiting)
    placed = {"注文日時": "2020-01-05 10:00:00"}
    rows = [
        rakuten_row(商品名=EVIL, 個数="3", ステータス="900", **placed),
        rakuten_row(**SECOND, 個数="2", **placed),
    ]
    page = upload(waiting, rakuten_bytes(rows)).headers["location"]
    waiting.send(f"{page}/book", page, trial=waiting.hidden(page, "trial"))
    answer = decided(waiting, line=lines, **{"units-0": "3", "units-1": "1"})
    told = shown(waiting, answer.headers["location"])

    assert "注文がキャンセル・発送済み・返金済みのいずれか" in told
    assert "表示した後で、個数・SKU・キャンセルの状態が変わりました" in told
    assert stored(waiting, MOVED) == []


def test_another_choice_on_a_page_of_before_begins_another_run(waiting: AtDesk):
    first, second = ticks(waiting)
    begun = [
        decided(waiting, line=line, **{"units-0": "3", "units-1": "1"}).headers
        for line in (first, second, second)
    ]

    assert begun[0]["location"] != begun[1]["location"] == begun[2]["location"]
    assert [quantity for _, quantity, *_ in stored(waiting, MOVED)] == [-3, -1]


@for_ci
def test_all_that_is_shown_is_booked_at_once(waiting: AtDesk):
    lines = ticks(waiting)
    units = {"units-0": "3", "units-1": "1"}
    decided(waiting, decision="all", plain=lines, **units)

    assert [quantity for _, quantity, *_ in stored(waiting, MOVED)] == [-3, -1]
    waiting.clock.append(waiting.clock[-1].replace(minute=31))
    assert "在庫の調整を待つ注文はありません" in shown(waiting, "/adjust")


@for_ci
def test_a_line_adjusted_elsewhere_moves_nothing_and_waits_no_more(waiting: AtDesk):
    decided(waiting, decision="done", line=ticks(waiting))

    assert [quantity for _, quantity, *_ in stored(waiting, MOVED)] == [0, 0]
    assert stored(waiting, "FROM manual_stock_adjustments") == []


@for_ci
def test_old_orders_are_settled_by_a_day(waiting: AtDesk):
    form = {"shop": "lab", "note": "過去の注文", "before": "2020-02-01"}
    answer = waiting.send("/adjust/before", "/adjust", **form)

    assert "調整した明細 2" in shown(waiting, answer.headers["location"])
    assert stored(waiting, "FROM manual_stock_adjustments") == []


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({}, "行が選ばれていません"),
        ({"line": "{}"}, "選ばれた行を読み取れません"),
        ({"line": "x", "note": " "}, "メモが入力されていません"),
        (
            {
                "line": json.dumps(
                    {"number": 0, "mall": "rakuten", "order": "1", "line": "1"}
                    | {"seen": SEEN}
                ),
                "units-0": "-1",
            },
            "個数を読み取れません",
        ),
    ],
)
def test_what_cannot_be_booked_says_why_and_books_nothing(clerk: AtDesk, form, why):
    answer = decided(clerk, **form)

    assert answer.status_code == 400
    assert why in answer.text
    assert "対処:" in answer.text
    assert [name for name, _ in clerk.runs.given if name.startswith("push")] == []


def test_a_form_that_is_refused_leads_back_to_what_was_typed(clerk: AtDesk):
    clerk.headers["Referer"] = "http://127.0.0.1:8790/adjust?shop=lab"
    way = '<a class="button" href="/adjust?shop=lab" data-back>入力した画面へ戻る</a>'

    assert way in decided(clerk, note="  ", line="{}").text
    assert "入力した画面へ戻る" not in decided(clerk, token="old").text
    assert "入力した画面へ戻る" not in clerk.browser.get("/nix").text


def test_stock_is_sent_for_a_shop_that_is_named(clerk: AtDesk):
    page = clerk.browser.get("/adjust").text
    unnamed = clerk.send("/adjust/push", "/files", shop="")

    assert '<option value="lab">lab</option>' in page
    assert (unnamed.status_code, "対処: 店舗を選んで" in unnamed.text) == (400, True)
    assert [name for name, _ in clerk.runs.given if name.startswith("push")] == []
