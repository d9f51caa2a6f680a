"""The application for Rakuten's API: its fields, and the mail made of them.

Each field is normalised to one form. Most of them are about a person at the shop, so
`repr` hides those, and neither an error nor a log ever quotes a value.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationError,
    model_validator,
)

from data.model.order import Frozen

MASKED = ("shop.rakuten.co.jp", "fw.rakuten.ne.jp")
"""Rakuten's forwarding addresses: Rakuten's own mail does not reach the shop there."""

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
    """Reject line breaks and invisible characters: no value adds a line to the mail.

    These are Unicode's categories C* (controls), Zl and Zp (breaks).
    """
    if any(
        unicodedata.category(one)[0] == "C" or one in "\u2028\u2029" for one in text
    ):
        raise ValueError("改行や制御文字は使用できません。1行で入力してください")
    return text


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _mail_address(text: str) -> str:
    address = _half_width(text)
    if not _MAIL.fullmatch(address):
        raise ValueError(
            "メールアドレスの形式が正しくありません。例: tencho@example.co.jp"
        )
    domain = address.rpartition("@")[2].lower()
    if any(domain == end or domain.endswith(f".{end}") for end in MASKED):
        raise ValueError(
            "楽天の転送用(マスク)アドレスは使用できません。楽天からの案内メールが"
            "届かないためです。店舗で直接受信できるアドレスを入力してください"
        )
    return address


def _phone(text: str) -> str:
    """Normalise to half width and single hyphens, and +81 to 0.

    Hyphens stay where the shop put them: their right place depends on the area.
    """
    plain = _half_width(text)
    if plain.startswith("+81"):
        plain = "0" + plain[3:].lstrip("- ").removeprefix("(0)").removeprefix("0")
    plain = _DASHES.sub("-", plain).strip("-")
    if not _PHONE.fullmatch(plain.replace("-", "")):
        raise ValueError(
            "電話番号は0から始まる10桁または11桁で入力してください。例: 03-1234-5678"
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


SUBJECT = "楽天API利用申請"
_UNKNOWN = "不明な項目があります。項目名を確認してください"
_REASONS = {
    "missing": "入力してください",
    "string_too_short": "入力してください",
    "string_too_long": "長すぎます。短くしてください",
    "string_type": "文字で入力してください",
    "literal_error": "「あり」または「なし」を選んでください",
}


class ApplicationRefused(Exception):
    """The form is invalid; the message says why per field and quotes no value.

    Not a ValueError: pydantic would wrap it, and a model around the application
    (Prefect builds one of a flow's parameters) would print the value beside it.
    """


def _asked(
    position: int, title: str, description: str, *, personal: bool, default: Any = ...
) -> Any:
    """Build a form field; as JSON schema, since Prefect overwrites Field's title."""
    return Field(
        default,
        repr=not personal,
        json_schema_extra={
            "title": title,
            "description": description,
            "position": position,
        },
    )


class Application(Frozen):
    """One shop's application; an invalid field raises ApplicationRefused.

    A ValidationError, which quotes values, never leaves this model, even if it is
    nested in another one.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "title": "楽天API利用申請",
            "description": "申請メールの内容です。Prefect にそのまま保存されます",
        }
    )

    company_name: Typed = _asked(1, "顧客社名", "例: 株式会社見本", personal=False)
    shop_name: Typed = _asked(2, "店舗名", "楽天市場での店舗名", personal=False)
    rakuten_pay: Literal["あり", "なし"] = _asked(
        3, "楽天ペイ利用", "楽天ペイを利用しているか", personal=False
    )
    shop_url: ShopUrl = _asked(
        4,
        "店舗URL",
        "例: https://www.rakuten.co.jp/demo-shop/",
        personal=False,
    )
    shop_email: MailAddress = _asked(
        5,
        "店舗連絡先メールアドレス",
        "楽天の転送用アドレス(@shop.rakuten.co.jp など)は使用できません",
        personal=True,
    )
    contact_phone: Phone = _asked(
        6, "担当者連絡先電話番号", "例: 03-1234-5678", personal=True
    )
    contact_name: Typed = _asked(
        7, "店舗担当者名", "楽天からの連絡を受ける方", personal=True
    )
    login_id: LoginId = _asked(
        8,
        "ログインID(任意)",
        "ある場合のみ。パスワードは入力しないでください",
        personal=True,
        default="",
    )

    @model_validator(mode="wrap")
    @classmethod
    def _quote_nothing(
        cls, given: Any, validate: ModelWrapValidatorHandler[Self]
    ) -> Self:
        try:
            return validate(given)
        except ValidationError as problem:
            faults = problem.errors(include_input=False, include_url=False)
        raise ApplicationRefused(
            "楽天API利用申請の内容に正しくない項目があります。"
            + " / ".join(dict.fromkeys(map(_explained, faults)))
            + "。対処: 上記の項目を修正して、もう一度実行してください。"
        )


def _explained(fault: Any) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if name not in Application.model_fields:
        return _UNKNOWN
    form: Any = Application.model_fields[name].json_schema_extra
    reason = _REASONS.get(fault["type"], "形式が正しくありません")
    if fault["type"] == "value_error":
        reason = str(fault["ctx"]["error"])
    return f"{form['title']}: {reason}"


@dataclass(frozen=True)
class Mail:
    """A mail to send or to copy; its body is personal and left out of `repr`."""

    subject: str
    body: str = field(repr=False)

    @property
    def sha256(self) -> str:
        """The hash that the warehouse stores, to recognise the same mail again."""
        return sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()


def application_mail(application: Application) -> Mail:
    """Build the mail in its fixed layout: one line per field, in the form's order.

    It has exactly seven fields, and a line for the login ID where one is given.
    """
    lines = [
        ("顧客社名", application.company_name),
        ("店舗名", application.shop_name),
        ("楽天ペイ利用", application.rakuten_pay),
        ("店舗URL", application.shop_url),
        ("店舗連絡先メールアドレス", application.shop_email),
        ("担当者連絡先電話番号", application.contact_phone),
        ("店舗担当者名", application.contact_name),
    ]
    if application.login_id:
        lines.append(("ログインID", application.login_id))
    fields = "\n".join(f"・{title}: {value}" for title, value in lines)
    return Mail(
        SUBJECT,
        f"楽天APIの利用を申請いたします。\n\n{fields}\n\nよろしくお願いいたします。\n",
    )
