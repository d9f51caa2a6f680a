"""Plain files, zips, pairs, names, what stays on disk (docs/rules.md F4)."""

import errno
import hashlib
import io
import os
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from connectors.csv_file import display_name, source
from connectors.csv_file.source import CsvSource
from connectors.order_files import CsvRefused, read_order_file
from connectors.order_files.order_file import Spill
from connectors.order_files.typed import REJECTS, WARNINGS
from tests.order_files.read.test_golden import GOLDEN
from tests.support.mall_csv import rakuten_bytes, rakuten_row, write_rakuten

CSV = rakuten_bytes([rakuten_row()])
BOMB = CSV + CSV.split(b"\r\n", 1)[1] * 25_000


def zipped(members, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def refused(read, *contents, mall="rakuten"):
    with pytest.raises(CsvRefused) as found:
        read(*contents, mall=mall)
    return found.value.code


@pytest.mark.parametrize(
    "name", ["a.csv", "注文.CSV", "x/y/b.txt", "c.tsv", "../../etc/cron.d/x.csv"]
)
def test_a_zip_of_one_csv_reads_like_the_csv(read, name):
    seen = read(zipped({name: CSV}))

    assert seen.rows.equals(read(CSV).rows)
    assert seen.file.sha256 == read(CSV).file.sha256


def test_the_mac_finders_own_entries_do_not_count(read):
    assert read(zipped({"a.csv": CSV, "__MACOSX/._a.csv": b"x"})).rows.height == 1


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"a.csv": CSV, "b.csv": CSV},
        {"a.csv": CSV, "readme.pdf": b"x"},
        {"inner.zip": zipped({"a.csv": CSV})},
        {"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"},
    ],
    ids=["nothing", "two", "other", "nested", "xlsx"],
)
def test_a_zip_of_anything_else_is_refused(read, members):
    assert refused(read, zipped(members)) == "zip-content"


def test_a_bomb_is_refused_while_it_unfolds(read):
    assert refused(read, zipped({"a.csv": BOMB})) == "too-big"


def test_a_bomb_that_lies_about_its_size_is_refused(read):
    bomb = bytearray(zipped({"a.csv": BOMB}))
    central = bomb.rindex(b"PK\x01\x02")
    bomb[central + 20 : central + 28] = struct.pack("<II", 10_000_000, 100)

    assert refused(read, bytes(bomb)) in {"too-big", "broken-zip", "zip-content"}


def test_more_than_the_limit_of_decoded_bytes_is_refused(read, monkeypatch):
    monkeypatch.setattr(source, "MOST_ZIPPED", len(CSV) - 1)

    assert refused(read, zipped({"a.csv": CSV})) == "too-big"


def test_more_than_the_limit_of_plain_bytes_is_refused(read, monkeypatch):
    monkeypatch.setattr(source, "MOST_PLAIN", len(CSV) - 1)

    assert refused(read, CSV) == "too-big"


def test_a_million_lines_are_within_the_limit():
    assert source.MOST_PLAIN > 1_000_000 * 1_500


def test_a_broken_zip_is_refused(read):
    content = zipped({"a.csv": CSV})
    damaged = bytearray(content)
    damaged[60] ^= 0xFF

    assert refused(read, content[:-30]) == "broken-zip"
    assert refused(read, bytes(damaged)) == "broken-zip"


