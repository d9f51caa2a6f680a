"""Become a `prefect` process: with a terminal or without, with stdin or without."""

import os
import sys
from collections.abc import Mapping
from typing import NoReturn


def become_prefect(
    arguments: tuple[str, ...], environment: Mapping[str, str]
) -> NoReturn:
    """Go on as `prefect …` in this very process, so that signals reach it directly."""
    open_stdin()
    command = [sys.executable, "-m", "prefect", *arguments]
    os.execve(sys.executable, command, dict(environment))  # noqa: S606 - our own words


def open_stdin() -> None:
    """Open an empty stdin where we were started without one.

    Otherwise the next file or socket that Prefect opens would become its stdin.
    """
    if sys.stdin is None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
