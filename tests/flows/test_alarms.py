"""Somebody is told, once: by the day, by the drain, and from outside by its silence."""

import shutil
from email import message_from_bytes
from email.header import decode_header, make_header
from types import SimpleNamespace
from uuid import uuid4

import pytest
from prefect.states import Completed, Failed
from pydantic import SecretStr

from connectors.mail import Security, SmtpServer
from connectors.notices.spool import Spool
from connectors.settings.notify_address import notify_address
from connectors.settings.reading import SettingsProblem, read_settings
from data.model.alarm import AlarmKind
from data.warehouse.session import warehouse
from flows.daily import daily
from flows.drain_notices import drain_notices
from tasks import alarms
from tasks.setup.alarms import NotifyRefused, every_alarm, notify_block
from tasks.shops import every_shop
from tasks.shops.connection import LICENCE_ENDING
from tests.shops.mail_server import Mailbox, smtp_server
from tests.support.effort import for_ci
from tests.support.listener import listener
from tests.support.order_notice import order_notice
from tests.support.plain_runs import ShownHere
from tests.support.sandbox import Sandbox

CANARY = "CANARY-a7d1"


def disk(free: int) -> SimpleNamespace:
    return SimpleNamespace(total=100, free=free)


def subjects(shown: ShownHere) -> list[str]:
    return [
        event["payload"]["subject"]
        for event in shown.events
        if event["event"].startswith(alarms.EVENT)
    ]


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room, whatever this machine's is like."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk(50))


def test_a_failed_day_is_told_once_and_again_when_it_completes(
    lab: Sandbox, shown: ShownHere, roomy: None
):
    for _ in range(7):
        alarms.end_day(Failed(message="失敗した処理: ingest-orders。対処: 確認"))
    broken = shown.events.copy()
    alarms.end_day(Completed(message="すべての処理が完了しました"))
    alarms.end_day(Completed(message="すべての処理が完了しました"))

    assert [event["payload"]["body"] for event in broken] == [
        "失敗した処理: ingest-orders。対処: 確認"
    ]
    assert subjects(shown) == [
        "【受注 障害】朝の処理が失敗しました",
        "【受注 復旧】朝の処理が失敗しました",
    ]


def test_a_good_day_of_one_shop_ends_no_failed_day_of_another(
    lab: Sandbox, shown: ShownHere, roomy: None, monkeypatch: pytest.MonkeyPatch
):
    """It was told as well again while nobody had run the shop that failed."""
    pinged: list[bool] = []
    monkeypatch.setattr(alarms, "ping_outside", pinged.append)
    monkeypatch.setattr(every_shop, "rakuten_shops", lambda: ["lab", "second"])
    alarms.end_day(Failed(message="失敗した店舗: lab。対処: 確認"))
    alarms.end_day(Completed(message="すべての処理が完了しました"), "second")
    of_one = subjects(shown)
    alarms.end_day(Completed(message="すべての処理が完了しました"))

    assert of_one == ["【受注 障害】朝の処理が失敗しました"]
    assert subjects(shown) == [*of_one, "【受注 復旧】朝の処理が失敗しました"]
    assert pinged == [False, True]


def test_a_full_disk_is_told_by_the_drain(
    lab: Sandbox, shown: ShownHere, monkeypatch: pytest.MonkeyPatch
):
    for free in (9, 9, 11, 50):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, f=free: disk(f))
        drain_notices()

    low = "ディスクの空きが少なくなっています"
    assert subjects(shown) == [f"【受注 障害】{low}", f"【受注 復旧】{low}"]


def test_a_drain_that_breaks_off_tells_what_it_saw_all_the_same(
    lab: Sandbox, shown: ShownHere, monkeypatch: pytest.MonkeyPatch
):
    """Notices of the one shop waited for hours, and nobody was told before the day."""
    (number,) = lab.sell(1, over_days=0)
    notice = order_notice(lab.shops["demo"].shop_id, number)
    Spool(read_settings().spool).keep([notice])
    lab.shop("demo", functions_off=["getOrder"])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk(9))
    state = drain_notices(return_state=True)

    assert "CredentialsRefused" in state.message
    assert "【受注 障害】ディスクの空きが少なくなっています" in subjects(shown)


@for_ci
def test_a_rule_that_does_not_hold_is_told_by_the_day(
    lab: Sandbox, shown: ShownHere, roomy: None
):
    lab.sell(1)
    daily("lab", return_state=True)
    with warehouse(read_settings().warehouse) as con:
        con.execute("DELETE FROM order_log")
    daily("lab", return_state=True)

    assert "【受注 障害】データベースの内容に矛盾があります" in subjects(shown)


