"""A receiver of notices as the reference has it, told by the test what to answer."""

import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Self
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

TAKEN = b"<responseModel><resultCode>N-000-000</resultCode></responseModel>"


class Reply(NamedTuple):
    """One answer; `hang_s` lets the sender wait for it."""

    status: int = 200
    body: bytes = TAKEN
    content_type: str = "text/xml"
    hang_s: float = 0


def refusal(code: str, status: int = 200) -> Reply:
    text = f"<responseModel><resultCode>{code}</resultCode></responseModel>"
    return Reply(status, text.encode())


class Received(NamedTuple):
    """One POST as it came in."""

    at: float
    content_type: str
    body: bytes

    @property
    def root(self) -> Element:
        root: Element = fromstring(self.body)
        return root


@dataclass
class Receiver:
    """Takes every notice unless replies are waiting: then those come first."""

    replies: deque[Reply] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    most_at_once: int = 0
    now_open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, *_: Any) -> None:
                """Keep the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/notices"

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        kind = request.headers["Content-Type"]
        with self.lock:
            self.received.append(Received(monotonic(), kind, body))
            reply = self.replies.popleft() if self.replies else Reply()
            self.now_open += 1
            self.most_at_once = max(self.most_at_once, self.now_open)
        self.let_go.wait(reply.hang_s)
        with self.lock:
            self.now_open -= 1
        try:
            request.send_response(reply.status)
            request.send_header("Content-Type", reply.content_type)
            request.send_header("Content-Length", str(len(reply.body)))
            request.end_headers()
            request.wfile.write(reply.body)
        except ConnectionError:
            pass  # the sender lost patience, as some tests want

    def roots(self, name: str) -> list[Element]:
        """Every message of this kind, in the order they came."""
        return [r.root for r in list(self.received) if r.root.tag == name]

    def order_infos(self) -> list[Element]:
        return [
            info
            for root in self.roots("orderNotifyModel")
            for info in root.findall("orderInfoNotifyModel")
        ]

    def system_infos(self) -> list[Element]:
        return [
            info
            for root in self.roots("notifyModel")
            for info in root.findall("notifyInfoModel")
        ]

    def seq_ids(self) -> list[int]:
        return [int(info.findtext("seqId") or 0) for info in self.order_infos()]


def texts(element: Element) -> dict[str, str]:
    """The children of an element that have no children, by name."""
    return {child.tag: child.text or "" for child in element if len(child) == 0}


def service(info: Element) -> str:
    return f"{info.findtext('serviceId')}:{info.findtext('functionId')}"
