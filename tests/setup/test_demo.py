"""The demo empties its own folder and nobody else's."""

import os
import re
import subprocess
import sys

import pytest

from tasks.setup.demo import NotADemoFolder, be_on_our_own, empty_folder
from tasks.setup.server import hold_home
from tasks.setup.services import ROOT
from tests.support.effort import first

OF_A_SHOP = {
    "JUCHU_LAKE": "s3://lake/shop",
    "JUCHU_NOTIFY": "mail",
    "JUCHU_SMTP_PORT": "25",
    "JUCHU_HOME_NAME": "home-1",
    "JUCHU_SHOP_MIHON_HOME": "home-1",
}


def test_a_real_warehouse_is_never_emptied(tmp_path):
    warehouse = tmp_path / "juchu.duckdb"
    warehouse.write_text("orders of a real shop")

    with pytest.raises(NotADemoFolder, match="JUCHU_HOME"):
        empty_folder(tmp_path)

    assert warehouse.read_text() == "orders of a real shop"


def test_the_second_demo_starts_from_nothing(tmp_path):
    empty_folder(tmp_path)
    (tmp_path / "juchu.duckdb").write_text("orders of the first demo")
    empty_folder(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == [".demo"]


def test_what_was_there_before_the_first_demo_stays(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotADemoFolder, match="JUCHU_HOME"):
        empty_folder(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_becomes_the_demos(tmp_path):
    empty_folder(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == [".demo"]


def test_a_demo_at_work_is_not_emptied_by_another(tmp_path):
    empty_folder(tmp_path)
    at_work = hold_home(tmp_path)
    with pytest.raises(NotADemoFolder, match="すでに動いています"):
        empty_folder(tmp_path)
    os.close(at_work)
    empty_folder(tmp_path)


def test_nothing_of_a_real_shop_reaches_a_demo(tmp_path):
    """Its orders would be in the shop's lake, its alarms with the shop's people."""
    given = {"JUCHU_HOME": "x", "JUCHU_DESK_PORT": "1", "PATH": "/bin"}
    environment = OF_A_SHOP | given
    be_on_our_own(tmp_path, environment)

    assert environment.keys() & OF_A_SHOP.keys() == set()
    assert environment.items() >= given.items()
    assert environment["JUCHU_SENDER_NAME"] == "見本茶舗"


def test_a_process_of_a_demo_reads_no_file_of_a_real_shop(tmp_path):
    text = "".join(f"{name}='{value}'\n" for name, value in OF_A_SHOP.items())
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    be_on_our_own(tmp_path / "demo", environment)
    asked = (
        "from connectors.settings.reading import read_settings as r;"
        "print(repr(r().lake))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "''\n"


@first()
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"JUCHU_SANDBOX_PORT": "abc"}, "^JUCHU_SANDBOX_PORT: .*例: "),
        ({"JUCHU_CLOSE_DAY": "31"}, "^JUCHU_CLOSE_DAY: 28 以下"),
        ({"JUCHU_HOME": "full"}, "full にはデモ以外のファイルがあります.*対処: "),
        ({"JUCHU_HOME": "/dev/null/x"}, "/dev/null/x.* に書き込めません.*対処: "),
    ],
)
def test_what_a_demo_cannot_begin_with_is_a_sentence(tmp_path, given, told):
    full = tmp_path / "full"
    full.mkdir()
    (full / "notes.txt").touch()
    ours = {k: v for k, v in os.environ.items() if not k.startswith("JUCHU_")}
    done = subprocess.run(
        [sys.executable, "-m", "tasks.setup.demo"],
        cwd=tmp_path,
        env=ours | {"PYTHONPATH": str(ROOT), "JUCHU_HOME": "home"} | given,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert re.search(told, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
