"""A buyer who asks to be deleted is gone, and does not come back with the next run."""

import shutil
import zipfile
from pathlib import Path

import pytest

from data.warehouse.session import warehouse
from flows.forget_buyer import forget_buyer
from flows.import_order_csv import import_order_csv
from flows.ingest_orders import ingest_orders
from tasks import buyers
from tests.flows.conftest import Shown
from tests.support import csv_counter
from tests.support.canary import leaks
from tests.support.effort import first, for_ci
from tests.support.mall_csv import rakuten_bytes, rakuten_row
from tests.support.plain_runs import run_plainly
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox, lab_settings
from tests.support.small_files import small_files
from tests.warehouse.test_buyers import everything

FILE = Path("data/samples/rakuten.csv")


@pytest.fixture
def shown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Plain runs whose sessions open the file: it is rewritten under them."""
    return run_plainly(monkeypatch, request.module, csv_counter)


@pytest.fixture
def sold(
    shown: Shown, sandbox: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The number of one of some orders that were taken in."""
    for name, value in lab_settings(sandbox, home).items():
        monkeypatch.setenv(name, value)
    number = sandbox.sell(4)[0]
    ingest_orders("lab")
    return number


def told_of(home: Path, number: str) -> list[str]:
    """What tells of the order's buyer, long enough to be nobody else's."""
    with warehouse(home / "juchu.duckdb") as con:
        rows = con.execute(
            "SELECT unnest([phone, email, street]) FROM order_people"
            " WHERE order_number = ? AND role = 'orderer'",
            [number],
        ).fetchall()
    told = [text for (text,) in rows if text and len(text) > 7]
    assert len(told) > 1
    return told


def ended(**given: str) -> tuple[str, str]:
    state = forget_buyer(**({"who": "店長"} | given), return_state=True)
    return state.type.value, state.message


@for_ci
def test_without_room_for_the_new_file_the_clerk_is_told_why(sold: str, home: Path):
    with small_files(1_000_000):
        kind, message = ended(order_number=sold)
    again = ended(order_number=sold)

    assert kind == "FAILED"
    assert "データベースのファイルを書き直せませんでした(File too large)" in message
    assert "対処" in message
    assert again[0] == "COMPLETED", again
    assert not list(home.glob("juchu.duckdb.*/"))


def left(home: Path, told: list[str]) -> list[str]:
    with warehouse(home / "juchu.duckdb") as con:
        text = everything(con)
        assert broken_rules(con) == []
    return [one for one in told if one in text] + leaks(home, told)


def test_a_buyer_leaves_the_warehouse_the_files_and_stays_away(
    sold: str, home: Path, sandbox: Sandbox, shown: Shown
):
    told = told_of(home, sold)
    for folder, name in (
        ("rejected", "orders.csv"),
        ("labels", "labels-yamato.csv"),
        ("incoming/done", "a.csv"),
        ("uploads", "b.csv"),
    ):
        (home / folder).mkdir(parents=True, exist_ok=True)
        text = f"番号,{told[0]}\n{sold},架空\n"
        (home / folder / name).write_bytes(text.encode("cp932", errors="replace"))
    (home / "rejected/orders.csv.txt").write_text("理由", "utf-8")
    with zipfile.ZipFile(home / "incoming/done/c.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("c.csv", f"{told[0]}\n" * 9)
    (home / "labels/other.csv").write_text("別の購入者", "utf-8")

    kind, message = ended(order_number=sold)

    assert kind == "COMPLETED"
    assert "注文 1 件 / ファイル 5 件" in message
    assert sold in shown("forget-report")
    assert left(home, told) == []
    kept = [str(p.relative_to(home)) for p in home.rglob("*") if p.is_file()]
    assert sorted(kept) == [
        "forgotten.jsonl",
        "juchu.duckdb",
        "juchu.duckdb.bell",
        "labels/other.csv",
        "people.key",
    ]

    sandbox.cancel(sold)
    ingest_orders("lab")
    assert left(home, told) == []
    with warehouse(home / "juchu.duckdb") as con:
        assert con.execute(
            "SELECT status, request_total > 0 FROM orders WHERE order_number = ?",
            [sold],
        ).fetchall() == [("キャンセル", True)]
        assert con.execute(
            "SELECT order_number, who FROM cleared_orders"
        ).fetchall() == [(sold, "店長")]


def test_a_mail_address_finds_the_buyer_and_a_wrong_one_says_so(sold: str, home: Path):
    told = told_of(home, sold)
    mail = next(one for one in told if "@" in one)

    assert ended(mail=f" {mail.upper()} ")[0] == "COMPLETED"
    assert left(home, told) == []
    kind, message = ended(mail="nobody@buyer.example")
    assert kind == "FAILED"
    assert message.startswith("該当する注文は保存されていません")
    assert "nobody@" not in message


@first()
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "どちらか一方"),
        ({"order_number": "1", "mail": "a@buyer.example"}, "どちらか一方"),
        ({"order_number": "123456-20260101-0000000001"}, "保存されていません"),
        ({"mail": "secret-buyer.example"}, "「@」がありません"),
        ({"mail": "a@buyer.example", "who": " "}, "担当者"),
    ],
)
def test_what_names_no_buyer_changes_nothing(sold: str, home: Path, given, why):
    before = (home / "juchu.duckdb").read_bytes()

    kind, message = ended(**given)

    assert kind == "FAILED"
    assert why in message
    assert "対処: " in message
    assert "buyer.example" not in message
    assert (home / "juchu.duckdb").read_bytes() == before


