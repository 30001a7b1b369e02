"""Pipedrive as one of the sandbox's systems, and as tests use it in this process."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from integrations.sandbox.clock import Clock
from integrations.sandbox.journal import Journal
from integrations.sandbox.pipedrive import SYSTEM, api_v1, api_v2, errors, merging, seeding
from integrations.sandbox.pipedrive.account import Account
from integrations.sandbox.pipedrive.budget import Budget
from integrations.sandbox.routing import Request, Response, Routes
from integrations.sandbox.sending import SendsWebhooks
from integrations.sandbox.trouble import Rule

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.endpoints import Endpoint

_REFUSALS = {"burst": errors.too_many, "daily": errors.too_many, "blocked": errors.blocked}


class Pipedrive(SendsWebhooks):
    """The account, its API and its sender."""

    name = SYSTEM

    def __init__(self, clock: Clock, journal: Journal, token: str, plan: str) -> None:
        self._token = token
        self.account = Account(clock, journal)
        self.account.open()
        self.budget = Budget(clock, plan)
        self._routes = {"v1": Routes(), "v2": Routes()}
        api_v1.add_routes(self._routes["v1"], self.account)
        api_v2.add_routes(self._routes["v2"], self.account)

    def owns(self, path: str) -> bool:
        """Whether a request is for this system."""
        return path.startswith(("/api/v1/", "/api/v2/", "/v1/"))

    def answer(self, request: Request) -> Response:
        """Serve one call."""
        if request.headers.get("x-api-token") != self._token and not self._bearer(request):
            return errors.unauthorized()
        version = "v2" if request.path.startswith("/api/v2/") else "v1"
        path = request.path.removeprefix("/api").removeprefix(f"/{version}")
        endpoint, parts, allowed = self._routes[version].find(request.method, path)
        if endpoint is None:
            return _no_endpoint(allowed)
        return self._paid(endpoint, request, parts)

    def _bearer(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self._token}"

    def _paid(self, endpoint: "Endpoint", request: Request, parts: dict) -> Response:
        write = request.method in ("POST", "PUT", "PATCH")
        verdict = self.budget.spend(endpoint.cost, search=endpoint.search, write=write)
        if verdict.refused:
            response = _REFUSALS[verdict.refused]()
        else:
            try:
                response = endpoint.handle(request, **parts)
            except errors.ApiError as error:
                response = error.response()
        response.headers |= verdict.headers
        return response

    def trouble(self, rule: Rule) -> Response:
        """The answer that a switch asks for."""
        if rule.kind in _REFUSALS:
            response = _REFUSALS[rule.kind]()
            response.headers |= self.budget.refuse(rule.kind).headers
            return response
        return errors.unauthorized() if rule.kind == "unauthorized" else errors.failed(rule.status)

    @property
    def webhooks(self) -> list[dict]:
        """Those registered, as the API shows them."""
        with self.account.lock:
            return [dict(webhook) for webhook in self.account.webhooks.all()]

    def create(self, entity: str, *, source: str = "app", **values: object) -> dict:
        """Create a record as a person in the interface does (or as another API user)."""
        return self.account.create(entity, values, source=source)

    def update(self, entity: str, record_id: int, *, source: str = "app", **values: object) -> dict:
        """Change a record likewise."""
        return self.account.update(entity, record_id, values, source=source)

    def delete(self, entity: str, record_id: int, *, source: str = "app") -> None:
        """Delete a record likewise."""
        self.account.delete(entity, record_id, source=source)

    def merge(self, entity: str, loser: int, survivor: int, *, source: str = "app") -> dict:
        """Merge two records likewise."""
        return merging.merge(self.account, entity, loser, survivor, source=source)

    def record(self, entity: str, record_id: int) -> dict | None:
        """One record, deleted or not; None when it never was or is purged."""
        with self.account.lock:
            return self.account.tables[entity].get(record_id)

    def records(self, entity: str, *, deleted: bool = False) -> list[dict]:
        """All records of an entity, by id; the deleted ones only if asked for."""
        with self.account.lock:
            rows: Iterable = self.account.tables[entity].rows.values()
            return [row.record() for row in rows if deleted or not row.deleted]

    def add_field(self, entity: str, name: str, kind: str, options: Iterable[str] = ()) -> str:
        """A custom field, by hand; its key."""
        body = {"field_name": name, "field_type": kind}
        if options:
            body["options"] = [{"label": label} for label in options]
        with self.account.writing():
            return self.account.fields.create(entity, body)["field_code"]

    def seed(self, organizations: int = 0, persons: int = 0, deals: int = 0) -> dict[str, int]:
        """Add many plausible records at once, without events."""
        return seeding.seed(self.account, organizations, persons, deals)

    def reset(self) -> None:
        """A new account, a full budget, no webhooks."""
        self.account.reset()
        self.budget.reset()


def _no_endpoint(allowed: list[str]) -> Response:
    if not allowed:
        return errors.ApiError(404, "Unknown method .").response()
    response = errors.ApiError(405, "Method not allowed").response()
    response.headers["Allow"] = ", ".join(allowed)
    return response
