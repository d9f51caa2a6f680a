"""A person's files are found in any state, and no damage ends the search."""

import errno
import random
import zipfile
from pathlib import Path

import pytest

from connectors import private_files
from connectors.private_files import Searched, files_telling_of, remove
from data.model.buyer import Traces
from tests.support.effort import first

NUMBER = "123456-20261124-0000000001"
METHODS = (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)


def a_zip(path: Path, *members: bytes, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as packed:
        for at, content in enumerate(members):
            packed.writestr(f"{at}.csv", content)
    return path


def noise(seed: int, lines: int = 3000) -> bytes:
    rng = random.Random(seed)  # noqa: S311 - no secret
    return "\n".join(str(rng.random()) for _ in range(lines)).encode()


def damage(path: Path, start: int, length: int = 60) -> None:
    content = bytearray(path.read_bytes())
    content[start : start + length] = b"\xff" * length
    path.write_bytes(content)


def search(folder: Path) -> Searched:
    return files_telling_of([folder], Traces(frozenset({NUMBER})))


@pytest.mark.parametrize("method", METHODS)
def test_a_damaged_zip_hides_no_other_file_and_is_told(tmp_path: Path, method: int):
    damaged = a_zip(tmp_path / "a.zip", noise(1), method=method)
    damage(damaged, 50)
    (tmp_path / "z.csv").write_text(f"{NUMBER}\n")

    assert search(tmp_path) == Searched((tmp_path / "z.csv",), (damaged,))


def test_a_damaged_member_hides_no_other_member(tmp_path: Path):
    tells = a_zip(tmp_path / "a.zip", noise(1), f"{NUMBER}\n".encode())
    damage(tells, 50)

    assert search(tmp_path) == Searched((tells,), ())


def test_what_stands_before_the_damage_is_found(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(private_files, "BLOCK", 4096)
    tells = a_zip(tmp_path / "a.zip", f"{NUMBER}\n".encode() + noise(1))
    damage(tells, tells.stat().st_size // 2)

    assert search(tmp_path) == Searched((tells,), ())


@first(30)
@pytest.mark.parametrize("seed", range(300))
def test_no_damage_ends_the_search(tmp_path: Path, seed: int):
    rng = random.Random(seed)  # noqa: S311 - no secret
    method = METHODS[seed % len(METHODS)]
    path = a_zip(tmp_path / "a.zip", noise(seed, 99), noise(seed, 9), method=method)
    damage(path, rng.randrange(path.stat().st_size), rng.randrange(1, 60))
    (tmp_path / "z.csv").write_text(f"{NUMBER}\n")

    assert search(tmp_path).telling == (tmp_path / "z.csv",)


def test_a_zip_cut_short_is_told(tmp_path: Path):
    cut = a_zip(tmp_path / "a.zip", noise(1))
    cut.write_bytes(cut.read_bytes()[:500])

    assert search(tmp_path).unread == (cut,)


def test_a_zip_that_unpacks_without_end_is_told(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(private_files, "BLOCK", 1000)
    monkeypatch.setattr(private_files, "LARGEST", 5000)
    bomb = a_zip(tmp_path / "a.zip", b"0" * 9000)

    assert search(tmp_path).unread == (bomb,)


@pytest.mark.parametrize(
    "begin",
    [
        b"7z\xbc\xaf\x27\x1c",
        b"\x1f\x8b\x08",
        b"BZh9",
        b"Rar!\x1a\x07",
        b"\x25\x00-lh5-",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"PK\x03\x04",
    ],
)
def test_what_is_packed_otherwise_is_told_in_a_zip_as_well(tmp_path: Path, begin):
    """It seemed to tell of nobody, and stayed for ninety days unnamed."""
    packed = tmp_path / "a"
    packed.write_bytes(begin + noise(1, 9))
    inside = a_zip(tmp_path / "b.zip", noise(1, 9), begin + noise(2, 9))
    tells = tmp_path / "c"
    tells.write_bytes(begin + f"\n{NUMBER}\n".encode())

    assert search(tmp_path) == Searched((tells,), (packed, inside))


def test_a_large_file_is_searched_to_its_end(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(private_files, "BLOCK", 1000)
    tells = tmp_path / "a.csv"
    for before in range(990, 1010):
        tells.write_bytes(b"0" * before + f"\n{NUMBER}\n".encode())
        assert search(tmp_path).telling == (tells,), before


def test_what_is_no_file_or_goes_meanwhile_is_passed_by(tmp_path: Path, monkeypatch):
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    tells = tmp_path / "z.csv"
    tells.write_text(f"{NUMBER}\n")
    moved = tmp_path / "moved.csv"
    moved.write_text(f"{NUMBER}\n")
    opened = Path.open

    def moving(path: Path, *given, **more):
        moved.unlink(missing_ok=True)
        return opened(path, *given, **more)

    monkeypatch.setattr(Path, "open", moving)

    assert search(tmp_path) == Searched((tells,), ())


def test_a_file_that_cannot_be_looked_at_is_told(tmp_path: Path, monkeypatch):
    tells, damaged = tmp_path / "z.csv", tmp_path / "a.csv"
    for path in (tells, damaged):
        path.write_text(f"{NUMBER}\n")
    looked = Path.lstat

    def failing(path: Path):
        if path == damaged:
            raise OSError(errno.EIO, "Input/output error")
        return looked(path)

    monkeypatch.setattr(Path, "lstat", failing)

    assert search(tmp_path) == Searched((tells,), (damaged,))


def test_a_file_is_removed_with_its_reason_and_only_once(tmp_path: Path):
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "a.csv.txt").write_text("理由", "utf-8")

    remove(tmp_path / "a.csv")
    remove(tmp_path / "a.csv")

    assert list(tmp_path.iterdir()) == []
