"""Shops described in the environment or `.env`: for those who use no Prefect block.

Writes `.env.example`, so that it cannot fall behind the settings.
"""

import os
import re
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from connectors.settings import ENV_FILE, LAST, PREFIX, Settings, SettingsProblem
from data.model.order import Mall
from data.model.shop import Shop

SHOP_VARIABLES = {
    "mall": ("MALL", "rakuten"),
    "shop_id": ("SHOP_ID", "123456"),
    "shop_url": ("SHOP_URL", "demo-shop"),
    "service_secret": ("SERVICE_SECRET", "SP…"),
    "license_key": ("LICENSE_KEY", "SL…"),
    "license_key_before": ("LICENSE_KEY_BEFORE", "SL…"),
    "notice_auth_key": ("NOTICE_AUTH_KEY", "…"),
    "notice_auth_key_before": ("NOTICE_AUTH_KEY_BEFORE", "…"),
    "contract_id": ("CONTRACT_ID", "…"),
    "license_expires_on": ("LICENSE_EXPIRES_ON", "2027-02-21"),
    "safety_stock": ("SAFETY_STOCK", "0"),
}
NEEDED = ("shop_id", "service_secret", "license_key")
_KEY_OF = re.compile(rf"{PREFIX}SHOP_([A-Z0-9_]+)_LICENSE_KEY")


def handles_in_environment(env_file: Path = ENV_FILE) -> list[str]:
    """Name every shop whose licence key is there, sorted."""
    known = {**dotenv_values(env_file), **os.environ}
    found = (_KEY_OF.fullmatch(name) for name, value in known.items() if value)
    return sorted(each[1].lower().replace("_", "-") for each in found if each)


def shop_from_environment(handle: str, env_file: Path = ENV_FILE) -> Shop | None:
    """Give the shop its variables describe, or None when none of them is set.

    Raises SettingsProblem naming what is missing or wrong when only some are set.
    """
    stem = f"{PREFIX}SHOP_{handle.upper().replace('-', '_')}_"
    known = {**dotenv_values(env_file), **os.environ}
    given = {
        field: value.strip()
        for field, (ending, _) in SHOP_VARIABLES.items()
        if (value := known.get(stem + ending))
    }
    if not given:
        return None
    missing = [field for field in NEEDED if field not in given]
    if missing:
        raise SettingsProblem(_shop_example("is missing", stem, missing))
    try:
        return Shop.model_validate({"handle": handle, "mall": Mall.RAKUTEN, **given})
    except ValidationError as error:
        wrong = [str(fault["loc"][0]) for fault in error.errors()]
        raise SettingsProblem(_shop_example("is wrong", stem, wrong)) from None


def _shop_example(fault: str, stem: str, fields: list[str]) -> str:
    lines = []
    for field in fields:
        if field not in SHOP_VARIABLES:
            lines.append(f"shop handle {fault}: lower case, digits, dashes, e.g. demo")
            continue
        ending, example = SHOP_VARIABLES[field]
        lines.append(f"{stem}{ending} {fault}. Example (例): {stem}{ending}={example}")
    return "\n".join(lines)


def env_example() -> str:
    """Give the file's text: every setting with its default, every shop variable."""
    lines = [
        "# juchu の設定。.env にコピーして使います (copy to .env).",
        "# Every line is the default; delete what you do not change.",
        "",
    ]
    for name in (*(n for n in Settings.model_fields if n not in LAST), *LAST):
        setting = Settings.model_fields[name]
        example = (setting.examples or [""])[0]
        lines += [f"# {setting.description}", f"{PREFIX}{name.upper()}={example}", ""]
    lines += [
        "# 店舗: rms-shop ブロックを使わない場合。DEMO は店舗ハンドルの大文字",
        "# A shop without a Prefect block: DEMO is its handle in capitals, - as _.",
    ]
    for ending, example in SHOP_VARIABLES.values():
        lines.append(f"# {PREFIX}SHOP_DEMO_{ending}={example}")
    return "\n".join(lines) + "\n"
