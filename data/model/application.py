"""The application for Rakuten's API: what a shop tells, and the mail made of it.

Most of it is about a person at the shop. `repr` hides those fields and a refusal
quotes none of them.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from data.model.application_fields import LoginId, MailAddress, Phone, ShopUrl, Typed
from data.model.order_parts import Frozen

SUBJECT = "楽天API利用申請"
_UNKNOWN = "知らない項目があります。項目名を確認してください"
_REASONS = {
    "missing": "入力してください",
    "string_too_short": "入力してください",
    "string_too_long": "長すぎます。短くしてください",
    "string_type": "文字で入力してください",
    "literal_error": "「あり」か「なし」を選んでください",
}


class ApplicationRefused(Exception):
    """The form cannot be used; says per field why, never what was typed.

    Not a ValueError: pydantic would wrap it, and whoever validates the application
    as a part of something larger (Prefect does) would print the value beside it.
    """


def _asked(
    position: int, title: str, description: str, *, personal: bool, default: Any = ...
) -> Any:
    """Describe a field to the form: Prefect overwrites Field's own words (3.8.8)."""
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
    """One shop's application. A field that cannot be used is an ApplicationRefused.

    Also nested in something larger: a ValidationError never leaves this model.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "title": "楽天API利用申請 (application)",
            "description": "申請メールの内容。Prefect にそのまま残ります",
        }
    )

    company_name: Typed = _asked(
        1, "顧客社名 (company)", "例: 株式会社見本", personal=False
    )
    shop_name: Typed = _asked(
        2, "店舗名 (shop name)", "楽天市場での店舗名", personal=False
    )
    rakuten_pay: Literal["あり", "なし"] = _asked(
        3, "楽天ペイ利用 (Rakuten Pay)", "楽天ペイを使っているか", personal=False
    )
    shop_url: ShopUrl = _asked(
        4,
        "店舗URL (shop URL)",
        "例: https://www.rakuten.co.jp/demo-shop/",
        personal=False,
    )
    shop_email: MailAddress = _asked(
        5,
        "店舗連絡先メールアドレス (e-mail)",
        "楽天の転送用アドレス(@shop.rakuten.co.jp など)は使えません",
        personal=True,
    )
    contact_phone: Phone = _asked(
        6, "担当者連絡先電話番号 (phone)", "例: 03-1234-5678", personal=True
    )
    contact_name: Typed = _asked(
        7, "店舗担当者名 (contact person)", "楽天からの連絡を受ける人", personal=True
    )
    login_id: LoginId = _asked(
        8,
        "ログインID (login ID, 任意)",
        "ある場合だけ。パスワードは書かないでください",
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
            "楽天API利用申請の内容に使えない項目があります。"
            + " / ".join(dict.fromkeys(map(_explained, faults)))
            + "。対処: 上の項目を直して、もう一度実行してください。"
        )

    @property
    def shop_code(self) -> str:
        """The part of the shop URL that names the shop; never personal."""
        return self.shop_url.rstrip("/").rpartition("/")[2]


def _explained(fault: Any) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if name not in Application.model_fields:
        return _UNKNOWN
    said: Any = Application.model_fields[name].json_schema_extra
    reason = _REASONS.get(fault["type"], "形式が違います")
    if fault["type"] == "value_error":
        reason = str(fault["ctx"]["error"])
    return f"{said['title']}: {reason}"


@dataclass(frozen=True)
class Mail:
    """A mail to send or to copy. Its text is personal, so `repr` does not show it."""

    subject: str
    body: str = field(repr=False)

    @property
    def sha256(self) -> str:
        """What the warehouse keeps of it: enough to know the same one again."""
        return sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()


def application_mail(application: Application) -> Mail:
    """Write the mail in its fixed layout: one line per field, in the form's order."""
    lines = [
        ("顧客社名", application.company_name),
        ("店舗名", application.shop_name),
        ("楽天ペイ利用", application.rakuten_pay),
        ("店舗URL", application.shop_url),
        ("店舗連絡先メールアドレス", application.shop_email),
        ("担当者連絡先電話番号", application.contact_phone),
        ("店舗担当者名", application.contact_name),
        ("ログインID", application.login_id or "(なし)"),
    ]
    fields = "\n".join(f"・{title}: {value}" for title, value in lines)
    return Mail(
        SUBJECT,
        f"楽天APIの利用を申請いたします。\n\n{fields}\n\nよろしくお願いいたします。\n",
    )
