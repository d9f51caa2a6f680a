"""`make query` as a person uses it: readable rows, files, a sentence for the rest."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from rich.cells import cell_len

from data.warehouse.analytics.publish import publish
from data.warehouse.orders.store import store_orders
from data.warehouse.query import QueryAnswer
from data.warehouse.session import warehouse
from tasks.setup.query import EXAMPLES, MOST_ROWS, NoPlace, main, write
from tasks.setup.query_table import fitted_table
from tasks.setup.services import ROOT
from tests.support.effort import for_ci
from tests.support.orders import an_order, at, order_number
from tests.support.small_files import small_files

Asked = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def filled(path: Path) -> Path:
    """The home of a warehouse with three orders."""
    with warehouse(path) as con:
        orders = [an_order(number) for number in (1, 2, 3)]
        store_orders(con, orders, source="api", stored_at=at(9), load_id="l")
    return path.parent


@pytest.fixture
def asked(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Asked:
    """Run the command in this process; give status, stdout and what it ends with."""

    def run(home: Path, *words: str) -> tuple[int, bytes, str]:
        monkeypatch.setenv("JUCHU_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["query", *words])
        try:
            main()
        except SystemExit as end:
            return 1, capsysbinary.readouterr().out, str(end.code)
        return 0, capsysbinary.readouterr().out, ""

    return run


def test_of_a_file_that_does_not_fit_nothing_is_left(tmp_path: Path):
    """Half of it stood there, to be opened as all; the next try was refused."""
    out = tmp_path / "sales.csv"
    with small_files(4096), pytest.raises(NoPlace, match="対処: 空き容量"):
        write(b"x" * 9000, f"{out}")

    write(b"x" * 9000, f"{out}")
    assert out.stat().st_size == 9000


def test_nothing_lies_in_the_folder_for_temporary_files_while_an_answer_is_read(
    filled, asked, tmp_path, monkeypatch
):
    """`make query … | head` ends the process within a write; nobody tidies then."""
    lying, folder = [], tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(
        "tasks.setup.query.write", lambda *_: lying.append([*folder.iterdir()])
    )

    for form in ("table", "csv", "json", "parquet", "xlsx"):
        asked(filled, "--format", form, "FROM orders")

    assert lying == [[]] * 5


@for_ci
def test_a_process_of_its_own_says_it_in_one_line(filled, tmp_path):
    def run(home: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tasks.setup.query", "SELECT interval 1 day AS d"],
            env=dict(os.environ) | {"JUCHU_HOME": str(home)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    right, wrong = run(filled), run(tmp_path / "wrong")

    assert (right.returncode, right.stderr) == (0, "")
    assert "│ 1 day │" in right.stdout
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (1, "", 1)


def test_a_wide_row_is_a_column_a_line(asked, filled):
    status, out, _ = asked(filled, "SELECT * FROM orders ORDER BY order_number LIMIT 3")
    lines = out.decode().splitlines()
    cells = [[part.strip() for part in line.split("│", 1)] for line in lines]

    assert status == 0
    assert [line[:6] for line in lines if line.startswith("─[")] == [
        "─[ 1 ]",
        "─[ 2 ]",
        "─[ 3 ]",
    ]
    assert ["order_number", order_number(1)] in cells
    assert ["status", "受注処理中"] in cells
    assert lines[-1] == "3 行"


def test_a_narrow_row_is_a_table(asked, filled):
    status, out, _ = asked(
        filled, "SELECT status, count(*) AS n FROM orders GROUP BY ALL"
    )

    assert status == 0
    assert out.decode() == (
        "┌────────────┬───┐\n"
        "│ status     │ n │\n"
        "├────────────┼───┤\n"
        "│ 受注処理中 │ 3 │\n"
        "└────────────┴───┘\n"
        "1 行\n"
    )


def test_more_rows_than_a_person_reads_are_cut_and_said(asked, filled):
    _, out, _ = asked(filled, f"FROM range({MOST_ROWS + 1})")

    assert out.decode().count("\n") == MOST_ROWS + 5
    assert out.decode().endswith("すべての行は FORMAT=csv で出力できます。\n")


def test_the_analysts_copy_is_asked_by_name(asked, filled):
    query = "SELECT orders FROM freshness"
    none = asked(filled, "--db=analytics", "--", query)
    publish(filled / "juchu.duckdb", filled / "analytics.duckdb", at(10))
    some = asked(filled, "--db=analytics", "--format=csv", "--", query)
    odd = asked(filled, "--db=somewhere", "--", query)

    assert "analytics.duckdb がありません" in none[2]
    assert some == (0, b"orders\n3\n", "")
    assert "DB=somewhere はありません" in odd[2]


def test_without_a_query_there_are_examples_and_they_run(asked, filled):
    status, out, _ = asked(filled, "--", "")
    named = EXAMPLES.split('SQL="')[1:]
    queries = [example.partition('"')[0] for example in named]

    assert (status, out.decode()) == (0, EXAMPLES)
    assert len(queries) == 5
    for query in queries[:4]:
        assert asked(filled, query)[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--format", "xml", "SELECT 1"], "FORMAT=xml はありません。対処: table、csv"),
        (["DELETE FROM orders"], "read-only"),
        (["SELECT nothing FROM orders"], "nothing"),
        (["--format", "csv", ""], "SQL= に問い合わせを"),
        (["--out", "/nonexistent/x", "SELECT 1"], "/nonexistent/x に書き込めません"),
    ],
)
def test_what_cannot_be_answered_is_said_without_a_traceback(
    asked, filled, words, told
):
    status, out, err = asked(filled, *words)

    assert (status, out) == (1, b"")
    assert told in err
    assert "Traceback" not in err


def test_a_wrong_home_is_one_line_and_makes_nothing(asked, tmp_path):
    status, out, err = asked(tmp_path / "wrong", "FROM orders")

    assert (status, out, err.count("\n")) == (1, b"", 0)
    assert err.startswith(
        f"データベース {tmp_path}/wrong/juchu.duckdb がありません。対処:"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_looked_into_is_one_line(asked, tmp_path):
    """Such as another user's; this name is one that the system refuses to all."""
    status, out, err = asked(tmp_path / ("x" * 300), "FROM orders")

    assert (status, out, err.count("\n")) == (1, b"", 0)
    assert "juchu.duckdb を作成または開くことができません。対処:" in err


