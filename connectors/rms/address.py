"""Where RMS is: https everywhere, plain http only inside this machine."""

import ipaddress
from urllib.parse import urlsplit

RMS_URL = "https://api.rms.rakuten.co.jp"


def checked_address(url: str) -> str:
    """Give the base address without trailing slash, or raise ValueError saying why.

    The key travels to this address in a header, so plain http is for loopback only
    (reliability.md §7.1) and nothing secret may stand in the address itself.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not an address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must be an https:// address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must not hold a user, password, query or fragment")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("must be https:// (http:// only for this machine)")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the address never leaves this machine, so is a sandbox."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
