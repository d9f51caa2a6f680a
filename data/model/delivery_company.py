"""Delivery companies by the code RMS knows them by (rms/order-api.md §4.3).

Data, not a closed type: the list grows, and a code that is not here yet may be right.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Carrier(StrEnum):
    """Whose file tells of parcels; the value is the flow's parameter `carrier`."""

    YAMATO = "yamato"
    SAGAWA = "sagawa"
    JAPAN_POST = "japanpost"
    RAKUTEN = "rakuten"
    """RMS's own 発送 CSV, of whatever company."""
    TEMPLATE = "template"
    """Our own plain file, of whatever company."""


YAMATO: Final = "1001"
SAGAWA: Final = "1002"
JAPAN_POST: Final = "1003"

DELIVERY_COMPANIES: Final = {
    "1000": "その他",
    "1001": "ヤマト運輸",
    "1002": "佐川急便",
    "1003": "日本郵便",
    "1004": "西濃運輸",
    "1005": "セイノースーパーエクスプレス",
    "1006": "福山通運",
    "1007": "名鉄運輸",
    "1008": "トナミ運輸",
    "1009": "第一貨物",
    "1010": "新潟運輸",
    "1011": "中越運送",
    "1012": "岡山県貨物運送",
    "1013": "久留米運送",
    "1014": "山陽自動車運送",
    "1015": "NXトランスポート",
    "1016": "エコ配",
    "1017": "EMS",
    "1018": "DHL",
    "1019": "FedEx",
    "1020": "UPS",
    "1021": "日本通運",
    "1022": "TNT",
    "1023": "OCS",
    "1024": "USPS",
    "1025": "SFエクスプレス",
    "1026": "Aramex",
    "1027": "SGHグローバル・ジャパン",
    "1028": "Rakuten EXPRESS",
    "1029": "日本郵便 楽天倉庫出荷",
    "1030": "ヤマト運輸 クロネコゆうパケット",
    "1031": "名鉄NX運輸",
}

_SHORT: Final = {
    "ヤマト": "1001",
    "クロネコヤマト": "1001",
    "宅急便": "1001",
    "佐川": "1002",
    "日本郵政": "1003",
    "郵便局": "1003",
    "ゆうパック": "1003",
    "西濃": "1004",
    "福山": "1006",
}
"""Names people write by hand; each means one company only."""

_CODE: Final = re.compile(r"1[0-9]{3}")


def _plain(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


_BY_NAME: Final = {
    _plain(name): code
    for name, code in [
        *((name, code) for code, name in DELIVERY_COMPANIES.items()),
        *_SHORT.items(),
    ]
}


def company_code(text: str) -> str | None:
    """The code a code or a company's name stands for; None if it is neither."""
    plain = _plain(text)
    if _CODE.fullmatch(plain):
        return plain
    return _BY_NAME.get(plain)
