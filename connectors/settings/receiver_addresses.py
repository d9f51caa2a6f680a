"""Addresses of the receivers that a home fetches its notices from."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from data.model.typed.parts import parts_of

SHORTEST_SECRET: Final = 32


def receivers_of(setting: str) -> list[str]:
    """Return the receivers' addresses of a setting.

    Raises ValueError for one that is neither https nor of a private network: keys'
    hashes and the secret travel along.
    """
    found = [each.rstrip("/") for each in parts_of(setting)]
    for each in found:
        parts = urlsplit(each)
        if parts.scheme == "https" and parts.hostname:
            continue
        if parts.scheme != "http" or not _is_private(parts.hostname or ""):
            raise ValueError(
                "https:// か、プライベートネットワークの http:// のアドレスを「,」で"
                "区切って指定してください(例: http://10.0.0.5:8788)"
            )
    return found


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost"