class GivesUp(io.BytesIO):
    """A file on a share that goes away once its first bytes were read."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise OSError(errno.ESTALE, "Stale file handle")
        return super().read(size)


def test_a_share_that_goes_away_under_a_zip_is_no_broken_zip():
    file = GivesUp(zipped({"orders.csv": CSV}))
    with ThreadPoolExecutor(1) as pool, pytest.raises(OSError, match="最後まで"):
        list(CsvSource(Path("orders.zip"), file, pool, "").chunks())


@pytest.mark.parametrize("kind", ["folder", "missing", "link", "fifo"])
def test_what_is_no_regular_file_is_refused(tmp_path, kind):
    path = tmp_path / "x.csv"
    real = tmp_path / "real.csv"
    real.write_bytes(CSV)
    make = {
        "folder": path.mkdir,
        "missing": lambda: None,
        "link": lambda: path.symlink_to(real),
        "fifo": lambda: os.mkfifo(path),
    }
    make[kind]()

    with pytest.raises(CsvRefused) as found:
        read_order_file([path], "rakuten")

    assert found.value.code == "not-a-file"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/cron.d/x", "x"),
        ("a\u202egpj.csv", "agpj.csv"),
        ("a\x00\x1b[2J\n.csv", "a[2J.csv"),
        ("C:\\temp\\注文.csv", "注文.csv"),
        ("x" * 300, "x" * 119 + "…"),
        ("\u200b", "(名前なし)"),
    ],
)
def test_a_name_is_cleaned_for_display(name, shown):
    assert display_name(name) == shown


def pair():
    folder = GOLDEN / "yahoo"
    return [(folder / name).read_bytes() for name in ("order.csv", "item.csv")]


def test_a_pair_may_come_in_either_order(read):
    orders, lines = pair()
    one, other = read(orders, lines, mall="yahoo"), read(lines, orders, mall="yahoo")

    assert one.rows.equals(other.rows)
    assert one.file.sha256 == other.file.sha256


def test_half_of_a_pair_or_the_same_half_twice_is_refused(read):
    orders, lines = pair()

    assert refused(read, orders, mall="yahoo") == "pair"
    assert refused(read, lines, lines, mall="yahoo") == "pair"


def test_two_files_of_a_mall_without_pairs_are_refused(read):
    assert refused(read, CSV, CSV) == "one-file"


def test_orders_and_lines_without_the_other_half_are_set_aside(read):
    seen = read(*pair(), mall="yahoo")

    set_aside = set(seen.rejects["order_number"])
    assert set_aside == {"10000003", "10000004"}
    assert not set_aside & set(seen.column("order_number"))


def test_an_order_row_that_comes_twice_counts_once(read):
    orders, lines = pair()
    header, body = orders.split(b"\r\n", 1)

    seen = read(header + b"\r\n" + body + body, lines, mall="yahoo")

    assert seen.rows.equals(read(orders, lines, mall="yahoo").rows)


def test_of_an_order_row_that_comes_again_changed_the_later_one_counts(read):
    orders, lines = pair()
    header, body = orders.split(b"\r\n", 1)
    changed = body.replace("架空町1".encode("cp932"), "仮町2".encode("cp932"))

    seen = read(header + b"\r\n" + body + changed, lines, mall="yahoo")

    assert set(seen.column("recipient_street")) == {"仮町2 見本ビル①"}


OTHER = (b"mihon-store-", b"mihon-b-")
"""Another store's account in the place of ours; stores count their orders alike."""


def test_a_store_that_the_orders_alone_show_is_known(read):
    """Picked for another shop, its orders were stored a second time, as that one's."""
    orders, lines = pair()

    seen = read(orders.replace(*OTHER), lines.replace(b'"Id"', b'"IdX"'), mall="yahoo")

    assert set(seen.column("shop_id")) == {"mihon-b"}


def test_lines_are_not_put_to_another_stores_order_of_the_same_number(read):
    """A buyer of one store would get the goods that one of the other had bought."""
    orders, lines = pair()

    seen = read(orders.replace(*OTHER), lines, mall="yahoo")

    assert seen.rows.is_empty()
    assert {"10000001", "10000002"} <= set(seen.rejects["order_number"])


