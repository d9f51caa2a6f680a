"""A mall that refuses a call as a whole when one listing in it may not be set so."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson

CODE, TEXT = "IE0118", "The lead time is not registered."
UPSERT = "/es/2.0/inventories/bulk-upsert"
JSON = "application/json; charset=utf-8"


class FussyMall(ThreadingHTTPServer):
    """Stands before the sandbox, which takes whatever it lets through.

    With `names` it says which entries it refuses, by their place; RMS may do either.
    """

    daemon_threads = True

    def __init__(self, behind: str, bad: set[str], *, names: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.refused: list[list[str]] = []
        self.names = names
        self._behind = behind
        self._bad = bad

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Any:
        """Give status and body: of our own, or of the sandbox."""
        entries = orjson.loads(body).get("inventories", [])
        asked = [entry["manageNumber"] for entry in entries]
        bad = [at for at, number in enumerate(asked) if number in self._bad]
        if path == UPSERT and bad:
            self.refused.append(asked)
            return 400, orjson.dumps({"errors": [self._error(at) for at in bad]})
        answer = httpx.post(
            self._behind + path, content=body, headers=headers, trust_env=False
        )
        return answer.status_code, answer.content

    def _error(self, at: int) -> dict[str, Any]:
        place = {"metadata": {"propertyPath": f"inventories[{at}]"}}
        return {"code": CODE, "message": TEXT} | (place if self.names else {})


class _Door(BaseHTTPRequestHandler):
    server: FussyMall

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {"Authorization": self.headers["Authorization"], "Content-Type": JSON}
        status, content = self.server.answer(self.path, headers, body)
        self.send_response(status)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", f"{len(content)}")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def fussy(behind: str, bad: set[str], *, names: bool) -> Iterator[FussyMall]:
    """Open it before a sandbox."""
    with FussyMall(behind, bad, names=names) as mall:
        thread = threading.Thread(target=mall.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield mall
        finally:
            mall.shutdown()
            thread.join()
