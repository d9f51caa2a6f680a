"""The watched folder, and what nobody may read of a buyer after any import."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from prefect.logging.handlers import APILogHandler

from connectors.watched_folder import Download, Seen
from tasks.order_files import imports as order_csv
from tasks.setup.services import Services
from tests.support.csv_counter import Counter
from tests.support.effort import for_long
from tests.support.mall_csv import rakuten_bytes, rakuten_row
from tests.support.waiting import until

SHOPIFY = Path("data/samples/shopify.csv").read_bytes()
CANARY = "カナリア鳥子"
CANARY_CELLS = {
    "注文者姓": CANARY,
    "送付先姓": CANARY,
    "送付先住所それ以降の住所": CANARY,
    "注文者メールアドレス": "canary-77@mail.example",
    "送付先電話番号1": "03",
    "送付先電話番号2": "",
    "送付先電話番号3": "98765432",
    "コメント": f"{CANARY}より",
}


def test_the_watched_folder_is_emptied_and_one_refusal_stops_no_other(
    counter: Counter,
):
    counter.laid_down("rakuten/lab/bad.csv", b"")
    counter.laid_down("rakuten/lab/good.csv", rakuten_bytes([rakuten_row()]))
    counter.laid_down("shopify/mihon/shopify.csv", SHOPIFY)
    counter.laid_down("somewhere.csv", SHOPIFY)
    for half in ("order", "item"):
        content = Path(f"data/samples/yahoo-{half}.csv").read_bytes()
        counter.laid_down(f"yahoo/mihon-store/{half}.csv", content)
    kind, message = counter.ended(shop="")
    left = {
        str(path.relative_to(counter.home))
        for folder in ("incoming", "rejected")
        for path in (counter.home / folder).rglob("*")
        if path.is_file()
    }

    assert kind == "FAILED"
    assert "問題のあったファイル 2 / 5" in message
    assert "新規 7 /" in message
    assert left == {
        "incoming/done/good.csv",
        "incoming/done/item.csv",
        "incoming/done/order.csv",
        "incoming/done/shopify.csv",
        "rejected/bad.csv",
        "rejected/bad.csv.txt",
        "rejected/somewhere.csv",
        "rejected/somewhere.csv.txt",
    }
    assert "0バイト" in (counter.home / "rejected/bad.csv.txt").read_text("utf-8-sig")


def test_an_empty_watched_folder_is_no_news(counter: Counter):
    assert counter.ended(shop="")[0] == "COMPLETED"
    assert counter.artifacts() == {}


@for_long
@pytest.mark.prefect
def test_a_file_that_met_a_busy_warehouse_stays_for_the_next_run(counter: Counter):
    path = counter.laid_down("rakuten/lab/good.csv", rakuten_bytes([rakuten_row()]))
    counter.contents()
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-uc", hold, str(counter.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"1\n"
        kind, message = counter.ended(shop="")
        holder.communicate(b"\n")

    assert kind == "FAILED"
    assert f"プロセス {holder.pid}" in message
    assert path.exists()
    assert counter.ended(shop="")[0] == "COMPLETED"


def broken(*_anything: object, **_at_all: object) -> None:
    raise ValueError(CANARY)


SPOILED: dict[str, Callable[[Counter], str]] = {
    "good": lambda c: c.rows(rakuten_row(**CANARY_CELLS)),
    "bad cell": lambda c: c.rows(rakuten_row(**CANARY_CELLS, 単価=CANARY)),
    "bad key": lambda c: c.rows(rakuten_row(**CANARY_CELLS, 注文番号=CANARY)),
    "no header": lambda c: c.file(f"{CANARY}\r\n".encode("cp932")),
    "cut": lambda c: c.file(rakuten_bytes([rakuten_row(**CANARY_CELLS)])[:-200]),
}


@pytest.mark.prefect
def test_nothing_prefect_keeps_tells_of_a_buyer(
    counter: Counter, services: Services, monkeypatch: pytest.MonkeyPatch
):
    for spoiled in SPOILED.values():
        counter.ended(spoiled(counter), mode="replace")
    monkeypatch.setattr(order_csv, "import_orders", broken)
    kind, message = counter.ended(counter.rows(rakuten_row(**CANARY_CELLS)))
    APILogHandler().flush()
    with sqlite3.connect(services.home / "prefect" / "prefect.db") as db:
        until(lambda: message in "\n".join(db.iterdump()).replace("''", "'"))
        kept = "\n".join(db.iterdump())
    words = [CANARY, json.dumps(CANARY)[1:-1], "canary-77", "98765432"]

    assert kind == "FAILED"
    assert "ValueError" in message
    assert [word for word in words if word in kept] == []


def test_a_file_that_cannot_be_moved_away_stops_no_other(counter: Counter):
    counter.file(b"", "rejected")  # a file where the folder should be
    counter.laid_down("rakuten/lab/bad.csv", b"")
    counter.laid_down("rakuten/lab/good.csv", rakuten_bytes([rakuten_row()]))
    kind, message = counter.ended(shop="")

    assert kind == "FAILED"
    assert "bad.csv を incoming フォルダーから移動できませんでした" in message
    assert "新規 1 /" in message


def saved_meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, save: Callable) -> None:
    """Save a file once, right after `name` of the import was called."""
    called, saves = getattr(order_csv, name), [save]

    def then_saved(*given: object, **named: object) -> object:
        try:
            return called(*given, **named)
        finally:
            if saves:
                saves.pop()()

    monkeypatch.setattr(order_csv, name, then_saved)


def renamed_over(path: Path, content: bytes) -> None:
    """Save as Excel does: another file takes the name."""
    new = path.with_name("A1B2C3D4.tmp")
    new.write_bytes(content)
    a_minute_ago = time.time() - 60
    os.utime(new, (a_minute_ago, a_minute_ago))
    new.replace(path)


HALF, WHOLE = ([rakuten_row(個数=str(n))] for n in (1, 2))
PIECES = "SELECT quantity FROM order_lines"


def test_a_file_saved_while_it_is_read_is_not_taken_and_comes_next(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    path = counter.laid_down("rakuten/lab/orders.csv", rakuten_bytes(HALF))
    save = partial(renamed_over, path, rakuten_bytes(WHOLE))
    saved_meanwhile(monkeypatch, "read_order_file", save)
    kind, message = counter.ended(shop="")
    lines = counter.ask(PIECES)

    assert (kind, lines, path.exists()) == ("FAILED", [], True)
    assert "orders.csv は、読み取る間に書き換えられたか、" in message
    assert "次の回に、もう一度取り込みます" in message
    assert counter.ended(shop="")[0] == "COMPLETED"
    assert (counter.ask(PIECES), path.exists()) == ([(2,)], False)


def test_a_file_saved_while_it_is_stored_stays_and_comes_next(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    path = counter.laid_down("rakuten/lab/orders.csv", rakuten_bytes(HALF))
    save = partial(renamed_over, path, rakuten_bytes(WHOLE))
    saved_meanwhile(monkeypatch, "import_orders", save)

    assert counter.ended(shop="")[0] == "COMPLETED"
    assert (counter.ask(PIECES), path.exists()) == ([(1,)], True)
    assert counter.ended(shop="")[0] == "COMPLETED"
    assert (counter.ask(PIECES), path.exists()) == ([(2,)], False)


def test_half_a_file_that_is_whole_by_now_is_not_put_among_the_refused(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    whole = rakuten_bytes(WHOLE)
    path = counter.laid_down("rakuten/lab/orders.csv", whole[:-9])
    saved_meanwhile(monkeypatch, "read_order_file", partial(renamed_over, path, whole))
    kind, message = counter.ended(shop="")

    assert (kind, path.exists()) == ("FAILED", True)
    assert "次の回に、もう一度取り込みます" in message
    assert counter.ended(shop="")[0] == "COMPLETED"
    assert (counter.ask(PIECES), path.exists()) == ([(2,)], False)


def test_a_folder_that_cannot_be_read_is_told_and_left(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    shut = counter.laid_down("rakuten/lab/orders.csv", SHOPIFY).parent
    seen = Seen(shut, 0, 0, 0, 0)
    found = [Download((shut,), "", "", (seen,))]
    monkeypatch.setattr(order_csv, "waiting_downloads", lambda *_: found)
    kind, message = counter.ended(shop="")

    assert (kind, shut.is_dir()) == ("FAILED", True)
    assert "フォルダー lab の中を確認できません" in message


def test_a_trial_leaves_the_folder_as_it_is(counter: Counter):
    path = counter.laid_down("shopify/mihon/shopify.csv", SHOPIFY)
    kind, message = counter.ended(shop="", dry_run=True)

    assert kind == "COMPLETED"
    assert message.startswith("試行: 何も書き込んでいません。 新規 3 /")
    assert path.exists()
