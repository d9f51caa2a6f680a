"""Lines of `.env` that begin like a setting and set nothing, or are undone below.

A full-width ＝, no sign at all, or a quote that nobody closed (it takes the lines below
with it) left the default in force, and nobody was told: an alarm goes to nobody, a
buyer stays for longer. So does a value that an empty line of the same name follows.
"""

import re
import unicodedata
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream

from connectors.settings.env_file import ENCODING

_NAME: Final = re.compile(r"(?:JUCHU|PREFECT)_\w*", re.ASCII | re.IGNORECASE)
_BEGINS: Final = re.compile(rf"(?:export\s+)?'?({_NAME.pattern})", _NAME.flags)


def unread_lines(file: Path) -> list[str]:
    """Return for staff which lines set nothing; no value is quoted.

    Raises:
        UnicodeDecodeError: it is in another encoding.
        OSError: it cannot be read.

    """
    if not file.is_file():  # a virtual environment may be called so
        return []
    problems: list[str] = []
    given_at: dict[str, int] = {}
    for line in parse_stream(StringIO(file.read_text(ENCODING))):
        plain = unicodedata.normalize("NFKC", line.original.string).strip()
        at = line.original.line + _blank_lines(line)
        if plain.startswith("#"):
            continue
        if _is_broken(line, plain):
            problems += _broken(plain, at)
        elif line.key and _BEGINS.match(plain):
            name = line.key.upper()
            if line.value:
                given_at[name] = at
            elif name in given_at:
                problems.append(_undone(name, given_at[name], at))
    return problems


def _blank_lines(line: Binding) -> int:
    text = line.original.string
    return text[: len(text) - len(text.lstrip())].count("\n")


def _is_broken(line: Binding, plain: str) -> bool:
    """Return whether it sets nothing, not what its name says, or took lines below."""
    name = line.key or ""
    sets_nothing = line.value is None or name != unicodedata.normalize("NFKC", name)
    return line.error or "\n" in plain or (sets_nothing and bool(_BEGINS.match(plain)))


def _broken(plain: str, at: int) -> list[str]:
    found = _BEGINS.match(plain) or _NAME.search(plain)
    if found is None:  # somebody else's
        return []
    last = at + plain.count("\n")
    where = f"{at}行目" if last == at else f"{at}〜{last}行目"
    name = found[found.re.groups]
    told = (
        f".env の{where}({name})を設定として読み取れません。対処: 「{name}=値」の形に"
        "してください(「=」と引用符は半角で、引用符は同じ行で閉じます)。"
        "使わない行は、先頭に # を付けてください。"
    )
    return [told]


def _undone(name: str, given_at: int, at: int) -> str:
    return (
        f".env の{given_at}行目の {name} は、{at}行目の「{name}=」(空欄)で"
        "取り消されています。対処: どちらか1行だけを残してください。"
    )
