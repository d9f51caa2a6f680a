"""When the licence key ends (rms/inventory-and-license-api.md, Licence management)."""

from datetime import datetime

from connectors.rms.answers import Call
from connectors.rms.http import RmsHttp
from data.model.japan_time import in_japan
from data.model.shop import Shop

PATH = "/es/1.0/license-management/license-key/expiry-date"
CALL = Call("license.expiryDate.get")


class LicenceApi:
    """The licence key of one shop."""

    def __init__(self, http: RmsHttp, shop: Shop) -> None:
        self._http = http
        self._shop = shop

    def expiry(self) -> datetime:
        """Give the instant the key ends, in Japan time.

        Raises CredentialsRefused when the key is wrong or already over, or when the
        shop has not switched this function on. The key stands in the URL of this call
        alone, and no error of ours holds a URL.
        """
        reply = self._http.get(CALL, PATH, {"licenseKey": self._shop.license_key})
        text = reply["expiryDate"]
        if not isinstance(text, str):
            raise CALL.unusable("the answer has no expiryDate", reply)
        try:
            return in_japan(datetime.fromisoformat(text))
        except ValueError:
            raise CALL.unusable("expiryDate is not a date-time", reply) from None
