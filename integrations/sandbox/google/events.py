"""Making, changing and deleting events: what is checked, and what comes of it."""

import re
import secrets
from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp_with_milliseconds
from integrations.sandbox.google import times
from integrations.sandbox.google.errors import Refusal, deleted, invalid

if TYPE_CHECKING:
    from integrations.sandbox.google.account import Account, Calendar

ID = re.compile(r"[a-v0-9]{5,1024}")
EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")
LONGEST_KEY, LONGEST_VALUE = 44, 1024
#: Keys that a caller cannot write.
OURS = {"kind", "etag", "created", "updated", "htmlLink", "hangoutLink", "creator", "organizer",
        "iCalUID", "sequence", "conferenceData"}  # fmt: skip


def insert(account: "Account", calendar: "Calendar", body: object, query: dict) -> dict:
    """A new event.

    Raises:
        Refusal: The body is not admitted, or the id was used before.
    """
    written = _checked(body)
    times.span(written)
    event_id = written.get("id") or secrets.token_hex(13)
    if not isinstance(event_id, str) or not ID.fullmatch(event_id):
        raise invalid("Invalid resource id value.")
    if event_id in calendar.events:
        raise Refusal(409, "duplicate", "The requested identifier already exists.")
    own = {key: value for key, value in written.items() if key not in OURS}
    event = _founded(account, calendar, event_id) | own | _conference(body, query)
    event = account.store(calendar, event)
    _mail(account, calendar, event, query, invited=_guests(event))
    return event


def _founded(account: "Account", calendar: "Calendar", event_id: str) -> dict:
    person = {"email": calendar.id, "self": True}
    return {
        "kind": "calendar#event",
        "id": event_id,
        "status": "confirmed",
        "htmlLink": f"https://calendar.google.example/event?eid={event_id}",
        "created": stamp_with_milliseconds(account.clock.now()),
        "creator": person,
        "organizer": person,
        "iCalUID": f"{event_id}@google.com",
        "sequence": 0,
    }


def _conference(body: dict, query: dict) -> dict:
    """A room, where one is asked for and the caller's version knows of rooms."""
    wanted = (body.get("conferenceData") or {}).get("createRequest")
    if not wanted or query.get("conferenceDataVersion") != "1":
        return {}
    if not isinstance(wanted, dict) or not wanted.get("requestId"):
        raise invalid("Missing conference request id.", "required")
    code = "".join(secrets.choice("abcdefghijkmnopqrstuvwxyz") for _ in range(10))
    name = f"{code[:3]}-{code[3:7]}-{code[7:]}"
    link = f"https://meet.google.example/{name}"
    return {
        "hangoutLink": link,
        "conferenceData": {
            "createRequest": wanted | {"status": {"statusCode": "success"}},
            "entryPoints": [{"entryPointType": "video", "uri": link, "label": link[8:]}],
            "conferenceId": name,
        },
    }


def patch(
    account: "Account", calendar: "Calendar", event_id: str, body: object, query: dict
) -> dict:
    """Change what is given, and nothing else.

    Raises:
        Refusal: No such event any more, or the body is not admitted.
    """
    before = living(account, calendar, event_id)
    written = {key: value for key, value in _checked(body).items() if key not in {*OURS, "id"}}
    after = _merged(before, written)
    moved = times.span(after) != times.span(before)
    if written.get("status") == "cancelled":
        return delete(account, calendar, event_id, query)
    after = account.store(calendar, after | {"sequence": before["sequence"] + moved})
    old, new = _guests(before), _guests(after)
    if before != after:
        _mail(account, calendar, after, query, invited=new - old, told=new & old, left=old - new)
    return after


def _merged(before: dict, written: dict) -> dict:
    """Objects are merged key by key, lists and values replaced, null takes a key away."""
    merged = dict(before)
    for key, value in written.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(before.get(key), dict):
            merged[key] = _merged(before[key], value)
        else:
            merged[key] = value
    return merged


def delete(account: "Account", calendar: "Calendar", event_id: str, query: dict) -> dict:
    """Cancel it. It stays in the calendar, unseen, and so does its id.

    Raises:
        Refusal: No such event any more.
    """
    event = account.store(calendar, living(account, calendar, event_id) | {"status": "cancelled"})
    _mail(account, calendar, event, query, left=_guests(event))
    return event


def living(account: "Account", calendar: "Calendar", event_id: str) -> dict:
    """An event that was not deleted.

    Raises:
        Refusal: There is none, or there was one.
    """
    event = account.event(calendar, event_id)
    if event["status"] == "cancelled":
        raise deleted()
    return event


def _checked(body: object) -> dict:
    if not isinstance(body, dict):
        raise invalid("Parse Error", "parseError")
    guests = body.get("attendees") or []
    known = isinstance(guests, list) and all(isinstance(one, dict) for one in guests)
    emails = [one.get("email") for one in guests] if known else [None]
    if not all(isinstance(each, str) and EMAIL.fullmatch(each) for each in emails):
        raise invalid("Invalid attendee email.")
    for facts in (body.get("extendedProperties") or {}).values():
        for key, value in facts.items():
            if not isinstance(value, str) or len(value) > LONGEST_VALUE or len(key) > LONGEST_KEY:
                raise invalid(f"Invalid extended property {key[:LONGEST_KEY]}.")
    return body


def _guests(event: dict) -> set[str]:
    return {one["email"].lower() for one in event.get("attendees") or []}


def _mail(
    account: "Account",
    calendar: "Calendar",
    event: dict,
    query: dict,
    *,
    invited: set[str] = frozenset(),
    told: set[str] = frozenset(),
    left: set[str] = frozenset(),
) -> None:
    """Guests hear of it where ``sendUpdates`` says so."""
    if query.get("sendUpdates") in ("all", "externalOnly"):
        account.mail(calendar, event, "invitation", invited)
        account.mail(calendar, event, "update", told)
        account.mail(calendar, event, "cancellation", left)
