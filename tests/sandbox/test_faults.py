"""Faults on order: what the client meets, and whether the call took effect."""

import httpx
import pytest

FIRST = {"orderNumberList": ["1-1-1"], "version": 10}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_is_answered_with_its_hint(rms, sandbox, status):
    sandbox.fault(str(status), retry_after=7)

    response = rms.call("getOrder", FIRST)

    assert response.status_code == status
    assert response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("403", 403, "ES01-03"),
        ("ES01-04", 403, "ES01-04"),
        ("ES01-05", 403, "ES01-05"),
        ("502", 502, "ES03-02"),
        ("ES01-02", 503, "ES01-02"),
    ],
)
def test_the_gateway_answers_in_its_own_words(rms, sandbox, name, status, code):
    sandbox.fault(name)

    response = rms.call("getOrder", FIRST)

    assert response.status_code == status
    assert response.json()["Results"]["errorCode"] == code
    assert "request-id" in response.headers


@pytest.mark.parametrize("name", ["WARNING_001", "ERROR_000"])
def test_an_answer_of_200_may_hold_nothing(rms, sandbox, name):
    sandbox.fault(name)

    response = rms.call("getOrder", FIRST)

    assert response.status_code == 200
    assert response.json()["OrderModelList"] is None
    (word,) = response.json()["MessageModelList"]
    assert word["messageCode"] == f"ORDER_EXT_API_GET_ORDER_{name}"


def test_without_a_hint_there_is_no_retry_after(rms, sandbox):
    sandbox.fault("429")

    assert "retry-after" not in rms.call("getOrder", FIRST).headers


def test_a_maintenance_page_comes_with_200(rms, sandbox):
    sandbox.fault("html")

    response = rms.call("getOrder", FIRST)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")


def test_an_answer_can_be_no_json(rms, sandbox):
    sandbox.fault("not_json")

    with pytest.raises(ValueError, match="Expecting"):
        rms.call("getOrder", FIRST).json()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("cut", httpx.RemoteProtocolError),
        ("answer_lost", httpx.RemoteProtocolError),
        ("reset", httpx.ReadError),
    ],
)
def test_a_broken_connection_is_met_as_one(rms, sandbox, name, error):
    sandbox.fault(name)

    with pytest.raises(error):
        rms.call("getOrder", FIRST)


@pytest.mark.parametrize("name", ["timeout", "drip"])
def test_an_answer_may_not_come_in_time(rms, sandbox, name):
    sandbox.fault(name)
    url = f"{sandbox.url}/es/2.0/order/getSubStatusList/"

    with (
        httpx.Client(timeout=0.3, trust_env=False) as hasty,
        pytest.raises(httpx.ReadTimeout),
    ):
        hasty.post(url, content=b"{}", headers=rms.headers)


@pytest.mark.parametrize(
    ("name", "state"), [("answer_lost", 200), ("cut", 200), ("reset", 100)]
)
def test_a_lost_answer_means_done_and_a_reset_means_not(rms, sandbox, name, state):
    sold = sandbox.sell(1, progress=100)
    sandbox.fault(name, function="confirmOrder")

    with pytest.raises(httpx.TransportError):
        rms.call("confirmOrder", {"orderNumberList": sold})

    assert rms.order(sold[0])["orderProgress"] == state


def test_a_fault_meets_its_function_only(rms, sandbox):
    sandbox.fault("500", function="searchOrder")

    assert rms.call("getOrder", FIRST).status_code == 200


def test_a_fault_happens_as_often_as_ordered(rms, sandbox):
    sandbox.fault("500", times=2)

    statuses = [rms.call("getOrder", FIRST).status_code for _ in range(3)]

    assert statuses == [500, 500, 200]


def test_faults_come_in_the_order_they_were_given(rms, sandbox):
    sandbox.fault("503")
    sandbox.fault("500")

    statuses = [rms.call("getOrder", FIRST).status_code for _ in range(2)]

    assert statuses == [503, 500]


def test_waiting_faults_can_be_taken_back(rms, sandbox):
    sandbox.fault("500", times=100)
    sandbox.no_faults()

    assert rms.call("getOrder", FIRST).status_code == 200


def test_chance_repeats_with_the_seed(rms, sandbox):
    def drawn():
        sandbox.reset()
        sandbox.fault("500", times=100, probability=0.5)
        rms.shop = sandbox.shops["demo"]
        return [rms.call("getOrder", FIRST).status_code for _ in range(20)]

    first = drawn()

    assert set(first) == {200, 500}
    assert drawn() == first
