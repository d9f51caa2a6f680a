"""The watched folder: downloads of malls that staff put down to be imported.

    incoming/<mall>/<shop>/orders.csv   waits, under the name the mall gave it
    incoming/done/orders.csv            was imported
    rejected/orders.csv                 was refused; orders.csv.txt beside it says why

Only regular files are seen: no link is followed, neither to a file nor to a folder. A
file still being written is left for the next look.
"""

import os
import re
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.mall_csv.order_file import display_name
from connectors.mall_csv.registry import all_layouts

DONE: Final = "done"
SETTLED_S: Final = 10
"""A file written to within this many seconds may not be whole yet."""
PARTNER_S: Final = 30 * 60
"""How long one half of a pair (Yahoo's) waits for the other before it is refused."""

_DEEPEST: Final = 4
_UNFINISHED: Final = (".tmp", ".part", ".partial", ".crdownload", ".download")
_ROLE: Final = re.compile(
    r"(?P<lines>items?|lines?|注文商品|商品)|(?P<orders>orders?|注文)", re.IGNORECASE
)


@dataclass(frozen=True)
class Download:
    """One file of a mall, or two that belong together, and whose it is.

    `mall` and `shop` are empty when nobody said, or when the folder is not one of ours.
    """

    paths: tuple[Path, ...]
    mall: str
    shop: str
    waits: bool = False
    """It stands in the watched folder and is to be moved when it is settled."""

    @property
    def name(self) -> str:
        """The files' names, safe to show."""
        return " + ".join(display_name(path.name) for path in self.paths)


@dataclass(frozen=True)
class _Seen:
    """A file at one look; equal to another look if nobody wrote to it between."""

    path: Path
    size: int
    written_ns: int
    inode: int

    def age_s(self, now: datetime) -> float:
        return now.timestamp() - self.written_ns / 1e9


def waiting_downloads(
    incoming: Path, now: datetime, pause: Callable[[], None]
) -> list[Download]:
    """List what stands in the folder and is whole, the oldest first.

    `pause` passes between two looks; a file that changed meanwhile is left out. A file
    in no folder of ours is listed with no mall and no shop.
    """
    root = incoming.resolve()
    first = [seen for seen in _look(root) if not 0 <= seen.age_s(now) < SETTLED_S]
    if not first:
        return []
    pause()
    second = set(_look(root))
    whole = sorted(
        (seen for seen in first if seen in second),
        key=lambda seen: (seen.written_ns, seen.path),
    )
    return list(_downloads(whole, root, now))


def _look(folder: Path, depth: int = 0) -> Iterator[_Seen]:
    """See every regular file in the folder and its folders."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if _is_noise(entry.name) or (depth == 0 and entry.name == DONE):
                continue
            if entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
                yield from _look(folder / entry.name, depth + 1)
            elif entry.is_file(follow_symlinks=False):
                yield from _seen(folder / entry.name)


def _seen(path: Path) -> Iterator[_Seen]:
    try:
        found = path.lstat()
    except FileNotFoundError:  # taken away between listing and looking
        return
    if stat.S_ISREG(found.st_mode):
        yield _Seen(path, found.st_size, found.st_mtime_ns, found.st_ino)


def _is_noise(name: str) -> bool:
    """Whether a system's or a copying program's own file goes by this name."""
    return (
        name.startswith((".", "~$"))
        or name.lower().endswith(_UNFINISHED)
        or name.lower() in {"thumbs.db", "desktop.ini"}
    )


def _downloads(whole: Iterable[_Seen], root: Path, now: datetime) -> Iterator[Download]:
    folders: defaultdict[Path, list[_Seen]] = defaultdict(list)
    for seen in whole:
        folders[seen.path.parent].append(seen)
    paired = {layout.mall for layout in all_layouts() if layout.partner}
    for folder, files in folders.items():
        place = folder.relative_to(root).parts
        mall, shop = place if len(place) == 2 else ("", "")
        groups = [[seen] for seen in files]
        if mall in paired:
            groups = [
                group
                for group in _pairs(files)
                if len(group) == 2 or group[0].age_s(now) >= PARTNER_S
            ]
        for group in groups:
            yield Download(tuple(seen.path for seen in group), mall, shop, waits=True)


def _pairs(files: list[_Seen]) -> Iterator[list[_Seen]]:
    """Put together files whose names differ by the word for orders or items only.

    Two files that are left over are a pair, whatever they are called, unless both say
    to be the same half; the reader refuses them if they are none.
    """
    by_name: defaultdict[str, list[_Seen]] = defaultdict(list)
    for seen in files:
        by_name[_ROLE.sub("", seen.path.name).casefold()].append(seen)
    groups = list(by_name.values())
    left = [seen for group in groups if not _is_pair(group) for seen in group]
    yield from filter(_is_pair, groups)
    yield from [left] if _is_pair(left) else ([seen] for seen in left)


def _is_pair(files: list[_Seen]) -> bool:
    halves = [
        half and half.lastgroup for half in (_ROLE.search(s.path.name) for s in files)
    ]
    return len(files) == 2 and (None in halves or halves[0] != halves[1])
