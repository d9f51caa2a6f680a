"""What the watched folder lists for import, and what it leaves alone."""

import os

import pytest

from connectors.order_files import read_order_file
from connectors.watched_folder import SETTLED_S


def test_a_file_belongs_to_the_mall_and_shop_it_stands_under(folder):
    folder.put("rakuten/demo/orders.csv")

    assert folder.places() == [("rakuten", "demo", ["orders.csv"])]


def test_no_folder_is_an_empty_folder(folder):
    folder.root.rmdir()

    assert folder.places() == []


def test_the_oldest_file_comes_first(folder):
    folder.put("rakuten/demo/a.csv", age_s=60)
    folder.put("shopify/demo/b.csv", age_s=600)
    folder.put("rakuten/demo/c.csv", age_s=300)

    assert [names for _, _, names in folder.places()] == [
        ["b.csv"],
        ["c.csv"],
        ["a.csv"],
    ]


def test_a_file_written_to_just_now_is_left(folder):
    folder.put("rakuten/demo/half.csv", age_s=3)

    assert folder.places() == []


def test_a_file_that_grows_between_two_looks_is_left(folder):
    growing = folder.put("rakuten/demo/half.csv", age_s=60)
    folder.put("rakuten/demo/whole.csv", age_s=60)

    found = folder.places(lambda: folder.put("rakuten/demo/half.csv", b"xx"))

    assert found == [("rakuten", "demo", ["whole.csv"])]
    assert growing.exists()


def test_a_file_that_goes_away_between_two_looks_is_left(folder):
    path = folder.put("rakuten/demo/gone.csv")

    assert folder.places(path.unlink) == []


def test_a_file_from_the_future_is_taken_once_it_rests(folder):
    folder.put("rakuten/demo/orders.csv", age_s=-9999)

    assert folder.places() == [("rakuten", "demo", ["orders.csv"])]


def test_a_share_whose_clock_is_ahead_is_looked_at_as_long_as_any_other(folder):
    growing = folder.put("rakuten/demo/half.csv", age_s=-30)
    pauses = iter(range(100))

    def slow_copy():
        if next(pauses) == SETTLED_S - 1:
            growing.write_bytes(b"xx")
            os.utime(growing, (growing.stat().st_atime, growing.stat().st_mtime + 30))

    assert folder.places(slow_copy) == []


def test_a_file_written_anew_with_its_old_time_and_size_is_left(folder):
    path = folder.put("rakuten/demo/orders.csv", b"old")
    before = path.stat()

    def saved_again():
        path.write_bytes(b"new")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert folder.places(saved_again) == []


def test_a_folder_that_cannot_be_read_stops_no_other_and_is_there(anybody):
    anybody.put("rakuten/demo/orders.csv")
    anybody.put("shopify/demo/orders.csv")
    (anybody.root / "rakuten" / "demo").chmod(0)

    assert anybody.places() == [
        ("", "", ["demo"]),
        ("shopify", "demo", ["orders.csv"]),
    ]


def test_a_file_that_cannot_be_opened_now_is_not_refused(anybody):
    path = anybody.put("shopify/demo/orders.csv")
    path.chmod(0)

    with pytest.raises(OSError, match=r"orders.csv を開けません.*対処"):
        read_order_file([path], "shopify")


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        "~$a.csv",
        "a.csv.part",
        "o.CRDOWNLOAD",
        "a.csv.filepart",
        "Thumbs.db",
    ],
)
def test_noise_of_other_programs_is_left(folder, name):
    folder.put(f"rakuten/demo/{name}")

    assert folder.places() == []


@pytest.mark.parametrize(
    "place",
    ["orders.csv", "rakuten/orders.csv", "rakuten/demo/deep/orders.csv"],
)
def test_a_file_in_no_folder_of_ours_has_no_mall(folder, place):
    folder.put(place)

    assert folder.places() == [("", "", ["orders.csv"])]


