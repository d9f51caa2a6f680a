"""The licence API: when a key ends (docs/rms/inventory-and-license-api.md §8).

A file of its own, however short: it is the whole of one API.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.clock import read_iso
from connectors.sandbox.gate.gateway import LICENSE_API, pass_through
from connectors.sandbox.gate.wire import gateway_error, rms_response
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
        if wanted is None:
            return gateway_error("ES04-01", "Bad Request", 400), 0
        if wanted != shop.license_key:
            return gateway_error("ES01-01", "Un-Authorised", 401), 0
        end = read_iso(shop.license_expires_at)
        return rms_response({"expiryDate": f"{end:%Y-%m-%dT%H:%M:%S}"}), 0

    return await pass_through(request, FUNCTION, work, LICENSE_API)
