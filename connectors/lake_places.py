"""Where a home's lake has been, so that no place is left with buyers' keys in it.

`lake-places.json` in the home: addresses, no secret.
"""

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from connectors.durable_write import replace_durably
from data.model.order import Frozen

FILE: Final = "lake-places.json"


class LakePlace(Frozen):
    """A folder, or an address of an S3 service.

    The same address at another endpoint is another place.
    """

    address: str
    endpoint: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"{self.address} ({self.endpoint})" if self.endpoint else self.address


class _Places(Frozen):
    places: tuple[LakePlace, ...] = ()


class PlacesUnreadable(Exception):
    """Nobody knows where the lake has been; nothing was written to any lake."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"データレイクの保存先の記録 {file} を読み取れません。"
            "データレイクは更新していません。対処: ファイルの権限を確認し、"
            "壊れている場合は、以前の保存先を削除してからこのファイルを削除してください。"
        )


def lake_places(home: Path) -> list[LakePlace]:
    """Return every place the home's lake has been written to and not left yet.

    Raises:
        PlacesUnreadable: what is recorded cannot be read.

    """
    file = home / FILE
    try:
        return [*_Places.model_validate_json(file.read_bytes()).places]
    except FileNotFoundError:
        return []
    except (OSError, ValidationError):
        raise PlacesUnreadable(file) from None


def remember_place(home: Path, place: LakePlace) -> None:
    """Record a place before anything is written there; one that is known stays."""
    known = lake_places(home)
    if place not in known:
        _save(home, [*known, place])


def forget_place(home: Path, place: LakePlace) -> None:
    """Record that nothing of a buyer is left at a place."""
    _save(home, [one for one in lake_places(home) if one != place])


def _save(home: Path, places: list[LakePlace]) -> None:
    content = _Places(places=tuple(places)).model_dump_json(indent=1)
    replace_durably(home / FILE, content.encode())
