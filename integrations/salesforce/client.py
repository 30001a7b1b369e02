"""Calls to Salesforce, by simple-salesforce with our own session, token and patience.

The library is given a token and never logs in: its own renewal neither ends nor forgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

from integrations.sync import budget
from integrations.sync.errors import Rejected, SyncError, Unavailable
from integrations.sync.http import not_answered
from integrations.sync.patience import patiently

from . import answers, usage
from .answers import Answered
from .refusals import SessionEnded, TooHeavy, refusal
from .schemas import NAME
from .tokens import Token, token

#: Of one call, within the engine's patience; what then still fails is the next poll's.
TRIES = 5

#: Of a write, which waits for nobody's lock longer. Contract, section 7.
WRITE_TRIES = 3

#: So many seconds an answer may take at most where somebody waits for the page.
HURRIED = 5.0

#: Where the library thinks that it calls; the adapter knows better.
HOST = "https://salesforce.invalid"


class Adapter(HTTPAdapter):
    """Sends to the instance, whatever its scheme and path, and never without a time-out.

    The library keeps an instance's host only, and knows no time-outs.
    """

    def __init__(self, base_url: str, seconds: float) -> None:
        super().__init__(pool_connections=4, pool_maxsize=16)
        self.base_url, self.seconds = base_url, seconds

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        assert request.url is not None
        request.url = self.base_url + request.url.removeprefix(HOST)
        options["timeout"] = (3.05, self.seconds)
        response = super().send(request, *args, **options)
        usage.heard(response)
        return response


@cache
def _session(base_url: str, seconds: float) -> requests.Session:
    """One for each instance and process, so that connections are used again."""
    session = requests.Session()
    session.mount("https://", Adapter(base_url, seconds))
    return session


class Client:
    """One use of the API.

    Args:
        hurried: Whether somebody waits for the answer.
    """

    def __init__(self, *, hurried: bool = False) -> None:
        usual = settings.SALESFORCE_TIMEOUT_SECONDS
        self._seconds, self._tries = (min(HURRIED, usual), 1) if hurried else (usual, TRIES)
        limit = budget.Window(NAME, settings.SALESFORCE_REQUESTS_PER_MINUTE, 60)
        self._windows = [replace(limit, patience=HURRIED) if hurried else limit]

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[Answered]:
        """All pages of a query; deleted records too where they are asked for."""
        page = self._page(lambda sf: sf.query(soql, include_deleted=deleted))
        yield page
        yield from self._rest_of(page)

    def go_on(self, more: str) -> Iterator[Answered]:
        """The pages from a place that an earlier one gave.

        Raises:
            Rejected: Salesforce no longer knows the place.
        """
        if not answers.is_place(more):
            raise Rejected("GET query: a place that no answer of Salesforce's can have given")
        page = self._page(lambda sf: sf.query_more(more, identifier_is_url=True))
        yield page
        yield from self._rest_of(page)

    def _rest_of(self, page: Answered) -> Iterator[Answered]:
        seen: set[str] = set()
        while more := page.more:
            if more in seen:
                raise Unavailable("GET query: its pages lead in a circle")
            seen.add(more)
            page = self._page(lambda sf: sf.query_more(more, identifier_is_url=True))
            yield page

    def _page(self, call: Callable[[Any], Any]) -> Answered:
        return answers.page(self._call("GET query", call), usage.clock())

    def described(self, name: str) -> Mapping[str, Any]:
        """What an object has.

        Raises:
            RemoteGone: There is none of this name, or we may not see it.
        """
        path = f"sobjects/{name}/describe"
        answer = self._call(f"GET {path}", lambda sf: sf.restful(path))
        if not isinstance(answer, dict) or not isinstance(answer.get("fields"), list):
            raise Unavailable(f"GET {path}: an answer without fields")
        return answer

    def limits(self) -> Mapping[str, Any]:
        """What may be used of the API, and is left of it."""
        answer = self._call("GET limits", lambda sf: sf.restful("limits"))
        return answer if isinstance(answer, dict) else {}

    def update(self, name: str, pk: str, values: Mapping[str, Any]) -> None:
        """Write some fields of a record.

        Raises:
            RemoteGone: There is none, or we may not see it.
            Rejected: A value is refused; names the field where Salesforce does.
        """
        path = f"sobjects/{name}/{pk}"
        self._call(
            f"PATCH {path}",
            lambda sf: sf.restful(path, method="PATCH", json=values),
            tries=WRITE_TRIES,
        )

    def _call(self, what: str, call: Callable[[Any], Any], tries: int | None = None) -> Any:
        """Make a call that does no harm twice. A token that has ended is replaced once."""
        held = token(self._seconds)
        tries = tries or self._tries
        try:
            return self._patiently(what, call, held, tries)
        except SessionEnded:
            return self._patiently(what, call, token(self._seconds, instead_of=held), tries)

    def _patiently(self, what: str, call: Callable[[Any], Any], held: Token, tries: int) -> Any:
        once = partial(self._once, what, call, held)
        return patiently(once, may_repeat=_may_go_through, tries=tries)

    def _once(self, what: str, call: Callable[[Any], Any], held: Token) -> Any:
        from simple_salesforce.exceptions import SalesforceError

        budget.take(self._windows)
        try:
            return call(_library(held, self._seconds))
        except answers.Unreadable:
            raise Unavailable(f"{what}: an answer that cannot be read") from None
        except (requests.RequestException, UnicodeEncodeError) as error:
            # Not chained: its text holds the whole address, query and all.
            raise not_answered(what, error) from None
        except SalesforceError as error:
            raise refusal(what, error.status, error.content, usage.wait()) from None


def _may_go_through(error: SyncError) -> bool:
    """Whether the very same question may be answered a moment later."""
    return not isinstance(error, TooHeavy)


def _library(held: Token, seconds: float) -> Any:
    # Imported by those who call: it takes a second.
    from simple_salesforce.api import Salesforce

    library = Salesforce(
        instance_url=HOST,
        session_id=held.secret,
        session=_session(held.instance_url, seconds),
        version=settings.SALESFORCE_API_VERSION,
    )
    library.parse_result_to_json = answers.parsed
    library.headers["Sforce-Call-Options"] = f"client={settings.SALESFORCE_CLIENT_NAME}"
    return library
