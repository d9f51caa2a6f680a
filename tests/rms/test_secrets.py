"""The key leaves this process in one header and one URL, and in no text of ours."""

import base64
import gc
import logging
import pickle
import traceback
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from connectors.rms.answers import RmsFunction
from connectors.rms.client import RmsClient
from connectors.rms.errors import RmsTrouble
from connectors.rms.http import USUAL, Limits, RmsHttp
from connectors.rms.pace import unlimited
from data.model.shops.shop import Shop
from tests.rms.judged import message, said
from tests.rms.wire_server import answer, black_hole, cut, drip, endless, hang_up
from tests.support.effort import for_ci

SECRET, KEY = "CANARY-SECRET-51c9", "CANARY-KEY-7f3a"
TOKEN = base64.b64encode(f"{SECRET}:{KEY}".encode()).decode()
ECHO = f"you sent ESA {TOKEN} with {KEY} of {SECRET}"


def in_any_dress(secret: str) -> list[str]:
    """Plain, URL-quoted, and base64 at each of its three alignments."""
    dressed = [secret, quote(secret, safe=""), secret[::-1]]
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + secret.encode()).decode()
        dressed.append(coded[4 if shift else 0 : -4])
    return dressed


CANARIES = [dress for secret in (SECRET, KEY) for dress in in_any_dress(secret)]


def told(text: str) -> list[str]:
    return [canary for canary in [*CANARIES, TOKEN] if canary in text]


@pytest.fixture
def every_log(caplog):
    """Everything logged at DEBUG, by whoever, while the test runs."""
    caplog.set_level(logging.DEBUG)
    return caplog


FAULTS = {
    "401": answer({"Results": {"errorCode": "ES01-01", "message": ECHO}}, 401),
    "400": answer(said(message("ERROR", "X_ERROR_009", ECHO)), 400),
    "echoed-code": answer(said(message("ERROR", KEY, ECHO)), 400),
    "echoed-ids": answer(
        said(
            message(
                "ERROR",
                "X_ERROR_011",
                orderNumber=ECHO,
                requestId=ECHO,
                shippingDetailId=KEY,
            )
        ),
        400,
    ),
    "echoed-path": answer(
        {"errors": [{"code": "IE0002", "metadata": {"propertyPath": ECHO}}]}, 400
    ),
    "429": answer(b"", 429),
    "500": answer(ECHO.encode(), 500),
    "html": answer(ECHO.encode()),
    "redirect": answer(b"", 302, Location=f"http://127.0.0.1:1/?licenseKey={KEY}"),
    "cut": cut,
    "drip": drip,
    "hang-up": hang_up,
    "black-hole": black_hole,
    "endless": endless,
}


def client_at(url: str, shop: Shop, limits: Limits = USUAL) -> RmsClient:
    return RmsClient(RmsHttp(shop, url, unlimited, lambda: datetime.now(UTC), limits))


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(script, id=name, marks=[for_ci] if name == "drip" else [])
        for name, script in FAULTS.items()
    ],
)
def test_no_fault_tells_the_key(wire, shop, every_log, script):
    http, server = wire(script, limits=Limits(deadline_s=1.2, max_body=50_000))
    client = client_at(server.url, shop, Limits(1.2))
    write = RmsFunction("confirmOrder", is_write=True)

    with client, pytest.raises(RmsTrouble) as licence:
        client.licence.expiry()
    with pytest.raises(RmsTrouble) as written:
        http.post(write, "/x/", {})

    assert KEY.encode() in server.requests[0], "the canary must be in the call itself"
    for caught in (licence, written):
        error = caught.value
        whole = "".join(traceback.format_exception(error))
        assert told(str(error) + repr(error) + repr(error.args) + whole) == []
        assert told(repr(vars(error)) + repr(pickle.dumps(error))) == []
        assert error.__context__ is None
        assert error.__cause__ is None
    assert told(every_log.text) == []
    assert told(repr([r.__dict__ for r in every_log.records])) == []


@pytest.mark.parametrize("script", [answer(b"", 503), answer(b"", 403), hang_up])
def test_not_even_a_traceback_with_locals_tells_the_key(wire, shop, script):
    _, server = wire(script)
    client = client_at(server.url, shop)

    with client, pytest.raises(RmsTrouble) as licence:
        client.licence.expiry()

    error = licence.value
    full = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert told("".join(full.format())) == []


def test_no_object_shows_the_key(wire, shop, every_log):
    http, server = wire(answer(said(message("INFO", "OK"), expiryDate="2026-12-01")))
    client = client_at(server.url, shop)

    with client:
        client.licence.expiry()
        http.post(RmsFunction("getOrder"), "/x/", {})
        ours = [
            o
            for o in gc.get_objects()
            if str(type(o).__module__).startswith("connectors.")
        ]

    assert len(ours) > 5
    assert [type(o) for o in ours if told(repr(o) + str(o))] == []
    assert told(repr(shop) + str(shop)) == []
    assert told(every_log.text) == []


def test_httpx_is_quiet_about_urls_even_when_the_root_logs_everything(shop, wire):
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    _, server = wire(answer({"expiryDate": "2026-12-01T23:59:59"}))

    with RmsHttp(shop, server.url, unlimited, lambda: datetime.now(UTC)):
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
