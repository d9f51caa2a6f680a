"""Addresses and networks that a setting lists."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from data.model.typed.parts import parts_of

Network = IPv4Network | IPv6Network


def networks_of(setting: str) -> tuple[Network, ...]:
    """Return the networks of a setting, an address alone as one of a single host.

    Raises ValueError for a part that is neither.
    """
    try:
        return tuple(map(ip_network, parts_of(setting)))
    except ValueError:
        raise ValueError(
            "IPアドレスかネットワークを「,」で区切って指定してください(例: 127.0.0.1)"
        ) from None
