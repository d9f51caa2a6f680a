"""After a day's work no byte outside the warehouse holds a buyer, and none a key."""

import pytest
from prefect.client.orchestration import SyncPrefectClient

from connectors.prefect_env import FILE
from connectors.rms import shipping
from data.warehouse.session import warehouse
from flows.daily import daily
from tasks import orders
from tasks.setup.services import Services
from tests.support.at_hand import run_at_hand
from tests.support.canary import leaks

pytestmark = pytest.mark.prefect
WAREHOUSE = "juchu.duckdb"
BUYERS = 5


@pytest.fixture(scope="module")
def worked(services: Services, prefect_api: SyncPrefectClient) -> Services:
    """A morning that stumbled, so that there are retries to be told of; none waits."""
    services.sandbox.sell(20, "mixed", over_days=0)
    services.sandbox.fault("503", function="getOrder", times=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orders.take_orders, "retry_delay_seconds", [0.05])
        patch.setattr(shipping, "FIRST_PAUSE_S", 0.1)
        run_at_hand(services, prefect_api, "daily/0900", daily)
    return services


def test_no_byte_holds_a_key(worked: Services):
    keys = [
        secret
        for shop in worked.sandbox.shops.values()
        for secret in (shop.license_key, shop.service_secret, shop.notice_auth_key)
    ]

    assert len(keys) == 6
    assert leaks(worked.home, keys) == []


def test_no_byte_but_its_own_file_holds_the_login(worked: Services):
    password = worked.login.partition(":")[2]

    assert len(password) == 32
    assert leaks(worked.home, [password]) == [FILE]


def test_no_byte_outside_the_warehouse_holds_a_buyer(worked: Services):
    with warehouse(worked.warehouse) as con:
        people = con.execute(
            "SELECT phone, email, street FROM order_people"
            " WHERE length(phone) > 8 AND length(email) > 8 AND length(street) > 3"
            " LIMIT $n",
            {"n": BUYERS},
        ).fetchall()
    told = [value for person in people for value in person]

    assert len(told) == 3 * BUYERS
    assert leaks(worked.home, told, except_in=[WAREHOUSE]) == []
