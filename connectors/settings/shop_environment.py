"""Shops described in the environment or `.env`, for use without a Prefect block."""

import re
from collections.abc import Callable, Iterable

from pydantic import ValidationError

from connectors.settings.reading import SettingsProblem, invalid, unset, variables
from connectors.settings.shop_variables import (
    NEEDED,
    NEEDED_ANYWHERE,
    PREFIX,
    SHOP_VARIABLES,
    stem_of,
)
from data.model.order import Mall
from data.model.shops.shop import Shop

_KEY_OR_MALL = re.compile(rf"{PREFIX}SHOP_([A-Z0-9_]+)_(LICENSE_KEY|MALL)")


def handles_in_environment() -> list[str]:
    """List the handle of every shop with a licence key, or of another mall, sorted.

    A mall that is none is another one, too: who asks for the shop is told of it.
    """
    known = variables()
    return sorted(
        {
            each[1].lower().replace("_", "-")
            for name, value in known.items()
            if value.strip() and (each := _KEY_OR_MALL.fullmatch(name))
            if each[2] == "LICENSE_KEY" or value.strip() != Mall.RAKUTEN
        }
    )


def has_rms_in_environment(handle: str) -> bool:
    """Return whether the shop's variables name no mall other than Rakuten."""
    known = variables()
    return not _is_of_another(known.get(f"{stem_of(handle)}MALL") or "")


def _is_of_another(mall: str) -> bool:
    """Return whether it is a known mall without RMS; a misspelt one is found later."""
    return mall.strip() in {*Mall} - {Mall.RAKUTEN}


def home_in_environment(handle: str) -> str:
    """Return the home that the shop's variable names; "" for the one machine's."""
    known = variables()
    return (known.get(f"{stem_of(handle)}HOME") or "").strip()


def shop_from_environment(handle: str) -> Shop | None:
    """Return the shop that its variables describe; None if none of them is set.

    A shop of another mall has no keys for RMS. Raises SettingsProblem naming each
    variable that is missing or wrong.
    """
    stem = stem_of(handle)
    known = variables()
    given = {
        field: value
        for field, (ending, _) in SHOP_VARIABLES.items()
        if (value := known.get(stem + ending, "").strip())
    }
    if not given:
        return None
    if given.get("mall", Mall.RAKUTEN) not in {*Mall}:  # which decides what is missing
        raise SettingsProblem(problems_of(invalid, stem, ["mall"]))
    has_keys = has_rms_in_environment(handle)
    missing = [
        field
        for field in (NEEDED if has_keys else NEEDED_ANYWHERE)
        if field not in given
    ]
    if missing:
        raise SettingsProblem(problems_of(unset, stem, missing))
    try:
        rest = dict.fromkeys(NEEDED, "") | {"mall": Mall.RAKUTEN}
        return Shop.model_validate({"handle": handle, **rest, **given})
    except ValidationError as error:
        wrong = [str(fault["loc"][0]) for fault in error.errors()]
        raise SettingsProblem(problems_of(invalid, stem, wrong)) from None


def problems_of(
    say: Callable[[str, str], str], stem: str, fields: Iterable[str]
) -> str:
    """Return a line for each field; a bad handle has no variable of its own."""
    return "\n".join(
        say(f"{stem}{SHOP_VARIABLES[field][0]}", SHOP_VARIABLES[field][1])
        if field in SHOP_VARIABLES
        else "店舗コードは英小文字・数字・ハイフンで指定してください。例: demo"
        for field in fields
    )
