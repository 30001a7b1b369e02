"""The calls of the API, each made for one person."""

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from integrations.sandbox.google import events, free_busy, listing
from integrations.sandbox.google.errors import invalid, not_found
from integrations.sandbox.routing import MalformedBody, Request, Response, Routes, json_response

if TYPE_CHECKING:
    from integrations.sandbox.google.account import Account, Calendar


def add_routes(routes: Routes, account: "Account") -> None:
    """Serve what is under ``/calendar/v3``."""
    one = "/calendars/{calendar}/events/{event}"
    for method, path, handler in (
        ("POST", "/freeBusy", query_free_busy),
        ("GET", "/calendars/{calendar}/events", list_events),
        ("POST", "/calendars/{calendar}/events", insert_event),
        ("GET", one, read_event),
        ("PATCH", one, patch_event),
        ("DELETE", one, delete_event),
    ):
        routes.add(method, path, partial(handler, account))


def _body(request: Request) -> object:
    try:
        return request.json()
    except MalformedBody as error:
        raise invalid("Parse Error", "parseError") from error


def _calendar(account: "Account", person: str, name: str) -> "Calendar":
    """The person's own: nobody here shares theirs."""
    email = person if name == "primary" else unquote(name).lower()
    if email != person:
        raise not_found()
    return account.calendar(email)


def query_free_busy(account: "Account", request: Request, person: str) -> Response:
    """Everybody in the Workspace sees when the others are busy."""
    return json_response(free_busy.answer(account, _body(request)))


def list_events(account: "Account", request: Request, person: str, calendar: str) -> Response:
    """A page."""
    return json_response(
        listing.events(account, _calendar(account, person, calendar), request.query)
    )


def insert_event(account: "Account", request: Request, person: str, calendar: str) -> Response:
    """A new one; its guests are told if they are to be."""
    where = _calendar(account, person, calendar)
    return json_response(events.insert(account, where, _body(request), dict(request.query)))


def read_event(
    account: "Account", request: Request, person: str, calendar: str, event: str
) -> Response:
    """One; of a deleted one its status tells."""
    return json_response(account.event(_calendar(account, person, calendar), event))


def patch_event(
    account: "Account", request: Request, person: str, calendar: str, event: str
) -> Response:
    """Change what is given."""
    where = _calendar(account, person, calendar)
    return json_response(events.patch(account, where, event, _body(request), dict(request.query)))


def delete_event(
    account: "Account", request: Request, person: str, calendar: str, event: str
) -> Response:
    """Cancel it."""
    where = _calendar(account, person, calendar)
    events.delete(account, where, event, dict(request.query))
    return Response(204)
