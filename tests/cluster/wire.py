"""A wire from a host to the server: `python -m tests.cluster.wire PORT TO`.

A process that stands still is a cut wire: nothing is refused and nothing is answered.
"""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

HERE = "127.0.0.1"


async def carry(source: StreamReader, to: StreamWriter) -> None:
    """Carry bytes until one end hangs up; the other is hung up as well."""
    with suppress(OSError):
        while some := await source.read(2**16):
            to.write(some)
            await to.drain()
    to.close()


async def main(port: int, to: int) -> None:
    """Carry every connection that is made to `port` to port `to`."""

    async def met(source: StreamReader, back: StreamWriter) -> None:
        try:
            answers, there = await asyncio.open_connection(HERE, to)
        except OSError:
            back.close()
        else:
            await asyncio.gather(carry(source, there), carry(answers, back))

    async with await asyncio.start_server(met, HERE, port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:3])))