def test_what_was_imported_is_not_seen_again(folder):
    folder.put("done/orders.csv")

    assert folder.places() == []


def test_links_are_not_followed(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "orders.csv").write_bytes(b"x")
    (folder.root / "rakuten" / "demo").mkdir(parents=True)
    (folder.root / "rakuten" / "demo" / "a.csv").symlink_to(outside / "orders.csv")
    (folder.root / "rakuten" / "linked").symlink_to(outside)
    (folder.root / "yahoo").symlink_to(folder.root / "rakuten")

    assert folder.places() == []


@pytest.mark.parametrize("name", ["#recycle", "@eaDir", "System Volume Information"])
def test_what_a_share_keeps_for_itself_is_left(folder, name):
    folder.put(f"{name}/rakuten/demo/deleted.csv")
    folder.put(f"rakuten/demo/{name}/deleted.csv")

    assert folder.places() == []


def test_a_pipe_is_not_opened(folder):
    (folder.root / "rakuten" / "demo").mkdir(parents=True)
    os.mkfifo(folder.root / "rakuten" / "demo" / "orders.csv")

    assert folder.places() == []


@pytest.mark.parametrize(
    ("orders", "items"),
    [
        ("order.csv", "item.csv"),
        ("orders_1124.csv", "items_1124.csv"),
        ("注文1124.csv", "注文商品1124.csv"),
        ("a.csv", "b.csv"),
    ],
)
def test_the_two_files_of_a_pair_are_one_download(folder, orders, items):
    folder.put(f"yahoo/mihon-store/{orders}", age_s=61)
    folder.put(f"yahoo/mihon-store/{items}", age_s=60)

    assert folder.places() == [("yahoo", "mihon-store", [orders, items])]


def test_several_pairs_are_told_apart_by_their_names(folder):
    for day in (1, 2):
        folder.put(f"yahoo/mihon-store/order_{day}.csv", age_s=100 - day)
        folder.put(f"yahoo/mihon-store/item_{day}.csv", age_s=90 - day)

    assert [names for _, _, names in folder.places()] == [
        ["order_1.csv", "item_1.csv"],
        ["order_2.csv", "item_2.csv"],
    ]


def test_a_pair_is_told_by_the_last_word_for_a_half(folder):
    """Both began with `order`: they were no pair, and were rejected one by one."""
    for day in (1, 2):
        folder.put(f"yahoo/mihon-store/order_{day}.csv", age_s=100 - day)
        folder.put(f"yahoo/mihon-store/order_item_{day}.csv", age_s=90 - day)

    assert [names for _, _, names in folder.places()] == [
        ["order_1.csv", "order_item_1.csv"],
        ["order_2.csv", "order_item_2.csv"],
    ]


def test_two_first_halves_are_no_pair(folder):
    folder.put("yahoo/mihon-store/order_1.csv")
    folder.put("yahoo/mihon-store/order_2.csv")

    assert folder.places() == []


def test_halves_whose_others_are_still_being_copied_are_no_pair(folder):
    folder.put("yahoo/mihon-store/order_1.csv")
    folder.put("yahoo/mihon-store/item_1.csv", age_s=3)
    folder.put("yahoo/mihon-store/order_2.csv", age_s=3)
    folder.put("yahoo/mihon-store/item_2.csv")

    assert folder.places() == []


def test_half_a_pair_waits_half_an_hour_and_is_then_given_alone(folder):
    folder.put("yahoo/mihon-store/order.csv", age_s=29 * 60)
    early = folder.places()
    folder.put("yahoo/mihon-store/order.csv", age_s=31 * 60)

    assert early == []
    assert folder.places() == [("yahoo", "mihon-store", ["order.csv"])]


def test_a_name_is_shown_without_signs_that_deceive(folder):
    folder.put("rakuten/demo/a\u202evsc.csv\r\n")
    (download,) = folder.waiting()

    assert download.name == "avsc.csv"
