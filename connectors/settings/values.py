"""The types of settings whose values follow a rule of ours; others are refused."""

import re
from collections.abc import Callable
from datetime import date
from grp import getgrnam
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, SecretStr, StringConstraints

from connectors.rms.address import checked_address
from connectors.settings.networks import networks_of
from connectors.settings.passwords import people_of
from connectors.settings.receiver_addresses import SHORTEST_SECRET, receivers_of
from data.model.shipping.day import WEEKDAYS
from data.model.shipping.key_column import key_columns_of
from data.model.typed.parts import parts_of


def days_of(text: str) -> frozenset[date]:
    """Return the days of a text like `2026-12-31,2027-01-01`, or raise ValueError."""
    try:
        return frozenset(map(date.fromisoformat, parts_of(text)))
    except ValueError:
        raise ValueError(
            "日付を「,」で区切って指定してください(例: 2026-12-31,2027-01-01)"
        ) from None


def _expanded(given: Any) -> Any:
    """Expand `~`, which only a shell does; in `.env` it would name a folder.

    No blanks stay around: they would name another folder, within the project's.
    """
    place = given.strip() if isinstance(given, str) else given
    is_of_user = isinstance(place, str) and re.match(r"~(/|$)", place)
    return str(Path(place).expanduser()) if is_of_user else place


def _success_or_refusal(status: int) -> int:
    if status != 200 and not 400 <= status <= 499:
        raise ValueError("200 または 400〜499 にしてください")
    return status


def _group_of_this_machine(group: str) -> str:
    try:
        _ = group and getgrnam(group)
    except KeyError:
        raise ValueError(f"このマシンにグループ {group} がありません") from None
    return group


def _weekdays(text: str) -> str:
    if not text or not set(text) <= set(WEEKDAYS):
        raise ValueError("曜日を続けて指定してください(例: 月火水木金)")
    return text


def _long(secret: SecretStr) -> SecretStr:
    if 0 < len(secret.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f"{SHORTEST_SECRET}文字以上にしてください")
    return secret


def _address(url: str) -> str:
    if url and not re.fullmatch(r"https?://\S+", url):
        raise ValueError("https:// で始まるアドレスにしてください")
    return url


def _callable(url: SecretStr) -> SecretStr:
    if url.get_secret_value() and not re.fullmatch(
        r"https?://[^\s/]+\S*", url.get_secret_value()
    ):
        raise ValueError("https:// で始まるアドレスにしてください")
    return url


def _people(people: SecretStr) -> SecretStr:
    people_of(people.get_secret_value())
    return people


def _desk_address(url: str) -> str:
    if url and not re.fullmatch(r"https://[\w.-]+(:\d+)?/?", url, re.ASCII):
        raise ValueError(
            "https:// で始まるアドレスにしてください(例: https://desk.example.jp)"
        )
    return url.rstrip("/").lower().removesuffix(":443")  # as browsers send it


def _hours(hours: str) -> str:
    if not re.fullmatch(r"([01]?\d|2[0-3])-([01]?\d|2[0-4])", hours, re.ASCII):
        raise ValueError("開始の時-終了の時 のように指定してください")
    opens, closes = map(int, hours.split("-"))
    if opens >= closes:
        raise ValueError("開始の時は終了の時より前にしてください")
    return hours


def _readable_by(parse: Callable[[str], object]) -> AfterValidator:
    """Keep a text as it was typed if `parse` reads it; its ValueError says why not."""

    def kept(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(kept)


OF_USER: Final = BeforeValidator(_expanded)
"""On a folder or file: `~` is the user's home."""

ErrorStatus = Annotated[int, AfterValidator(_success_or_refusal)]
UnixGroup = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,31}$|^$"),
    AfterValidator(_group_of_this_machine),
]
Networks = Annotated[str, _readable_by(networks_of)]
Weekdays = Annotated[str, AfterValidator(_weekdays)]
Days = Annotated[str, _readable_by(days_of)]
KeyColumns = Annotated[str, _readable_by(key_columns_of)]
Receivers = Annotated[str, _readable_by(receivers_of)]
LongSecret = Annotated[SecretStr, AfterValidator(_long)]
RmsAddress = Annotated[str, AfterValidator(checked_address)]
S3Address = Annotated[str, AfterValidator(_address)]
PingAddress = Annotated[SecretStr, AfterValidator(_callable)]
DeskPeople = Annotated[SecretStr, AfterValidator(_people)]
DeskAddress = Annotated[str, AfterValidator(_desk_address)]
ShopHours = Annotated[str, AfterValidator(_hours)]
