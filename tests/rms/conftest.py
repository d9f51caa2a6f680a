from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from connectors.rms.http import Limits, RmsHttp
from connectors.rms.pace import unlimited
from data.model.order import Mall
from data.model.shops.shop import Shop
from tests.rms.wire_server import Script, WireServer

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def shop() -> Shop:
    return Shop(
        handle="demo",
        mall=Mall.RAKUTEN,
        shop_id="123456",
        service_secret=SecretStr(" CANARY-SECRET-51c9 "),
        license_key=SecretStr("CANARY-KEY-7f3a\n"),
        notice_auth_key=SecretStr("CANARY-NOTICE-02d4"),
    )


@pytest.fixture
def wire(shop: Shop) -> Iterator[Callable[..., tuple[RmsHttp, WireServer]]]:
    """A caller and the server it speaks to, which plays the scripts given."""
    with ExitStack() as stack:

        def opened(
            *scripts: Script,
            limits: Limits = Limits(deadline_s=5.0),  # noqa: B008
            waited: list[float] | None = None,
        ) -> tuple[RmsHttp, WireServer]:
            server = stack.enter_context(WireServer(*scripts))
            waits: list[float] = [] if waited is None else waited
            caller = RmsHttp(
                shop, server.url, unlimited, lambda: NOW, limits, waits.append
            )
            return stack.enter_context(caller), server

        yield opened
