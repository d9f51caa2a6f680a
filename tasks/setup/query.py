"""`make query SQL="SELECT …"`: read the warehouse without keeping it from others."""

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Final

from connectors.settings.reading import SettingsProblem, read_settings
from data.warehouse.errors import QueryRefused, WarehouseClosed
from data.warehouse.query import Form, ask_for_text, exported
from tasks.setup.query_table import fitted_table

TABLE: Final = "table"
WAREHOUSE: Final = "warehouse"
ANALYTICS: Final = "analytics"
"""The copy without personal data, with the marts as views (docs/analytics.md)."""
MOST_ROWS: Final = 200
WIDTH: Final = 200
"""Columns of a line where there is no terminal."""
PATIENCE_S: Final = 10.0
"""A person waits no longer, whatever a flow may wait."""
EXAMPLES: Final = """\
SQL= に問い合わせを指定してください。例:

  make query SQL="SELECT status, count(*) FROM orders GROUP BY ALL"
  make query SQL="FROM orders ORDER BY ordered_at DESC LIMIT 3"
  make query SQL="SHOW TABLES"
  make query SQL="SELECT table_name, column_name, comment FROM duckdb_columns()
                  WHERE NOT internal"
  make query DB=analytics SQL="FROM sales_per_day" FORMAT=csv OUT=sales.csv

DB=      warehouse(初期値)、analytics(個人情報を含まない分析用。集計のビューがあります)
FORMAT=  table(初期値)、csv、json、parquet、xlsx
OUT=     書き込むファイル。指定しない場合は画面に表示します
"""


class NoPlace(Exception):
    """The answer cannot go where it was to go."""


def main() -> None:
    """Print or write the answer to the query given, or say why there is none."""
    parser = argparse.ArgumentParser(prog="make query")
    parser.add_argument("sql", nargs="?", default="")
    parser.add_argument("--format", default=TABLE, type=str.lower)
    parser.add_argument("--out", default="", type=str)
    parser.add_argument("--db", default=WAREHOUSE, type=str.lower)
    given = parser.parse_args()
    try:
        answer(given.sql, given.format or TABLE, given.out, given.db or WAREHOUSE)
    except (SettingsProblem, QueryRefused, WarehouseClosed, NoPlace) as problem:
        sys.exit(str(problem))


def answer(query: str, form: str, out: str, db: str = WAREHOUSE) -> None:
    """Print the answer in that form, or write it to a file.

    Raises:
        NoPlace: there is no such form or database, or the place is a file, or a
            terminal for Parquet.
        QueryRefused: the query is none, or would write.
        WarehouseClosed: there is no warehouse, or it does not open.

    """
    if form not in {TABLE, *Form}:
        known = "、".join((TABLE, *Form))
        raise NoPlace(
            f"FORMAT={form} はありません。対処: {known} のいずれかを指定してください。"
        )
    if db not in {WAREHOUSE, ANALYTICS}:
        raise NoPlace(
            f"DB={db} はありません。"
            f"対処: {WAREHOUSE} または {ANALYTICS} を指定してください。"
        )
    if not query.strip():
        if form != TABLE or out:
            raise NoPlace(EXAMPLES.rstrip())
        sys.stdout.write(EXAMPLES)
        return
    settings = read_settings()
    patience_s = min(settings.warehouse_patience_s, PATIENCE_S)
    file = settings.warehouse if db == WAREHOUSE else settings.analytics
    if form == TABLE:
        text = as_table(file, query, patience_s)
        write(text.encode(errors="backslashreplace"), out)
        return
    if form in {Form.PARQUET, Form.XLSX} and not out and sys.stdout.isatty():
        raise NoPlace(
            f"{form} は画面に表示できません。"
            "対処: OUT=ファイル名 を付けて実行してください。"
        )
    with exported(file, query, Form(form), patience_s) as made:
        content = made.read_bytes()
    write(content, out)  # behind the block: a closed pipe ends us where we stand


def as_table(warehouse: Path, query: str, patience_s: float) -> str:
    """Return the first rows for people, and how many they are."""
    found = ask_for_text(warehouse, query, MOST_ROWS, patience_s)
    width = shutil.get_terminal_size((WIDTH, 0)).columns
    if found.has_more:
        count = f"最初の {MOST_ROWS} 行です。すべての行は FORMAT=csv で出力できます。\n"
    else:
        count = f"{len(found.rows)} 行\n"
    return fitted_table(found, width) + count


def write(content: bytes, out: str) -> None:
    """Write to stdout, or to a new file for its owner only: it may hold buyers' data.

    Raises:
        NoPlace: the file is there already, or cannot be made whole; none is then left.

    """
    if not out:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        made = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NoPlace(
            f"{out} はすでにあります。上書きはしません。"
            "対処: OUT= に別の名前を指定してください。"
        ) from None
    except OSError as error:
        raise NoPlace(
            f"{out} に書き込めません({error.strerror})。"
            "対処: OUT= のフォルダーと権限を確認してください。"
        ) from None
    try:
        with os.fdopen(made, "wb") as file:
            file.write(content)
    except OSError as error:
        Path(out).unlink()  # a part of it looks like all of it
        raise NoPlace(
            f"{out} に最後まで書き込めないため、削除しました({error.strerror})。"
            "対処: 空き容量を増やすか、OUT= に別のディスクを指定してください。"
        ) from None


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `make query … | head` is no error
    for each in (signal.SIGTERM, signal.SIGHUP):  # else the answer's file would stay
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    main()
