"""Shops that the receiver knows from the environment or `.env`, without Prefect."""

import os
import re
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from connectors.notices.keys import NoticeKeys
from connectors.settings import ENV_FILE, PREFIX, SettingsProblem
from data.model.order import Mall

_KEY_OF: Final = re.compile(rf"({PREFIX}SHOP_([A-Z0-9_]+)_)NOTICE_AUTH_KEY")


def keys_from_environment(env_file: Path = ENV_FILE) -> list[NoticeKeys]:
    """Give the keys of every Rakuten shop described there; service keys are not read.

    Raises SettingsProblem naming the variables that are missing or wrong.
    """
    known = {**dotenv_values(env_file), **os.environ}
    stems = [found for name in sorted(known) if (found := _KEY_OF.fullmatch(name))]
    return [
        _keys(known, stem=found[1], handle=found[2].lower().replace("_", "-"))
        for found in stems
        if known[found[0]] and known.get(f"{found[1]}MALL") in (None, "", Mall.RAKUTEN)
    ]


def _keys(known: dict[str, str | None], stem: str, handle: str) -> NoticeKeys:
    try:
        return NoticeKeys(
            handle=handle,
            shop_id=(known.get(f"{stem}SHOP_ID") or "").strip(),
            shop_url=(known.get(f"{stem}SHOP_URL") or "").strip(),
            contract_id=(known.get(f"{stem}CONTRACT_ID") or "").strip(),
            auth_keys=(
                SecretStr(known[f"{stem}NOTICE_AUTH_KEY"] or ""),
                SecretStr(known.get(f"{stem}NOTICE_AUTH_KEY_BEFORE") or ""),
            ),
        )
    except ValidationError as error:
        wrong = ", ".join(
            f"{stem}{str(fault['loc'][0]).upper()}" for fault in error.errors()
        )
        raise SettingsProblem(
            f"{wrong} is missing or wrong. Example (例): {stem}SHOP_ID=123456"
        ) from None
