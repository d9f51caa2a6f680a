"""The short key (短縮キー): a package's identifier that fits every carrier's field.

A Rakuten order number has 25 to 28 characters, a carrier's field for it 15 or 16
(docs/order-files.md §10). So each package gets `J`, eleven characters and a check
character: thirteen in plain ASCII. The key is a hash of the package's reference, not a
serial number: computing it needs no table, a warehouse restored from yesterday's backup
gives the same package the same key, and a file of another shop matches nothing. Two
packages share a key with a chance of 1 in 29¹¹ ≈ 10¹⁶; then `KnownPackages` matches
neither.

The alphabet of 29 leaves out I, L, O and S, which are misread as 1, 0 and 5, and A, E
and U: without these no key spells a month, an exponent or a word, so Excel does not
change it.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, NamedTuple

ALPHABET: Final = "0123456789BCDFGHJKMNPQRTVWXYZ"
PREFIX: Final = "J"
BODY: Final = 11
LENGTH: Final = len(PREFIX) + BODY + 1

_BASE: Final = len(ALPHABET)
"""A prime: with a weight per position, every wrong character and swap is found."""

_VALUE: Final = {one: value for value, one in enumerate(ALPHABET)}
_MISREAD: Final = str.maketrans("ILOS", "1105")
_SHAPE: Final = re.compile(rf"{PREFIX}[{ALPHABET}]{{{BODY + 1}}}")


class PackageRef(NamedTuple):
    """The reference that identifies one package: shop, order and destination."""

    mall: str
    shop_id: str
    order_number: str
    basket_id: str


class Unmatched(StrEnum):
    """Why a reference matches no package; the value is the sentence for shop staff."""

    WRONG_CHECK = (
        "短縮キーのチェック文字が合いません。写し間違いの可能性があります。"
        "対処: 送り状の短縮キーを確認してください。"
    )
    NO_ORDER = "この番号の注文がありません。対処: 店舗と番号を確認してください。"
    ELSEWHERE = (
        "ほかの店舗の注文です。"
        "対処: その店舗を指定して、同じファイルを取り込んでください。"
    )
    NO_PACKAGE = (
        "この送付先IDは注文にありません。対処: 注文番号と送付先IDを確認してください。"
    )
    SEVERAL_PACKAGES = (
        "送付先が複数ある注文です。対処: 短縮キーか送付先IDで指定してください。"
    )
    SHARED_KEY = "短縮キーが2つの注文に該当します。対処: 注文番号で指定してください。"


def short_key(package: PackageRef) -> str:
    """Return the package's key; the same package always has the same key."""
    reference = "\x1f".join(package).encode()
    number = int.from_bytes(hashlib.sha256(reference).digest())
    characters = []
    for _ in range(BODY):
        number, value = divmod(number, _BASE)
        characters.append(ALPHABET[value])
    body = "".join(characters)
    return f"{PREFIX}{body}{check_character(body)}"


def check_character(body: str) -> str:
    """Return the character that makes the weighted sum of all divisible by 29."""
    total = sum(at * _VALUE[one] for at, one in enumerate(body, start=2))
    return ALPHABET[-total % _BASE]


def read_short_key(text: str) -> str | None:
    """Return the key in its one form; None if the text is no key or is miscopied.

    Lower case, full width, hyphens and misread characters (O for 0, …) are put right.
    """
    key = _plain(text).translate(_MISREAD)
    if not _SHAPE.fullmatch(key):
        return None
    return key if check_character(key[len(PREFIX) : -1]) == key[-1] else None


def looks_like_key(text: str) -> bool:
    """Return whether the text was meant as a key, be it right or miscopied."""
    plain = _plain(text)
    return len(plain) == LENGTH and plain.isalnum() and plain.startswith(PREFIX)


def _plain(text: str) -> str:
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


class KnownPackages:
    """The packages a carrier's file may refer to, by short key and by order number."""

    def __init__(
        self,
        packages: Iterable[PackageRef],
        printed: Iterable[tuple[str, PackageRef]] = (),
        hashed: Callable[[str], str] = str,
    ) -> None:
        """`printed`: what `hashed` makes of keys on labels with another id's key."""
        self._printed = dict(printed)
        self._hashed = hashed
        self._by_key: dict[str, list[PackageRef]] = {}
        self._by_order: dict[str, list[PackageRef]] = {}
        for package in dict.fromkeys(packages):
            self._by_key.setdefault(short_key(package), []).append(package)
            self._by_order.setdefault(package.order_number, []).append(package)

    @property
    def shared_keys(self) -> tuple[str, ...]:
        """Keys that two packages share; labels with them must not be printed."""
        return tuple(key for key, found in self._by_key.items() if len(found) > 1)

    def by_key(self, key: str) -> tuple[PackageRef, ...]:
        """Return the packages with this key: none, one, or two that share it."""
        if found := self._by_key.get(key):
            return tuple(found)
        printed = self._printed.get(self._hashed(key))
        return (printed,) if printed else ()

    def by_order(self, number: str) -> tuple[PackageRef, ...]:
        """Return every package of the order with exactly this number."""
        return tuple(self._by_order.get(number, ()))


def match_reference(
    reference: str, package_ref: str | None, known: KnownPackages
) -> PackageRef | Unmatched:
    """Return the one package that a row of a carrier's file means, or why not one.

    A reference is our key or a whole order number, never the beginning of one. An order
    of several packages needs the key, or `package_ref`, the mall's 送付先ID.
    """
    key = read_short_key(reference)
    found = known.by_key(key) if key is not None else ()
    number = unicodedata.normalize("NFKC", reference).strip()
    found = found or known.by_order(number)
    if not found:
        is_miscopied = key is None and looks_like_key(reference)
        return Unmatched.WRONG_CHECK if is_miscopied else Unmatched.NO_ORDER
    if package_ref:
        found = tuple(one for one in found if _same_basket(one.basket_id, package_ref))
        if not found:
            return Unmatched.NO_PACKAGE
    if len(found) > 1:
        is_one_order = len({one.order_number for one in found}) == 1
        return Unmatched.SEVERAL_PACKAGES if is_one_order else Unmatched.SHARED_KEY
    return found[0]


def _same_basket(ours: str, theirs: str) -> bool:
    """Compare without leading zeros: RMS's answers and its CSVs differ in them."""
    plain = unicodedata.normalize("NFKC", theirs).strip()
    return ours == plain or (
        plain.isdigit() and ours.lstrip("0") == plain.lstrip("0") != ""
    )
