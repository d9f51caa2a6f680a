"""From the application to live orders, as the people of a shop go through it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.logging.handlers import APILogHandler

from connectors.notices.spool import Spool
from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.model.notice import Notice
from data.model.shops.application import ApplicationRefused
from data.model.shops.onboarding import WAY, Stage
from data.warehouse.session import warehouse
from flows.check_connection import check_connection
from flows.drain_notices import drain_notices
from flows.onboard_shop import onboard_shop
from tasks.setup.services import Services
from tasks.shops import every_shop as live
from tasks.shops.every_shop import live_shops
from tests.shops.made import FORM, PERSONAL, SECOND_MAIL
from tests.shops.mail_server import Mailbox, smtp_server
from tests.support.csv_counter import Shown, latest_runs
from tests.support.effort import first, for_ci, for_long
from tests.support.order_notice import order_notice
from tests.support.plain_runs import both_ways
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox


@pytest.fixture
def step(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[str, str]]:
    """Run the flow as the form does and say how it ended; there is no other shop."""
    monkeypatch.setattr(live, "rakuten_shops", lambda: ["lab"])

    def made(stage: Stage | None = None, **given) -> tuple[str, str]:
        state = onboard_shop("lab", step=stage, return_state=True, **given)
        return state.type.value, state.message

    return made


@pytest.fixture
def key_with_an_end(monkeypatch: pytest.MonkeyPatch, lab: Sandbox) -> None:
    """What people type into the block beside the key, RMS will tell in the check."""
    check_connection("lab", return_state=True)


def rows(query: str) -> list[tuple]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return con.execute(query).fetchall()


def walk(step, starts: datetime) -> list[str]:
    """Go the whole way until the shop waits for its start; give each run's ending."""
    approved = starts - timedelta(days=2)
    ends = [
        step(application=FORM),
        step(Stage.APPLIED),
        step(Stage.AWAITING_API),
        step(Stage.KEY_REGISTERED),
    ]
    checked = check_connection("lab", return_state=True)
    ends += [
        (checked.type.value, checked.message),
        step(Stage.AWAITING_NOTICES),
        step(
            Stage.AWAITING_START,
            start_on=starts.date(),
            approved_at=approved.replace(tzinfo=None),
        ),
    ]
    return [kind for kind, _ in ends]


def nine_of(days: int) -> datetime:
    day = datetime.now(JST) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def test_a_shop_goes_from_its_application_to_waiting_for_the_start(
    step, key_with_an_end, shown: Shown
):
    kinds = walk(step, nine_of(3))
    checklist = shown("shop-checklist")
    stages = rows("SELECT stage FROM shop_stages ORDER BY step")

    assert kinds == ["COMPLETED"] * 7
    assert [stage for (stage,) in stages] == [
        "申請準備",
        "申請済",
        "API承認待ち",
        "キー登録済",
        "接続確認済",
        "通知承認待ち",
        "開始待ち",
    ]
    assert f"{nine_of(3):%Y-%m-%d} 09:00 に自動的に「稼働中」になります" in checklist
    assert rows("SELECT notices_start_at FROM shops")[0][0] == nine_of(3)
    assert live_shops.fn() == []


def whole_way(step, starts: datetime) -> tuple[str, str]:
    """Go from the application to 稼働中 in one run, as far as the shop may."""
    return step(
        Stage.LIVE,
        application=FORM,
        start_on=starts.date(),
        approved_at=(starts - timedelta(days=2)).replace(tzinfo=None),
        steps_between=True,
    )


STAGES = "SELECT stage FROM shop_stages ORDER BY step"


def test_one_run_goes_the_whole_way_and_checks_the_connection_on_it(
    step, key_with_an_end
):
    kind, message = whole_way(step, nine_of(-1))

    assert (kind, message[:3]) == ("COMPLETED", "稼働中"), message
    assert [stage for (stage,) in rows(STAGES)] == [str(stage) for stage in WAY]


