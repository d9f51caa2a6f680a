"""Hand one mail to a mail server (SMTP): in time, and safely unless it is our own.

    MailTrouble
    ├── MailNotSent        it was not taken: put it right, then send again
    └── MailOutcomeUnknown it left and no answer came: look before sending again

What a server says back may quote addresses or the password, so of its words only the
code is told.
"""

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as ON_THE_WIRE
from email.utils import format_datetime
from enum import StrEnum

from pydantic import SecretStr

from connectors.smtp_line import ClockedSmtp, ClockedSmtpSsl
from data.model.application import Mail
from data.model.japan_time import in_japan

NO_PASSWORD = SecretStr("")
_ADDRESS = re.compile(r"[!-?A-~]+@[!-;=?A-~]+", re.ASCII)


class Security(StrEnum):
    """How the way to the server is protected."""

    STARTTLS = "starttls"
    SSL = "ssl"
    NONE = "none"
    """Plain text: for a server on this machine only."""


@dataclass(frozen=True)
class SmtpServer:
    """Which server takes our mail, and from whom to whom it goes.

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
            raise ValueError("JUCHU_SMTP_SECURITY none is for this machine only")
        if bool(self.user) != bool(secret):
            raise ValueError("JUCHU_SMTP_USER and JUCHU_SMTP_PASSWORD go together")
        # smtplib encodes both as ASCII, and its error would hold the password.
        if not (self.user.isascii() and secret.isascii()):
            raise ValueError("JUCHU_SMTP_USER and JUCHU_SMTP_PASSWORD must be ASCII")
        for name, address in (("FROM", self.sender), ("TO", self.recipient)):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"JUCHU_SMTP_{name} must be one plain mail address")


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
    """Hand the mail over, or raise; returning means the server took it.

    The same mail always has the same Message-ID, so a copy sent twice is known as
    one. Without `trusted` the machine's certificates decide.
    """
    letter = written(mail, server, sent_at)
    has_left = False
    try:
        with _connected(server, trusted, deadline_s) as client:
            if server.user:
                client.login(server.user, server.password.get_secret_value())
            _expect(client.mail(server.sender), CHECK_SENDER)
            _expect(client.rcpt(server.recipient), CHECK_RECIPIENT)
            has_left = True
            _expect(client.data(letter), TRY_LATER)
    except OSError as problem:  # smtplib's and ssl's errors are OSErrors as well
        trouble = _judged(problem, server, has_left=has_left)
    else:
        return
    # Outside, so that nothing hangs on it: the problem may quote addresses.
    raise trouble


def written(mail: Mail, server: SmtpServer, sent_at: datetime) -> bytes:
    """Write the mail as it goes over the wire: UTF-8, from and to the settings."""
    letter = EmailMessage()
    letter["Subject"] = mail.subject
    letter["From"] = server.sender
    letter["To"] = server.recipient
    letter["Date"] = format_datetime(in_japan(sent_at))
    domain = server.sender.rpartition("@")[2]
    letter["Message-ID"] = f"<{mail.sha256[:32]}@{domain}>"
    letter.set_content(mail.body, charset="utf-8", cte="base64")
    return letter.as_bytes(policy=ON_THE_WIRE)


@contextmanager
def _connected(
    server: SmtpServer, trusted: ssl.SSLContext | None, deadline_s: float
) -> Iterator[smtplib.SMTP]:
    """Speak to the server under TLS, if it is to be; say goodbye in any case."""
    tls = trusted or ssl.create_default_context()
    # The greeting names the sender's domain: asking the resolver for this machine's
    # name can take longer than the mail, and is nobody's business.
    greeting = server.sender.rpartition("@")[2]
    client = (
        ClockedSmtpSsl(
            server.host, server.port, greeting, timeout=deadline_s, context=tls
        )
        if server.security is Security.SSL
        else ClockedSmtp(server.host, server.port, greeting, timeout=deadline_s)
    )
    try:
        if server.security is Security.STARTTLS:
            client.starttls(context=tls)
        client.ehlo_or_helo_if_needed()
        yield client
        with suppress(OSError):
            client.quit()  # it has the mail: how it says goodbye is no matter
    finally:
        client.close()


def _expect(answer: tuple[int, bytes], advice: str) -> None:
    """Take the server's yes; its no is told by its code alone."""
    code = answer[0]
    if not 200 <= code < 300:
        raise MailNotSent(f"メールサーバーがメールを受け付けません [{code}]", advice)


def _judged(problem: OSError, server: SmtpServer, *, has_left: bool) -> MailTrouble:
    """Tell what broke by what kind of error it was; no text of the server's."""
    where = f"メールサーバー {server.host}:{server.port}"
    match problem:
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            return MailNotSent(f"{where} にログインできません [{code}]", CHECK_LOGIN)
        case smtplib.SMTPNotSupportedError():
            fact = f"{where} は STARTTLS かログインに対応していません"
            return MailNotSent(fact, CHECK_TLS)
        case smtplib.SMTPResponseException(smtp_code=code):
            return MailNotSent(f"{where} が断りました [{code}]", TRY_LATER)
    if has_left:
        fact = f"{where} から、メールを受け取ったという応答がありません"
        return MailOutcomeUnknown(fact, LOOK_FIRST)
    if isinstance(problem, ssl.SSLError) and not isinstance(problem, ssl.SSLEOFError):
        return MailNotSent(f"{where} と安全に接続できません", CHECK_TLS)
    return MailNotSent(f"{where} と通信できません", CHECK_SERVER)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
