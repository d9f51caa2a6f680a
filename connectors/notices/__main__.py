"""`python -m connectors.notices`: the receiver of event notices."""

import argparse
import logging
import os
import sys

from connectors.notices.server import serve
from connectors.ports import cannot_listen, port_number
from connectors.settings.reading import SettingsProblem, read_settings


def main() -> None:
    """Run the receiver; its first line of output is JSON with its address."""
    parser = argparse.ArgumentParser(prog="python -m connectors.notices")
    parser.add_argument("--port", type=port_number, default=8788, help="0 = a free one")
    parser.add_argument("--host", default="127.0.0.1", help="a proxy stands before it")
    given = parser.parse_args()
    os.umask(0o077)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for name in ("httpx", "httpcore"):  # they log full addresses at INFO
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        serve(read_settings(), given.host, given.port)
    except SettingsProblem as problem:
        sys.exit(f"{problem}\n対処: .env または環境変数を修正してください。")
    except OSError as error:
        sys.exit(cannot_listen(given.host, given.port, error))


if __name__ == "__main__":
    main()
