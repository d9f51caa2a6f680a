"""Call an address outside after a day that went well: silence there is the alarm.

The convention is that of healthchecks.io: a GET of the address is a sign of life, and
one of `<address>/fail` says that the day failed. Whoever is asked raises the alarm when
nothing came by the time agreed there; it needs nothing of this machine.
"""

import logging
from typing import Final

import httpx
from pydantic import SecretStr

PATIENCE_S: Final = 10.0
ADVICE: Final = "対処: JUCHU_PING_URL とネットワークを確認してください。"
log = logging.getLogger(__name__)


def ping(address: SecretStr, *, is_good: bool) -> bool:
    """Call the address once and return whether it answered; log why it did not.

    The address is a secret: whoever knows it can say that all is well. The log does not
    hold it.
    """
    url = address.get_secret_value().rstrip("/")
    try:
        answer = httpx.get(
            url if is_good else f"{url}/fail", timeout=PATIENCE_S, follow_redirects=True
        )
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        log.warning("外部の監視に接続できません(%s)。%s", type(error).__name__, ADVICE)
        return False
    if not answer.is_success:
        log.warning("外部の監視の応答は HTTP %d です。%s", answer.status_code, ADVICE)
    return answer.is_success
