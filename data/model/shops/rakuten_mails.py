"""Rakuten's two mails after an application: their subjects, and what the second says.

The second one is plain text in a frame. Between two rules of hyphens stand three lines
with blank ones between them:

    企業名:株式会社見本
    利用データ:受注情報
    利用開始予定日時:2026/12/01

It is read as people hand it over: the whole mail or only its lines, forwarded (`> `
before each line), with full-width colons and digits, with other hyphens, and as one
line, because a form may drop the line ends of what is pasted into it. What is not found
is None, never a guess. Source: docs/owner.md, point 8.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

FIRST: Final = "【楽天市場】開発企業様からのAPI利用申請 追加承認のお願い"
"""The subject of the mail that asks to approve the API."""
SECOND: Final = (
    "【楽天市場】開発企業様からのシステムイベント通知サービス利用申請 承認のお願い"
)
"""The subject of the mail that asks to approve the notices."""
COMPANY: Final = "企業名"
DATA: Final = "利用データ"
START: Final = "利用開始予定日時"
LABELS: Final = (COMPANY, DATA, START)
LONGEST: Final = 100
"""Letters of a value: a longer one has run on over its end."""

_HYPHENS: Final = r"[-‐‑‒–—―−─━ー－_=＝*＊]"
_RULE: Final = re.compile(rf"{_HYPHENS}(?:[ \t]*{_HYPHENS}){{4,}}")
_LABEL: Final = re.compile(rf"({'|'.join(LABELS)})[ \t　*]*[:：﹕︓∶][ \t　*]*")
_QUOTE: Final = "|>＞｜* \t\u3000"
_UNSEEN: Final = re.compile("[\ufeff\u200b\u200e\u200f\u2060\xad]")
_DATE: Final = re.compile(
    r"(20\d\d)(?:/|-|\.|年)(\d{1,2})(?:/|-|\.|月)(\d{1,2})日?"
    r"(?: *\([月火水木金土日]\))?"
    r"(?: *\d{1,2}(?::|時)(?:\d{2})?(?::\d{2})?分?)?(?: *(?:~|から|より))?"
)


class SecondMail(NamedTuple):
    """What the second mail says; None is what was not found in it."""

    company: str | None = None
    data: str | None = None
    starts_on: date | None = None
    has_wrong_start: bool = False
    """Whether the line of the start is there, but holds no day that there is."""
    doubtful: tuple[str, ...] = ()
    """Labels that stand there more than once, with different values."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The labels of what a person has to be asked for."""
        found = (self.company, self.data, self.starts_on)
        return tuple(
            label for label, value in zip(LABELS, found, strict=True) if value is None
        )

    @property
    def lines(self) -> str:
        """The lines that were found, and nothing else of the mail."""
        start = f"{self.starts_on:%Y/%m/%d}" if self.starts_on else None
        found = zip(LABELS, (self.company, self.data, start), strict=True)
        return "\n".join(f"{label}:{value}" for label, value in found if value)


def read_second_mail(text: str) -> SecondMail:
    """Return what the mail says, in its frame if there is one, else anywhere in it."""
    plain = unicodedata.normalize("NFC", _UNSEEN.sub("", text)).replace("\xa0", " ")
    plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    framed = [part for part in _RULE.split(plain)[1:-1] if _LABEL.search(part)]
    said = [pair for part in framed or _RULE.split(plain) for pair in _values(part)]
    found = {
        label: {value for name, value in said if name == label} for label in LABELS
    }
    doubtful = tuple(label for label in LABELS if len(found[label]) > 1)
    company, data, start = (
        found[label].pop() if len(found[label]) == 1 else None for label in LABELS
    )
    starts_on = _date(start) if start else None
    return SecondMail(
        company, data, starts_on, start is not None and starts_on is None, doubtful
    )


def _values(part: str) -> Iterator[tuple[str, str]]:
    """Yield each label with its value: up to the line's end, or to the next label."""
    marks = list(_LABEL.finditer(part))
    ends = [*(mark.start() for mark in marks[1:]), len(part)]
    for mark, end in zip(marks, ends, strict=False):  # without marks one end is over
        value = part[mark.end() : end].partition("\n")[0].strip(_QUOTE)
        if 0 < len(value) <= LONGEST:
            yield mark[1], value


def _date(typed: str) -> date | None:
    """Return the day that was typed; None if it is no day, or more than a day."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    found = _DATE.fullmatch(plain)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:  # 2026/02/30
        return None
