"""A spool of the version before, one file per notice: taken over, nothing lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.notices import spool as spool_module
from connectors.notices.spool import Kept, Spool
from data.model.notice import Notice
from tests.notices.conftest import NOW, make_notice
from tests.support.dies_at import Point
from tests.support.effort import first

OTHER_SHOP = "54321"
SPOOL = "connectors/notices/spool.py"
BEFORE = "connectors/notices/spool_before.py"
ROOT = Path(__file__).parents[2]
OPENING = """
import sys
from pathlib import Path
from connectors.notices import spool
from tests.support.dies_at import Point, die_at
folder, file, line, visit, after = sys.argv[1:]
spool.AT_ONCE = 3
die_at(Point(file, line, int(visit), after == "True"))
spool.Spool(Path(folder)).depth()
"""


def leave(folder: Path, *notices: Notice) -> None:
    """Write notices as the version before did."""
    for notice in notices:
        path = folder / f"shop-{notice.shop_id}" / f"{notice.notice_key}.json"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(notice.model_dump_json().encode())


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/*"))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(spool_module, "AT_ONCE", 3)


def test_every_file_becomes_a_waiting_notice(folder, few_at_once):
    notices = [make_notice(n, age_s=100 - n) for n in range(10)]
    other = make_notice(11, OTHER_SHOP)
    leave(folder, *reversed(notices), other)

    assert Spool(folder).waiting(100) == [*notices, other]
    assert left(folder) == []
    assert sorted(path.name for path in folder.iterdir()) == ["bell", "notices.sqlite"]


def test_the_first_notice_that_comes_finds_them_taken_over(folder):
    leave(folder, make_notice(1))
    spool = Spool(folder)

    assert spool.keep([make_notice(1), make_notice(2)]) == Kept(new=1, repeated=1)
    assert spool.depth() == 2


def test_files_that_come_later_are_taken_over_when_it_is_opened_again(folder):
    Spool(folder).keep([make_notice(1)])
    leave(folder, make_notice(2))

    assert Spool(folder).depth() == 2


def test_a_file_of_a_settled_notice_does_not_bring_it_back(folder):
    spool = Spool(folder)
    spool.keep([make_notice(1)])
    spool.settle([make_notice(1)], NOW)
    leave(folder, make_notice(1))

    assert Spool(folder).waiting(9) == []
    assert left(folder) == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff" * 20_000, b"[]"])
def test_a_file_that_is_no_notice_is_put_into_damaged(folder, content, caplog):
    leave(folder, make_notice(1), make_notice(2))
    path = (
        folder / f"shop-{make_notice(1).shop_id}" / f"{make_notice(1).notice_key}.json"
    )
    path.write_bytes(content)

    assert Spool(folder).waiting(9) == [make_notice(2)]
    assert left(folder) == [path.name]
    assert (folder / "damaged" / path.name).read_bytes() == content
    assert path.name in caplog.text


def test_a_notice_under_another_s_name_and_a_link_are_damaged_too(folder, tmp_path):
    leave(folder, make_notice(1), make_notice(2), make_notice(3))
    one, two, three = (
        folder / f"shop-{n.shop_id}" / f"{n.notice_key}.json"
        for n in (make_notice(1), make_notice(2), make_notice(3))
    )
    two.write_bytes(one.read_bytes())
    three.rename(tmp_path / "elsewhere.json")
    three.symlink_to(tmp_path / "elsewhere.json")

    assert Spool(folder).waiting(9) == [make_notice(1)]
    assert left(folder) == sorted([two.name, three.name])


def test_what_its_writer_never_named_is_dropped(folder):
    leave(folder, make_notice(1))
    (folder / "tmp").mkdir()
    (folder / "tmp" / "half").write_bytes(b"{")
    Spool(folder).depth()

    assert not (folder / "tmp").exists()


@first(2)
@pytest.mark.parametrize(
    "point",
    [
        Point(SPOOL, "Path(name).rename(self._file)"),
        Point(SPOOL, "Path(name).rename(self._file)", after=True),
        Point(SPOOL, "if _write(con, _KEEP, map(_row, notices)):"),
        Point(SPOOL, "if _write(con, _KEEP, map(_row, notices)):", 2, after=True),
        Point(BEFORE, "path.unlink()", 2),
        Point(BEFORE, "path.unlink()", 3, after=True),
        Point(BEFORE, "path.unlink()", 5),
        Point(BEFORE, "shop.rmdir()  # something that is not ours may be in it"),
        Point(BEFORE, 'shutil.rmtree(folder / "tmp", ignore_errors=True)'),
    ],
    ids=lambda point: f"{point.line}#{point.visit}{'+' if point.after else ''}",
)
def test_killed_while_it_takes_over_it_loses_nothing(folder, point):
    notices = [make_notice(n, age_s=10 - n) for n in range(7)]
    leave(folder, *notices)
    ended = subprocess.run(
        [sys.executable, "-c", OPENING, folder, *map(str, point)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )

    assert ended.returncode == -9
    assert Spool(folder).waiting(100) == notices
    assert left(folder) == []
