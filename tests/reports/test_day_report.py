"""The day's report: what is urgent first, and the same in the run's message."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from prefect.client.schemas.objects import State, StateDetails
from prefect.settings import PREFECT_UI_URL, temporary_settings
from prefect.states import Completed, Failed

from data.model.matter import MATTER_WORDS, Matter, MatterKind
from data.model.order import Status
from data.model.ship_by import Reason, ShipBy
from data.model.stock_link import StockLink
from data.warehouse.day import Day, DueOrder, ShopToDo, StatusCount, WaitingKind
from data.warehouse.stock.speed import StockSpeed
from tasks.day.report import (
    ALL_WELL,
    LOOK,
    NO_SERVER,
    DayReport,
    day_markdown,
    day_text,
    sentence,
)
from tasks.runs.report import ends_table
from tests.support.orders import at

TO_DO = (
    "作業: 入金待ち 6件、発送待ち 40件、今日出荷 22件、出荷の遅れ 1件、"
    "キャンセルの確定待ち 2件、転送できなかった在庫 1件、モールに未登録の送り状番号 7件"
)
RUN = "0197f6a0-0000-7000-8000-000000000001"
NOT_AT_MALL = Matter(
    kind=MatterKind.ORDER_NOT_AT_MALL,
    key="rakuten/123456/1",
    mall="rakuten",
    shop_id="123456",
    order_number="1",
    since=at(0),
    what="RMSにありません。対処: 確認してください。",
)
DAY = Day(
    standings=(
        StatusCount("rakuten", "demo", Status.NEW, 3, 4500),
        StatusCount("rakuten", "demo", Status.PROCESSING, 1200, 9_000_000),
        StatusCount("yahoo", "store", Status.NEW, 1, 980),
    ),
    work=(
        ShopToDo("rakuten", "demo", 5, 40, 2, 1, 7, 22, 1),
        ShopToDo("yahoo", "store", 1, 0, 0, 0, 0),
    ),
    waiting=(
        WaitingKind(MatterKind.ORDER_NOT_AT_MALL, 12, at(0)),
        WaitingKind(MatterKind.SHOP_STOPPED, 1, at(5)),
    ),
    matters=(NOT_AT_MALL,),
    due=(
        DueOrder("rakuten", "demo", "10", ShipBy(date(2026, 6, 30), Reason.DELIVERY)),
        *(
            DueOrder(
                "rakuten", "demo", str(n), ShipBy(date(2026, 7, 1), Reason.ONE_DAY)
            )
            for n in range(11, 32)
        ),
    ),
    handles={("rakuten", "123456"): "demo"},
)


def report(day: Day | None = DAY, **ends: State[Any]) -> DayReport:
    named = {name.replace("_", "-"): state for name, state in ends.items()}
    return DayReport(
        "demo", "処理", named or {"ingest-orders": Completed()}, day, at(0)
    )


REFUSED = Failed(message="新規 2 / 変更 0。対処: 報告「ingest-report」を確認。\n細部")


def test_the_report_says_per_mall_and_shop_where_the_orders_stand():
    text = day_markdown(report())

    assert "| rakuten | demo | 受注処理中 | 1,200 | 9,000,000 |" in text
    assert "| yahoo | store | 新規受付 | 1 | 980 |" in text


def test_the_report_says_what_is_to_be_done_today():
    head = "| モール | 店舗 | 入金待ち | 発送待ち | 今日出荷 | 出荷の遅れ"
    text = day_markdown(report())

    rest = "キャンセルの確定待ち | 転送できなかった在庫 | モールに未登録の送り状番号"
    assert f"{head} | {rest} |" in text
    assert "| rakuten | demo | 5 | 40 | 22 | 1 | 2 | 1 | 7 |" in text


def test_the_report_lists_what_has_to_leave_today_the_late_ones_first():
    text = day_markdown(report())
    late = "| 06月30日 | demo | 10 | お届け日の指定 |"

    assert "## 今日出荷する注文 22件" in text
    assert late in text
    assert text.index(late) < text.index("| 07月01日 | demo | 11 | 当日出荷・あす楽 |")
    assert "| 29 |" in text
    assert "| 30 |" not in text
    assert "ほかに2件あります。" in text
    assert "今日出荷する注文" not in day_markdown(report(replace(DAY, due=())))


def test_what_needs_a_person_stands_by_kind_with_the_key_to_dismiss_it():
    text = day_markdown(report())

    assert "## 対応が必要なもの 13件" in text
    assert "| RMSにない注文 | 12 | 07月01日 09:00 | order_not_at_mall |" in text
    row = f"| 07月01日 09:00 | demo | 1 | {NOT_AT_MALL.what} | rakuten/123456/1 |"
    assert row in text
    assert "ほかに11件あります" in text
    assert text.index("RMSを呼び出せない店舗") < text.index("RMSにない注文")


def test_a_failure_is_one_sentence_with_what_to_do_and_a_link_to_its_run():
    failed = REFUSED.model_copy(update={"state_details": StateDetails(flow_run_id=RUN)})
    with temporary_settings({PREFECT_UI_URL: "http://127.0.0.1:4200"}):
        text = day_markdown(report(ingest_orders=failed))
    (line,) = [one for one in text.splitlines() if one.startswith("- **ingest-orders")]

    assert "対処: 報告「ingest-report」を確認。" in line
    assert "細部" not in line
    assert line.endswith(f"(http://127.0.0.1:4200/runs/flow-run/{RUN})")
    assert text.index("失敗した処理 1件") < text.index("対応が必要なもの")


def test_a_day_without_a_failure_begins_with_that():
    assert day_markdown(report()).splitlines()[4] == f"**{ALL_WELL}**"


def test_the_text_says_the_same_in_lines_the_summary_first():
    lines = day_text(report(ingest_orders=REFUSED)).splitlines()

    assert lines[0].startswith("失敗した処理: ingest-orders。対処: 報告「day-report」")
    assert lines[1].startswith("・ingest-orders: 新規 2 / 変更 0。対処:")
    assert lines[2:] == [
        "注文: 新規受付 4件、受注処理中 1,200件",
        TO_DO,
        "対応が必要なもの: 13件 RMSを呼び出せない店舗 1件、RMSにない注文 12件",
    ]


def test_each_failure_of_a_shops_day_stands_below_it_without_what_did_not_happen():
    shop = Failed(message=day_text(report(ingest_orders=REFUSED)))
    whole = day_markdown(DayReport("全店舗", "店舗", {"lab": shop}, None, at(0)))
    failure, below, *_ = whole.partition("- **lab**")[2].splitlines()

    assert failure == ": 失敗した処理: ingest-orders"
    assert below.startswith("    - ingest-orders: 新規 2。対処:")


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        ("報告 0 / 確認済み 0 / 拒否 3。対処: 直す", "拒否 3。対処: 直す"),
        ("新規 10 / 変更 0。", "新規 10。"),
        ("新規 0 / 変更 0。", "変更 0。"),
        ("新規 1,000 / 変更 20 / 変更なし 0", "新規 1,000 / 変更 20"),
    ],
)
def test_a_failure_counts_only_what_happened(counted: str, shown: str):
    text = day_markdown(report(ingest_orders=Failed(message=f"{counted} 対処: x")))

    assert f"- **ingest-orders**: {shown} 対処: x" in text


def test_with_several_shops_every_matter_says_whose_it_is():
    several, one = day_markdown(report()), replace(DAY, work=DAY.work[:1])

    assert "| いつから | 店舗 | 注文番号 |" in several
    assert "| いつから | 注文番号 |" in day_markdown(report(one))


def test_a_report_of_all_shops_repeats_each_shops_own_failures():
    shop = Failed(message=day_text(report(ingest_orders=REFUSED)))

    assert "・ingest-orders: 新規 2" in sentence(shop)
    assert "受注処理中" not in sentence(shop)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "Flow run encountered an exception: Refused: 拒否。対処: 直す。",
            "拒否。対処: 直す。",
        ),
        (
            "Task run encountered an exception UnknownShop: なし。対処: 直す。",
            "なし。対処: 直す。",
        ),
        ("Flow run encountered an exception: KeyError: 'x'", f"'x' {LOOK}"),
        ("Flow run encountered an exception: ConnectError: All failed", NO_SERVER),
        (None, f"理由が記録されていません。 {LOOK}"),
        ("", f"理由が記録されていません。 {LOOK}"),
    ],
)
def test_a_failure_has_no_words_of_prefect_and_always_an_advice(message, said):
    assert sentence(Failed(message=message)) == said


def test_a_table_of_ends_has_no_words_of_prefect():
    what = "Task run encountered an exception UnknownShop: なし。対処: 直す。\n細部"

    assert ends_table("処理", {"first": Failed(message=what)}).splitlines()[-1] == (
        "| first | 失敗 | なし。対処: 直す。 |"
    )


def test_a_mall_cannot_fill_the_report_or_put_a_link_into_it():
    failed = Failed(message="[ここ](http://evil.example) " + "長" * 900)
    text = day_markdown(report(ingest_orders=failed))

    assert "[ここ](" not in text
    assert len(sentence(failed)) < 400


def test_without_the_warehouse_the_steps_are_told_all_the_same():
    text = day_markdown(report(day=None, ingest_orders=REFUSED))

    assert "件数を表示できません" in text
    assert "| ingest-orders | 失敗 |" in text
    assert day_text(report(day=None)).endswith(f"件数を表示できません。{LOOK}")


def test_a_day_of_nothing_is_told_as_such():
    text = day_markdown(report(day=Day()))

    assert "対応が必要なもの\n\nありません。" in text
    assert "注文はまだありません。" in text
    assert "注文: 0件" in day_text(report(day=Day()))


def test_every_kind_has_a_place_in_the_report():
    waiting = tuple(WaitingKind(kind, 1, at(0)) for kind in MatterKind)
    text = day_markdown(report(day=Day(waiting=waiting)))

    assert [kind for kind in MatterKind if f"| {kind.value} |" not in text] == []
    assert [word for word in MATTER_WORDS.values() if word not in text] == []


def test_how_fast_stock_shows_at_the_mall_is_in_the_report():
    link = StockLink(is_on=True, silent_hours="")
    day = replace(
        DAY,
        speeds=(
            StockSpeed("rakuten", "123456", "demo", 40, 3.25, 41, 2, at(-1), link),
            StockSpeed("rakuten", "777", "second", 0, None, None, 0, None, link),
        ),
    )
    text = day_markdown(report(day))

    assert "| demo | 40 | 3.2 | 41.0 | 2 | 60.0 |" in text
    assert "| second | 0 | ― | ― | 0 | ― |" in text
    assert "モールに反映されるまで" not in day_markdown(report())
