"""`make export`: a mart as a file that Excel, or any program, opens."""

import csv
import io
import sys
import zipfile

import duckdb
import polars as pl
import pytest
from defusedxml.ElementTree import fromstring

from data.warehouse.query import Form, exported
from tasks.setup.export import main

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def make(published, tmp_path, monkeypatch, capsys):
    """Run the command in an empty folder; return what it printed or ended with."""

    def run(*words: str) -> str:
        monkeypatch.setenv("JUCHU_HOME", str(published))
        monkeypatch.setattr(sys, "argv", ["export", *words])
        try:
            main()
        except SystemExit as end:
            return str(end.code)
        return capsys.readouterr().out

    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return run


def test_each_form_holds_the_marts_rows(make, published):
    with duckdb.connect(published / "analytics.duckdb", read_only=True) as con:
        rows = con.execute("FROM sales_per_day").fetchall()
    for form in ("csv", "parquet", "xlsx"):
        assert make("--mart=sales_per_day", f"--format={form}") == (
            f"sales_per_day.{form}\n"
        )

    assert pl.read_parquet("sales_per_day.parquet").rows() == rows
    assert pl.read_csv("sales_per_day.csv").height == len(rows)
    assert len(sheet("sales_per_day.xlsx")) == len(rows) + 1


def test_excel_gets_japans_time_and_no_formula(published, tmp_path):
    query = (
        "SELECT '=1+1' AS formula, TIMESTAMPTZ '2026-07-01 00:30:00+09' AS at,"
        " [1, 2] AS list"
    )
    with exported(published / "analytics.duckdb", query, Form.XLSX, 1) as file:
        (tmp_path / "a.xlsx").write_bytes(file.read_bytes())
    _, row = sheet(str(tmp_path / "a.xlsx"))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        texts = book.read("xl/sharedStrings.xml").decode()

    assert "=1+1" in texts
    assert "[1, 2]" in texts
    assert row.findall(f"{SHEET}c/{SHEET}f") == []
    days = float(row.findall(f"{SHEET}c/{SHEET}v")[1].text)
    assert days == pytest.approx(46204 + 0.5 / 24)  # 2026-07-01 00:30 as Excel counts


@pytest.mark.parametrize("begin", ["=", " =", "　＝", "\xa0@", "+", "-", "\t", "\r\n"])
def test_a_text_in_csv_is_no_formula(published, begin):
    query = f"SELECT '{begin}1' AS \"=a\""
    with exported(published / "analytics.duckdb", query, Form.CSV, 1) as file:
        _, (cell,) = csv.reader(io.StringIO(file.read_bytes().decode(), newline=""))

    assert cell == f"'{begin}1"


def test_anything_else_in_csv_is_as_it_is_stored(published):
    query = (
        "SELECT -1 AS a, -1.5 AS a, [-1] AS b, INTERVAL (-1) DAY AS c, NULL AS d,"
        " '' AS e, '名-入れ' AS f, '[=1]' AS g, 'a\n=1' AS h"
    )
    with exported(published / "analytics.duckdb", query, Form.CSV, 1) as file:
        assert file.read_text(encoding="utf-8") == (
            'a,a_1,b,c,d,e,f,g,h\n-1,-1.5,[-1],-1 day,,"",名-入れ,[=1],"a\n=1"\n'
        )


def test_what_cannot_be_exported_is_said(make):
    assert "次から選んでください: " in make("--mart=nothing")
    assert "FORMAT=pdf はありません" in make("--mart=sales", "--format=pdf")
    make("--mart=sales", "--format=csv")
    assert "すでにあります" in make("--mart=sales", "--format=csv")


def sheet(file: str) -> list:
    """Return the rows of a workbook's first sheet, the header's first."""
    with zipfile.ZipFile(file) as book:
        root = fromstring(book.read("xl/worksheets/sheet1.xml"))
    return root.findall(f"{SHEET}sheetData/{SHEET}row")
