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
from connectors.notices.messages import IllegalMessage, MessageParser, NoticeMessage
from connectors.notices.metrics import ReceiverMetrics
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


class UnknownSpeaker(Exception):
    """The message speaks for a key, shop or contract that is not one we know."""


class Arrival:
    """A message on its way in. What is wrong with it shows at `close`.

    Once it has named a key that is not ours nothing more of it is parsed or kept.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._parser = MessageParser()
        self._is_known = False
        self._trouble: IllegalMessage | UnknownSpeaker | None = None

    def feed(self, piece: bytes) -> None:
        """Parse the next bytes, unless it is clear that they will be refused."""
        if self._trouble is not None:
            return
        try:
            self._parser.feed(piece)
            self._know_the_speaker()
        except (IllegalMessage, UnknownSpeaker) as trouble:
            self._trouble = trouble

    def close(self) -> NoticeMessage:
        """Return the message, or raise what is wrong with it."""
        if self._trouble is not None:
            raise self._trouble
        return self._parser.close()

    def _know_the_speaker(self) -> None:
        claim = None if self._is_known else self._parser.auth
        if claim is None:
            return
        if speaker(self._keys.shops(), claim) is None:
            raise UnknownSpeaker
        self._is_known = True


class Reception:
    """What stands behind `POST /notices`; runs in many threads."""

    def __init__(
        self, keys: KeyRing, spool: Spool, metrics: ReceiverMetrics, announce: Announce
    ) -> None:
        self._keys = keys
        self._spool = spool
        self._metrics = metrics
        self._announce = announce

    def arrival(self) -> "Arrival":
        """Return what takes one message in, piece by piece."""
        return Arrival(self._keys)

    def take(self, body: bytes, received_at: datetime) -> ResultCode:
        """Store the notices of a message that is there whole; see `settle`."""
        arrival = self.arrival()
        arrival.feed(body)
        return self.settle(arrival, received_at)

    def settle(self, arrival: "Arrival", received_at: datetime) -> ResultCode:
        """Store all notices of a message, or none; return the code to answer with.

        Whatever is wrong with the message or with the disk is a code, not an exception.
        """
        try:
            message = arrival.close()
            shop = speaker(self._keys.shops(), message)
            if shop is None:
                return self.refuse(NOBODY, ResultCode.WRONG_KEY)
            notices = message.notices(shop.shop_id, received_at)
            kept = self._spool.keep(notices)
        except UnknownSpeaker:
            return self.refuse(NOBODY, ResultCode.WRONG_KEY)
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
