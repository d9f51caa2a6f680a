"""Statements stand beside the Python that runs them, and get what they name."""

import re
from pathlib import Path

import duckdb
import pytest

from data.warehouse import statements
from data.warehouse.invariants import checks
from data.warehouse.statements import SQL, Statement, Statements, read_statements

KEYWORD = duckdb.token_type.keyword
HOUSE = Path(statements.__file__).parent
FILES = sorted(
    file
    for file in HOUSE.rglob("*.sql")
    if file.parent.name not in {"migrations", "invariants", "matters"}
)
SEVERAL = {"create_matter_list", "show_healed", "heal_instants"}
"""The only ones that are several: two views with comments, and a clock healed."""
TWO = "-- name: one\n-- First.\nSELECT 1\n\n-- name: two\nSELECT $here\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_statement_is_run_by_the_module_beside_it(file):
    beside = file.with_suffix(".py").read_text(encoding="utf-8")

    assert [name for name in read_statements(file) if f'"{name}"' not in beside] == []


def test_every_file_of_statements_is_read():
    names = [name for file in FILES for name in read_statements(file)]

    assert len(names) > 150
    assert sorted(names) == sorted(SQL.by_name)


def test_a_statement_has_a_header_that_says_what_it_does():
    assert [
        name
        for name, statement in SQL.by_name.items()
        if not statement.text.startswith("-- ")
    ] == []


def test_a_parameter_is_a_whole_word_of_the_code():
    statement = Statement("-- in: $gone\nSELECT $whole_parts, '$text', $who, $who")

    assert statement.parameters == {"whole_parts", "who"}


def test_statements_are_split_at_their_names(tmp_path):
    file = tmp_path / "a.sql"
    file.write_text(TWO)
    sql = Statements([file])

    assert list(read_statements(file)) == ["one", "two"]
    assert sql("one").startswith("-- First.\nSELECT 1")
    assert sql.values("two", {"here": 1, "there": 2}) == {"here": 1}


@pytest.mark.parametrize("text", ["SELECT 1;\n" + TWO, TWO + TWO])
def test_text_without_a_name_of_its_own_is_refused(tmp_path, text):
    file = tmp_path / "a.sql"
    file.write_text(text)

    with pytest.raises(ValueError, match="name of its own"):
        read_statements(file)


def test_one_name_in_two_files_is_refused(tmp_path):
    for name in ("a.sql", "b.sql"):
        (tmp_path / name).write_text(TWO)

    with pytest.raises(ValueError, match="named elsewhere"):
        _ = Statements(sorted(tmp_path.glob("*.sql"))).by_name


CLAUSES = {
    *("SELECT", "FROM", "WHERE", "JOIN", "GROUP", "ORDER", "QUALIFY", "HAVING"),
    *("INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "WITH", "UNION", "EXCEPT"),
    *("CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "IS", "NULL"),
}
TEXTS = {name: statement.text for name, statement in SQL.by_name.items()}
CHECKS = {f"invariants/{rule}": query.text for rule, query in checks().items()}
MARTS = {
    f"marts/{file.stem}": file.read_text(encoding="utf-8")
    for file in (HOUSE.parent / "marts").glob("*.sql")
}


@pytest.mark.parametrize(
    "texts", [TEXTS, CHECKS, MARTS], ids=["steps", "rules", "marts"]
)
def test_duckdb_reads_each_text_as_one_statement(texts):
    counts = {
        name: len(duckdb.extract_statements(sql))
        for name, sql in texts.items()
        if name not in SEVERAL
    }

    assert set(counts.values()) == {1}, counts


@pytest.mark.parametrize(
    "texts", [TEXTS, CHECKS, MARTS], ids=["steps", "rules", "marts"]
)
def test_clauses_are_in_capitals_and_lines_end_clean(texts):
    odd = {
        (name, word)
        for name, sql in texts.items()
        for word in keywords(sql)
        if word.upper() in CLAUSES and word != word.upper()
    }
    untidy = {name for name, sql in texts.items() if "\t" in sql or " \n" in sql}

    assert (odd, untidy) == (set(), set())


def keywords(sql: str) -> list[str]:
    """The words DuckDB takes for keywords; it counts in bytes."""
    written = sql.encode()
    starts = [at for at, kind in duckdb.tokenize(sql) if kind is KEYWORD]
    return [re.match(rb"\w*", written[at:])[0].decode() for at in starts]
