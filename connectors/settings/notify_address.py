"""Where alarms are sent, as one setting names it: by mail, webhook or Apprise.

    mail                        by the SMTP settings, to the sender's own address
    mailto:staff@example.jp     by the SMTP settings, to that address
    https://…                   a webhook as Slack's: {"text": …} is posted to it
    slack://… and so on         any address of Apprise

The address may hold a password: it is a secret, and no message here quotes it.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from connectors.mail import Security, SmtpServer
from connectors.rms.address import is_loopback

_MODES: Final = {
    Security.STARTTLS: ("mailtos", "starttls"),
    Security.SSL: ("mailtos", "ssl"),
    Security.NONE: ("mailto", "insecure"),
}
_MAIL: Final = re.compile(r"mailto:(?P<to>[^/@\s]+@[^/@\s]+)")
_APPRISE: Final = re.compile(r"[a-z][a-z0-9+-]*://\S+")
_SLACK: Final = "https://hooks.slack.com/"


class NotifyAddress(NamedTuple):
    """An address of Apprise, or of a webhook that takes {"text": …}."""

    url: SecretStr
    is_webhook: bool


def notify_address(wanted: SecretStr, server: SmtpServer | None) -> NotifyAddress:
    """Return where alarms go.

    Raises:
        ValueError: in Japanese, for what names no address we can send to.

    """
    text = wanted.get_secret_value().strip()
    mail = _MAIL.fullmatch(text)
    if text == "mail" or mail:
        if server is None:
            raise ValueError("mail で通知する場合は JUCHU_SMTP_HOST も設定してください")
        to = mail["to"] if mail else server.sender
        return NotifyAddress(_by_smtp(server, to), is_webhook=False)
    if text.startswith("http://") and not is_loopback(text):
        raise ValueError("webhook は https:// のアドレスにしてください")
    if text.startswith(("http://", "https://")):
        return NotifyAddress(SecretStr(text), is_webhook=not text.startswith(_SLACK))
    if not _APPRISE.fullmatch(text):
        raise ValueError(
            "mail、mailto:アドレス、https:// または Apprise のアドレスにしてください"
        )
    return NotifyAddress(SecretStr(text), is_webhook=False)


def _by_smtp(server: SmtpServer, to: str) -> SecretStr:
    """Return the address under which Apprise sends through our own mail server."""
    scheme, mode = _MODES[server.security]
    login = ""
    if server.user:
        password = quote(server.password.get_secret_value(), safe="")
        login = f"{quote(server.user, safe='')}:{password}@"
    more = urlencode(
        {"smtp": server.host, "mode": mode, "from": server.sender, "to": to}
    )
    return SecretStr(f"{scheme}://{login}{server.host}:{server.port}?{more}")
