"""CSV orders that wait for a stock adjustment: told after a day, and not before."""

from datetime import timedelta
from typing import Any

import pytest
from prefect.states import Completed

from data.model.order import Mall
from data.warehouse.day import Day
from data.warehouse.order_files.store import import_orders
from data.warehouse.session import warehouse
from tasks.day.report import DayReport, day_markdown, day_text
from tasks.stock import adjust as stock_waiting
from tests.order_files.store.made import MadeFile, MadeRules, a_row
from tests.stock.shop_of_flows import Shelf, quick_shelf
from tests.support.orders import at

TEA = ("kakuu-tea", "kakuu-tea")
DAY_S = timedelta(days=1).total_seconds()


@pytest.fixture
def shelf(sandbox, home):
    """A shop whose clock stands still unless it is moved: to the second of a day."""
    with quick_shelf(sandbox, home) as opened:
        moment = opened.now()
        opened.now = lambda: moment + opened.ahead
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stock_waiting, "now", opened.now)
            yield opened


@pytest.fixture
def told(monkeypatch) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The events that were announced."""
    events = []
    monkeypatch.setattr(
        stock_waiting,
        "emit_event",
        lambda event, resource, payload: events.append((event, resource, payload)),
    )
    return events


def later(shelf: Shelf, seconds: float) -> list[str]:
    """The reminders when so much time has passed."""
    shelf.ahead += timedelta(seconds=seconds)
    return stock_waiting.adjustments_waiting()


def test_nothing_is_told_before_a_day_has_passed(shelf: Shelf, told):
    shelf.csv(TEA, [2], 1)

    assert [later(shelf, 0), later(shelf, DAY_S - 1), later(shelf, 1)] == [[], [], []]
    assert told == []


def test_after_a_day_shop_lines_time_and_what_to_do_are_told(shelf: Shelf, told):
    since = shelf.now()
    shelf.csv(TEA, [2, 1], 1)
    (reminder,) = later(shelf, DAY_S + 1)

    assert reminder == (
        f"在庫の手動調整待ち: rakuten {shelf.shop_id} の 2行"
        f"({since:%m月%d日 %H:%M} から)。"
        "対処: adjust-stock/manual を実行してください。"
    )


def test_it_is_announced_for_automations_with_no_order_in_it(shelf: Shelf, told):
    since = shelf.now()
    number = shelf.csv(TEA, [2], 1)
    later(shelf, DAY_S + 1)
    ((event, resource, payload),) = told

    assert event == "juchu.stock.adjustment-waiting"
    assert resource == {"prefect.resource.id": f"juchu.stock.rakuten.{shelf.shop_id}"}
    assert payload == {"lines": 1, "since": since.isoformat()}
    assert number not in f"{told}"


def test_only_the_lines_that_waited_so_long_are_counted(shelf: Shelf, told):
    shelf.csv(TEA, [2], 1)
    shelf.ahead += timedelta(hours=12)
    shelf.csv(TEA, [3], 2)
    (first,) = later(shelf, DAY_S / 2 + 1)
    (second,) = later(shelf, DAY_S / 2)

    assert " の 1行" in first
    assert " の 2行" in second


def test_what_a_person_adjusted_is_told_no_more(shelf: Shelf, told):
    number = shelf.csv(TEA, [2], 1)
    shelf.csv(TEA, [3], 2)
    before = later(shelf, DAY_S + 1)
    shelf.adjust({"order_number": number})
    after = later(shelf, 1)

    assert [" の 2行" in before[0], " の 1行" in after[0]] == [True, True]


def test_every_shop_is_told_of_that_keeps_orders_here(shelf: Shelf, told):
    shelf.csv(TEA, [2], 1)
    rows = [a_row("Y-1", "1", quantity=1)]
    with warehouse(shelf.path) as con:
        import_orders(
            con,
            MadeFile(rows, layout=MadeRules(mall=Mall.YAHOO)),
            import_id="y",
            shop_id="lab",
            mode="update",
            imported_at=shelf.now(),
        )
    reminders = later(shelf, DAY_S + 1)

    assert [one.split(" の ")[0] for one in reminders] == [
        f"在庫の手動調整待ち: rakuten {shelf.shop_id}",
        "在庫の手動調整待ち: yahoo lab",
    ]
    assert len(told) == 2


def a_day(*reminders: str) -> DayReport:
    steps = {"push-inventory": Completed(message="転送 0")}
    return DayReport("lab", "処理", steps, Day(), at(0), reminders)


def test_the_morning_lists_it_and_does_not_fail(shelf: Shelf, told):
    shelf.csv(TEA, [2], 1)
    reminders = later(shelf, DAY_S + 1)
    report = a_day(*reminders)

    assert report.failed == []
    assert f"## お知らせ\n\n- {reminders[0]}" in day_markdown(report)
    assert day_text(report).splitlines()[-1] == reminders[0]


def test_a_morning_without_one_has_no_such_part():
    assert "お知らせ" not in day_markdown(a_day())
