"""Shops on their way, invented; every argument is a thing some test varies."""

from datetime import date, datetime, timedelta

from pydantic import SecretStr

from data.model.japan_time import JST
from data.model.order import Mall
from data.model.shops.application import Application
from data.model.shops.connection import ConnectionStatus
from data.model.shops.onboarding import ShopFacts, Stage, StageStep
from data.model.shops.shop import Shop
from tasks.setup.demo_day import APPLICATION

NINE = datetime(2026, 11, 24, 9, tzinfo=JST)
SHOP = "demo"
FORM = APPLICATION | {"login_id": "mihon-login"}
PERSONAL = ("tencho@mihon.example", "03-0000-1234", "見本 花子", "mihon-login")


def at(minute: float) -> datetime:
    """The instant so many minutes after nine."""
    return NINE + timedelta(minutes=minute)


def an_application(**varied: str) -> Application:
    return Application.model_validate({**FORM, **varied})


def a_step(
    stage: Stage, minute: float = 0, who: str = "担当者", why: str = "順番"
) -> StageStep:
    return StageStep(stage=stage, at=at(minute), who=who, why=why)


def a_shop(
    key: str = "SL0000_invented", last_day: date | None = date(2027, 2, 21)
) -> Shop:
    return Shop(
        handle=SHOP,
        mall=Mall.RAKUTEN,
        shop_id="123456",
        service_secret=SecretStr("SP0000_invented"),
        license_key=SecretStr(key),
        license_expires_on=last_day,
    )


ALL_GOOD = ShopFacts(
    application_made_at=NINE + timedelta(days=300),
    key_seen_at=NINE - timedelta(days=1),
    license_expires_at=NINE + timedelta(days=365),
    connection=ConnectionStatus.OK,
    checked_at=NINE + timedelta(days=300),
    notices_start_at=NINE - timedelta(days=1),
)
"""Facts under which every move that exists may be made, but 期限切れ."""

SECOND_MAIL = """\
見本茶舗 店長様

平素よりお世話になっております。楽天市場です。
開発企業様からシステムイベント通知サービスの利用申請がありました。企業名をご確認ください。

------------------------------------------------------------
企業名:株式会社見本システム

利用データ:受注情報

利用開始予定日時:2026/12/01

------------------------------------------------------------

1. https://ichiba-bs.rms.rakuten.co.jp/apisson/ を開きます。
2. 「承認待ち」の企業を承認してください。
"""
"""Rakuten's second mail, invented around the lines that docs/owner.md gives."""
