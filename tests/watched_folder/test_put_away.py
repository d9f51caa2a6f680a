"""Where an imported or refused file goes, and under which name."""

import hashlib
import os
import stat
import time

import pytest

from connectors.watched_folder import (
    Download,
    harmless_name,
    put_into_done,
    put_into_rejected,
)
from tests.watched_folder.conftest import NOW

REASON = "ファイルが空(0バイト)です。 対処: もう一度ダウンロードしてください。"
HASH = hashlib.sha256(b"x").hexdigest()[:16]


def only(folder) -> Download:
    (download,) = folder.waiting()
    return download


def test_an_imported_file_goes_to_done(folder):
    folder.put("rakuten/demo/orders.csv")
    put_into_done(only(folder), folder.root)

    assert folder.tree() == ["incoming/done/orders.csv"]


def test_both_files_of_a_pair_go(folder):
    folder.put("yahoo/mihon-store/order.csv")
    folder.put("yahoo/mihon-store/item.csv")
    put_into_done(only(folder), folder.root)

    assert folder.tree() == ["incoming/done/item.csv", "incoming/done/order.csv"]


def test_the_days_of_a_file_begin_when_it_is_put_away(folder, tmp_path):
    """The night deletes by them: one copied with its old time was gone unseen."""
    for put in ("done", "rejected"):
        file = folder.put("rakuten/demo/orders.csv")
        os.utime(file, (0, 0))
        if put == "done":
            put_into_done(only(folder), folder.root)
        else:
            put_into_rejected(only(folder), tmp_path / "rejected", REASON, NOW)
    for away in (folder.root / "done", tmp_path / "rejected"):
        assert time.time() - (away / "orders.csv").stat().st_mtime < 60


def test_a_taken_name_is_made_longer_by_the_content(folder):
    folder.put("done/orders.csv", b"yesterday's")
    folder.put("rakuten/demo/orders.csv", b"x")
    put_into_done(only(folder), folder.root)

    assert folder.tree() == [
        f"incoming/done/orders-{HASH}.csv",
        "incoming/done/orders.csv",
    ]
    assert (folder.root / "done" / "orders.csv").read_bytes() == b"yesterday's"


def test_the_same_file_again_and_again_takes_no_more_room(folder):
    for _ in range(4):
        folder.put("rakuten/demo/orders.csv", b"x")
        put_into_done(only(folder), folder.root)

    assert len(folder.tree()) == 2


def test_a_refused_file_lies_beside_its_reason(folder):
    folder.put("rakuten/demo/orders.csv")
    put_into_rejected(only(folder), folder.rejected, REASON, NOW)
    told = (folder.rejected / "orders.csv.txt").read_text(encoding="utf-8-sig")

    assert folder.tree() == ["rejected/orders.csv", "rejected/orders.csv.txt"]
    assert REASON in told
    assert "rakuten" in told
    assert "demo" in told
    assert "2026-11-24 09:00" in told


def test_others_cannot_look_into_the_folders(folder):
    folder.put("rakuten/demo/orders.csv")
    put_into_rejected(only(folder), folder.rejected, REASON, NOW)
    reason = folder.rejected / "orders.csv.txt"

    assert stat.S_IMODE(folder.rejected.stat().st_mode) == 0o700
    assert stat.S_IMODE(reason.stat().st_mode) == 0o600


def test_a_link_in_the_way_of_a_file_is_not_written_through(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    folder.rejected.mkdir()
    (folder.rejected / "orders.csv").symlink_to(victim)
    folder.put("rakuten/demo/orders.csv")
    put_into_rejected(only(folder), folder.rejected, REASON, NOW)

    assert victim.read_bytes() == b"mine"
    assert (folder.rejected / f"orders-{HASH}.csv").read_bytes() == b"x"


def test_a_link_in_the_way_of_a_reason_is_not_written_through(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    folder.rejected.mkdir()
    (folder.rejected / "orders.csv.txt").symlink_to(victim)
    folder.put("rakuten/demo/orders.csv")
    put_into_rejected(only(folder), folder.rejected, REASON, NOW)

    assert victim.read_bytes() == b"mine"
    assert (folder.rejected / f"orders-{HASH}.csv.txt").is_file()


@pytest.mark.parametrize(
    "name",
    [
        "a\\..\\..\\etc\\x.csv",
        "CON",
        "con.csv",
        "LPT1.txt",
        "C:orders.csv",
        "注文" * 40 + ".csv",
        "\u202egnp.csv",
        "line\nbreak.csv",
        "trailing. ",
        "-rf.csv",
        "$(reboot)|x.csv",
    ],
)
def test_a_hostile_name_is_replaced_by_the_content(folder, name):
    folder.put(f"rakuten/demo/{name}")
    put_into_done(only(folder), folder.root)
    (kept,) = (folder.root / "done").iterdir()

    assert harmless_name(name) is None
    assert kept.name in {f"file-{HASH}", f"file-{HASH}.csv", f"file-{HASH}.txt"}


@pytest.mark.parametrize(
    "name", ["orders.csv", "受注データ(11月).csv", "콘.csv", "o'brien & co.zip"]
)
def test_an_honest_name_stays(name):
    assert harmless_name(name) == name


def test_a_name_from_a_mac_is_kept_composed():
    assert harmless_name("デ\u3099ータ.csv".replace("デ", "テ")) == "データ.csv"
