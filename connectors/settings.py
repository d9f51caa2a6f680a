"""Settings from the environment and `.env`; a wrong one stops with its name."""

import os
from pathlib import Path
from typing import Any, Self

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.rms.address import RMS_URL, checked_address, is_loopback
from data.model.order import Mall
from data.model.shop import Shop

PREFIX = "JUCHU_"
ENV_FILE = Path(".env")


class SettingsProblem(Exception):
    """A setting is missing or wrong; the message names it and shows an example."""


class Settings(BaseSettings):
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
    name = str(fault["loc"][0]) if fault["loc"] else "rms_requests_per_second"
    example = (Settings.model_fields[name].examples or [""])[0]
    variable = f"{PREFIX}{name.upper()}"
    return f"{variable}: {fault['msg']}. Example (例): {variable}={example}"


SHOP_VARIABLES = {
    "mall": ("MALL", "rakuten"),
    "shop_id": ("SHOP_ID", "123456"),
    "shop_url": ("SHOP_URL", "demo-shop"),
    "service_secret": ("SERVICE_SECRET", "SP…"),
    "license_key": ("LICENSE_KEY", "SL…"),
    "notice_auth_key": ("NOTICE_AUTH_KEY", "…"),
    "notice_auth_key_before": ("NOTICE_AUTH_KEY_BEFORE", "…"),
    "contract_id": ("CONTRACT_ID", "…"),
}
OPTIONAL = frozenset(
    {"mall", "shop_url", "notice_auth_key", "notice_auth_key_before", "contract_id"}
)


def shop_from_environment(handle: str, env_file: Path = ENV_FILE) -> Shop | None:
    """Give the shop its variables describe, or None when none of them is set.

    Raises SettingsProblem naming what is missing or wrong when only some are set.
    """
    stem = f"{PREFIX}SHOP_{handle.upper().replace('-', '_')}_"
    known = {**dotenv_values(env_file), **os.environ}
    given = {
        field: value.strip()
        for field, (ending, _) in SHOP_VARIABLES.items()
        if (value := known.get(stem + ending))
    }
    if not given:
        return None
    missing = [f for f in SHOP_VARIABLES if f not in given and f not in OPTIONAL]
    if missing:
        raise SettingsProblem(_shop_example("is missing", stem, missing))
    try:
        return Shop.model_validate({"handle": handle, "mall": Mall.RAKUTEN, **given})
    except ValidationError as error:
        wrong = [str(fault["loc"][0]) for fault in error.errors()]
        raise SettingsProblem(_shop_example("is wrong", stem, wrong)) from None


def _shop_example(fault: str, stem: str, fields: list[str]) -> str:
    lines = []
    for field in fields:
        if field not in SHOP_VARIABLES:
            lines.append(f"shop handle {fault}: lower case, digits, dashes, e.g. demo")
            continue
        ending, example = SHOP_VARIABLES[field]
        lines.append(f"{stem}{ending} {fault}. Example (例): {stem}{ending}={example}")
    return "\n".join(lines)


def env_example() -> str:
    """Write `.env.example` from the classes, so that it cannot fall behind."""
    lines = [
        "# juchu の設定。.env にコピーして使います (copy to .env).",
        "# Every line is the default; delete what you do not change.",
        "",
    ]
    for name, setting in Settings.model_fields.items():
        example = (setting.examples or [""])[0]
        lines += [f"# {setting.description}", f"{PREFIX}{name.upper()}={example}", ""]
    lines += [
        "# 店舗: rms-shop ブロックを使わない場合。DEMO は店舗ハンドルの大文字",
        "# A shop without a Prefect block: DEMO is its handle in capitals, - as _.",
    ]
    for ending, example in SHOP_VARIABLES.values():
        lines.append(f"# {PREFIX}SHOP_DEMO_{ending}={example}")
    return "\n".join(lines) + "\n"
