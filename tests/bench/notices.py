"""How many notices a second the receiver has on disk, and how long each one waits."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from connectors.notices.spool import Spool
from tests.bench.measured import percentile
from tests.bench.rows import Row, at_least, at_most
from tests.support.notices import Receiver, order_xml

MANY = 10_000
CONNECTIONS = 16
RATE = 200.0
P99_MS = 500.0
_TAKEN = b"<resultCode>N-000-000</resultCode>"


class Sent(NamedTuple):
    """What became of all that was sent."""

    seconds: float
    waits_s: list[float]
    acknowledged: int

    def percentile_ms(self, share: float) -> float:
        """Return the wait that only the rest exceeded."""
        return percentile(self.waits_s, share) * 1000


def notices_bench(
    folder: Path, console: Console, many: int = MANY, connections: int = CONNECTIONS
) -> Iterator[Row]:
    """Send notices over kept connections; every acknowledged one must be on disk."""
    with Receiver(folder / "receiver") as receiver:
        sent = asyncio.run(send(receiver.port, many, connections))
    spooled = Spool(receiver.spool).depth()
    rate, lost = many / sent.seconds, sent.acknowledged - spooled
    console.print(
        f"{many:,} notices, {connections} connections: {rate:.0f}/s,"
        f" p50 {sent.percentile_ms(0.5):.0f} ms, p99 {sent.percentile_ms(0.99):.0f} ms;"
        f" acknowledged {sent.acknowledged:,}, spooled {spooled:,}, lost {lost}"
    )
    yield at_least("notices a second", rate, RATE)
    yield at_most("notices: p99 (ms)", sent.percentile_ms(0.99), P99_MS)
    yield at_most("notices: not acknowledged", many - sent.acknowledged, 0)
    yield at_most("notices: acknowledged and lost", lost, 0)


async def send(port: int, many: int, connections: int) -> Sent:
    """Send so many different notices over so many connections at once."""
    numbers = iter(f"123456-20261124-{n:010}" for n in range(many))
    waits: list[float] = []
    began = time.perf_counter()
    taken = await asyncio.gather(
        *(_send_over_one(port, numbers, waits) for _ in range(connections))
    )
    return Sent(time.perf_counter() - began, waits, sum(taken))


async def _send_over_one(port: int, numbers: Iterator[str], waits: list[float]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = 0
    for number in numbers:
        body = order_xml(number)
        began = time.perf_counter()
        writer.write(
            b"POST /notices HTTP/1.1\r\nHost: bench\r\nContent-Type: text/xml\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        waits.append(time.perf_counter() - began)
        taken += _TAKEN in answer
    writer.close()
    await writer.wait_closed()
    return taken
