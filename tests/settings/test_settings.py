import os
import re
from pathlib import Path

import pytest

from connectors.settings.fields import Settings
from connectors.settings.reading import SettingsProblem, read_settings
from connectors.settings.shop_environment import (
    handles_in_environment,
    shop_from_environment,
)
from tests.settings.env_example import env_example

ROOT = Path(__file__).parents[2]
SHOP = {
    "JUCHU_SHOP_MY_SHOP_SHOP_ID": "123456",
    "JUCHU_SHOP_MY_SHOP_SERVICE_SECRET": "CANARY-SECRET-51c9",
    "JUCHU_SHOP_MY_SHOP_LICENSE_KEY": "CANARY-KEY-7f3a",
}


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("JUCHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_example_file_is_what_the_class_says():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_the_example_file_is_the_defaults(tmp_path):
    (tmp_path / ".env").write_text(env_example(), encoding="utf-8")

    assert read_settings() == Settings()


def test_what_is_changed_in_the_file_or_the_environment_is_read(monkeypatch, tmp_path):
    file, found = tmp_path / ".env", []
    for patience in (1, 2):
        file.write_text(f"JUCHU_WAREHOUSE_PATIENCE_S={patience}\n", encoding="utf-8")
        found += [read_settings().warehouse_patience_s for _ in range(2)]
    monkeypatch.setenv("juchu_warehouse_patience_s", "3")
    found.append(read_settings().warehouse_patience_s)
    monkeypatch.delenv("juchu_warehouse_patience_s")
    file.unlink()
    found.append(read_settings().warehouse_patience_s)

    assert found == [1, 1, 2, 2, 3, Settings().warehouse_patience_s]


def test_the_users_own_folder_is_meant_by_its_sign(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/home/店 の")
    text = "JUCHU_HOME=~/juchu\nJUCHU_LAKE=~/lake\nJUCHU_BACKUP_COPY='~'\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    read = read_settings()

    assert read.home == Path("/home/店 の/juchu")
    assert (read.lake, read.backup_copy) == ("/home/店 の/lake", "/home/店 の")
    monkeypatch.setenv("JUCHU_HOME", "~x/y")
    assert read_settings().home == Path("~x/y")


def test_a_blank_setting_is_none(monkeypatch):
    monkeypatch.setenv("JUCHU_HOME", "")
    monkeypatch.setenv("JUCHU_NOTICE_CONNECTIONS", "")

    assert read_settings().home == Path("data/local")
    assert read_settings().notice_connections == 500


def test_blanks_alone_are_no_setting_and_name_no_folder(monkeypatch):
    for name in ("HOME", "BACKUP_COPY", "LAKE", "SMTP_HOST", "RETENTION_DAYS"):
        monkeypatch.setenv(f"JUCHU_{name}", " \u3000")

    assert read_settings() == Settings()


def test_blanks_around_a_folder_are_not_its_name(monkeypatch):
    monkeypatch.setenv("JUCHU_HOME", " /srv/my juchu ")
    monkeypatch.setenv("JUCHU_BACKUP_COPY", " ~/copy")
    monkeypatch.setenv("JUCHU_LAKE", "off ")
    read = read_settings()

    assert read.home == Path("/srv/my juchu")
    assert read.backup_copy == str(Path("~/copy").expanduser())
    assert read.lake == "off"


def test_every_path_is_under_home(monkeypatch):
    monkeypatch.setenv("JUCHU_HOME", "/srv/juchu")
    settings = read_settings()

    assert settings.warehouse == Path("/srv/juchu/juchu.duckdb")
    assert settings.analytics == Path("/srv/juchu/analytics.duckdb")
    folders = [settings.spool, settings.incoming, settings.rejected, settings.backup]
    assert [f.name for f in folders] == ["spool", "incoming", "rejected", "backup"]
    assert {f.parent for f in folders} == {Path("/srv/juchu")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JUCHU_RMS_URL", "http://api.rms.rakuten.co.jp"),
        ("JUCHU_RMS_URL", "api.rms.rakuten.co.jp"),
        ("JUCHU_RMS_REQUESTS_PER_SECOND", "fast"),
        ("JUCHU_RMS_REQUESTS_PER_SECOND", "-1"),
        ("JUCHU_RMS_REQUESTS_PER_SECOND", "0"),
        ("JUCHU_RMS_REQUESTS_PER_SECOND", "2"),
        ("JUCHU_RMS_REQUESTS_PER_SECOND", "nan"),
        ("JUCHU_RMS_DEADLINE_S", "0"),
        ("JUCHU_SHIPMENT_KEY_COLUMNS", "荷扱い１"),
        ("JUCHU_SHIPMENT_KEY_COLUMNS", "kuroneko=荷扱い１"),
        ("JUCHU_SHIPMENT_KEY_COLUMNS", "yamato="),
        ("JUCHU_SHIPMENT_KEY_COLUMNS", "yamato=荷扱い１,yamato=荷扱い２"),
        ("JUCHU_SHOP_HOURS", "9"),
        ("JUCHU_HOST", "Host A"),
        ("JUCHU_ANALYTICS_GROUP", "no-such-group"),
        ("JUCHU_LAKE_ENDPOINT", "s3.example.jp"),
        ("JUCHU_NOTICE_PROXIES", "proxy"),
        ("JUCHU_RECEIVERS", "receiver"),
        ("JUCHU_RECEIVER_SECRET", "short"),
        ("JUCHU_NOTIFY", "slack"),
        ("JUCHU_PING_URL", "hc-ping.com"),
        ("JUCHU_DESK_PEOPLE", "山田"),
        ("JUCHU_DESK_URL", "http://desk.example.jp"),
        ("JUCHU_SHIPPING_CLOSED_ON", "12/31"),
        ("JUCHU_TEST_CLOCK", "clock"),
    ],
)
def test_a_wrong_setting_is_named_with_an_example(monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsProblem, match=rf"{name}.*{name}=\S") as problem:
        read_settings()

    assert f"{name}: {name}:" not in str(problem.value)
    assert not re.search("[a-z]+ [a-z]+ [a-z]+", str(problem.value))  # no English


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://Desk.Example.jp/", "https://desk.example.jp"),
        ("https://desk.example.jp:443", "https://desk.example.jp"),
        ("https://desk.example.jp:8443", "https://desk.example.jp:8443"),
    ],
)
def test_the_desks_address_is_read_as_browsers_send_it(monkeypatch, given, read):
    """Spelt otherwise it was nobody's: each page and each sign-in was refused."""
    monkeypatch.setenv("JUCHU_DESK_URL", given)

    assert read_settings().desk_url == read


