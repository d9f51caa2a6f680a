"""Settings from the environment and `.env`; a wrong one stops with its name.

The shop as it stands on its labels, from the settings.

Settings of the shop as its labels show it; part of `connectors.settings`.
"""

from pathlib import Path
from typing import Any, Final, Self

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.mail import Security, SmtpServer
from connectors.rms.address import RMS_URL, checked_address, is_loopback
from data.model.label import Sender


class SenderSettings(BaseSettings):
    """Who sends the parcels; blank until labels are exported, which asks for them."""

    sender_name: str = Field(
        "", description="送り状の送り主の名前 (sender on labels)", examples=[""]
    )
    sender_zip: str = Field(
        "", description="送り主の郵便番号 (sender's postal code)", examples=[""]
    )
    sender_address: str = Field(
        "", description="送り主の住所 (sender's address)", examples=[""]
    )
    sender_building: str = Field(
        "", description="送り主の建物名。空欄でよい (building, optional)", examples=[""]
    )
    sender_phone: str = Field(
        "", description="送り主の電話番号 (sender's phone)", examples=[""]
    )
    sender_billing_code: str = Field(
        "",
        description="ご請求先顧客コード、お客様コード (number with the carrier)",
        examples=[""],
    )
    sender_billing_class: str = Field(
        "", description="ご請求先分類コード、ヤマトのみ (Yamato only)", examples=[""]
    )
    sender_freight_code: str = Field(
        "01", description="運賃管理番号、ヤマトのみ (Yamato only)", examples=["01"]
    )
    sender_contents: str = Field(
        "商品",
        description="送り状の品名 (what labels say is inside)",
        examples=["商品"],
    )


LAST: Final = tuple(SenderSettings.model_fields)
"""They stand at the end of `.env.example`, though inherited fields come first."""


PREFIX = "JUCHU_"
ENV_FILE = Path(".env")


class SettingsProblem(Exception):
    """A setting is missing or wrong; the message names it and shows an example."""


class Settings(SenderSettings):
    """Where things are and how RMS is called. Secrets are not here but in the shop."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(
        Path("data/local"),
        description="実行時ファイルの置き場所 (folder of every run-time file)",
        examples=["data/local"],
    )
    shop: str = Field(
        "demo",
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="予定された実行の店舗ハンドル (the shop that schedules run for)",
        examples=["demo"],
    )
    rms_url: str = Field(
        RMS_URL,
        description="RMSの接続先。https、このマシン内だけhttpも可 (or loopback)",
        examples=[RMS_URL],
    )
    rms_requests_per_second: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="1秒あたりのリクエスト数。RMSは1、0（無制限）はサンドボックスのみ",
        examples=[1],
    )
    warehouse_patience_s: float = Field(
        30.0,
        ge=0,
        le=600,
        description="DuckDB が使用中のとき待つ秒数 (wait for a taken warehouse)",
        examples=[30],
    )
    rms_deadline_s: float = Field(
        20.0,
        gt=0,
        le=600,
        description="1リクエスト全体の制限秒数 (seconds for one whole call)",
        examples=[20],
    )
    notice_error_status: int = Field(
        200,
        description="断った通知へのHTTPステータス。200か400〜499 (refused notices)",
        examples=[200],
    )
    notice_deadline_s: float = Field(
        10.0,
        gt=0,
        le=60,
        description="通知1件の受信の制限秒数 (seconds for a notice to come in)",
        examples=[10],
    )
    notice_connections: int = Field(
        500,
        ge=16,
        le=10_000,
        description="通知の同時接続数の上限 (connections to the receiver at once)",
        examples=[500],
    )
    smtp_host: str = Field(
        "",
        description="申請メールを送るサーバー。空欄なら送らない (no mail if empty)",
        examples=[""],
    )
    smtp_port: int = Field(
        587,
        ge=1,
        le=65_535,
        description="そのポート。starttls は587、ssl は465 (its port)",
        examples=[587],
    )
    smtp_security: Security = Field(
        Security.STARTTLS,
        description="starttls、ssl、none(このマシン内だけ) (how the way is protected)",
        examples=["starttls"],
    )
    smtp_user: str = Field(
        "", description="ログインする場合のユーザー名 (user)", examples=[""]
    )
    smtp_password: SecretStr = Field(
        SecretStr(""), description="そのパスワード (password)", examples=[""]
    )
    smtp_from: str = Field(
        "", description="送信元のメールアドレス1つ (sender)", examples=[""]
    )
    smtp_to: str = Field(
        "", description="申請メールの宛先1つ (recipient)", examples=[""]
    )

    @field_validator("notice_error_status")
    @classmethod
    def _success_or_refusal(cls, status: int) -> int:
        if status != 200 and not 400 <= status <= 499:
            raise ValueError("must be 200, or 400 to 499")
        return status

    @field_validator("rms_url")
    @classmethod
    def _safe_address(cls, url: str) -> str:
        return checked_address(url)

    @model_validator(mode="after")
    def _never_rush_rms(self) -> Self:
        rate = self.rms_requests_per_second
        if (rate == 0 or rate > 1) and not is_loopback(self.rms_url):
            raise ValueError(
                f"{PREFIX}RMS_REQUESTS_PER_SECOND must be above 0 and at most 1 for RMS"
            )
        return self

    @model_validator(mode="after")
    def _mail_can_be_sent(self) -> Self:
        _ = self.smtp_server  # says which of them could not work
        return self

    @property
    def smtp_server(self) -> SmtpServer | None:
        """The server that takes our mail; None = mail is copied by hand."""
        if not self.smtp_host:
            return None
        return SmtpServer(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=self.smtp_from,
            recipient=self.smtp_to,
            user=self.smtp_user,
            password=self.smtp_password,
            security=self.smtp_security,
        )

    @property
    def warehouse(self) -> Path:
        """The DuckDB file of everything we know."""
        return self.home / "juchu.duckdb"

    @property
    def analytics(self) -> Path:
        """The copy without personal data, for analysts."""
        return self.home / "analytics.duckdb"

    @property
    def spool(self) -> Path:
        """Notices received and not yet settled."""
        return self.home / "spool"

    @property
    def incoming(self) -> Path:
        """Files waiting to be imported."""
        return self.home / "incoming"

    @property
    def rejected(self) -> Path:
        """Files and lines that were refused."""
        return self.home / "rejected"

    @property
    def backup(self) -> Path:
        """Backups of the warehouse."""
        return self.home / "backup"


def read_settings(env_file: Path = ENV_FILE) -> Settings:
    """Read the settings once, or raise SettingsProblem naming every wrong one."""
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsProblem("\n".join(map(_explained, error.errors()))) from None


def _explained(fault: Any) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else _named_in(fault["msg"])
    example = (Settings.model_fields[name].examples or [""])[0]
    variable = f"{PREFIX}{name.upper()}"
    return f"{variable}: {fault['msg']}. Example (例): {variable}={example}"


def _named_in(message: str) -> str:
    """Find the setting that a rule about several of them names."""
    return next(
        name for name in Settings.model_fields if PREFIX + name.upper() in message
    )


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
        raise SettingsProblem("\n".join(map(_explained_sender, missing)))
    return Sender.model_validate(given)


def _explained_sender(name: str) -> str:
    variable = f"{PREFIX}SENDER_{name.upper()}"
    return f"{variable} is missing. Example (例): {variable}={NEEDED[name]}"
