"""The demo empties its own folder and nobody else's."""

import pytest

from tasks.setup.demo import NotADemoFolder, empty_folder


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