def test_a_file_is_for_its_owner_and_never_written_over(asked, filled, tmp_path):
    out = tmp_path / "orders.parquet"
    words = ("--format", "PARQUET", "--out", str(out), "FROM orders")
    first, again = asked(filled, *words), asked(filled, *words)
    stored = duckdb.read_parquet(str(out)).aggregate("count(*)").fetchall()

    assert first == (0, b"", "")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert stored == [(3,)]
    assert (again[0], again[1]) == (1, b"")
    assert "上書きはしません" in again[2]


def test_parquet_to_stdout_is_parquet(asked, filled):
    _, out, _ = asked(filled, "--format=parquet", "FROM orders")

    assert (out[:4], out[-4:]) == (b"PAR1", b"PAR1")


def not_within_make() -> dict[str, str]:
    """The environment without what `make test` tells a make that it starts."""
    ours = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def test_make_hands_the_query_on_as_it_was_typed(tmp_path):
    """`$`, quotes, new lines and a comment are SQL's own."""
    query = "-- a comment\nSELECT 'it''s $1 $(x) \"b\"' AS \"a$b\" -- 'end'"
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for ready in (".venv/.installed", "requirements.lock"):
        (tmp_path / ready).touch()
    (tmp_path / ".venv" / ".installed").touch()
    done = subprocess.run(
        ["make", "-f", str(ROOT / "Makefile"), "query", f"SQL={query}", "FORMAT=csv"],
        cwd=tmp_path,
        env=not_within_make(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split("\0")[:-1] == [
        "-m",
        "tasks.setup.query",
        "--db=",
        "--format=csv",
        "--out=",
        "--",
        query,
    ]


def answer(*cells: str | None, are_numbers: bool = False) -> QueryAnswer:
    names = [f"列{n}" for n in range(len(cells))]
    return QueryAnswer(names, [are_numbers] * len(cells), [cells], has_more=False)


def test_a_terminal_obeys_nothing_that_stands_in_a_cell():
    told = "\x1b[31mred\x07\u202e\ttab"

    for width in (200, 5):
        text = fitted_table(answer(told, None), width)
        assert r"\x1b[31mred\x07\u202e\ttab" in text
        assert "NULL" in text


def test_a_cell_of_several_lines_keeps_them():
    wide = fitted_table(answer("一\n二", "三"), 200).splitlines()
    narrow = fitted_table(answer("一\n二", "三"), 5).splitlines()

    assert {cell_len(line) for line in wide} == {cell_len(wide[0])}
    assert narrow[1:] == ["列0 │ 一", "    │ 二", "列1 │ 三"]


def test_square_brackets_are_text_and_not_markup():
    assert "[bold]x[/bold]" in fitted_table(answer("[bold]x[/bold]"), 200)


@pytest.mark.parametrize("width", [10, 11, 12, 13, 14, 15, 16])
def test_no_line_of_a_table_is_wider_than_the_terminal(width):
    text = fitted_table(answer("12345", "67", are_numbers=True), width)

    assert "12345" in text
    assert "67" in text
    if text.startswith("┌"):
        assert max(map(cell_len, text.splitlines())) <= width
