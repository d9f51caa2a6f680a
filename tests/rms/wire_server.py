"""A real server on loopback that answers, drips, cuts, resets or keeps silent."""

import contextlib
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Self

import orjson

Script = Callable[[socket.socket, threading.Event], None]


class WireServer:
    """Plays one script per connection; the last one stays. Keeps what it was sent.

    With `tls` it speaks only under TLS, at an https address.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self._scripts = list(scripts)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = tls
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def then(self, *scripts: Script) -> None:
        self._scripts.extend(scripts)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as open_now:
            open_now.enter_context(contextlib.suppress(OSError))
            open_now.enter_context(connection)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                open_now.enter_context(connection)
            self.requests.append(_whole_request(connection))
            many = len(self._scripts) > 1
            script = self._scripts.pop(0) if many else self._scripts[0]
            script(connection, self._stop)


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def head(status: int, length: int | None, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(body: object, status: int = 200, **headers: str) -> Script:
    """A whole, honest HTTP answer."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)

    def script(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(head(status, len(raw), **headers) + raw)

    return script


def drip(connection: socket.socket, stop: threading.Event) -> None:
    """One byte at a time, for ever."""
    connection.sendall(head(200, 1_000_000))
    while not stop.wait(0.05):
        connection.sendall(b" ")


def drip_headers(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 X\r\nX-Slow: ")
    while not stop.wait(0.05):
        connection.sendall(b"x")


def black_hole(_: socket.socket, stop: threading.Event) -> None:
    """Takes the request and never says a word."""
    stop.wait(30)


def cut(connection: socket.socket, _: threading.Event) -> None:
    """Half of what Content-Length promised."""
    connection.sendall(head(200, 200) + b'{"MessageModelList":[')


def cut_without_length(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(head(200, None) + b'{"MessageModelList":[')


def spoil_tls(connection: socket.socket, _: threading.Event) -> None:
    """Under TLS: the beginning of an answer, then a record that nobody sealed."""
    connection.sendall(head(200, 100) + b"{")
    with socket.socket(fileno=os.dup(connection.fileno())) as below:
        below.sendall(b"\x17\x03\x03\x00\x40" + b"x" * 64)


def reset(connection: socket.socket, _: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(_connection: socket.socket, _: threading.Event) -> None:
    """Closes without an answer."""


def not_http(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH\r\n")


def endless(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(head(200, None))
    while not stop.is_set():
        connection.sendall(b" " * 65536)
