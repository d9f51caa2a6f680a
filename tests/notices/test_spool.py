"""The folder of notices that wait."""

import os
import stat
import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.notices.spool import Kept, Spool, SpoolFull, SpoolState
from tests.notices.conftest import NOW, make_notice
from tests.support.notices import SHOP_ID

OTHER_SHOP = "54321"


def files(spool) -> list[str]:
    """Every file below the spool, tmp/ and damaged/ included."""
    root = spool._folder
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def place(notice) -> str:
    return f"shop-{notice.shop_id}/{notice.notice_key}.json"


def test_what_is_kept_waits(spool):
    notices = [make_notice(1), make_notice(2)]

    assert spool.keep(notices) == Kept(new=2, repeated=0)
    assert files(spool) == sorted(map(place, notices))
    assert sorted(spool.waiting(10), key=str) == sorted(notices, key=str)


def test_a_repeat_writes_nothing(spool):
    spool.keep([make_notice(1)])
    before = (spool._folder / place(make_notice(1))).stat()

    assert spool.keep([make_notice(1, age_s=-5), make_notice(2)]) == Kept(1, 1)
    assert (spool._folder / place(make_notice(1))).stat() == before


def test_the_oldest_comes_first_and_no_more_than_asked_for(spool):
    spool.keep(make_notice(n, age_s=n) for n in (3, 1, 5, 2, 4))
    ages = [round((NOW - n.received_at).total_seconds()) for n in spool.waiting(3)]

    assert ages == [5, 4, 3]


def test_a_shop_s_notices_can_be_asked_for(spool):
    spool.keep([make_notice(1), make_notice(2, OTHER_SHOP), make_notice(3)])

    assert spool.waiting(10, OTHER_SHOP) == [make_notice(2, OTHER_SHOP)]
    assert (spool.depth(), spool.depth(SHOP_ID), spool.depth("none")) == (3, 2, 0)


def test_its_state_is_how_many_wait_and_since_when(spool):
    nothing = spool.state()
    spool.keep([make_notice(1, age_s=1), make_notice(2, age_s=7200.000001)])

    assert nothing == SpoolState(0, None)
    assert spool.state() == (2, NOW - timedelta(seconds=7200.000001))
    assert spool.oldest() == spool.state().oldest


def test_removed_notices_wait_no_more_and_removing_twice_is_fine(spool):
    spool.keep([make_notice(1), make_notice(2)])
    spool.remove([make_notice(1)])
    spool.remove([make_notice(1)])

    assert spool.waiting(10) == [make_notice(2)]


def test_everything_in_it_is_ours_alone(spool):
    spool.keep([make_notice(1)])
    modes = {stat.S_IMODE(p.stat().st_mode) for p in spool._folder.rglob("*.json")}
    folders = [spool._folder, *(p for p in spool._folder.iterdir() if p.is_dir())]

    assert modes == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_damaged_file_is_set_aside_and_the_others_are_given(spool):
    spool.keep([make_notice(1, age_s=9), make_notice(2)])
    (spool._folder / place(make_notice(1))).write_bytes(b"{")

    assert spool.waiting(10) == [make_notice(2)]
    assert files(spool)[0].startswith("damaged/")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff" * 20_000, b"[]"])
def test_damaged_files_alone_do_not_look_like_an_empty_spool(spool, content):
    spool.keep(make_notice(n, age_s=10 + n) for n in range(5))
    for path in spool._folder.rglob("*.json"):
        path.write_bytes(content)
        os.utime(path, (1, 1))
    spool.keep([make_notice(9)])

    assert spool.waiting(2) == [make_notice(9)]
    assert spool.depth() == 1


def test_a_notice_under_another_s_name_is_damaged(spool):
    spool.keep([make_notice(1), make_notice(2)])
    one, two = (spool._folder / place(make_notice(n)) for n in (1, 2))
    two.write_bytes(one.read_bytes())

    assert spool.waiting(10) == [make_notice(1)]


def test_no_link_is_followed(spool, tmp_path):
    spool.keep([make_notice(1)])
    path = spool._folder / place(make_notice(1))
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")

    assert spool.waiting(10) == []
    assert (tmp_path / "elsewhere.json").exists()


def test_what_a_writer_left_behind_is_no_notice_and_is_swept_after_an_hour(spool):
    spool.keep([make_notice(1)])
    for name, age in (("old", 61), ("young", 59)):
        path = spool._folder / "tmp" / name
        path.write_bytes(b"half")
        written = (NOW - timedelta(minutes=age)).timestamp()
        os.utime(path, (written, written))

    assert spool.depth() == 1
    assert spool.sweep(NOW) == 1
    assert files(spool) == [place(make_notice(1)), "tmp/young"]


def test_an_empty_home_is_an_empty_spool(spool):
    assert (spool.waiting(1), spool.depth(), spool.oldest()) == ([], 0, None)
    assert spool.sweep(NOW) == 0
    spool.probe()


def test_a_full_disk_is_named_and_leaves_nothing_half_written(spool, small_files):
    with small_files(100), pytest.raises(SpoolFull) as full:
        spool.keep([make_notice(1), make_notice(2)])

    assert full.value.reason == "EFBIG"
    assert files(spool) == []


def test_when_one_notice_of_a_message_finds_no_room_none_is_kept(spool, small_files):
    small = make_notice(1)
    large = make_notice(2).model_copy(update={"subject": "x" * 2000})

    with small_files(1000), pytest.raises(SpoolFull):
        spool.keep([small, large])

    assert files(spool) == []


def test_a_disk_without_room_is_seen_before_a_notice_comes(spool, small_files):
    with small_files(100), pytest.raises(SpoolFull):
        spool.probe()

    assert files(spool) == []


def test_a_spool_that_is_no_folder_is_named_too(tmp_path):
    (tmp_path / "spool").write_bytes(b"")

    with pytest.raises(SpoolFull) as full:
        Spool(tmp_path / "spool").keep([make_notice(1)])

    assert full.value.reason == "EEXIST"


def test_looking_holds_no_more_than_what_is_asked_for(spool, tmp_path):
    spool.keep(make_notice(n, age_s=60) for n in range(5))
    folder = spool._folder / f"shop-{SHOP_ID}"
    content = tmp_path / "content"
    content.write_bytes(b"{}")
    for n in range(3000):
        os.link(content, folder / f"{n:064x}.json")
    os.utime(content, (NOW.timestamp(), NOW.timestamp()))
    spool.waiting(1)
    tracemalloc.start()
    try:
        assert spool.state().depth == 3005
        assert len(spool.waiting(5)) == 5
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 300_000, "as much as a list of all the names"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("kr"), st.integers(0, 6)), max_size=25))
def test_what_was_kept_and_not_removed_waits(tmp_path_factory, moves):
    spool = Spool(tmp_path_factory.mktemp("spool") / "spool")
    expected = set()
    for move, n in moves:
        if move == "k":
            assert spool.keep([make_notice(n)]).new == (n not in expected)
            expected.add(n)
        else:
            spool.remove([make_notice(n)])
            expected.discard(n)

    assert {n.notice_key for n in spool.waiting(100)} == {
        make_notice(n).notice_key for n in expected
    }
