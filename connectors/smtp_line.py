"""A line to a mail server that lasts until a deadline and no longer.

smtplib's own timeout is per read: a server that drips would hold us for ever.
"""

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import Any


class ClockedSmtp(smtplib.SMTP):
    """Speaks SMTP; its `timeout` is for the whole conversation."""

    _clock: Timer | None = None

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        """Start the clock, then connect and hear the server's greeting."""
        self._clock = Timer(self.timeout, self._cut)
        self._clock.daemon = True
        self._clock.start()
        try:
            return super().connect(host, port, source_address)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up and stop the clock."""
        if self._clock:
            self._clock.cancel()
        super().close()

    def _cut(self) -> None:
        if self.sock:
            with suppress(OSError):  # closed a moment ago
                # The plain socket's own: TLS would first change what the other
                # thread is reading with.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class ClockedSmtpSsl(ClockedSmtp, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""
