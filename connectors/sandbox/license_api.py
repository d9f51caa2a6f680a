"""The licence API: when a key ends (docs/rms/inventory-and-license-api.md §8).

A file of its own, however short: it is the whole of one API.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.codes.table import code_of
from connectors.sandbox.clock import read_iso
from connectors.sandbox.gate.gateway import LICENSE_API, pass_through
from connectors.sandbox.gate.wire import rms_response
from connectors.sandbox.shops import SandboxShop

FUNCTION = "license.expiryDate.get"
_PATH = "/es/1.0/license-management/license-key/expiry-date"


def routes() -> list[Route]:
    """Return the route of the one function."""
    return [Route(_PATH, expiry_date, methods=["GET"])]


async def expiry_date(request: Request) -> Response:
    """Return the last second of the shop's own key, in Japan time without a zone."""
    wanted = request.query_params.get("licenseKey")

    def work(shop: SandboxShop) -> tuple[Response, int]:
        if not wanted:
            return _refused("DR0005", "licenseKey is invalid."), 0
        if wanted != shop.license_key:
            return _refused("DR0007", "licenseKey is not the one in use."), 0
        if shop.license_expires_at is None:
            return _refused("DR0006", "licenseKey has no expiry date."), 0
        end = read_iso(shop.license_expires_at)
        return rms_response({"expiryDate": f"{end:%Y-%m-%dT%H:%M:%S}"}), 0

    return await pass_through(request, FUNCTION, work, LICENSE_API)


def _refused(code: str, text: str) -> Response:
    known = code_of(code)
    assert known is not None  # noqa: S101 - the codes are ours to choose
    body = {"errors": [{"code": code, "message": text}]}
    return rms_response(body, known.statuses[0])
