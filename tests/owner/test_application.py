"""Points 1 to 10 of docs/owner.md, one test each: from the application to the start."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.model.shops import rms_menus
from data.model.shops.application import (
    Application,
    ApplicationRefused,
    application_mail,
)
from data.model.shops.connection import ConnectionStatus
from data.model.shops.onboarding import (
    ShopFacts,
    Stage,
    Standing,
    notices_start,
    refusal,
)
from data.model.shops.onboarding_step import next_step
from data.warehouse.session import warehouse
from flows.check_connection import check_connection
from flows.onboard_shop import onboard_shop
from tests.shops.made import ALL_GOOD, FORM, SECOND_MAIL, at
from tests.support.sandbox import Sandbox

PAGE = (Path(__file__).parents[2] / "docs/onboarding.md").read_text("utf-8")
FIRST = "【楽天市場】開発企業様からのAPI利用申請 追加承認のお願い"
SECOND = "【楽天市場】開発企業様からのシステムイベント通知サービス利用申請 承認のお願い"
ADDRESS = "https://ichiba-bs.rms.rakuten.co.jp/apisson/"
Run = Callable[..., tuple[str, str]]


@pytest.fixture
def run(lab: Sandbox) -> Run:
    """Run the flow as the form does, and return how it ended."""

    def ran(stage: Stage | None = None, **given: object) -> tuple[str, str]:
        state = onboard_shop("lab", step=stage, return_state=True, **given)
        return state.type.value, state.message

    return ran


def to_do(stage: Stage) -> str:
    """Return what is shown as the next thing to do, with the menu."""
    todo = next_step(Standing(stage, at(0)), ShopFacts())
    return f"{todo.what} {todo.menu}"


def to_awaiting_notices(run: Run) -> None:
    run(application=FORM)
    run(Stage.APPLIED)
    run(Stage.AWAITING_API)
    check_connection("lab", return_state=True)
    run(Stage.KEY_REGISTERED)
    check_connection("lab", return_state=True)
    kind, message = run(Stage.AWAITING_NOTICES)
    assert kind == "COMPLETED", message


def starts_at() -> list[tuple]:
    with warehouse(read_settings().warehouse) as con:
        return con.execute("SELECT notices_start_at FROM shops").fetchall()


def test_01_the_mail_has_exactly_the_seven_fields():
    form = {name: value for name, value in FORM.items() if name != "login_id"}
    mail = application_mail(Application.model_validate(form))
    with_id = application_mail(Application.model_validate(FORM))
    fields = [line for line in mail.body.splitlines() if line.startswith("・")]

    assert mail.subject == "楽天API利用申請"
    assert [line[1:].partition(":")[0] for line in fields] == [
        "顧客社名",
        "店舗名",
        "楽天ペイ利用",
        "店舗URL",
        "店舗連絡先メールアドレス",
        "担当者連絡先電話番号",
        "店舗担当者名",
    ]
    assert set(with_id.body.splitlines()) - set(mail.body.splitlines()) == {
        f"・ログインID: {FORM['login_id']}"
    }
    with pytest.raises(ApplicationRefused, match="転送用"):
        Application.model_validate(form | {"shop_email": "a@shop.rakuten.co.jp"})


def test_02_then_both_of_rakutens_mails_are_waited_for_by_subject(run: Run):
    run(application=FORM)
    _, message = run(Stage.APPLIED)

    assert FIRST in message
    assert SECOND in message
    assert FIRST in PAGE
    assert SECOND in PAGE


def test_03_the_first_mail_leads_to_the_api_setting(run: Run):
    run(application=FORM)
    run(Stage.APPLIED)
    _, message = run(Stage.AWAITING_API)
    newest, menu, older = rms_menus.APPROVAL.split(" または ")

    assert FIRST in message
    assert rms_menus.APPROVAL in message
    assert newest.startswith(ADDRESS)
    assert menu.endswith("システム開発企業からのAPIアクセス許可設定")
    assert older.endswith("各種申請と設定 > システム開発企業 アクセス許可設定")


def test_04_there_the_company_is_approved_by_two_buttons():
    said = to_do(Stage.AWAITING_API)
    places = [said.find(word) for word in ("承認待ち", "確認へ", "アクセス承認へ")]

    assert -1 not in places
    assert places == sorted(places)


def test_05_the_key_and_its_end_are_both_copied_into_the_shops_settings():
    standing = Standing(Stage.AWAITING_API, at(0))
    no_key = refusal(standing, Stage.KEY_REGISTERED, ShopFacts(), at(1))
    no_end = ALL_GOOD._replace(license_expires_at=None)
    said = to_do(Stage.AWAITING_API)

    assert "ライセンスキーと有効期限" in said
    assert "ライセンスキーがまだ登録されていません" in (no_key or "")
    assert "有効期限が登録されていません" in (
        refusal(standing, Stage.KEY_REGISTERED, no_end, at(1)) or ""
    )
    assert refusal(standing, Stage.KEY_REGISTERED, ALL_GOOD, at(1)) is None


def test_06_the_check_says_whether_it_works_and_the_status_follows(
    run: Run, lab: Sandbox
):
    status = "SELECT connection_status FROM shops"
    good = check_connection("lab", return_state=True)
    with warehouse(read_settings().warehouse) as con:
        after_good = con.execute(status).fetchall()
        con.execute(
            "UPDATE shop_keys SET first_seen_at = first_seen_at - INTERVAL 1 DAY"
        )
    lab.shop("demo", license_key="another-key")
    bad = check_connection("lab", return_state=True)
    with warehouse(read_settings().warehouse) as con:
        after_bad = con.execute(status).fetchall()

    assert good.type.value == "COMPLETED"
    assert after_good == [(ConnectionStatus.OK.value,)]
    assert bad.type.value == "FAILED"
    assert after_bad != after_good
    assert "もう一度" in to_do(Stage.KEY_REGISTERED)
    assert "お待ちください" in to_do(Stage.KEY_REGISTERED)


@pytest.mark.parametrize(
    "stage", [Stage.APPLIED, Stage.CONNECTED, Stage.AWAITING_NOTICES]
)
def test_07_who_waits_for_the_second_mail_in_vain_is_told_of_the_check(stage: Stage):
    said = to_do(stage)

    assert SECOND in said
    assert "届かない場合は、接続チェック(check-connection)を実行" in said
    assert "届かないときは接続チェックを実行" in PAGE


def test_08_the_second_mail_gives_the_start_and_what_it_lacks_is_asked_for(
    run: Run, tmp_path: Path
):
    to_awaiting_notices(run)
    before = datetime(2026, 11, 30, 8, tzinfo=JST)
    impossible = SECOND_MAIL.replace("2026/12/01", "2026/02/30")
    without = SECOND_MAIL.replace("利用開始予定日時", "")
    refused = [
        run(Stage.AWAITING_START, second_mail=text, approved_at=before)
        for text in (impossible, without, "お世話になっております。")
    ]
    nothing_known = starts_at()
    path = tmp_path / "mail.txt"
    path.write_text(SECOND_MAIL.replace(":", "："), "cp932")
    looked = run(second_mail_path=str(path))
    kind, message = run(
        Stage.AWAITING_START,
        second_mail="".join(f"> {line}\n" for line in SECOND_MAIL.splitlines()),
        approved_at=before,
    )

    assert [kind for kind, _ in refused] == ["FAILED"] * 3
    assert all("対処" in message for _, message in refused)
    assert nothing_known == [(None,)]
    assert "企業名:株式会社見本システム / 利用データ:受注情報" in looked[1]
    assert "利用開始予定日時:2026/12/01" in looked[1]
    assert (kind, "2026-12-01 09:00" in message) == ("COMPLETED", True)
    assert starts_at()[0][0] == datetime(2026, 12, 1, 9, tzinfo=JST)


def test_09_nothing_is_complete_before_it_is_approved_in_rms(run: Run):
    to_awaiting_notices(run)
    kind, message = run(Stage.AWAITING_START, second_mail=SECOND_MAIL)
    said = to_do(Stage.AWAITING_NOTICES)

    assert (kind, "承認した日時" in message) == ("FAILED", True)
    assert rms_menus.APPROVAL in said
    assert "承認" in said


def test_10_orders_come_from_nine_of_the_start_or_of_the_day_after_the_approval():
    day = date(2026, 12, 1)
    nine = datetime(2026, 12, 1, 9, tzinfo=JST)

    assert notices_start(nine - timedelta(seconds=1), day) == nine
    assert notices_start(nine, day) == nine + timedelta(days=1)
    assert notices_start(nine - timedelta(days=9), day) == nine
