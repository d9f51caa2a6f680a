"""A request, parsed field by field; every error is collected.

See docs/rms/order-api.md §1.7. Unknown keys are ignored, and a number may come as text
(`"version":"7"`, §0). An optional field that is null or "" counts as not given. Memos
and keywords may not hold machine-dependent characters (§2.1, §4.5).
"""

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from connectors.sandbox.clock import read_date, read_datetime
from connectors.sandbox.order_api.messages import (
    MessageModel,
    OrderRefusal,
    absent,
    empty,
    ending,
    malformed,
    message,
)

_LONGEST = 16
_NUMBER = re.compile(r"([0-9]+)-[0-9]{8}-")


def as_number(value: object) -> int | None:
    """Return a whole number, also from digits in a text; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value) if value.isascii() and len(value) < _LONGEST else None
    return None


def _is_of_other_shop(number: str, shop_id: str) -> bool:
    begins = _NUMBER.match(number)
    return begins is not None and begins[1] != shop_id


class Fields:
    """One model of a request; what is wrong with it is collected in `errors`.

    `inside` an entry of a list some codes differ. `about` are fields of §1.6 that every
    error carries, e.g. the order's number.
    """

    def __init__(
        self, function: str, body: dict[str, Any], *, inside: bool = False, **about: Any
    ) -> None:
        self.function = function
        self.body = body
        self.errors: list[MessageModel] = []
        self._inside = inside
        self._about = about

    def refuse(
        self, field: str, why: str, kind: str = "ERROR_011", **about: Any
    ) -> None:
        """Record for a field an ERROR_011, or `kind` if the function has that code."""
        kind = ending(self.function, kind, "ERROR_011")
        about = self._about | about
        self.errors.append(malformed(self.function, field, why, kind, **about))

    def add(self, kind: str, text: str, **about: Any) -> None:
        """Record an error that has a code and a text of its own."""
        about = self._about | about
        self.errors.append(message(self.function, kind, text, **about))

    def given(
        self, field: str, *, required: bool = False, if_empty: str = "ERROR_010"
    ) -> Any:
        """Return a field's value; absent, null, "" are None, an error if required."""
        value = self.body.get(field)
        if value is None:
            if required:
                self.errors.append(
                    absent(self.function, field, inside=self._inside, **self._about)
                )
            return None
        if value in ("", []):
            if required:
                kind = ending(self.function, if_empty, "ERROR_010")
                self.errors.append(empty(self.function, field, kind, **self._about))
            return None
        return value

    def number(
        self,
        field: str,
        allowed: Collection[int] | None = None,
        *,
        required: bool = False,
    ) -> int | None:
        """Parse a number, one of `allowed` if that is given."""
        value = self.given(field, required=required)
        if value is None:
            return None
        number = as_number(value)
        if number is None:
            self.refuse(field, "数値")
        elif allowed is not None and number not in allowed:
            self.refuse(field, "指定できない値です", "ERROR_020")
            number = None
        return number

    def numbers(self, field: str, allowed: Collection[int] | None = None) -> list[int]:
        """Parse an optional list of numbers; absent is an empty list."""
        values = self.given(field)
        if values is None:
            return []
        numbers = [as_number(v) for v in values] if isinstance(values, list) else [None]
        good = [n for n in numbers if n is not None and (not allowed or n in allowed)]
        if len(good) < len(numbers):
            self.refuse(field, "指定できない値です", "ERROR_020")
        if len(set(good)) < len(good):
            self.refuse(field, "同じ値が複数あります", "ERROR_023")
        return good

    def text(self, field: str, longest: int, *, required: bool = False) -> str | None:
        """Parse a text of at most `longest` characters."""
        value = self.given(field, required=required)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > longest:
            self.refuse(field, f"{longest}文字以内の文字列")
            return None
        return value

    def moment(self, field: str) -> datetime | None:
        """Parse a required date-time; only the `+0900` form is taken (§2.2)."""
        value = self.given(field, required=True)
        if value is None:
            return None
        moment = read_datetime(value) if isinstance(value, str) else None
        if moment is None:
            self.refuse(field, "YYYY-MM-DDThh:mm:ss+0900")
        return moment

    def day(self, field: str) -> date | None:
        """Parse an optional date `YYYY-MM-DD`."""
        value = self.given(field)
        if value is None:
            return None
        day = read_date(value) if isinstance(value, str) else None
        if day is None:
            self.refuse(field, "YYYY-MM-DD")
        return day

    def models(
        self, field: str, most: int | None = None, *, required: bool = True
    ) -> list[dict[str, Any]]:
        """Parse a list of models, at most `most` of them."""
        value = self.given(field, required=required, if_empty="ERROR_017")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.refuse(field, "モデルのリスト")
            return []
        if most is not None and len(value) > most:
            self.refuse(field, f"最大{most}件", "ERROR_018")
            return []
        return value

    def order_numbers(self, most: int = 100) -> list[str]:
        """Parse the required `orderNumberList`, at most 100 (§0)."""
        value = self.given("orderNumberList", required=True, if_empty="ERROR_007")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.refuse("orderNumberList", "文字列のリスト")
            return []
        if len(value) > most:
            self.refuse("orderNumberList", f"最大{most}件", "ERROR_014")
        return list(dict.fromkeys(value))

    def of_shop(self, numbers: Collection[str], shop_id: str) -> None:
        """Record one ERROR_016 if a number begins with another shop's (§1.5)."""
        if any(_is_of_other_shop(number, shop_id) for number in numbers):
            self.add("ERROR_016", "他店舗の注文番号が指定されています。")

    def settle(self) -> None:
        """Raise OrderRefusal if anything was wrong."""
        if self.errors:
            raise OrderRefusal(self.errors)


_CP932_TWINS = str.maketrans("", "", "～－∥￠￡￢―\n\r\t")
"""Signs of JIS X 0208 for which Windows uses other code points than Python's table."""


def has_machine_dependent(text: str) -> bool:
    """Return whether a text holds 機種依存文字: signs outside JIS X 0208 as ①, 髙."""
    try:
        text.translate(_CP932_TWINS).encode("shift_jis")
    except UnicodeEncodeError:
        return True
    return False
