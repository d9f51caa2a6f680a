"""A name that nothing reads is told at start, with the one that was meant."""

import os
import re
from pathlib import Path

import pytest

from connectors.settings.fields import Settings
from connectors.settings.reading import SettingsProblem, read_settings
from connectors.settings.shop_environment import shop_from_environment
from connectors.settings.unread import NO_SETTINGS
from tests.settings.env_example import env_example

LAB = "JUCHU_SHOP_LAB_"


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.upper().startswith("JUCHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("JUCHU_RETENTON_DAYS", "JUCHU_RETENTION_DAYS"),
        ("JUCHU_BACKUP_COPI", "JUCHU_BACKUP_COPY"),
        ("JUCHU_SHOP_HOUR", "JUCHU_SHOP_HOURS"),
        ("JUCHU_HOMES", "JUCHU_HOME"),
        (f"{LAB}LICENCE_KEY", f"{LAB}LICENSE_KEY"),
        ("JUCHU_SHOP_MY_SHOP_SECRET", "JUCHU_SHOP_MY_SHOP_SERVICE_SECRET"),
        ("juchu_shop_lab_license_key", f"{LAB}LICENSE_KEY"),
    ],
)
def test_a_misspelt_name_stops_at_start_and_the_right_one_is_told(
    monkeypatch, tmp_path, name, meant
):
    (tmp_path / ".env").write_text(f"{name}=CANARY-7f3a\n", encoding="utf-8")
    with pytest.raises(SettingsProblem) as in_file:
        read_settings()
    (tmp_path / ".env").unlink()
    monkeypatch.setenv(name, "CANARY-7f3a")
    with pytest.raises(SettingsProblem) as in_environment:
        read_settings()

    for told, where in ((in_file, ".env の"), (in_environment, "環境変数")):
        assert str(told.value).startswith(f"{where} {name} という設定はありません。")
        assert f"「{meant}」ではありませんか。対処: " in str(told.value)
        assert "CANARY" not in str(told.value)


def test_a_wrong_value_and_a_misspelt_name_are_told_together(tmp_path):
    text = "JUCHU_CLOSE_DAY=31\nJUCHU_NOTIFI=mail\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsProblem, match=r"NOTIFI.*\nJUCHU_CLOSE_DAY: 28 以下"):
        read_settings()


def test_a_name_of_somebody_else_s_is_told_in_the_log_alone(monkeypatch, caplog):
    for name in ("JUCHU_DASHBOARD_THEME", *NO_SETTINGS):
        monkeypatch.setenv(name, "CANARY-7f3a")

    assert read_settings() == Settings()
    (told,) = caplog.messages
    assert told.startswith("環境変数 JUCHU_DASHBOARD_THEME という設定はありません。")
    assert "CANARY" not in told


def test_every_name_of_the_example_file_is_read(monkeypatch, caplog, tmp_path):
    text = env_example().replace("# JUCHU_SHOP_DEMO", "JUCHU_SHOP_DEMO")
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    monkeypatch.setenv("juchu_home", "elsewhere")
    monkeypatch.setenv(f"{LAB}2_LICENSE_KEY_BEFORE", "x")

    assert read_settings().home == Path("elsewhere")
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["JUCHU_NOTIFY＝mailto:CANARY"], "1行目(JUCHU_NOTIFY)"),
        (["JUCHU＿NOTIFY=CANARY"], "1行目(JUCHU_NOTIFY)"),
        (["JUCHU_SHOP=x", "", "JUCHU_NOTIFY: CANARY"], "3行目(JUCHU_NOTIFY)"),
        (["export JUCHU_NOTIFY"], "1行目(JUCHU_NOTIFY)"),
        (["JUCHU_NOTIFY 'CANARY'"], "1行目(JUCHU_NOTIFY)"),
        (
            ['JUCHU_LAKE="CANARY', "JUCHU_FILES_DAYS=3", 'JUCHU_SHOP="x"'],
            "1〜3行目(JUCHU_LAKE)",
        ),
        (['JUCHU_LAKE="CANARY', "# B", '# A "'], "1〜3行目(JUCHU_LAKE)"),
        (["FOO='CANARY", "JUCHU_NOTIFY=CANARY", "BAR='x'"], "1〜3行目(JUCHU_NOTIFY)"),
        (["PREFECT_API_URL http://CANARY"], "1行目(PREFECT_API_URL)"),
    ],
)
def test_a_line_that_sets_nothing_stops_at_start(tmp_path, lines, told):
    (tmp_path / ".env").write_text("\r\n".join(lines), encoding="utf-8", newline="")
    with pytest.raises(SettingsProblem) as stopped:
        read_settings()

    assert str(stopped.value).startswith(
        f".env の{told}を設定として読み取れません。対処: "
    )
    assert "CANARY" not in str(stopped.value)


def test_a_value_that_an_empty_line_below_undoes_stops_at_start(tmp_path):
    """As where a person wrote on top of a copy of the example."""
    text = "JUCHU_CLOSE_DAY=5\n\nJUCHU_NOTIFY=\nexport JUCHU_CLOSE_DAY=''\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    told = ".env の1行目の JUCHU_CLOSE_DAY は、4行目の「JUCHU_CLOSE_DAY=」"
    with pytest.raises(SettingsProblem, match=re.escape(told)):
        read_settings()


def test_what_else_stands_in_the_file_is_let_be(tmp_path):
    text = """# JUCHU_HOME: "unclosed
JUCHU_CLOSE_DAY=
if true; then source other; fi
FOO="of JUCHU_HOME
and more"
BAR
JUCHU_CLOSE_DAY='5' # "a day
 export JUCHU_SHOP = "x y"
＃ JUCHU_NOTIFY＝x
"""
    file = tmp_path / ".env"
    file.write_text(text.replace("x y", "xy").replace("of JUCHU_HOME", "of it"))

    assert (read_settings().close_day, read_settings().shop) == (5, "xy")
    file.unlink()
    file.mkdir()
    assert read_settings() == Settings()


def test_a_file_that_notepad_saved_is_read_from_its_first_name(tmp_path):
    text = f"{LAB}SHOP_ID=1\n{LAB}SERVICE_SECRET=s\n{LAB}LICENSE_KEY=k\n"
    for first in ("JUCHU_HOME=x\n", ""):
        (tmp_path / ".env").write_text(first + text, encoding="utf-8-sig")
        assert read_settings().home == Path("x" if first else "data/local")
        assert shop_from_environment("lab").shop_id == "1"


def test_a_file_in_another_encoding_is_told(tmp_path):
    (tmp_path / ".env").write_text("JUCHU_SENDER_NAME=見本商店\n", encoding="cp932")
    with pytest.raises(SettingsProblem, match=r"UTF-8 ではありません。対処: "):
        read_settings()
