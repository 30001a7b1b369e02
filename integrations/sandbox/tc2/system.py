"""TC2 as one of the sandbox's systems, and as tests use it in this process."""

import os

from integrations.sandbox.clock import Clock
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import Request, Response, Routes
from integrations.sandbox.sending import SendsWebhooks
from integrations.sandbox.tc2 import SYSTEM, api, by_hand, clients, errors, forms
from integrations.sandbox.tc2.account import Account
from integrations.sandbox.tc2.limit import RateLimit
from integrations.sandbox.trouble import Rule

#: TC2's own paths begin with /api/, as Pipedrive's do: here it has a prefix.
PREFIX = "/tc2/api"


class TC2(SendsWebhooks):
    """The branch, its API and its sender."""

    name = SYSTEM

    def __init__(self, clock: Clock, journal: Journal, key: str) -> None:
        self._key = key
        webhook_url = os.environ.get("SANDBOX_TC2_WEBHOOK_URL", "")
        self.account = Account(clock, journal, key, webhook_url)
        self.account.open()
        self.limit = RateLimit(clock, self.account.switches)
        self._routes = Routes()
        api.add_routes(self._routes, self.account)

    def listens_at(self, url: str) -> None:
        """Where the sandbox is; ``url`` fields say so."""
        self.account.base_url = url + PREFIX

    def owns(self, path: str) -> bool:
        """Whether a request is for this system."""
        return path.startswith(PREFIX + "/")

    def answer(self, request: Request) -> Response:
        """Serve one call."""
        try:
            self._admit(request)
            return self._routed(request)
        except errors.Refusal as refusal:
            return self._refused(refusal)

    def _admit(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if given != f"token {self._key}":
            raise errors.unauthorized(given=bool(given))
        if not self.limit.take():
            raise errors.too_many()

    def _routed(self, request: Request) -> Response:
        path = request.path.removeprefix(PREFIX)
        handler, parts, allowed = self._routes.find(request.method, path)
        if not allowed and handler is None:
            raise errors.not_found()
        if not path.endswith("/"):
            # A client that follows this turns its POST into a GET: nothing is written.
            return Response(301, headers={"Location": f"{self.account.base_url}{path}/"})
        if handler is None:
            raise errors.not_allowed(request.method)
        with self.account.lock:
            return handler(request, **parts)

    def _refused(self, refusal: errors.Refusal) -> Response:
        response = refusal.response()
        if refusal.status == 401:
            response.headers["WWW-Authenticate"] = "token"
        if refusal.status == 429 and self.switches.retry_after_header:
            response.headers["Retry-After"] = str(self.limit.retry_after_seconds())
        return response

    def trouble(self, rule: Rule) -> Response:
        """The answer that a switch asks for."""
        if rule.kind == "unauthorized":
            return self._refused(errors.unauthorized(given=True))
        if rule.kind in ("burst", "daily"):
            return self._refused(errors.too_many())
        return errors.failed(403 if rule.kind == "blocked" else rule.status)

    def send_webhooks_to(self, url: str) -> None:
        """Name the receiver, and turn it on."""
        with self.account.writing():
            self.account.webhook.set(url, enabled=True)

    def sign_up(self, **values: object) -> dict:
        """A customer signs up; the client as version 2 has it."""
        return self._shown(by_hand.sign_up(self.account, values))

    def edit(self, client_id: int, **values: object) -> dict:
        """The staff edit a client, its ``agency`` or its ``paid_recipients``."""
        return self._shown(by_hand.edit(self.account, client_id, values))

    def delete(self, client_id: int) -> None:
        """The staff put a client in the trash."""
        clients.delete(self.account, client_id, clients.by_staff(self.account))

    def client(self, client_id: int) -> dict | None:
        """One client as version 2 has it, in the trash or not; None when it never was."""
        with self.account.lock:
            record = self.account.tables["client"].get(client_id)
            return None if record is None else self._shown(record)

    def _shown(self, record: dict) -> dict:
        with self.account.lock:
            return forms.client(self.account, record, 2)

    def reset(self) -> None:
        """A new branch, no calls so far."""
        self.account.reset()
        self.limit.clear()
