"""The receiver's counters for Prometheus (`/metrics`) and for the alarms on them."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from connectors.notices.spool import Kept, SpoolState
from data.model.notice import Notice, NoticeKind

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


class ReceiverMetrics:
    """Counters of one receiver, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._received = self._counter(
            "juchu_notices_received", "Notices in messages that were taken", "kind"
        )
        for kind in NoticeKind:
            self._received.labels(kind)
        self._repeated = self._counter(
            "juchu_notices_repeated", "Notices taken that were on disk already"
        )
        self._refused = self._counter(
            "juchu_notice_messages_refused", "Messages refused", "reason"
        )
        self._not_stored = self._counter(
            "juchu_notice_messages_not_stored", "Messages that could not be put on disk"
        )
        self._unannounced = self._counter(
            "juchu_notices_announce_failed", "Events that Prefect did not take"
        )
        self._depth = self._gauge("juchu_spool_depth", "Notices waiting on disk")
        self._oldest = self._gauge(
            "juchu_spool_oldest_seconds", "Age of the oldest waiting notice, 0 if none"
        )

    def taken(self, notices: Iterable[Notice], kept: Kept) -> None:
        """Count the notices of a message that is durable."""
        for notice in notices:
            self._received.labels(notice.kind).inc()
        self._repeated.inc(kept.repeated)

    def refused(self, reason: str) -> None:
        """Count a message refused; the reason is one of our own words."""
        self._refused.labels(reason).inc()

    def not_stored(self) -> None:
        """Count a message that could not be stored and has to be sent again."""
        self._not_stored.inc()

    def unannounced(self) -> None:
        """Count an event that did not reach Prefect."""
        self._unannounced.inc()

    def rendered(self, state: SpoolState | None, now: datetime) -> bytes:
        """Render everything in Prometheus's text format; NaN for an unknown state."""
        if state is None:
            self._depth.set(math.nan)
            self._oldest.set(math.nan)
        else:
            age_s = (now - state.oldest).total_seconds() if state.oldest else 0
            self._depth.set(state.depth)
            self._oldest.set(max(0, age_s))
        return generate_latest(self._registry)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(name, help_text, labels, registry=self._registry)

    def _gauge(self, name: str, help_text: str) -> Gauge:
        return Gauge(name, help_text, registry=self._registry)
