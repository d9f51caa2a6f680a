"""Label files are listed and downloaded by name only, and each download journalled."""

import json

import pytest

from tests.desk.conftest import NAME, AtDesk

FILE = "labels-yamato-20260701-093000-000001.csv"


@pytest.fixture
def packer(clerk: AtDesk) -> AtDesk:
    """The clerk of a shop that has made labels."""
    folder = clerk.home / "labels"
    folder.mkdir()
    (folder / FILE).write_bytes("お届け先".encode("cp932"))
    (folder / "labels-sagawa-20260701-093000-000002.csv").symlink_to("/etc/passwd")
    (folder / "notes.txt").write_text("x")
    return clerk


def taken(packer: AtDesk, name: str):
    return packer.send("/labels/file", "/files", name=name)


def test_the_files_of_labels_are_listed_and_nothing_else(packer: AtDesk):
    page = packer.browser.get("/labels")

    assert page.status_code == 200
    assert FILE in page.text
    assert "labels-sagawa-2026" not in page.text
    assert "notes.txt" not in page.text


def test_while_prefect_is_away_the_files_that_were_made_can_be_taken(desk: AtDesk):
    """The parcels of the morning waited for a server that no label needs."""
    folder = desk.home / "labels"
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(b"x")
    page = desk.browser.get("/labels")

    assert (page.status_code, FILE in page.text) == (200, True)
    assert "make server" in page.text
    assert "送り状のファイルを作る</button>" not in page.text
    assert desk.send("/labels/file", "/labels", name=FILE).content == b"x"


def test_a_download_is_journalled_before_it_begins(packer: AtDesk):
    answer = taken(packer, FILE)
    (journal,) = (packer.home / "looks").iterdir()
    look = json.loads(journal.read_text("utf-8"))

    assert answer.content == "お届け先".encode("cp932")
    assert answer.headers["content-disposition"] == f'attachment; filename="{FILE}"'
    assert answer.headers["cache-control"] == "no-store"
    assert (look["who"], look["file"]) == (NAME, f"labels/{FILE}")


@pytest.mark.parametrize(
    "name",
    [
        "../prefect.env",
        "notes.txt",
        "labels-sagawa-20260701-093000-000002.csv",
        f"../labels/{FILE}",
        f"{FILE}\x00.csv",
        "",
    ],
)
def test_what_is_not_listed_is_not_found(packer: AtDesk, name):
    assert taken(packer, name).status_code == 404
    assert not (packer.home / "looks").exists()


def test_making_labels_is_a_run_with_what_was_chosen(clerk: AtDesk):
    form = {"carrier": "sagawa", "mall": "rakuten", "shop": "lab", "again": ""}
    clerk.send("/labels", "/files", **form, shipping_date="2026-07-02")
    ((deployment, given),) = clerk.runs.given

    assert deployment == "export-shipping-labels/manual"
    assert given["shipping_date"] == "2026-07-02"
    assert (given["carrier"], given["again"]) == ("sagawa", False)


@pytest.mark.parametrize(
    "form", [{"carrier": "dove"}, {"mall": "x"}, {"shop": ""}, {"shipping_date": "x"}]
)
def test_labels_of_a_choice_not_offered_are_not_made(clerk: AtDesk, form):
    usual = {"carrier": "yamato", "mall": "rakuten", "shop": "lab"}
    answer = clerk.send("/labels", "/files", **(usual | form))

    assert answer.status_code == 400
    assert clerk.runs.given == []
