"""Take a message in: read it, find whose it is, have it on disk; then say so.

The order of these steps is the promise: N-000-000 is said for notices that a power cut
cannot take back, and for no others (rms/event-notification.md §4, §5).
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from connectors.notices.answers import ResultCode
from connectors.notices.key_file import KeyRing
from connectors.notices.keys import speaker
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
        """Have all notices of a message on disk, or say why none counts."""
        try:
            message = read_message(body)
            shop = speaker(self._keys.shops(), message)
            if shop is None:
                return self.refuse(NOBODY, ResultCode.WRONG_KEY)
            notices = message.notices(shop.shop_id, received_at)
            kept = self._spool.keep(notices)
        except IllegalMessage as illegal:
            return self.refuse(illegal.reason, ResultCode.ILLEGAL)
        except SpoolFailed as full:
            self._metrics.not_stored()
            log.error("message not stored: %s", full.reason)  # noqa: TRY400 - says it all
            return ResultCode.UNEXPECTED
        self._metrics.taken(notices, kept)
        _log_taken(shop.handle, notices, kept)
        if kept.new:
            self._announce(shop.handle, kept.new)
        return ResultCode.TAKEN

    def refuse(self, reason: str, code: ResultCode = ResultCode.ILLEGAL) -> ResultCode:
        """Count and log a refusal; nothing of the message is quoted."""
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
