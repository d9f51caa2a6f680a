"""When a licence key ends (rms/inventory-and-license-api.md, Licence management)."""

from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.clock import read_iso
from connectors.sandbox.gate.gateway import pass_through
from connectors.sandbox.gate.manner import LICENSE_API
from connectors.sandbox.gate.wire import gateway_error, rms_response
from connectors.sandbox.shops import Shop

FUNCTION = "license.expiryDate.get"


async def expiry_date(request: Request) -> Response:
    """Tell the shop's own key's last second, in Japan time without a zone."""
    wanted = request.query_params.get("licenseKey")

    def work(shop: Shop) -> tuple[Response, int]:
        if wanted is None:
            return gateway_error("ES04-01", "Bad Request", 400), 0
        if wanted != shop.license_key:
            return gateway_error("ES01-01", "Un-Authorised", 401), 0
        end = read_iso(shop.license_expires_at)
        return rms_response({"expiryDate": f"{end:%Y-%m-%dT%H:%M:%S}"}), 0

    return await pass_through(request, FUNCTION, work, LICENSE_API)
