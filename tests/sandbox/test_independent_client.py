"""An independent RMS client, `rakuten-ws`, must find in the sandbox what it expects.

Only the address is changed; whatever the client sends is its own.
"""

import pytest
from rakuten_ws import RakutenWebService

from tests.sandbox.caller import codes


@pytest.fixture
def client(sandbox, monkeypatch):
    """Its order API for the shop `demo`, pointed at the sandbox."""
    sandbox.settings(needs_accept=False)  # it sends none, and worked so in 2020
    shop = sandbox.shops["demo"]
    service = RakutenWebService(
        license_key=shop.license_key, secret_service=shop.service_secret
    )
    orders = service.rms.rakutenpay_order
    monkeypatch.setattr(orders, "endpoint", f"{sandbox.url}/es/2.0/order")
    return orders


def test_its_search_finds_orders(client, rms, sandbox):
    sold = sandbox.sell(2)

    answer = client.searchOrder(**rms.search_body())

    assert codes(answer) == ["SEARCH_ORDER_INFO_101"]
    assert sorted(answer["orderNumberList"]) == sorted(sold)


def test_its_search_pages(client, rms, sandbox):
    sandbox.sell(3)
    page = {"requestRecordsAmount": 2, "requestPage": 2}

    answer = client.searchOrder(**rms.search_body(PaginationRequestModel=page))

    assert len(answer["orderNumberList"]) == 1


def test_it_reads_orders(client, sandbox):
    sold = sandbox.sell(2)

    answer = client.getOrder(orderNumberList=sold, version=4)

    assert codes(answer) == ["GET_ORDER_INFO_101"]
    assert {o["orderNumber"] for o in answer["OrderModelList"]} == set(sold)


def test_it_confirms_an_order(client, rms, sandbox):
    sold = sandbox.sell(1, progress=100)

    answer = client.confirmOrder(orderNumberList=sold)

    assert codes(answer) == ["CONFIRM_ORDER_INFO_101"]
    assert rms.order(sold[0])["orderProgress"] == 200


def test_its_default_version_is_refused_as_rms_does_today(client, sandbox):
    answer = client.getOrder(orderNumberList=sandbox.sell())

    assert codes(answer) == ["GET_ORDER_ERROR_020"]