def test_the_outside_hears_of_good_days_and_of_failed_ones(
    lab: Sandbox, shown: ShownHere, roomy: None, monkeypatch: pytest.MonkeyPatch
):
    with listener() as outside:
        monkeypatch.setenv("JUCHU_PING_URL", f"{outside.url}/{CANARY}")
        daily("lab", return_state=True)
        lab.shop("demo", license_key="another-key")
        daily("lab", return_state=True)

    assert outside.heard == [
        ("GET", f"/{CANARY}", None),
        ("GET", f"/{CANARY}/fail", None),
    ]


@for_ci
@pytest.mark.parametrize("answers", [True, False], ids=["HTTP 500", "nobody there"])
def test_a_ping_that_fails_fails_no_day_and_is_not_quoted(
    lab: Sandbox,
    shown: ShownHere,
    roomy: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answers: bool,
):
    with listener(status=500) as outside:
        address = outside.url if answers else "http://127.0.0.1:9"
        monkeypatch.setenv("JUCHU_PING_URL", f"{address}/{CANARY}")
        state = daily("lab", return_state=True)

    assert state.type.value == "COMPLETED"
    assert "外部の監視" in caplog.text
    assert CANARY not in caplog.text


def test_a_mail_goes_through_the_smtp_settings():
    box = Mailbox()
    with smtp_server(box) as port:
        server = SmtpServer(
            "127.0.0.1",
            port,
            "desk@shop.example",
            "rakuten@example.jp",
            security=Security.NONE,
        )
        for wanted in ("mail", "mailto:staff@shop.example"):
            address = notify_address(SecretStr(wanted), server)
            with (block := notify_block(address)).raise_on_failure():
                block.notify("対処: 確認", "【受注 障害】試験")

    first, second = box.letters
    letter = message_from_bytes(first.content)
    assert [first.rcpt_tos, second.rcpt_tos] == [
        ["desk@shop.example"],
        ["staff@shop.example"],
    ]
    assert first.mail_from == "desk@shop.example"
    assert str(make_header(decode_header(letter["Subject"]))) == "【受注 障害】試験"
    parts = [p for p in letter.walk() if not p.is_multipart()]
    assert "対処: 確認" in parts[0].get_payload(decode=True).decode()


def test_a_webhook_takes_the_text():
    with listener() as hook:
        address = notify_address(SecretStr(f"{hook.url}/{CANARY}"), None)
        notify_block(address).notify("対処: 確認", "【受注 障害】試験")

    text = {"text": "【受注 障害】試験\n対処: 確認"}
    assert hook.heard == [("POST", f"/{CANARY}", text)]
    assert CANARY not in repr(notify_block(address))


def test_slack_itself_and_addresses_of_apprise_are_known():
    slack = "https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24
    for known in (slack, "json://localhost/x"):
        assert notify_block(notify_address(SecretStr(known), None))


def test_an_address_nobody_can_send_to_is_refused_without_quoting_it(
    caplog: pytest.LogCaptureFixture,
):
    address = notify_address(SecretStr(f"nosuch://{CANARY}"), None)
    with pytest.raises(NotifyRefused) as refused:
        notify_block(address)

    assert "対処" in str(refused.value)
    assert CANARY not in f"{refused.value}{caplog.text}"


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("NOTIFY", "mail", "JUCHU_SMTP_HOST"),
        ("NOTIFY", CANARY, "Apprise"),
        ("NOTIFY", f"http://outside.example/{CANARY}", "https://"),
        ("PING_URL", CANARY, "https://"),
        ("SHOP_HOURS", "21-9", "開始の時"),
        ("SHOP_HOURS", "9", "JUCHU_SHOP_HOURS"),
    ],
)
def test_a_wrong_setting_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, why: str
):
    monkeypatch.setenv(f"JUCHU_{variable}", value)
    with pytest.raises(SettingsProblem) as problem:
        read_settings()

    assert why in str(problem.value)
    assert CANARY not in str(problem.value)


def test_every_kind_of_alarm_has_its_automation():
    automations = {each.name: each for each in every_alarm(uuid4())}
    warned_of = automations["juchu: alarm licence-warning"].trigger.expect

    assert {f"juchu: alarm {kind}" for kind in AlarmKind} <= set(automations)
    for name in ("day-crashed", "day-not-started", "worker-gone", "worker-again"):
        assert f"juchu: alarm {name}" in automations
    assert warned_of == {LICENCE_ENDING}  # nobody heard of 7, 3 and 1 days
