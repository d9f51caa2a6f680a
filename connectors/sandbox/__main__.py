"""`python -m connectors.sandbox`: start an RMS on this machine."""

import argparse
import asyncio
import sqlite3
import sys
from pathlib import Path

from connectors.ports import cannot_listen, port_number
from connectors.sandbox.clock import read_iso
from connectors.sandbox.selling.sell import Sale, sell
from connectors.sandbox.server import LOOPBACK, serve
from connectors.sandbox.world import Options, World


def main() -> None:
    """Parse the command line and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox")
    parser.add_argument("--port", type=port_number, default=0, help="0 = a free one")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same orders")
    parser.add_argument("--no-rate-limit", action="store_true")
    parser.add_argument("--sell", type=int, default=0, help="orders to begin with")
    parser.add_argument("--state", default=":memory:", help="file that is kept")
    parser.add_argument("--clock", help="ISO time at which the clock stands still")
    parser.add_argument(
        "--clock-file",
        type=Path,
        help="where the clock is shared with the product (JUCHU_TEST_CLOCK)",
    )
    parser.add_argument(
        "--stock", type=int, default=1000, help="what every SKU has at the start"
    )
    parser.add_argument("--shops", type=int, default=2, help="demo, demo2, demo3 …")
    parser.add_argument("--notify", metavar="URL", help="where notices are sent")
    given = parser.parse_args()
    try:
        world = _world(given)
    except ValueError as error:
        parser.error(f"{error}")
    try:
        if given.sell and not world.store.summaries(None):
            handle = next(iter(world.shops))
            asyncio.run(sell(world, Sale(handle, given.sell)))
        serve(world, given.port)
    except OSError as error:
        sys.exit(cannot_listen(LOOPBACK, given.port, error))
    finally:
        world.store.close()


def _world(given: argparse.Namespace) -> World:
    """Return the world of the command line, or end where one of its files cannot be.

    Raises:
        ValueError: a time or an address is none.

    """
    options = Options(
        seed=given.seed,
        rate_limit=not given.no_rate_limit,
        clock=read_iso(given.clock) if given.clock else None,
        clock_file=given.clock_file,
        state=given.state,
        stock=given.stock,
        notify_url=given.notify,
        shops=given.shops,
    )
    try:
        return World(options)
    except sqlite3.Error as error:
        sys.exit(
            f"{given.state}: {error}\n"
            "対処: --state には、書き込めるフォルダーの中の、サンドボックスのファイルを"
            "指定してください。"
        )
    except OSError as error:
        sys.exit(
            f"{given.clock_file}: {error.strerror}\n"
            "対処: --clock-file には、書き込めるフォルダーの中のファイルを"
            "指定してください。"
        )


if __name__ == "__main__":
    main()
