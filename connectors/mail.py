"""Send one mail by SMTP: within a deadline, under TLS unless the server is our own.

    MailTrouble
    ├── MailNotSent        it was not taken: put it right, then send again
    └── MailOutcomeUnknown it left and no answer came: look before sending again

What a server answers may quote addresses or the password, so an error holds its code
alone. One deadline covers the whole conversation: a limit per read would let a server
that sends a byte at a time hold us for ever.
"""

import asyncio
import ipaddress
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as ON_THE_WIRE
from email.utils import format_datetime
from enum import StrEnum

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from pydantic import SecretStr

from data.model.japan_time import in_japan
from data.model.shops.application import Mail

NO_PASSWORD = SecretStr("")
NO = 400
"""SMTP refuses with codes from here on; anything else, after the mail, is no answer."""
GOODBYE_S = 1.0
"""How long the server may take to say goodbye: it has the mail already."""
_ADDRESS = re.compile(r"[!-?A-~]+@[!-;=?A-~]+", re.ASCII)


class Security(StrEnum):
    """How the connection to the server is protected."""

    STARTTLS = "starttls"
    SSL = "ssl"
    NONE = "none"
    """Plain text: for a server on this machine only."""


@dataclass(frozen=True)
class SmtpServer:
    """The server that takes our mail, and from whom to whom it goes.

    ValueError, naming the setting, for what could not work or would not be safe.
    """

    host: str
    port: int
    sender: str
    recipient: str
    user: str = ""
    password: SecretStr = NO_PASSWORD
    security: Security = Security.STARTTLS

    def __post_init__(self) -> None:
        secret = self.password.get_secret_value()
        if self.security is Security.NONE and not _is_here(self.host):
            raise ValueError(
                "JUCHU_SMTP_SECURITY の none は、このマシン内のサーバーだけで使えます"
            )
        if bool(self.user) != bool(secret):
            raise ValueError(
                "JUCHU_SMTP_USER と JUCHU_SMTP_PASSWORD は、両方とも指定してください"
            )
        # Both are sent as ASCII, and an encoder's error would hold the password.
        if not (self.user.isascii() and secret.isascii()):
            raise ValueError(
                "JUCHU_SMTP_USER と JUCHU_SMTP_PASSWORD は、半角の英数字と記号だけです"
            )
        for name, address in (("FROM", self.sender), ("TO", self.recipient)):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(
                    f"JUCHU_SMTP_{name} には、メールアドレスを1つだけ指定してください"
                )


class MailTrouble(Exception):
    """A mail that is not known to have been sent; `advice` is for the reader."""

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(fact, advice)
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.args[0]}。対処: {self.advice}"


class MailNotSent(MailTrouble):
    """The server did not take the mail: nothing was sent."""


class MailOutcomeUnknown(MailTrouble):
    """The mail left, whole or in part, and the server's answer did not come."""


COPY_BY_HAND = "または、申請メールの文面をコピーして手で送ってください。"
CHECK_SERVER = (
    "JUCHU_SMTP_HOST、JUCHU_SMTP_PORT とネットワークを確認してください。" + COPY_BY_HAND
)
CHECK_TLS = (
    "JUCHU_SMTP_SECURITY(starttls か ssl)と JUCHU_SMTP_HOST が"
    "サーバーの証明書に合っているか確認してください。" + COPY_BY_HAND
)
CHECK_LOGIN = "JUCHU_SMTP_USER と JUCHU_SMTP_PASSWORD を確認してください。"
CHECK_SENDER = "JUCHU_SMTP_FROM がこのサーバーで使えるアドレスか確認してください。"
CHECK_RECIPIENT = "JUCHU_SMTP_TO の送信先アドレスを確認してください。"
TRY_LATER = "しばらく待って、もう一度実行してください。" + COPY_BY_HAND
_ADVICE = {
    SMTPAuthenticationError: CHECK_LOGIN,
    SMTPSenderRefused: CHECK_SENDER,
    SMTPRecipientRefused: CHECK_RECIPIENT,
    SMTPResponseException: TRY_LATER,  # the three above are such, too
}
LOOK_FIRST = (
    "送信済みかもしれません。送信元のメールボックスか宛先に届いたかを確認し、"
    "届いていないときだけ、もう一度送ってください。"
)


