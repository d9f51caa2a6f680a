"""Accept a message: parse it, find whose it is, make it durable; then answer.

The order of these steps is the promise: N-000-000 is answered for notices that a power
cut cannot take back, and for no others (docs/rms/event-notification.md §4, §5).
"""

import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from connectors.notices.keys import KeyRing, speaker
from connectors.notices.messages import IllegalMessage, read_message
from connectors.notices.metrics import Metrics
from connectors.notices.spool import Kept, Spool, SpoolFailed
from data.model.notice import Notice

NOBODY: Final = "auth_key"
"""The refusal of a message whose key, shop or contract is not one we know."""
_SHOWN: Final = 20

log = logging.getLogger(__name__)

Announce = Callable[[str, int], None]
"""Told a shop's handle and how many notices are new; returns at once, never raises."""


class ResultCode(StrEnum):
    """The four codes that Rakuten knows as an answer."""

    TAKEN = "N-000-000"
    ILLEGAL = "E-400-100"
    WRONG_KEY = "E-400-101"
    UNEXPECTED = "E-400-900"


class Reception:
    """What stands behind `POST /notices`; runs in many threads."""

    def __init__(
        self, keys: KeyRing, spool: Spool, metrics: Metrics, announce: Announce
    ) -> None:
        self._keys = keys
        self._spool = spool
        self._metrics = metrics
        self._announce = announce

    def take(self, body: bytes, received_at: datetime) -> ResultCode:
        """Store all notices of a message, or none; return the code to answer with.

        Whatever is wrong with the message or with the disk is a code, not an exception.
        """
        try:
            message = read_message(body)
            shop = speaker(self._keys.shops(), message)
            if shop is None:
                return self.refuse(NOBODY, ResultCode.WRONG_KEY)
            notices = message.notices(shop.shop_id, received_at)
            kept = self._spool.keep(notices)
        except IllegalMessage as illegal:
            return self.refuse(illegal.reason, ResultCode.ILLEGAL)
        except SpoolFailed as failed:
            self._metrics.not_stored()
            log.error("message not stored: %s", failed.reason)  # noqa: TRY400 - says it all
            return ResultCode.UNEXPECTED
        self._metrics.taken(notices, kept)
        _log_taken(shop.handle, notices, kept)
        if kept.new:
            self._announce(shop.handle, kept.new)
        return ResultCode.TAKEN

    def refuse(self, reason: str, code: ResultCode = ResultCode.ILLEGAL) -> ResultCode:
        """Count and log a refusal, quoting nothing of the message; return the code."""
        self._metrics.refused(reason)
        log.warning("message refused: %s", reason)
        return code


def _log_taken(handle: str, notices: list[Notice], kept: Kept) -> None:
    log.info(
        "taken shop=%s new=%d repeated=%d %s",
        handle,
        kept.new,
        kept.repeated,
        " ".join(f"{n.kind}:{n.order_number or n.subject}" for n in notices[:_SHOWN]),
    )
