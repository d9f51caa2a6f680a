"""Who may stay connected: a limit for all, and a share of it for each address.

An open connection costs its sender nothing and us a seat. So a newcomer always finds
one while any connection has not sent its request head: the oldest of these loses it,
one that was answered before only where there is no other. A sender whose head comes at
once is not kept out by thousands who never send one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from typing import Final, Protocol

from connectors.settings.networks import Network

_HOST_BITS: Final = 64
"""One sender can use every address of an IPv6 network of this size."""


class OpenConnection(Protocol):
    """What holds a seat."""

    def hang_up(self) -> None:
        """Close the connection now; it must not come back to the seats."""


class Seats:
    """The connections that are open; belongs to one event loop.

    Args:
        most: connections at once.
        share: of these, connections of one address (IPv6: of one /64 network).
        proxies: addresses that speak for many senders; they have no share.

    """

    def __init__(self, most: int, share: int, proxies: Sequence[Network] = ()) -> None:
        self._most = most
        self._share = share
        self._proxies = proxies
        self._address: dict[OpenConnection, str] = {}
        self._of: Counter[str] = Counter()
        self._silent: dict[str, dict[OpenConnection, None]] = {}
        self._all_silent: dict[OpenConnection, None] = {}
        self._heard: set[OpenConnection] = set()

    def __len__(self) -> int:
        return len(self._address)

    def take(self, connection: OpenConnection, host: str) -> bool:
        """Seat a new connection, silent as it is; return False where there is no seat.

        When its share or the whole house is full, the oldest silent connection there
        is hung up, first of those that have never sent a request: one kept open between
        two requests may be about to send the next.
        """
        address = sender(host)
        if self._of[address] >= self._share and not is_within(host, self._proxies):
            has_place = self._free(self._silent.get(address, {}))
        else:
            has_place = len(self) < self._most or self._free(self._all_silent)
        if not has_place:
            return False
        self._address[connection] = address
        self._of[address] += 1
        self.is_silent(connection)
        return True

    def is_silent(self, connection: OpenConnection) -> None:
        """Record that we wait for a connection's head, from now on."""
        address = self._address.get(connection)
        if address is not None:
            self._silent.setdefault(address, {}).setdefault(connection)
            self._all_silent.setdefault(connection)

    def has_spoken(self, connection: OpenConnection) -> None:
        """Record that a connection's head is whole: its request is being answered."""
        if connection in self._address:
            self._heard.add(connection)
        self._no_more_silent(connection)

    def _no_more_silent(self, connection: OpenConnection) -> None:
        if connection in self._all_silent:
            address = self._address[connection]
            del self._all_silent[connection]
            del self._silent[address][connection]
            if not self._silent[address]:
                del self._silent[address]

    def leave(self, connection: OpenConnection) -> None:
        """Free a connection's seat; one without a seat changes nothing."""
        self._no_more_silent(connection)
        self._heard.discard(connection)
        address = self._address.pop(connection, None)
        if address is not None:
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]

    def _free(self, silent: dict[OpenConnection, None]) -> bool:
        unheard = (one for one in silent if one not in self._heard)
        oldest = next(unheard, next(iter(silent), None))
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.hang_up()
        return True


class SenderShares:
    """Requests at work for each sender, as a proxy forwarded its address."""

    def __init__(self, share: int) -> None:
        self._share = share
        self._of: Counter[str] = Counter()

    @contextmanager
    def one_more(self, host: str) -> Iterator[bool]:
        """Count a request while it is at work; yield False when its share is full."""
        address = sender(host)
        if self._of[address] >= self._share:
            yield False
            return
        self._of[address] += 1
        try:
            yield True
        finally:
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]


def sender(host: str) -> str:
    """Return what stands for one sender: an address, for IPv6 its /64 network."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _HOST_BITS), strict=False))


def is_within(host: str, known: Sequence[Network]) -> bool:
    """Return whether a host is an address of one of the networks."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in each for each in known)
