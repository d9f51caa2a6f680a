"""The watched folder: order files that staff put there, to be imported and put away.

    incoming/<mall>/<shop>/orders.csv   waits, under the name the mall gave it
    incoming/done/orders.csv            was imported
    rejected/orders.csv                 was refused; orders.csv.txt beside it says why

Only regular files are listed: no link is followed, neither to a file nor to a folder. A
file still being written is left for the next look, and so is one that is no longer the
file that was listed: nothing is made of two states of a file, and what nobody read is
not put away. When a file is put away, its name is kept if it is harmless on every
system that may share the folder, and free; else it is named after its content.
"""

import hashlib
import os
import re
import shutil
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.csv_file import display_name, given_name
from connectors.durable_write import replace_durably
from connectors.order_files.registry import all_layouts

DONE: Final = "done"
SETTLED_S: Final = 10
"""A file written to within this many seconds may not be whole yet."""
PARTNER_S: Final = 30 * 60
"""How long one half of a pair (Yahoo's) waits for the other before it goes alone."""

_DEEPEST: Final = 4
_UNFINISHED: Final = (
    ".tmp",
    ".part",
    ".partial",
    ".filepart",
    ".crdownload",
    ".opdownload",
    ".download",
)
_SYSTEMS: Final = frozenset(
    {
        "thumbs.db",
        "desktop.ini",
        "$recycle.bin",
        "system volume information",
        "lost+found",
        "#recycle",  # what was deleted from a share of Synology's, and of QNAP's
        "@recycle",
        "@eadir",
    }
)
"""Files and folders that systems and network storage put into any folder."""
_ROLE: Final = re.compile(
    r"[ _-]*(?:(?P<lines>items?|lines?|注文商品|商品)|(?P<orders>orders?|注文))[ _-]*",
    re.IGNORECASE,
)
"""What tells the two files of a pair apart by their names; the last such word counts,
as in `order_item.csv`."""

_LONGEST: Final = 200
"""Bytes of a name: file systems take 255, and the reason's name is longer."""
_HARMFUL: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]|^[.~-]|[. ]$')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_ENDINGS: Final = frozenset({".csv", ".txt", ".tsv", ".zip"})


@dataclass(frozen=True)
class Seen:
    """A file at one look; equal to the next look if nobody wrote to it in between."""

    path: Path
    size: int
    written_ns: int
    changed_ns: int
    inode: int

    def age_s(self, now: datetime) -> float:
        """Return how long ago the file was written to."""
        return now.timestamp() - self.written_ns / 1e9


@dataclass(frozen=True)
class Download:
    """One order file, or the two of a pair, and whose it is.

    `mall` and `shop` are empty if nobody gave them, or the folder is not one of ours.
    `seen` are the files as they stood in the watched folder, from which they are to be
    put away; empty for files that a person named.
    """

    paths: tuple[Path, ...]
    mall: str
    shop: str
    seen: tuple[Seen, ...] = ()

    @property
    def name(self) -> str:
        """The files' names, safe to show."""
        return " + ".join(map(given_name, self.paths))

    @property
    def waits(self) -> bool:
        """Whether it stands in the watched folder and is to be put away."""
        return bool(self.seen)

    @property
    def is_as_seen(self) -> bool:
        """Whether nobody wrote to a file, replaced it or took it away since."""
        return all([*_seen(one.path)] == [one] for one in self.seen)


def waiting_downloads(
    incoming: Path, now: datetime, pause: Callable[[], None]
) -> list[Download]:
    """List the downloads that stand whole in the folder, the oldest first.

    `pause` is called between two looks; a file that changed in between is left out. A
    file in no folder of ours is listed without mall and shop.
    """
    root = incoming.resolve()
    settled = [seen for seen in _look(root) if not 0 <= seen.age_s(now) < SETTLED_S]
    if not settled:
        return []
    # A share whose clock is ahead does not tell how long ago a file was written to.
    is_ahead = any(seen.age_s(now) < 0 for seen in settled)
    for _ in range(SETTLED_S if is_ahead else 1):
        pause()
    there = sorted(_look(root), key=lambda seen: (seen.written_ns, seen.path))
    return list(_downloads(there, set(settled), root, now))


def _look(folder: Path, depth: int = 0) -> list[Seen]:
    """Return every regular file in the folder and the folders below it.

    A folder that cannot be read is there itself: its import tells why.
    """
    found: list[Seen] = []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if _is_noise(entry.name) or (depth == 0 and entry.name == DONE):
                    continue
                if entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
                    found += _look(folder / entry.name, depth + 1)
                elif entry.is_file(follow_symlinks=False):
                    found += _seen(folder / entry.name)
    except (FileNotFoundError, NotADirectoryError):  # removed meanwhile
        return found
    except OSError:
        return [Seen(folder, 0, 0, 0, 0)]
    return found