def test_hours_are_told_as_hours(monkeypatch):
    monkeypatch.setenv("JUCHU_SHOP_HOURS", "9")

    with pytest.raises(SettingsProblem, match="開始の時-終了の時"):
        read_settings()


def test_every_wrong_setting_is_named_at_once(monkeypatch):
    monkeypatch.setenv("JUCHU_RMS_URL", "nowhere")
    monkeypatch.setenv("JUCHU_RMS_DEADLINE_S", "never")

    with pytest.raises(SettingsProblem) as problem:
        read_settings()

    assert "JUCHU_RMS_URL" in str(problem.value)
    assert "JUCHU_RMS_DEADLINE_S" in str(problem.value)


def test_a_column_of_references_is_a_carrier_s(monkeypatch):
    assert read_settings().key_columns == {}
    monkeypatch.setenv("JUCHU_SHIPMENT_KEY_COLUMNS", "yamato=荷扱い１, sagawa=備考")

    assert read_settings().key_columns == {"yamato": "荷扱い１", "sagawa": "備考"}


def test_a_sandbox_may_have_no_pace(monkeypatch):
    monkeypatch.setenv("JUCHU_RMS_URL", "http://127.0.0.1:8123/")
    monkeypatch.setenv("JUCHU_RMS_REQUESTS_PER_SECOND", "0")

    assert read_settings().rms_url == "http://127.0.0.1:8123"


