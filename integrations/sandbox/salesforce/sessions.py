"""Who is logged in: tokens, and how long each is good."""

import secrets
import threading
from collections import Counter
from typing import TYPE_CHECKING

from integrations.sandbox.salesforce.ids import ORG_ID

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account


class Sessions:
    """Those that are open, and how often somebody logged in."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Nobody ever logged in."""
        #: Token to user and when it was used last.
        self._open: dict[str, tuple[str, float]] = {}
        #: By flow.
        self.logins: Counter[str] = Counter()

    def begin(self, user_id: str, flow: str) -> str:
        """A new one; its token."""
        token = f"{ORG_ID[:15]}!{secrets.token_urlsafe(60)}"
        with self._lock:
            self.logins[flow] += 1
            self._open[token] = user_id, self._account.clock.time()
        return token

    def user(self, token: str) -> str | None:
        """Whose it is, and it goes on from now; None: it is over."""
        now = self._account.clock.time()
        with self._lock:
            user_id, used = self._open.get(token, ("", 0.0))
            if not user_id or now - used > self._account.switches.session_seconds:
                return None
            self._open[token] = user_id, now
        return user_id

    def revoke(self) -> None:
        """All of them are over."""
        with self._lock:
            self._open = {}

    def as_json(self) -> dict:
        """In numbers."""
        with self._lock:
            return {"open": len(self._open), "logins": dict(self.logins)}
