"""What code and docs point to, and which of it is not there.

A reference is the name of a page (`docs/rms/order-api.md`; shorter where the place is
clear), perhaps with sections (`§4.2, 4.2b`, `6.7`, `F1`), a Markdown link, or the
number of a decision (`ADR 3`); in docs also the path of a file. A § without a page is
of a page that the same file names; a rule (`rule 6.7`) is one of docs/rules.md. What
others have published stands under the heading "Sources", where nothing is looked up.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

ENDINGS = frozenset({".py", ".sql", ".toml", ".yaml", ".md"})
NOT_OURS = frozenset({"local", "node_modules", "out"})
"""Folders without code or docs of ours; a name that begins with a dot is another."""

NUMBER = r"(?:\d+(?:\.\d+)*[a-z]?|[FI]\d+)"
PLAIN = r"(?:\d+\.\d+(?:\.\d+)*[a-z]?|\d+[a-z]|[FI]\d+)\b"
"""A section without its §: nothing that could be an amount."""
SECTION = rf"(?:§ ?{NUMBER}|{PLAIN})(?:[-–]§?{NUMBER})?"
PAGE = re.compile(
    rf"(?<![\w./-])(?P<page>[\w./-]*[\w-]\.md)\b"
    rf"(?P<sections>,? {SECTION}(?:(?:, | and ){SECTION})*)?"
)
ALONE = re.compile(rf"§ ?{NUMBER}(?:[-–]§?{NUMBER})?(?:, {SECTION})*")
LINK = re.compile(r"\]\(([^()\s]+)\)")
PLACE = re.compile(
    r"(?<![\w./-])(?:flows|tasks|connectors|data|docs|tests)/[\w./-]*\w(?!\*)"
)
INVENTED = frozenset({"flows/verb_noun.py"})
DECISION = re.compile(r"\bADRs? ?(\d+)")
RULES = re.compile(r"\b[Rr]ules? \d\.\d(?:(?:, | and | to )\d\.\d)*")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SOURCES = re.compile(r"^#+ (?:\d+\. )?Sources *$.*?(?=^#|\Z)", re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(
    r"\.\./shared|\b[Dd]esign[:,]? rules?\b|\breliability §|\bidx \d"
)
"""Ways to name documents that are not in the repository."""


class Fault(NamedTuple):
    """A reference that leads nowhere."""

    file: str
    reference: str
    why: str


def faults(root: Path, *, except_in: Path | None = None) -> list[Fault]:
    """Return every reference below this folder that leads nowhere."""
    files = [file for file in _files(root) if file != except_in]
    return sorted({fault for file in files for fault in _faults(root, file)})


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in NOT_OURS or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix in ENDINGS:
            yield path


def _faults(root: Path, file: Path) -> Iterator[Fault]:
    name = file.relative_to(root).as_posix()
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        text = SOURCES.sub("", text)
        yield from (Fault(name, *told) for told in _links(file, text))
        text = LINK.sub("]", text)
        for place in set(PLACE.findall(text)) - INVENTED:
            if "/local" not in place and not (root / place).exists():
                yield Fault(name, place, "no such file")
    text = re.sub(r"\s*\n\s*(?:#|--|>)*\s*", " ", text)  # wrapped comments and lists
    for named in ELSEWHERE.findall(text):
        yield Fault(name, named, "not in the repository")
    for number in DECISION.findall(text):
        decisions = len([*(root / "docs/adr").glob(f"{int(number):04}-*.md")])
        if decisions != 1:
            why = "two decisions have this number" if decisions else "no such decision"
            yield Fault(name, f"ADR {number}", why)
    for number in re.findall(r"\d\.\d", " ".join(RULES.findall(text))):
        if number not in _sections(root / "docs/rules.md"):
            yield Fault(name, f"rule {number}", "no such rule")
    yield from (Fault(name, *told) for told in _pages(root, file, text))


def _links(page: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield the Markdown links of a page that lead nowhere, and why."""
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = page.parent / path if path else page
        if not there.exists():
            yield target, "no such file"
        elif anchor and there.suffix == ".md" and anchor not in _anchors(there):
            yield target, "no such heading"


def _pages(root: Path, file: Path, text: str) -> Iterator[tuple[str, str]]:
    """Yield the pages and sections named in a text that are not there, and why."""
    pages = [file] if file.suffix == ".md" else []
    for found in PAGE.finditer(text):
        page = _page(root, file, found["page"])
        if page is None:
            yield found["page"], "no such page"
            continue
        pages.append(page)
        for number in re.findall(NUMBER, found["sections"] or ""):
            if number not in _sections(page):
                yield f"{found['page']} §{number}", "no such section"
    for alone in ALONE.findall(PAGE.sub("", text)):
        for number in re.findall(NUMBER, alone):
            if not any(number in _sections(page) for page in pages):
                yield f"§{number}", "in no page that is named here"


def _page(root: Path, file: Path, name: str) -> Path | None:
    places = (root, file.parent, root / "docs", root / "docs/rms", root / "docs/adr")
    return next((at / name for at in places if (at / name).is_file()), None)


@cache
def _headings(page: Path) -> list[str]:
    return HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


@cache
def _sections(page: Path) -> frozenset[str]:
    """Return the numbers that its headings begin with."""
    numbers = (re.match(rf"({NUMBER})\.?(?: |$)", title) for title in _headings(page))
    return frozenset(number[1] for number in numbers if number)


def _anchors(page: Path) -> Iterator[str]:
    """Yield the anchors that a forge makes of its headings."""
    seen: Counter[str] = Counter()
    for title in _headings(page):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        yield f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor
        seen[anchor] += 1
