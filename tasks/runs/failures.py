"""Which errors may show their text to people, and which may hold a cell's value.

Prefect keeps an exception's text in the run's state, its log and its page. Our own
errors name files, rows, columns and settings. An error of a library may quote the value
it failed on, and that may be a buyer's address.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.csv_file.refusal import CsvRefused
from connectors.settings.reading import SettingsProblem
from data.warehouse.errors import HasOtherShops, WarehouseClosed
from tasks.shops.blocks import UnknownShop

REFUSALS = (CsvRefused, HasOtherShops, UnknownShop, SettingsProblem)
"""The file, or what was entered about it, is wrong: a person has to act."""

SAFE_TO_SHOW = (*REFUSALS, WarehouseClosed, OSError)
"""Errors whose text is about files and settings, never about the content of a cell."""


class UnexpectedFailure(Exception):
    """An error nobody foresaw; its text holds the place, never a value."""


@contextmanager
def hiding_values(*also_safe: type[Exception]) -> Iterator[None]:
    """Replace every error whose text may quote a cell; let those safe to show pass.

    `also_safe` names further classes whose text is ours.

    Raises:
        UnexpectedFailure: in place of any other error, with its class, file and line.

    """
    safe: tuple[type[Exception], ...] = (*SAFE_TO_SHOW, *also_safe)
    try:
        yield
    except safe:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it may quote a cell
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise UnexpectedFailure(
            f"予期しないエラーが発生しました({type(error).__name__},"
            f" {Path(last.filename).name}:{last.lineno})。"
            "データベースには何も書き込んでいません。"
            "対処: 使用したファイルを保存し、開発者に連絡してください。"
        ) from None
