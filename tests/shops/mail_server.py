"""A real SMTP server on loopback, with a certificate of its own when it needs one."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tasks.setup.services import free_port

USER, PASSWORD = "juchu", "CANARY-PASSWORD-8c1e"


class Mailbox:
    """Takes every mail and answers as told."""

    def __init__(self, **answers: str) -> None:
        self.letters: list[Any] = []
        self._answers = answers

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self._answers.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._answers.get("rcpt", "250 OK")

    async def handle_DATA(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any
    ) -> str:
        self.letters.append(envelope)
        if self._answers.get("data") == "hang up":
            server.transport.abort()
        return self._answers.get("data", "250 OK")


def known(_server: Any, _session: Any, _envelope: Any, _way: str, login: Any) -> Any:
    ours = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=ours, handled=ours)  # not handled: the server says 535


@contextmanager
def smtp_server(mailbox: Mailbox, **how: Any) -> Iterator[int]:
    """Run it while the block lasts; gives its port."""
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1: the server's context, and one trusting it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    public = signed.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem.write_bytes(private + public)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    trusting = ssl.create_default_context(cadata=public.decode())
    return serving, trusting
