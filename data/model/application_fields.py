"""What the fields of an application may hold, and the one form each is kept in.

A value that does not fit raises ValueError with the reason in Japanese and never
with the value.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MASKED = ("shop.rakuten.co.jp", "fw.rakuten.ne.jp")
"""Forwarding addresses of Rakuten: what is sent there does not reach the shop."""

_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_URL = re.compile(
    r"(?:(?:https?://)?www\.rakuten\.(?:co|ne)\.jp/(?:gold/)?)?"
    r"([a-z0-9][a-z0-9_-]{0,62})(?:/[^\s]*)?",
    re.IGNORECASE,
)
_DASHES = re.compile(r"[-‐‑‒–—―−ー()\s]+")
_PHONE = re.compile(r"0[1-9][0-9]{8}|0[5-9]0[0-9]{8}")


def _one_line(text: str) -> str:
    """Refuse line breaks and signs nobody sees: a value never adds a line to the mail.

    The categories are Unicode's: C* for controls, Zl and Zp for breaks.
    """
    if any(
        unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029" for sign in text
    ):
        raise ValueError("改行や制御文字は使えません。1行で入力してください")
    return text


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _mail_address(text: str) -> str:
    address = _half_width(text)
    if not _MAIL.fullmatch(address):
        raise ValueError("メールアドレスの形式が違います。例: tencho@example.co.jp")
    domain = address.rpartition("@")[2].lower()
    if any(domain == end or domain.endswith(f".{end}") for end in MASKED):
        raise ValueError(
            "楽天の転送用(マスク)アドレスは使えません。楽天からの案内メールが"
            "届かないためです。店舗で直接受け取れるアドレスを入力してください"
        )
    return address


def _phone(text: str) -> str:
    """Normalise to half width and single hyphens; what the shop groups stays grouped.

    Numbers with +81 lose it. Where the hyphens belong is not judged: it depends on
    the area.
    """
    plain = _half_width(text)
    if plain.startswith("+81"):
        plain = "0" + plain[3:].lstrip("- ").removeprefix("(0)").removeprefix("0")
    plain = _DASHES.sub("-", plain).strip("-")
    if not _PHONE.fullmatch(plain.replace("-", "")):
        raise ValueError(
            "電話番号は0から始まる10桁か11桁で入力してください。例: 03-1234-5678"
        )
    return plain


def _shop_url(text: str) -> str:
    url = _half_width(text)
    found = _URL.fullmatch(url)
    if not found:
        raise ValueError(
            "楽天市場の店舗URLを入力してください。例: https://www.rakuten.co.jp/demo-shop/"
        )
    return f"https://www.rakuten.co.jp/{found[1].lower()}/"


Typed = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
ShopUrl = Annotated[Typed, AfterValidator(_shop_url)]
MailAddress = Annotated[Typed, AfterValidator(_mail_address)]
Phone = Annotated[Typed, AfterValidator(_phone)]
LoginId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    AfterValidator(_one_line),
    AfterValidator(_half_width),
]
