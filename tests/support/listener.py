"""An address outside, on loopback: takes what it is sent and answers as told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Listener:
    """What came to it, oldest first, as method, path and JSON."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.heard: list[tuple[str, str, Any]] = []
        self.url = ""


@contextmanager
def listener(status: int = 200) -> Iterator[Listener]:
    """Listen while the block lasts."""
    ears = Listener(status)

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = json.loads(body) if body else None
            ears.heard.append((self.command, self.path, told))
            self.send_response(ears.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _take  # noqa: N815 - the standard library's names

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ears.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield ears
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