def test_a_shop_comes_from_the_environment(monkeypatch):
    for name, value in SHOP.items():
        monkeypatch.setenv(name, value)

    shop = shop_from_environment("my-shop")

    assert shop is not None
    assert (shop.handle, shop.shop_id, shop.mall) == ("my-shop", "123456", "rakuten")
    assert shop.license_key.get_secret_value() == "CANARY-KEY-7f3a"
    assert "CANARY" not in repr(shop)


def test_a_shop_comes_from_the_file_and_the_environment_wins(monkeypatch, tmp_path):
    lines = [f"{name}={value}" for name, value in SHOP.items()]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("JUCHU_SHOP_MY_SHOP_SHOP_ID", "654321")

    shop = shop_from_environment("my-shop")

    assert shop is not None
    assert shop.shop_id == "654321"


def test_a_shop_nobody_described_is_none():
    assert shop_from_environment("my-shop") is None


def test_a_half_described_shop_names_what_is_missing(monkeypatch):
    monkeypatch.setenv("JUCHU_SHOP_MY_SHOP_SHOP_ID", "123456")

    with pytest.raises(SettingsProblem) as problem:
        shop_from_environment("my-shop")

    assert "JUCHU_SHOP_MY_SHOP_SERVICE_SECRET が設定されていません" in str(
        problem.value
    )
    assert "JUCHU_SHOP_MY_SHOP_LICENSE_KEY が設定されていません" in str(problem.value)


def test_a_wrong_shop_is_named_without_its_secrets(monkeypatch):
    for name, value in SHOP.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JUCHU_SHOP_MY_SHOP_MALL", "CANARY-MALL")

    with pytest.raises(SettingsProblem, match="JUCHU_SHOP_MY_SHOP_MALL: 値が") as no:
        shop_from_environment("my-shop")

    assert "CANARY" not in str(no.value)


def mail(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    named = {"HOST": "mail.example", "FROM": "us@juchu.example", "TO": "to@x.example"}
    for name, value in (named | given).items():
        monkeypatch.setenv(f"JUCHU_SMTP_{name}", value)


def test_without_a_mail_server_there_is_none():
    assert read_settings().smtp_server is None


def test_a_mail_server_is_what_the_settings_say(monkeypatch):
    mail(monkeypatch, USER="us", PASSWORD="CANARY-PASSWORD-1", PORT="465")
    server = read_settings().smtp_server

    assert (server.host, server.port, server.user) == ("mail.example", 465, "us")
    assert "CANARY" not in repr(server) + repr(read_settings())


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"TO": "nobody"}, "JUCHU_SMTP_TO"),
        ({"SECURITY": "none"}, "JUCHU_SMTP_SECURITY"),
        ({"USER": "us"}, "JUCHU_SMTP_USER"),
        ({"PORT": "0"}, "JUCHU_SMTP_PORT"),
    ],
)
def test_a_mail_server_that_could_not_work_is_named(monkeypatch, given, name):
    mail(monkeypatch, **given)

    with pytest.raises(SettingsProblem, match=name):
        read_settings()


def test_a_choice_that_there_is_not_is_refused_without_english(monkeypatch):
    mail(monkeypatch, SECURITY="tls")

    with pytest.raises(SettingsProblem, match=": starttls、ssl、none のいずれかに"):
        read_settings()


def test_every_shop_with_a_licence_key_is_found(monkeypatch):
    for name, value in SHOP.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JUCHU_SHOP_ONLY_NOTICES_NOTICE_AUTH_KEY", "x")
    monkeypatch.setenv("JUCHU_SHOP_LAB_LICENSE_KEY", "SL")

    assert handles_in_environment() == ["lab", "my-shop"]
