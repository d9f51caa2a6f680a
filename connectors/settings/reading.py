"""Read the settings; all that are wrong are named at once, each with an example."""

import os
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from connectors.settings.env_file import env_file_values
from connectors.settings.fields import Settings
from connectors.settings.shop_variables import PREFIX
from connectors.settings.unread import unread_settings
from connectors.settings.unread_lines import unread_lines
from data.model.shipping.label import Sender
from data.model.typed.choices import choices_in

ENV_FILE: Final = Path(os.environ.get("JUCHU_ENV_FILE") or ".env")
"""A demo names another one: what a shop set up in the same folder is not for it."""

NEEDED: Final = {
    "name": "見本商店",
    "zip": "100-0001",
    "address": "東京都見本区表町1-2-3",
    "phone": "03-0000-0000",
}
"""The sender's settings that every label needs, each with an example."""

_WRONG: Final = {
    "greater_than": "{gt} より大きい数にしてください",
    "greater_than_equal": "{ge} 以上の数にしてください",
    "less_than_equal": "{le} 以下の数にしてください",
    "float_parsing": "数字で指定してください",
    "int_parsing": "整数で指定してください",
    "string_pattern_mismatch": "英小文字・数字・ハイフンで指定してください",
    "enum": "{expected} のいずれかにしてください",
    "value_error": "{error}",
}
"""What is wrong with a value, by pydantic's type of error."""


class SettingsProblem(Exception):
    """A setting is missing or wrong; the message names it and shows an example."""


def variables() -> dict[str, str]:
    """Return every variable of `.env` and the environment, which goes before.

    Raises what `env_file_values` raises.
    """
    return {**env_file_values(ENV_FILE), **os.environ}


def read_settings() -> Settings:
    """Read the settings, or raise SettingsProblem naming every wrong one.

    They are read anew when the file or the environment has changed. A run asks for them
    in every transaction, and reading them takes longer than most transactions do.
    """
    ours = {k: v for k, v in os.environ.items() if k.upper().startswith(PREFIX)}
    return _read(ENV_FILE.absolute(), _version(ENV_FILE), tuple(sorted(ours.items())))


@lru_cache(maxsize=4)
def _read(env_file: Path, *_read_from: Hashable) -> Settings:
    """Read the settings, once for what they are read from."""
    names = [PREFIX + name.upper() for name in Settings.model_fields]
    try:
        problems = unread_lines(env_file)
        problems += unread_settings(env_file_values(env_file), os.environ, names)
        settings = Settings(_env_file=env_file)
    except UnicodeDecodeError:
        raise SettingsProblem(
            f"{env_file} の文字コードが UTF-8 ではありません。"
            "対処: エディターで UTF-8 を選んで保存し直してください。"
        ) from None
    except OSError as error:
        raise SettingsProblem(
            f"{env_file} を読み取れません({error.strerror})。"
            "対処: ファイルの権限を確認してください。"
        ) from None
    except ValidationError as error:
        problems += map(_explained, error.errors())
    if problems:
        raise SettingsProblem("\n".join(problems))
    return settings


def _version(file: Path) -> tuple[int, ...]:
    """Return what changes when a file is written or replaced; nothing for no file."""
    try:
        found = file.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def sender_of(settings: Settings) -> Sender:
    """Return the sender of labels, or raise SettingsProblem naming what is missing."""
    given = {
        name: getattr(settings, f"sender_{name}").strip()
        for name in Sender.model_fields
    }
    missing = [
        unset(f"{PREFIX}SENDER_{name.upper()}", example)
        for name, example in NEEDED.items()
        if not given[name]
    ]
    if missing:
        advice = "対処: 送り状のご依頼主を .env に書いて、もう一度実行してください。"
        raise SettingsProblem("\n".join([*missing, advice]))
    return Sender.model_validate(given)


def unset(variable: str, example: str) -> str:
    """Return the message for staff about a variable that has no value."""
    return f"{variable} が設定されていません。例: {variable}={example}"


def invalid(variable: str, example: str, why: str = "値が正しくありません") -> str:
    """Return the message for staff about a variable whose value cannot be used."""
    return f"{variable}: {why}。例: {variable}={example}"


def _explained(fault: Any) -> str:
    why = _WRONG.get(fault["type"], "値が正しくありません")
    limits = dict(fault.get("ctx", {}))
    if fault["type"] == "enum":
        limits["expected"] = "、".join(choices_in(limits["expected"]))
    why = why.format(**limits)
    name = str(fault["loc"][0]) if fault["loc"] else _named_in(why)
    variable = f"{PREFIX}{name.upper()}"
    example = (Settings.model_fields[name].examples or [""])[-1]
    return invalid(variable, str(example), why.removeprefix(f"{variable}: "))


def _named_in(message: str) -> str:
    """Return the setting that the message of a rule about several of them names."""
    return next(
        name for name in Settings.model_fields if PREFIX + name.upper() in message
    )
