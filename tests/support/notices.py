"""Messages as Rakuten writes them, and a receiver process to send them to.

The messages are written from the reference (docs/rms/event-notification.md §2, §3).
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self
from xml.sax.saxutils import escape

from connectors.notices.messages import MessageParser, NoticeMessage

_ROOT = Path(__file__).parents[2]

SHOP_ID = "123456"
KEY = "CANARY-NOTICE-02d4"
SHOP_URL = "demo-shop"
CONTRACT = "C0001"
PAYMENT_CHANGED = "4000:9999"
"""Stands for the pair of this notice, which Rakuten's pages do not print."""
NAMES = {
    "4000:1100": ("operation", "orderNumber", "subkey", "class", "field"),
    "5000:1100": ("orderNumber", "notificationType", "occurrenceDatetime"),
    "5100:1100": ("orderNumber", "cautionDisplayType", "occurrenceDatetime"),
    PAYMENT_CHANGED: ("beforePaymentMethodCode", "afterPaymentMethod", "orderNumber"),
}
"""The attribute `name` of each value (docs/rms/event-notification.md §3)."""
HEADERS = {"Content-Type": "text/xml; charset=utf-8"}


def auth_xml(key: str = KEY, shop_url: str = SHOP_URL, contract: str = CONTRACT) -> str:
    return (
        f"<authModel><contractId>{escape(contract)}</contractId>"
        f"<shopUrl>{escape(shop_url)}</shopUrl>"
        f"<authKey>{escape(key)}</authKey></authModel>"
    )


def order_part(number: str, seq: str | None = "1") -> str:
    seq_id = "" if seq is None else f"<seqId>{escape(seq)}</seqId>"
    return (
        f"<orderInfoNotifyModel><orderNumber>{escape(number)}</orderNumber>{seq_id}"
        "<orderDate>2026/11/24 09:12:34</orderDate><orderType>1</orderType>"
        "<basketModel><itemId>10000001</itemId><pageURL>mihon-tea</pageURL>"
        "<inventoryType>1</inventoryType><units>2</units>"
        "<orgItemNumber>mihon-tea</orgItemNumber><itemNumber>mihon-tea</itemNumber>"
        "<selectedChoice>包装：なし</selectedChoice></basketModel>"
        "</orderInfoNotifyModel>"
    )


def read_message(body: bytes) -> NoticeMessage:
    """Parse a message that is there whole."""
    parser = MessageParser()
    parser.feed(body)
    return parser.close()


def order_xml(*numbers: str, seq: str | None = "1", auth: str | None = None) -> bytes:
    """An order notice for each number."""
    parts = "".join(order_part(number, seq) for number in numbers)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<orderNotifyModel>{auth_xml() if auth is None else auth}{parts}"
        "</orderNotifyModel>"
    ).encode()


def system_xml(
    pair: str, *values: str, request: str | None = "R-1", auth: str | None = None
) -> bytes:
    """A system notice with value1, value2 …"""
    service, function = pair.split(":")
    names = NAMES.get(pair, ())
    told = "".join(
        f'<value{n} name="{names[n - 1] if n <= len(names) else f"name{n}"}">'
        f"{escape(value)}</value{n}>"
        for n, value in enumerate(values, 1)
    )
    request_id = "" if request is None else f"<requestId>{escape(request)}</requestId>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<notifyModel>{auth_xml() if auth is None else auth}<notifyInfoModel>"
        f"{request_id}<serviceId>{service}</serviceId>"
        f"<functionId>{function}</functionId>{told}</notifyInfoModel></notifyModel>"
    ).encode()


def shop_environment(key: str = KEY, handle: str = "DEMO") -> dict[str, str]:
    """The variables by which a receiver knows the shop."""
    stem = f"JUCHU_SHOP_{handle}_"
    return {
        f"{stem}SHOP_ID": SHOP_ID,
        f"{stem}SHOP_URL": SHOP_URL,
        f"{stem}NOTICE_AUTH_KEY": key,
        f"{stem}CONTRACT_ID": CONTRACT,
    }


class Receiver:
    """One `python -m connectors.notices` of our own, with a home of its own.

    `under` is a module that runs it instead, with its arguments.
    """

    def __init__(
        self,
        home: Path,
        env: Mapping[str, str] | None = None,
        port: int = 0,
        under: Sequence[str] = (),
    ) -> None:
        self.home = home
        self.spool = home / "spool"
        self.log_file = home / "receiver.log"
        home.mkdir(parents=True, exist_ok=True)
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUCHU_", "PREFECT_"))
        }
        given = shop_environment() if env is None else env
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *under, "connectors.notices", f"--port={port}"],
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home,
                env=inherited
                | {"PYTHONPATH": str(_ROOT), "JUCHU_HOME": str(home)}
                | dict(given),
            )
        assert self.process.stdout is not None
        first_line = self.process.stdout.readline()
        assert first_line, self.log()
        self.url: str = json.loads(first_line)["url"]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """End the process and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        status = self.process.wait(timeout=15)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def result_code(answer: bytes) -> str:
    """What stands in responseModel/resultCode; '' when it is no such answer."""
    found = re.fullmatch(
        rb'<\?xml version="1.0" encoding="UTF-8"\?>'
        rb"<responseModel><resultCode>([^<]+)</resultCode></responseModel>",
        answer,
    )
    return found[1].decode() if found else ""
