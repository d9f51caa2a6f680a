"""Become another Python program: with a terminal or without, with stdin or without."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn


def become(
    module: str, arguments: Sequence[str], environment: Mapping[str, str]
) -> NoReturn:
    """Go on as `python -m module …` in this process, so that signals reach it."""
    _open_stdin()
    command = [sys.executable, "-m", module, *arguments]
    os.execve(sys.executable, command, dict(environment))  # noqa: S606 - our own words


def _open_stdin() -> None:
    """Open an empty stdin where we were started without one.

    Otherwise the next file or socket that Prefect opens would become its stdin.
    """
    if sys.stdin is None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