def _seen(path: Path) -> Iterator[Seen]:
    try:
        found = path.lstat()
    except FileNotFoundError:  # removed since the folder was listed
        return
    if stat.S_ISREG(found.st_mode):
        yield Seen(
            path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
        )


def _is_noise(name: str) -> bool:
    """Return whether the name is a system's or a copying program's own."""
    return (
        name.startswith((".", "~$"))
        or name.lower().endswith(_UNFINISHED)
        or name.lower() in _SYSTEMS
    )


def _downloads(
    there: Iterable[Seen], settled: Collection[Seen], root: Path, now: datetime
) -> Iterator[Download]:
    folders: defaultdict[Path, list[Seen]] = defaultdict(list)
    for seen in there:
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
            if all(seen in settled for seen in group):
                paths = tuple(seen.path for seen in group)
                yield Download(paths, mall, shop, tuple(group))


def _pairs(files: list[Seen]) -> Iterator[list[Seen]]:
    """Yield files in pairs whose names differ only by the word for orders or items.

    Two files that are left over are a pair, whatever their names, unless both are named
    as the same half; the reader refuses them if they are none.
    """
    by_name: defaultdict[str, list[Seen]] = defaultdict(list)
    for seen in files:
        by_name[_ROLE.sub("", seen.path.name).casefold()].append(seen)
    groups = list(by_name.values())
    left = [seen for group in groups if not _is_pair(group) for seen in group]
    yield from filter(_is_pair, groups)
    yield from [left] if _is_pair(left) else ([seen] for seen in left)


def _is_pair(files: list[Seen]) -> bool:
    halves = [_half(seen.path.name) for seen in files]
    return len(files) == 2 and (None in halves or halves[0] != halves[1])


def _half(name: str) -> str | None:
    """Return which half of a pair a file is by its name; None if that does not say."""
    roles = [found.lastgroup for found in _ROLE.finditer(name)]
    return roles[-1] if roles else None


def put_into_done(download: Download, incoming: Path) -> None:
    """Move the imported files to `incoming/done/`; nothing there is overwritten."""
    for path in download.paths:
        _move(path, incoming / DONE)


def put_into_rejected(
    download: Download, rejected: Path, reason: str, now: datetime
) -> None:
    """Move the refused files, and write the reason beside each, in Japanese."""
    for path in download.paths:
        target = _move(path, rejected)
        text = (
            f"取り込まなかったファイル: {display_name(path.name)}\n"
            f"モール: {download.mall or '不明'} / 店舗: {download.shop or '不明'}\n"
            f"日時: {now:%Y-%m-%d %H:%M}\n\n"
            f"理由: {reason}\n\n"
            "このファイルからは1行も取り込んでいません。対処のあと、正しいファイルを"
            " incoming/<モール>/<店舗コード>/ に置いてください。\n"
        )
        # With a mark, so that old Windows editors show it.
        replace_durably(_reason_of(target), text.encode("utf-8-sig"))


def harmless_name(name: str) -> str | None:
    """Return the name as every system can keep it; None if it could harm one."""
    plain = unicodedata.normalize("NFC", name)
    is_harmless = (
        display_name(name) == plain
        and len(plain.encode()) <= _LONGEST
        and not _HARMFUL.search(plain)
        and not _DEVICES.match(plain)
    )
    return plain if is_harmless else None


def _move(source: Path, folder: Path) -> Path:
    """Move a file to a free name, or over the same content; return where it is now."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = harmless_name(source.name)
    target = folder / (plain or "")
    if plain is None or any(map(os.path.lexists, (target, _reason_of(target)))):
        target = folder / _name_by_content(source, plain)
        target.unlink(missing_ok=True)  # the same file came again
    shutil.move(source, target)
    with suppress(OSError):  # somebody else's, whom the system alone lets do it
        os.utime(target)  # its days here begin now; a copied file may be months old
    return target


def _reason_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.txt")


def _name_by_content(source: Path, plain: str | None) -> str:
    named = Path(plain or "file")
    ending = source.suffix.lower() if source.suffix.lower() in _ENDINGS else ""
    return f"{named.stem}-{_digest(source)[:16]}{ending}"


def _digest(path: Path) -> str:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(number, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
