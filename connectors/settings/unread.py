"""Variables that begin like ours and that nothing reads: misspelt ones, mostly.

One in `.env`, or one of the environment that is nearly a setting's name, stops at start
as a wrong value does: an alarm that nobody gets and a copy that nobody makes are found
out when it is too late. Another one of the environment may be somebody else's; it is
written to the log.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from connectors.settings.shop_variables import PREFIX, SHOP_VARIABLES
from data.model.typed.name import in_short, nearest

NO_SETTINGS: Final = frozenset(
    {
        *("JUCHU_SANDBOX_PORT", "JUCHU_RECEIVER_PORT", "JUCHU_WATCH_PORT"),
        *("JUCHU_ENV_FILE", "JUCHU_PYTHON", "JUCHU_QUERY"),
        *("JUCHU_SUITE", "JUCHU_BENCH"),
    }
)
"""What the demo, `prefect.yaml`, the Makefile and the tests read of the environment."""
MISSPELT: Final = 0.8
"""The share of equal letters from which a name of the environment is taken for ours."""
_OF_SHOPS: Final = f"{PREFIX}SHOP_"
_ENDINGS: Final = tuple(ending for ending, _ in SHOP_VARIABLES.values())
_OF_A_SHOP: Final = re.compile(rf"{_OF_SHOPS}[A-Z0-9_]+_({'|'.join(_ENDINGS)})")

log = logging.getLogger(__name__)


def unread_settings(
    in_file: Iterable[str], in_environment: Iterable[str], settings: Sequence[str]
) -> list[str]:
    """Return for staff which variables nothing reads, each with the nearest name.

    settings: the names of all settings. What may be somebody else's is logged only.
    """
    problems = [
        _sentence(".env の", name, _meant(name, settings))
        for name in in_file
        if not _is_read(name, settings)
    ]
    for name in in_environment:
        if name not in NO_SETTINGS and not _is_read(name, settings):
            meant = _meant(name, settings)
            text = _sentence("環境変数", name, meant)
            if meant and _likeness(name, meant) > MISSPELT:
                problems.append(text)
            else:
                log.warning("%s", text)
    return problems


def _is_read(name: str, settings: Sequence[str]) -> bool:
    """Return whether anything reads the variable; the case of a shop's counts."""
    is_ours = name.upper().startswith(PREFIX)
    return not is_ours or name.upper() in settings or bool(_OF_A_SHOP.fullmatch(name))


def _meant(name: str, settings: Sequence[str]) -> str | None:
    """Return the nearest name: a setting's, or one of the shop it begins like."""
    big = name.upper()
    starts = [
        big[: found.end()]
        for found in re.finditer("_", big)
        if big.startswith(_OF_SHOPS) and found.start() >= len(_OF_SHOPS)
    ]
    of_a_shop = [f"{start}{each}" for start in starts for each in _ENDINGS]
    return nearest(name, [*settings, *of_a_shop])


def _likeness(name: str, other: str) -> float:
    one, two = (each.upper().removeprefix(PREFIX) for each in (name, other))
    return SequenceMatcher(None, one, two).ratio()


def _sentence(where: str, name: str, meant: str | None) -> str:
    return (
        f"{where} {in_short(name)} という設定はありません。どこからも読み取られません。"
        + (f"「{meant}」ではありませんか。" if meant else "")
        + "対処: 名前を修正するか、削除してください(設定の一覧: .env.example)。"
    )
