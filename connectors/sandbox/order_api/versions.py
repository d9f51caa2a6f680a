"""What older versions of getOrder lack or still have (rms/order-api.md §3.1)."""

from typing import Any

import orjson

NEWEST = 10
_ORDER_SINCE = {
    "receiptIssueCount": 5,
    "receiptIssueHistoryList": 5,
    "DueDateModelList": 5,
    "cautionDisplayDetailType": 6,
    "deliveryCertPrgFlag": 8,
    "oneDayOperationFlag": 8,
    "socialGiftFlag": 10,
}
_PACKAGE_SINCE = {
    "defaultDeliveryCompanyCode": 4,
    "dropOffFlag": 9,
    "dropOffLocation": 9,
    "SocialGiftModel": 10,
}
_LINE_SINCE = {"isSingleItemShipping": 4, "SkuModelList": 7}


def in_version(text: str, version: int) -> Any:
    """Cut a stored version 10 order down to what `version` shows.

    The newest version is handed on as text, unread.
    """
    if version == NEWEST:
        return orjson.Fragment(text)
    model = orjson.loads(text)
    _drop(model, _ORDER_SINCE, version)
    if version < 8:
        model["goodsTax"] = 0
        model["isTaxRecalc"] = 0
    for package in model["PackageModelList"]:
        _drop(package, _PACKAGE_SINCE, version)
        if version < 8:
            package["goodsTax"] = 0
        for line in package["ItemModelList"]:
            _drop(line, _LINE_SINCE, version)
    return model


def _drop(model: dict[str, Any], since: dict[str, int], version: int) -> None:
    for field, first in since.items():
        if version < first:
            model.pop(field, None)
