"""The address of RMS: https everywhere, plain http only inside this machine.

A file of its own because settings and pace ask about addresses without calling RMS.
"""

import ipaddress
from urllib.parse import urlsplit

RMS_URL = "https://api.rms.rakuten.co.jp"


def checked_address(url: str) -> str:
    """Return the base address without trailing slash, or raise ValueError with why.

    The key travels to this address in a header, so plain http is for loopback only, and
    nothing secret may stand in the address itself.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # both raise for what cannot be
    except ValueError:
        raise ValueError("アドレスとして読み取れません") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("https:// で始まるアドレスにしてください")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("アドレスに、ユーザー名・パスワード・「?」・「#」は書けません")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("https:// にしてください(http:// はこのマシン内だけです)")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Return whether the address never leaves this machine, so is a sandbox."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
