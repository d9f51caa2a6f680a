"""The shop as it stands on its labels, from the settings."""

from typing import Final

from connectors.settings import PREFIX, Settings, SettingsProblem
from data.model.parcel import Sender

NEEDED: Final = {
    "name": "見本商店",
    "zip": "100-0001",
    "address": "東京都見本区表町1-2-3",
    "phone": "03-0000-0000",
}
"""What no label can do without, each with an example."""


def sender_of(settings: Settings) -> Sender:
    """Give the sender, or raise SettingsProblem naming every missing setting."""
    given = {
        name: getattr(settings, f"sender_{name}").strip()
        for name in Sender.model_fields
    }
    missing = [name for name in NEEDED if not given[name]]
    if missing:
        raise SettingsProblem("\n".join(map(_explained, missing)))
    return Sender.model_validate(given)


def _explained(name: str) -> str:
    variable = f"{PREFIX}SENDER_{name.upper()}"
    return f"{variable} is missing. Example (例): {variable}={NEEDED[name]}"