@for_ci
def test_one_run_stops_before_a_stage_that_is_not_due(step, key_with_an_end):
    kind, message = whole_way(step, nine_of(3))

    assert (kind, "お待ちください" in message) == ("FAILED", True)
    assert rows(STAGES)[-1] == ("開始待ち",)


def test_one_run_stops_where_the_check_of_the_connection_fails(
    lab: Sandbox, step, key_with_an_end
):
    lab.shop("demo", license_key="SL" + "9" * 16 + "_" + "z" * 16)
    kind, message = whole_way(step, nine_of(-1))

    assert (kind, "対処" in message) == ("FAILED", True)
    assert rows(STAGES)[-1] == ("キー登録済",)


def test_a_shop_is_live_from_its_start_on(step, key_with_an_end):
    walk(step, nine_of(-2))
    found = live_shops.fn()

    assert found == ["lab"]
    assert rows("SELECT stage FROM shops WHERE shop = 'lab'") == [("稼働中",)]


@both_ways
def test_the_mail_is_there_to_copy_and_the_next_step_names_the_menu(step, shown: Shown):
    step(application=FORM)
    mail = shown("application-mail")
    step(Stage.APPLIED)
    kind, message = step(Stage.AWAITING_API)

    assert "楽天API利用申請" in mail
    assert all(value in mail for value in PERSONAL)
    assert kind == "COMPLETED"
    assert "システム開発企業からのAPIアクセス許可設定" in message


@both_ways
def test_a_step_that_is_not_due_is_refused_with_the_way_on(step, shown: Shown):
    kind, message = step(Stage.LIVE)
    checklist = shown("shop-checklist")

    assert kind == "FAILED"
    assert "対処: 次に選べるのは 申請準備、キー登録済 です" in message
    assert "次にすること" in checklist
    assert rows("FROM shop_stages") == []


def test_a_start_needs_both_its_day_and_the_approval(step, key_with_an_end):
    walk(step, nine_of(3))
    step(Stage.STOPPED)
    with warehouse(read_settings().warehouse) as con:
        con.execute("UPDATE shops SET notices_start_at = NULL")
    check_connection("lab", return_state=True)
    kind, message = step(Stage.AWAITING_START, start_on=nine_of(3).date())

    assert (kind, "承認した日時と開始日" in message) == ("FAILED", True)


def test_who_only_looks_changes_nothing(step, shown: Shown):
    kind, message = step()

    assert (kind, "onboard-shop で申請メールを作成" in message) == ("COMPLETED", True)
    assert rows("FROM shop_stages") == []


@pytest.mark.parametrize("given", [{}, {"step": Stage.PREPARING}])
def test_a_shop_nobody_knows_is_refused_and_not_begun(lab: Sandbox, given: dict):
    state = onboard_shop("lav", return_state=True, **given)

    assert state.type.value == "FAILED"
    assert "登録済みの店舗: lab。「lab」ではありませんか" in state.message
    assert "対処" in state.message
    assert rows("FROM shop_stages") == []


def test_an_application_begins_a_shop_nobody_knew(lab: Sandbox):
    state = onboard_shop("mihon", application=FORM, return_state=True)

    assert state.type.value == "COMPLETED"
    assert rows("SELECT shop, stage FROM shop_stages") == [("mihon", "申請準備")]


