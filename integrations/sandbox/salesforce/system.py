"""Salesforce as one of the sandbox's systems, and as tests use it in this process."""

from collections.abc import Iterable

from integrations.sandbox.clock import Clock
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import Request, Response
from integrations.sandbox.salesforce import SYSTEM, by_hand, composite, errors, replication, seeding
from integrations.sandbox.salesforce.account import Account
from integrations.sandbox.salesforce.api import Api
from integrations.sandbox.salesforce.assertions import Assertions
from integrations.sandbox.salesforce.by_hand import AT_ONCE, Late
from integrations.sandbox.salesforce.options import Options
from integrations.sandbox.salesforce.receivers import OUTBOUND, RELAY
from integrations.sandbox.salesforce.rest import PATH, Rest
from integrations.sandbox.salesforce.sessions import Sessions
from integrations.sandbox.salesforce.soap_log_in import SoapLogIn, soap_version
from integrations.sandbox.salesforce.tokens import Tokens
from integrations.sandbox.sending import SendsWebhooks
from integrations.sandbox.trouble import Rule

#: The org's own domain ("My Domain"), and the host at which every org logs in.
PREFIX = "/salesforce"
LOGIN_PREFIX = "/salesforce/login"
TOKEN_PATH = "/services/oauth2/token"


class Salesforce(SendsWebhooks):
    """The org, its log-in and its API."""

    name = SYSTEM

    def __init__(self, clock: Clock, journal: Journal, options: Options) -> None:
        self.account = Account(clock, journal, options)
        self.account.open()
        self.sessions = Sessions(self.account)
        self.assertions = Assertions(self.account)
        self.tokens = Tokens(self.account, self.sessions, self.assertions)
        self._rest = Rest(self.account, self.sessions)
        self.quota = self._rest.quota
        api = Api(self.account, self.quota)
        # First: the names of its paths would pass for ids.
        replication.add_routes(self._rest.routes, self.account)
        api.add_routes(self._rest.routes)
        composite.add_routes(self._rest.routes, self._rest)
        self._soap = SoapLogIn(self.account, self.sessions)
        self.queries = api.queries

    def listens_at(self, url: str) -> None:
        """Where the sandbox is: tokens say so."""
        self.tokens.instance_url = self.account.receivers.instance_url = url + PREFIX
        self.assertions.addresses = (url + PREFIX, url + LOGIN_PREFIX)

    def owns(self, path: str) -> bool:
        """Whether a request is for this system."""
        return path.startswith(PREFIX + "/")

    def answer(self, request: Request) -> Response:
        """Serve one call."""
        own_domain = not request.path.startswith(LOGIN_PREFIX + "/")
        path = request.path.removeprefix(PREFIX if own_domain else LOGIN_PREFIX)
        if path == TOKEN_PATH:
            return self.tokens.answer(request, own_domain=own_domain)
        if version := soap_version(path):
            return self._soap.answer(request, version, self.tokens.instance_url)
        if own_domain and path.startswith(PATH):
            return self._rest.answer(request, path)
        return errors.not_found().response()

    def trouble(self, rule: Rule) -> Response:
        """The answer that a switch asks for."""
        made = {
            "unauthorized": errors.unauthorized,
            "burst": errors.too_many_at_once,
            "daily": errors.used_up,
            "blocked": lambda: errors.known("API_DISABLED_FOR_ORG", 403),
        }.get(rule.kind, lambda: errors.failed(rule.status, rule.code))
        return self._rest.stamped(made().response())

    def reset(self, loans: str | None = None) -> None:
        """The org of the first day; nobody is logged in.

        Args:
            loans: Until the next reset, another object for them: ``jungo`` or ``plain``.
        """
        self.account.reset(loans)
        self.sessions.clear()
        self.tokens.clear()
        self.queries.clear()
        self.quota.clear()

    # -- as tests use it ---------------------------------------------------------------

    def tell(
        self, *, relay: str = "", outbound: str = "", secrets: Iterable[str] | None = None
    ) -> None:
        """Name the receivers, and the relay's secrets."""
        with self.account.lock:
            self.account.receivers.urls = {RELAY: relay, OUTBOUND: outbound}
            if secrets is not None:
                self.account.receivers.secrets = list(secrets)

    def add(self, kind: str, *, late: Late = AT_ONCE, **values: object) -> dict:
        """Somebody makes a ``loan`` or a ``contact``; of a loan, ``status`` is a name too."""
        return by_hand.create(self.account, kind, values, late)

    def edit(self, kind: str, row_id: str, *, late: Late = AT_ONCE, **values: object) -> dict:
        """Somebody edits one."""
        return by_hand.edit(self.account, kind, row_id, values, late)

    def delete(self, kind: str, row_id: str) -> None:
        """Somebody deletes one."""
        by_hand.delete(self.account, kind, row_id)

    def undelete(self, kind: str, row_id: str) -> None:
        """Somebody takes one out of the recycle bin."""
        by_hand.undelete(self.account, kind, row_id)

    def erase(self, kind: str, row_id: str) -> None:
        """One is gone for good."""
        by_hand.erase(self.account, kind, row_id)

    def touch(self, kind: str, row_id: str) -> dict:
        """The system moves SystemModstamp, and nothing else."""
        return by_hand.touch(self.account, kind, row_id)

    def share(self, kind: str, row_id: str, *, shared: bool) -> None:
        """Show one to the user of the API, or hide it."""
        by_hand.share(self.account, kind, row_id, shared=shared)

    def merge(self, loser: str, winner: str) -> None:
        """One contact becomes part of another."""
        by_hand.merge(self.account, loser, winner)

    def seed(self, loans: int, **how: object) -> dict[str, int]:
        """Many loans and borrowers; see ``seeding.seed``."""
        return seeding.seed(self.account, loans, **how)

    def row(self, kind: str, row_id: str) -> dict | None:
        """One as it is kept, deleted or not; without the fields that are null."""
        with self.account.lock:
            return self.account.tables[by_hand.entity(self.account, kind).name].get(row_id)

    def rows(self, kind: str) -> list[dict]:
        """All that are not deleted, in the order in which they were made."""
        with self.account.lock:
            found = self.account.tables[by_hand.entity(self.account, kind).name].values()
            return [each for each in found if not each["IsDeleted"]]
