import io
import os
import stat
from pathlib import Path

import pytest

from connectors.csv_file import given_name
from connectors.durable_write import replace_durably, write_new
from connectors.uploads import PREFIX, TooLarge, Uploads, uploaded_files

CHOSEN = {"mall": "rakuten", "shop": "demo", "mode": "update"}


def kept(uploads: Uploads, *files: tuple[str, bytes], most: int = 1000):
    given = [(name, io.BytesIO(content)) for name, content in files]
    return uploads.keep(given, kind="orders", choices=CHOSEN, who="山田", most=most)


def test_an_upload_is_kept_for_its_owner_only_under_a_name_of_ours(tmp_path):
    uploads = Uploads(tmp_path / "uploads")
    upload = kept(uploads, ("注文.csv", b"order"), ("商品.csv", b"item"))

    paths = uploads.paths(upload)

    assert [path.read_bytes() for path in paths] == [b"order", b"item"]
    assert [given_name(path) for path in paths] == ["注文.csv", "商品.csv"]
    assert uploads.find(upload.token) == upload
    assert stat.S_IMODE((tmp_path / "uploads").stat().st_mode) == 0o700
    for path in (tmp_path / "uploads").iterdir():
        assert path.name.startswith(f"{PREFIX}{upload.token}")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b\u202e.csv", "ab.csv"),
        ("", "(名前なし)"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
    ],
)
def test_the_name_a_machine_gives_is_only_text(tmp_path, name, shown):
    uploads = Uploads(tmp_path / "home" / "uploads")
    upload = kept(uploads, (name, b"x"))

    assert upload.names == (shown,)
    assert [given_name(path) for path in uploads.paths(upload)] == [shown]
    inside = {path.parent for path in tmp_path.rglob("*") if path.is_file()}
    assert inside == {tmp_path / "home" / "uploads"}


def test_nothing_is_kept_of_an_upload_that_is_too_large(tmp_path):
    uploads = Uploads(tmp_path)
    with pytest.raises(TooLarge):
        kept(uploads, ("a.csv", b"x" * 600), ("b.csv", b"x" * 401))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("token", ["", "..", "../desk-", "A" * 32, "0" * 31, "*" * 32])
def test_a_token_that_is_none_of_ours_finds_and_removes_nothing(tmp_path, token):
    uploads = Uploads(tmp_path)
    upload = kept(uploads, ("a.csv", b"x"))

    assert uploads.find(token) is None
    uploads.remove(token)
    assert uploads.is_whole(upload)


def test_the_files_go_and_what_is_known_stays_until_the_upload_is_removed(tmp_path):
    uploads = Uploads(tmp_path)
    upload = kept(uploads, ("a.csv", b"x"))
    (tmp_path / "tracking-amazon-1.txt").write_text("of export-tracking")

    uploads.save(upload.model_copy(update={"booked": "run"}))
    uploads.drop_files(upload)

    assert uploads.find(upload.token).booked == "run"
    assert not uploads.is_whole(upload)
    assert len(list(uploaded_files(tmp_path))) == 1
    uploads.remove(upload.token)
    assert [path.name for path in tmp_path.iterdir()] == ["tracking-amazon-1.txt"]


def test_a_part_of_a_file_is_left_by_no_failure_and_another_file_by_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(number: int) -> None:
        raise OSError(28, "no room")

    (tmp_path / "there").write_bytes(b"before")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "there", [b"after"])
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no room"):
        write_new(tmp_path / "new", [b"x"])
    with pytest.raises(OSError, match="no room"):
        replace_durably(tmp_path / "there", b"after")

    assert [each.name for each in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_bytes() == b"before"


def test_a_file_of_no_upload_has_its_own_name():
    assert given_name(Path("/nowhere/注文.csv")) == "注文.csv"