def test_a_damaged_file_stops_nothing_and_is_named(sold: str, home: Path, shown: Shown):
    told = told_of(home, sold)
    (home / "rejected").mkdir()
    (home / "rejected/a.zip").write_bytes(b"PK\x03\x04 cut short")
    (home / "rejected/z.csv").write_text(f"{sold}\n")

    kind, message = ended(order_number=sold)

    assert kind == "COMPLETED"
    assert "ファイル 1 件" in message
    assert "forget-report" in message
    assert "rejected/a.zip" in shown("forget-report")
    assert left(home, told) == []


def test_a_file_that_cannot_be_removed_is_named_and_the_bytes_go(
    sold: str, home: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch
):
    told = told_of(home, sold)
    (home / "rejected").mkdir()
    for name in ("a", "b"):
        (home / f"rejected/{name}.csv").write_text(f"{sold}\n")

    def refuse(path: Path) -> None:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied", str(path))
        path.unlink()

    monkeypatch.setattr(buyers, "remove", refuse)

    kind, message = ended(order_number=sold)

    assert kind == "FAILED"
    assert "削除できないファイル" in message
    assert "rejected/a.csv" in shown("forget-report")
    assert not (home / "rejected/b.csv").exists()
    assert left(home, told) == []
    monkeypatch.undo()


@first()
@pytest.mark.parametrize(
    ("broken", "step"),
    [
        ("files_telling_of", "ファイルの削除"),
        ("rewrite", "データベースの書き直し"),
    ],
)
def test_one_failing_step_does_not_stop_the_other(
    sold: str, home: Path, monkeypatch: pytest.MonkeyPatch, broken: str, step: str
):
    told = told_of(home, sold)
    (home / "rejected").mkdir()
    (home / "rejected/a.csv").write_text(f"{sold}\n")

    def fail(*_given: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(buyers, broken, fail)
        kind, message = ended(order_number=sold)

    assert kind == "FAILED"
    assert f"完了していないもの: {step}。" in message
    assert (left(home, told) == []) == (broken == "files_telling_of")
    assert (home / "rejected/a.csv").exists() == (broken == "files_telling_of")
    assert ended(order_number=sold)[0] == "COMPLETED"
    assert left(home, told) == []
    assert not (home / "rejected/a.csv").exists()


@first(2)
@pytest.mark.parametrize("by_mail", [False, True])
@pytest.mark.parametrize(
    "at", ["remove", "clear_orders", "remember_forgotten", "rewrite"]
)
def test_run_again_it_finishes_what_a_killed_run_left(
    sold: str, home: Path, monkeypatch: pytest.MonkeyPatch, at: str, by_mail: bool
):
    """The files have no number: only what is cleared tells whose they are."""
    told = told_of(home, sold)
    asked = {"mail": told[1]} if by_mail else {"order_number": sold}
    (home / "labels").mkdir()
    for name in "ab":
        (home / f"labels/{name}.csv").write_text(f"{told[0]}\n")

    def killed(*_given: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(buyers, at, killed)
        with pytest.raises(KeyboardInterrupt):
            ended(**asked)

    kind, message = ended(**asked)
    assert kind == "COMPLETED", message
    assert left(home, told) == []
    assert list((home / "labels").iterdir()) == []


def test_a_file_that_waited_goes_with_the_run_after_its_import(
    sold: str, home: Path, shown: Shown
):
    """Its order was not known when its buyer asked; nothing but its number tells."""
    told = told_of(home, sold)
    new = f"{sold[:-10]}9999999999"
    with warehouse(home / "juchu.duckdb") as con:
        rows = con.execute(
            "SELECT family_name, first_name, email FROM order_people"
            " WHERE order_number = ? AND role = 'orderer'",
            [sold],
        ).fetchall()
    names = ("注文者姓", "注文者名", "注文者メールアドレス")
    cells = dict(zip(names, rows[0], strict=True)) | {"注文番号": new}
    waits = home / "incoming/rakuten/lab/later.csv"
    waits.parent.mkdir(parents=True)
    waits.write_bytes(rakuten_bytes([rakuten_row(**cells)]))
    assert ended(order_number=sold)[0] == "COMPLETED"
    assert "incoming/rakuten/lab/later.csv" in shown("forget-report")
    import_order_csv(path=str(waits), mall="rakuten", shop="lab")
    done = home / "incoming/done/later.csv"
    done.parent.mkdir(exist_ok=True)
    waits.replace(done)

    kind, message = ended(order_number=sold)

    assert kind == "COMPLETED", message
    assert "ファイル 1 件" in message
    assert "注文番号だけで検索しました" in shown("forget-report")
    assert left(home, told) == []
    assert not done.exists()


@for_ci
def test_a_file_that_waits_is_told_of_and_stores_nothing_of_the_buyer(
    sold: str, home: Path, shown: Shown
):
    waits = home / "incoming/rakuten/lab"
    waits.mkdir(parents=True)
    shutil.copy(FILE, waits / "orders.csv")
    import_order_csv(path=str(FILE), mall="rakuten", shop="lab")
    with warehouse(home / "juchu.duckdb") as con:
        number = con.execute(
            "SELECT order_number FROM orders JOIN order_people"
            " USING (mall, shop_id, order_number)"
            " WHERE source = 'csv' AND role = 'orderer' AND email IS NOT NULL LIMIT 1"
        ).fetchall()[0][0]
    told = told_of(home, number)

    assert ended(order_number=number)[0] == "COMPLETED"
    assert "incoming/rakuten/lab/orders.csv" in shown("forget-report")
    (waits / "orders.csv").unlink()
    for mode in ("update", "replace"):
        import_order_csv(path=str(FILE), mall="rakuten", shop="lab", mode=mode)
        assert left(home, told) == []