def send(
    mail: Mail,
    server: SmtpServer,
    sent_at: datetime,
    deadline_s: float = 30.0,
    trusted: ssl.SSLContext | None = None,
) -> None:
    """Send the mail, or raise MailTrouble; returning means the server took it.

    The same mail always has the same Message-ID, so a copy sent twice is known as
    one. Without `trusted` the machine's certificates decide.
    """
    letter = written(mail, server, sent_at)
    trouble = asyncio.run(_sent(letter, server, deadline_s, trusted))
    if trouble:
        # Raised here, so that nothing hangs on it: the cause may quote addresses.
        raise trouble


def written(mail: Mail, server: SmtpServer, sent_at: datetime) -> bytes:
    """Render the mail as it goes over the wire: UTF-8, with the settings' addresses."""
    letter = EmailMessage()
    letter["Subject"] = mail.subject
    letter["From"] = server.sender
    letter["To"] = server.recipient
    letter["Date"] = format_datetime(in_japan(sent_at))
    domain = server.sender.rpartition("@")[2]
    letter["Message-ID"] = f"<{mail.sha256[:32]}@{domain}>"
    letter.set_content(mail.body, charset="utf-8", cte="base64")
    return letter.as_bytes(policy=ON_THE_WIRE)


async def _sent(
    letter: bytes,
    server: SmtpServer,
    deadline_s: float,
    trusted: ssl.SSLContext | None,
) -> MailTrouble | None:
    """Send the letter and say goodbye; return what went wrong, if anything did."""
    client, has_left = _client(server, trusted), False
    try:
        async with asyncio.timeout(deadline_s):
            await client.connect()
            if server.user:
                await client.login(server.user, server.password.get_secret_value())
            await client.mail(server.sender)
            await client.rcpt(server.recipient)
            has_left = True
            await client.data(letter)
        with suppress(SMTPException, OSError):
            await client.execute_command(b"QUIT", timeout=GOODBYE_S)
    except (SMTPException, OSError) as problem:
        return _judged(problem, server, has_left=has_left)
    finally:
        if isinstance(client.transport, asyncio.WriteTransport):
            client.transport.abort()  # close would wait for the server's TLS goodbye
        client.close()
        await asyncio.sleep(0)  # the socket closes in the loop's next round
    return None


def _client(server: SmtpServer, trusted: ssl.SSLContext | None) -> SMTP:
    return SMTP(
        hostname=server.host,
        port=server.port,
        # The greeting names the sender's domain: asking the resolver for this machine's
        # name can take longer than the mail, and is nobody's business.
        local_hostname=server.sender.rpartition("@")[2],
        use_tls=server.security is Security.SSL,
        start_tls=server.security is Security.STARTTLS,  # True: refuse to go without
        tls_context=None
        if server.security is Security.NONE
        else trusted or ssl.create_default_context(),
        timeout=None,  # the deadline of the whole is ours
    )


def _judged(problem: Exception, server: SmtpServer, *, has_left: bool) -> MailTrouble:
    """Return what broke by the kind of error it was; no text of the server's."""
    where = f"メールサーバー {server.host}:{server.port}"
    if isinstance(problem, SMTPResponseException) and problem.code >= NO:
        advice = next((a for kind, a in _ADVICE.items() if isinstance(problem, kind)))
        return MailNotSent(f"{where} に断られました [{problem.code}]", advice)
    if has_left:
        fact = f"{where} から、メールを受け取ったという応答がありません"
        return MailOutcomeUnknown(fact, LOOK_FIRST)
    if not isinstance(problem, OSError):
        fact = f"{where} は STARTTLS かログインに対応していません"
        return MailNotSent(fact, CHECK_TLS)
    for error in (problem, problem.__cause__):
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
            return MailNotSent(f"{where} と安全に接続できません", CHECK_TLS)
    return MailNotSent(f"{where} と通信できません", CHECK_SERVER)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
