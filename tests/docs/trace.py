"""Record which files of the product a piece of work visits, in order of first visit."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from data.warehouse import statements
from data.warehouse.statements import Statements, read_statements

ROOT = Path(__file__).parents[2]
FLOORS = ("flows", "tasks", "connectors", "data")


@contextmanager
def visits() -> Iterator[dict[str, None]]:
    """Fill the answer while the block runs; a `.sql` file counts by its statements."""
    seen: dict[str, None] = {}
    homes = homes_of_statements()

    def called(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_name != "<module>":
            note(seen, code.co_filename)

    text_of, run = Statements.__call__, Statements.run

    def asked(sql: Statements, name: str) -> str:
        seen.setdefault(homes[name])
        return text_of(sql, name)

    def ran(sql: Statements, con: Any, name: str, *given: Any) -> Any:
        seen.setdefault(homes[name])
        return run(sql, con, name, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statements, "__call__", asked)
        patch.setattr(Statements, "run", ran)
        threading.setprofile(called)
        sys.setprofile(called)
        try:
            yield seen
        finally:
            sys.setprofile(None)
            threading.setprofile(None)


def note(seen: dict[str, None], file: str) -> None:
    if file.startswith(f"{ROOT}/"):
        inside = file[len(f"{ROOT}/") :]
        if inside.split("/")[0] in FLOORS:
            seen.setdefault(inside)


def homes_of_statements() -> dict[str, str]:
    """Return the file of each statement of the warehouse."""
    folder = Path(statements.__file__).parent
    return {
        name: file.relative_to(ROOT).as_posix()
        for file in folder.rglob("*.sql")
        if file.parent.name not in {"migrations", "invariants", "matters"}
        for name in read_statements(file)
    }
