"""The key file: written by our tasks, re-read by a running receiver."""

import os
import stat
from pathlib import Path

import pytest

from connectors.notices import keys
from connectors.notices.keys import KeyFile, KeyRing, save_keys
from tests.notices.conftest import known, shop_keys
from tests.support.notices import KEY

OTHER = shop_keys("other-key", handle="demo2", shop_id="54321", shop_url="other")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "receiver-keys.json"


def handles(ring) -> list[str]:
    return [shop.handle for shop in ring.shops()]


def test_saved_shops_are_known(path):
    save_keys(path, [shop_keys(), OTHER])

    assert handles(KeyRing(path)) == ["demo", "demo2"]


def test_the_file_holds_no_key_and_is_ours_alone(path):
    save_keys(path, [shop_keys(KEY, "the-next-one")])
    text = path.read_text(encoding="utf-8")

    assert KEY not in text
    assert "the-next-one" not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_same_keys_leave_the_file_alone(path):
    assert save_keys(path, [shop_keys(KEY, "next"), OTHER])
    before = path.stat()

    assert not save_keys(path, [shop_keys(KEY, "next"), OTHER])
    assert path.stat() == before


@pytest.mark.parametrize(
    "shops",
    [
        [],
        [shop_keys()],
        [OTHER, shop_keys()],
        [shop_keys("new"), OTHER],
        [shop_keys(KEY, "new"), OTHER],
        [shop_keys(""), OTHER],
        [shop_keys(shop_url="moved"), OTHER],
        [shop_keys(contract_id="C2"), OTHER],
        [shop_keys(shop_id="9"), OTHER],
    ],
)
def test_any_change_is_written(path, shops):
    save_keys(path, [shop_keys(), OTHER])

    assert save_keys(path, shops)
    assert handles(KeyRing(path)) == [shop.handle for shop in shops]
    assert not save_keys(path, shops)


def test_what_is_written_is_synced_before_it_gets_its_name(path, monkeypatch):
    """Else a power cut may leave an empty file, and no notice is let in."""
    save_keys(path, [OTHER])
    asked: list[tuple[str, Path]] = []
    fsync, replace = os.fsync, Path.replace

    def seen_fsync(number) -> None:
        fsync(number)
        asked.append(("sync", Path(f"/proc/self/fd/{number}").readlink()))

    def seen_replace(source, target) -> Path:
        asked.append(("name", source))
        assert KeyFile.model_validate_json(source.read_bytes()).shops
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    save_keys(path, [shop_keys()])
    (first, synced), (then, named), (last, folder) = asked

    assert (first, then, last) == ("sync", "name", "sync")
    assert (synced, folder) == (named, path.parent)


@pytest.mark.parametrize("rubbish", ["", "{", '{"version":2,"shops":[]}'])
def test_a_damaged_file_is_written_anew(path, rubbish):
    path.parent.mkdir()
    path.write_text(rubbish, encoding="utf-8")

    assert save_keys(path, [shop_keys()])
    assert handles(KeyRing(path)) == ["demo"]


def test_a_change_is_seen_at_once(path):
    ring = KeyRing(path)
    none = handles(ring)
    save_keys(path, [shop_keys()])
    one = handles(ring)
    save_keys(path, [shop_keys(), OTHER])

    assert (none, one, handles(ring)) == ([], ["demo"], ["demo", "demo2"])


def test_an_unchanged_file_is_not_read_again(path, monkeypatch):
    save_keys(path, [shop_keys()])
    ring = KeyRing(path)
    ring.shops()
    monkeypatch.setattr(keys, "_read", None)

    assert handles(ring) == ["demo"]


def test_a_damaged_file_leaves_what_was_known(path):
    save_keys(path, [shop_keys()])
    ring = KeyRing(path)
    ring.shops()
    path.write_text("{", encoding="utf-8")

    assert handles(ring) == ["demo"]


def test_a_file_that_is_gone_takes_its_shops_with_it(path):
    save_keys(path, [shop_keys()])
    ring = KeyRing(path, [known(handle="given")])
    both = handles(ring)
    path.unlink()

    assert (both, handles(ring)) == (["given", "demo"], ["given"])


def test_where_the_home_cannot_be_seen_the_copy_counts(path, tmp_path):
    copy = tmp_path / "spool.json"
    save_keys(copy, [shop_keys()])
    ring = KeyRing(path, copies=[copy])
    by_copy = handles(ring)
    save_keys(path, [OTHER])
    by_file = handles(ring)
    path.unlink()

    assert (by_copy, by_file, handles(ring)) == (["demo"], ["demo2"], ["demo"])


def test_no_link_is_followed(path, tmp_path):
    save_keys(tmp_path / "elsewhere.json", [shop_keys()])
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.json")

    assert handles(KeyRing(path)) == []


def test_a_file_that_cannot_be_written_leaves_the_old_one(path, small_files):
    save_keys(path, [shop_keys()])
    before = path.read_bytes()

    with small_files(100), pytest.raises(OSError, match="too large"):
        save_keys(path, [OTHER])

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