def test_two_stores_in_one_pair_of_files_stay_apart(read):
    both = []
    for content in pair():
        header, body = content.split(b"\r\n", 1)
        theirs = body.replace(*OTHER).replace(
            "架空町1".encode("cp932"), "仮町2".encode("cp932")
        )
        both.append(header + b"\r\n" + body + theirs)
    alone = read(*pair(), mall="yahoo").rows

    rows = read(*both, mall="yahoo").rows

    ours, theirs = (rows.filter(shop_id=one) for one in ("mihon-store", "mihon-b"))
    assert ours.drop("row_number").equals(alone.drop("row_number"))
    assert theirs.height == ours.height
    assert set(theirs["recipient_street"]) == {"仮町2 見本ビル①"}


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("payment_d1", "商品代引"),
        ("payment_b1", "銀行振込"),
        ("payment_z9", "payment_z9"),
    ],
)
def test_a_code_of_how_yahoo_s_order_is_paid_is_read_as_its_word(read, code, word):
    orders, lines = pair()
    coded = orders.replace(b'"PayMethod",', b'"Unused",')
    coded = coded.replace(b'"PayMethodName"', b'"PayMethod"')
    coded = coded.replace("クレジットカード決済".encode("cp932"), code.encode())

    seen = read(coded, lines, mall="yahoo")

    assert set(seen.column("payment_method")) == {word}


def test_frames_come_back_from_disk_as_they_went(tmp_path):
    frame = pl.DataFrame({"row_number": [1, 2], "x": ["表", None]})
    spill = Spill(tmp_path, in_memory=0)
    spill.add(frame, REJECTS.to_frame(), WARNINGS.to_frame())
    spill.add(frame.head(0), REJECTS.to_frame(), WARNINGS.to_frame())

    frames = [[one.rows for one in spill.frames()] for _ in range(2)]

    assert all(
        one.equals(two)
        for again in frames
        for one, two in zip(again, [frame, frame.head(0)], strict=True)
    )
    assert list(tmp_path.iterdir()) == []
    spill.close()


def test_many_frames_leave_memory_and_keep_their_order(tmp_path):
    frames = [pl.DataFrame({"row_number": [n], "x": ["表" * 50]}) for n in range(3)]
    spill = Spill(tmp_path, in_memory=2 * int(frames[0].estimated_size()))
    for frame in frames:
        spill.add(frame, REJECTS.to_frame(), WARNINGS.to_frame())

    kept = [one.rows["row_number"].item() for one in spill.frames()]

    assert kept == [0, 1, 2]
    assert not any(isinstance(one, pl.DataFrame) for one in spill._frames)
    spill.close()


def test_who_watches_is_told_of_every_byte(tmp_path, monkeypatch):
    monkeypatch.setattr("connectors.csv_file.records.BLOCK_ROWS", 1)
    path = tmp_path / "watched.csv"
    write_rakuten(path, 3_000)
    told = []

    with read_order_file([path], "rakuten", watch=told.append) as file:
        digest = file.sha256

    assert sum(told) == path.stat().st_size
    assert len(told) > 3
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_large_file_gives_every_line_once(tmp_path):
    path = tmp_path / "large.csv"
    orders = write_rakuten(path, 12_345)

    with read_order_file([path], "rakuten", scratch=tmp_path) as file:
        rows = pl.concat([batch.rows for batch in file.batches(5_000)])

    assert rows.height == file.rows_read == 12_345
    assert rows["order_number"].n_unique() == orders
    assert rows["row_number"].to_list() == list(range(2, 12_347))
    assert rows.select(
        (pl.col("unit_price") * pl.col("quantity"))
        .sum()
        .over("order_number")
        .eq(pl.col("goods_total"))
        .all()
    ).item()
    assert [path.name for path in Path(tmp_path).iterdir()] == ["large.csv"]


@pytest.mark.parametrize("last", ["個数", "wide"])
def test_a_file_of_broken_rows_is_refused_before_memory_is(read, monkeypatch, last):
    for module in ("csv_file.records", "order_files.rows"):
        monkeypatch.setattr(f"connectors.{module}.MOST_REJECTS", 10)
    bad = [rakuten_row(個数="x") for _ in range(11)]
    wide = b",".join([b'"1"'] * 159) + b"\r\n"
    rows = {"個数": rakuten_bytes(bad), "wide": CSV + wide * 11}

    assert refused(read, rows[last]) == "too-many-rejects"
