"""One certificate authority for clients that never look at one.

Each of Prefect's clients (3.9.1) reads all 140 authorities of certifi when it is made,
also for a server without TLS, and `prefect deploy` makes five clients a deployment:
that was two fifths of its work, and is a tenth of a morning's.
"""

from pathlib import Path
from typing import Final

import certifi

from connectors.durable_write import replace_durably

SETTING: Final = "PREFECT_API_SSL_CERT_FILE"
FILE: Final = "one-certificate.pem"
END: Final = "-----END CERTIFICATE-----\n"


def one_certificate(home: Path, api: str) -> dict[str, str]:
    """Return the setting that has Prefect's clients read one authority of certifi.

    Nothing is set for an address with TLS, where every authority counts, and where the
    file cannot be written: it only saves time. It is written into `home` once.
    """
    if not api.startswith("http://"):
        return {}
    path = home / FILE
    try:
        if not path.exists():
            first = Path(certifi.where()).read_text(encoding="ascii").partition(END)
            replace_durably(path, f"{first[0]}{END}".encode("ascii"))
    except OSError:
        return {}
    return {SETTING: str(path.absolute())}