@both_ways
def test_a_refused_form_tells_the_reason_and_nothing_that_was_typed(
    lab: Sandbox, shown: Shown
):
    masked = FORM | {"shop_email": "abc123@shop.rakuten.co.jp", "contact_phone": "0311"}
    state = onboard_shop("lab", application=masked, return_state=True)
    refusal = state.result(raise_on_failure=False)

    assert isinstance(refusal, ApplicationRefused)
    assert "店舗連絡先メールアドレス" in state.message
    assert "対処" in state.message
    assert "abc123" not in state.message
    assert "0311" not in state.message


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server of this machine, set in the environment."""
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        for name, value in {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "SECURITY": "none",
            "FROM": "us@juchu.example",
            "TO": "api@rakuten.example",
        }.items():
            monkeypatch.setenv(f"JUCHU_SMTP_{name}", value)
        yield mailbox


def test_where_a_mail_server_is_set_the_mail_is_sent_once(step, mailbox: Mailbox):
    first = step(application=FORM)
    again = step(application=FORM)

    assert [first[0], again[0]] == ["COMPLETED", "COMPLETED"]
    assert len(mailbox.letters) == 1
    assert rows("SELECT max_by(stage, step) FROM shop_stages") == [("申請済",)]


def test_a_mail_that_is_not_sent_leaves_the_text_to_copy(
    step, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox, shown: Shown
):
    monkeypatch.setenv("JUCHU_SMTP_PORT", "9")
    kind, message = step(application=FORM)

    assert kind == "FAILED"
    assert "JUCHU_SMTP_HOST" in message
    assert "楽天API利用申請" in shown("application-mail")
    assert rows("SELECT stage FROM shop_stages") == [("申請準備",)]


def noticed(number: str, received_at: datetime) -> Notice:
    """A notice as the receiver leaves it in the spool."""
    return order_notice("123456", number, at=received_at)


def test_orders_before_the_start_are_not_ingested_by_notice_and_those_after_are(
    lab: Sandbox, step, key_with_an_end
):
    starts, moment = nine_of(-1), timedelta(seconds=1)
    early, late = lab.sell(2, over_days=0)
    spool = Spool(read_settings().spool)
    spool.keep([noticed(early, starts - moment), noticed(late, starts)])
    walk(step, starts)
    state = drain_notices(return_state=True)

    assert state.type.value == "COMPLETED"
    assert rows("SELECT order_number FROM orders WHERE source = 'api'") == [(late,)]
    assert sorted(rows("SELECT order_number, reason FROM notices")) == sorted(
        [(early, "before_start"), (late, "stored")]
    )


@for_ci
def test_notices_of_a_shop_that_waits_for_its_start_wait_with_it(
    lab: Sandbox, step, key_with_an_end
):
    (number,) = lab.sell(1, over_days=0)
    spool = Spool(read_settings().spool)
    spool.keep([noticed(number, datetime.now(JST))])
    walk(step, nine_of(3))
    state = drain_notices(return_state=True)

    assert state.message == "処理待ちの通知はありません"
    assert rows("FROM orders") == []
    assert spool.depth() == 1


@pytest.mark.prefect
@pytest.mark.parametrize("typed", [{}, {"contact_phone": "0311"}])
def test_of_an_application_prefect_keeps_the_mail_to_copy_and_no_parameter(
    step, prefect_api: SyncPrefectClient, typed: dict
):
    kind, _ = step(application=FORM | typed)
    run = latest_runs(prefect_api, "onboard-shop")[0]

    assert kind == ("FAILED" if typed else "COMPLETED")
    assert run.parameters["application"] is None
    assert run.parameters["shop"] == "lab"


@pytest.mark.prefect
@first(1, for_long)
@pytest.mark.parametrize("start", ["2026/12/01", "2026/02/30"])
def test_of_a_pasted_mail_prefect_keeps_the_lines_that_were_read(
    step, services: Services, start: str
):
    canary, address = "カナリア鳥子", "canary-77@mail.example"
    pasted = f"{canary} {address}\n{SECOND_MAIL.replace('2026/12/01', start)}{canary}"
    step(second_mail=pasted)
    APILogHandler().flush()
    with sqlite3.connect(services.home / "prefect" / "prefect.db") as db:
        kept = "\n".join(db.iterdump())

    assert json.dumps("企業名:株式会社見本システム")[1:-1] in kept
    words = [canary, json.dumps(canary)[1:-1], address]
    assert [word for word in words if word in kept] == []
