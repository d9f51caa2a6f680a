"""The short key (短縮キー): a name for one package that fits every carrier's fields.

A Rakuten order number has 25 to 28 characters, a carrier's field for it 15 or 16
(csv/formats.md §10), so each package gets `J`, eleven signs and a check sign: thirteen
plain ASCII characters. The key is a hash of what the package is called, not a number
counted up: it needs no table to be made, a warehouse restored from yesterday's backup
gives the same package the same key, and a file of another shop matches nothing. Two
packages share a key once in 29¹¹ ≈ 10¹⁶; `Known` sees it and matches neither.

The 29 signs leave out I, L, O and S, which are misread as 1, 0 and 5, and A, E and U,
without which no key spells a month, an exponent or a word: Excel leaves it alone.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

ALPHABET: Final = "0123456789BCDFGHJKMNPQRTVWXYZ"
PREFIX: Final = "J"
BODY: Final = 11
LENGTH: Final = len(PREFIX) + BODY + 1

_BASE: Final = len(ALPHABET)
"""A prime: so weights that differ by position find any wrong sign and any swap."""

_VALUE: Final = {sign: value for value, sign in enumerate(ALPHABET)}
_MISREAD: Final = str.maketrans("ILOS", "1105")
_SHAPE: Final = re.compile(rf"{PREFIX}[{ALPHABET}]{{{BODY + 1}}}")


class PackageRef(NamedTuple):
    """What one package is called: shop, order and destination."""

    mall: str
    shop_id: str
    order_number: str
    basket_id: str


class Unmatched(NamedTuple):
    """Why a reference names no package, in Japanese."""

    reason: str


def short_key(package: PackageRef) -> str:
    """The package's key, always the same."""
    named = "\x1f".join(package).encode()
    number = int.from_bytes(hashlib.sha256(named).digest())
    signs = []
    for _ in range(BODY):
        number, value = divmod(number, _BASE)
        signs.append(ALPHABET[value])
    body = "".join(signs)
    return f"{PREFIX}{body}{check_sign(body)}"


def check_sign(body: str) -> str:
    """The sign that makes the weighted sum of all signs divisible by 29."""
    total = sum(at * _VALUE[sign] for at, sign in enumerate(body, start=2))
    return ALPHABET[-total % _BASE]


def read_short_key(text: str) -> str | None:
    """The key as we write it, or None if the text is none or has a sign wrong.

    Lower case, full width, hyphens and the signs we leave out are read as meant.
    """
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    key = plain.translate(_MISREAD)
    if not _SHAPE.fullmatch(key):
        return None
    return key if check_sign(key[len(PREFIX) : -1]) == key[-1] else None


def looks_like_key(text: str) -> bool:
    """Whether someone meant a key, right or wrong."""
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    return len(plain) == LENGTH and plain.isalnum() and plain.startswith(PREFIX)


class Known:
    """The packages a carrier's file may speak of, found by key or by order number."""

    def __init__(self, packages: Iterable[PackageRef]) -> None:
        self._by_key: dict[str, list[PackageRef]] = {}
        self._by_order: dict[str, list[PackageRef]] = {}
        for package in dict.fromkeys(packages):
            self._by_key.setdefault(short_key(package), []).append(package)
            self._by_order.setdefault(package.order_number, []).append(package)

    @property
    def shared_keys(self) -> tuple[str, ...]:
        """Keys that stand for two packages; their labels must not be printed."""
        return tuple(key for key, found in self._by_key.items() if len(found) > 1)

    def by_key(self, key: str) -> tuple[PackageRef, ...]:
        """The packages with this key: none, one, or two that share it."""
        return tuple(self._by_key.get(key, ()))

    def by_order(self, number: str) -> tuple[PackageRef, ...]:
        """Every package of the order with exactly this number."""
        return tuple(self._by_order.get(number, ()))


def match_reference(
    reference: str, package_ref: str | None, known: Known
) -> PackageRef | Unmatched:
    """The one package a row of a carrier's file means, or why there is none.

    A reference is our key or the whole order number, never the beginning of one. An
    order of several packages needs its key, or `package_ref`, the mall's 送付先ID.
    """
    key = read_short_key(reference)
    found = known.by_key(key) if key is not None else ()
    number = unicodedata.normalize("NFKC", reference).strip()
    found = found or known.by_order(number)
    if not found:
        if looks_like_key(reference) and key is None:
            return Unmatched(
                "短縮キーのチェック文字が合いません。写し間違いの可能性があります。"
            )
        return Unmatched("この番号の注文がありません。店舗と番号を確かめてください。")
    if package_ref:
        named = [one for one in found if _same_basket(one.basket_id, package_ref)]
        if not named:
            return Unmatched("この送付先IDは注文にありません。")
        found = tuple(named)
    if len(found) > 1:
        return Unmatched(
            "送付先が複数ある注文です。短縮キーか送付先IDで指定してください。"
            if len({one.order_number for one in found}) == 1
            else "短縮キーが2つの注文に当たります。注文番号で指定してください。"
        )
    return found[0]


def _same_basket(ours: str, theirs: str) -> bool:
    """Equal but for zeros before the number, which RMS's answers and CSVs differ in."""
    plain = unicodedata.normalize("NFKC", theirs).strip()
    return ours == plain or (
        plain.isdigit() and ours.lstrip("0") == plain.lstrip("0") != ""
    )
