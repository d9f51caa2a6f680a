"""A client of the sandbox's shop `demo`."""

from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import SecretStr

from connectors.rms.client import RmsClient
from connectors.rms.http import Limits, RmsHttp
from connectors.rms.pace import unlimited
from data.model.order import Mall
from data.model.shops.shop import Shop
from tests.support.sandbox import Sandbox


def demo_shop(sandbox: Sandbox) -> Shop:
    told = sandbox.shops["demo"]
    return Shop(
        handle="demo",
        mall=Mall.RAKUTEN,
        shop_id=told.shop_id,
        service_secret=SecretStr(told.service_secret),
        license_key=SecretStr(told.license_key),
    )


def client_of(
    sandbox: Sandbox, sleep: Callable[[float], object], deadline_s: float = 20
) -> RmsClient:
    http = RmsHttp(
        demo_shop(sandbox),
        sandbox.url,
        unlimited,
        lambda: datetime.now(UTC),
        Limits(deadline_s),
        sleep,
    )
    return RmsClient(http)
