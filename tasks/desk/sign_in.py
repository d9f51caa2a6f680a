"""Who is at the desk: names and passwords, sessions, and too many wrong tries.

Sessions live in this process: a restart signs everybody out, and so does a change of
the people's setting.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from connectors.settings.passwords import OF_NOBODY, fits

COOKIE: Final = "juchu_desk"
LASTS: Final = timedelta(hours=12)
"""A session ends then, whatever is done in it."""
MOST_WRONG: Final = 5
"""Wrong passwords for a name within LOCKED_FOR; then the right one waits as well."""
LOCKED_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Session:
    """A person's stay, and the token that forms of it carry."""

    who: str
    token: str
    ends_at: datetime


@dataclass
class Wrong:
    """The wrong tries for each name; all unknown names count as one."""

    tries: dict[str, list[datetime]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def take(self, name: str, now: datetime) -> bool:
        """Count a try before it is looked at; return False where it must wait."""
        with self.lock:
            recent = [at for at in self.tries.get(name, []) if at > now - LOCKED_FOR]
            is_allowed = len(recent) < MOST_WRONG
            self.tries[name] = [*recent, now] if is_allowed else recent
            return is_allowed

    def forget(self, name: str) -> None:
        """Forget the failed tries of a name whose password was right."""
        with self.lock:
            self.tries.pop(name, None)


class Locked(Exception):
    """Too many wrong passwords for this name; nothing was compared."""


class Sessions:
    """Everybody who is signed in."""

    def __init__(self, people: Mapping[str, str]) -> None:
        self._people = people
        self._open: dict[str, Session] = {}
        self._wrong = Wrong()
        self._lock = Lock()

    @property
    def has_people(self) -> bool:
        """Whether anybody can sign in."""
        return bool(self._people)

    def enter(self, name: str, password: str, now: datetime) -> str | None:
        """Return a new session's cookie; None where name or password is wrong.

        Raises:
            Locked: there were too many wrong tries.

        """
        counted = name if name in self._people else ""
        if not self._wrong.take(counted, now):
            raise Locked
        # An unknown name is compared as well, to take as long as a known one.
        if not fits(password, self._people.get(name, OF_NOBODY)) or not counted:
            return None
        self._wrong.forget(counted)
        cookie = secrets.token_urlsafe(32)
        session = Session(name, secrets.token_urlsafe(32), now + LASTS)
        with self._lock:
            self._open = {c: s for c, s in self._open.items() if s.ends_at > now}
            self._open[cookie] = session
        return cookie

    def of(self, cookie: str | None, now: datetime) -> Session | None:
        """Return the session of a cookie, if it has not ended."""
        found = self._open.get(cookie or "")
        return found if found and found.ends_at > now else None

    def leave(self, cookie: str | None) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(cookie or "", None)
