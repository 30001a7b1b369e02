"""Google as one of the sandbox's systems, and as tests use it in this process."""

from datetime import datetime

from integrations.sandbox.clock import Clock, stamp
from integrations.sandbox.google import SYSTEM, api, by_hand, errors
from integrations.sandbox.google.account import Account
from integrations.sandbox.google.tokens import Tokens
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import Request, Response, Routes
from integrations.sandbox.trouble import Rule

PREFIX = "/calendar/v3"
TOKEN_PATH = "/token"

_TROUBLE = {
    "unauthorized": errors.unauthorized,
    "burst": errors.too_many,
    "blocked": errors.no_delegation,
}


class Google:
    """The Workspace, its token endpoint and its API."""

    name = SYSTEM

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self.account = Account(clock, journal)
        self.account.open()
        self.tokens = Tokens(clock, self.account)
        self._routes = Routes()
        api.add_routes(self._routes, self.account)

    def start(self) -> None:
        """It tells nobody of anything by itself."""

    def stop(self) -> None:
        """Close the file."""
        with self.account.lock:
            self.account.journal.close()

    def owns(self, path: str) -> bool:
        """Whether a request is for this system."""
        return path == TOKEN_PATH or path.startswith(PREFIX + "/")

    def answer(self, request: Request) -> Response:
        """Serve one call."""
        if request.path == TOKEN_PATH:
            return self.tokens.answer(request)
        try:
            return self._routed(request)
        except errors.Refusal as refusal:
            return refusal.response()

    def _routed(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if (person := self.tokens.owner(token)) is None:
            raise errors.unauthorized()
        path = request.path.removeprefix(PREFIX)
        handler, parts, _allowed = self._routes.find(request.method, path)
        if handler is None:
            raise errors.not_found()
        with self.account.writing():
            return handler(request, person, **parts)

    def trouble(self, rule: Rule) -> Response:
        """The answer that a switch asks for."""
        if rule.kind == "daily":
            return errors.too_many("quotaExceeded").response()
        return _TROUBLE.get(rule.kind, lambda: errors.failed(rule.status))().response()

    def reset(self) -> None:
        """The calendars of the first day, no tokens."""
        self.account.reset()
        self.tokens.clear()

    # -- as tests use it ---------------------------------------------------------------

    def add_calendar(self, email: str) -> None:
        """Give a person a calendar."""
        self.account.add_calendar(email)

    def draw_busy(self, email: str, start: datetime, end: datetime) -> None:
        """The person is busy then."""
        by_hand.draw(self.account, email, stamp(start), stamp(end))

    def events(self, email: str, *, cancelled: bool = False) -> list[dict]:
        """A calendar's events; the deleted ones only if asked for."""
        with self.account.lock:
            found = self.account.calendars[email.lower()].events.values()
            return [one for one in found if cancelled or one["status"] != "cancelled"]

    def forget_sync_tokens(self) -> None:
        """All of them so far are too old."""
        with self.account.lock:
            self.account.oldest_token = self.account.version + 1
            self.account.version += 1

    @property
    def mails(self) -> list[tuple[str, str]]:
        """Kind and guest of the mails that would have been sent, oldest first."""
        with self.account.lock:
            return [(mail["kind"], mail["to"]) for mail in self.account.mails]
