"""Lists of events: pages, and tokens by which only what changed is listed."""

import base64
import json
from typing import TYPE_CHECKING

from integrations.sandbox.google import times
from integrations.sandbox.google.errors import Refusal, invalid

if TYPE_CHECKING:
    from integrations.sandbox.google.account import Account, Calendar

USUAL_PAGE, LARGEST_PAGE = 250, 2500
#: What a list with a sync token cannot be asked for beside it.
NOT_WITH_TOKEN = {"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty",
                  "timeMin", "timeMax", "updatedMin"}  # fmt: skip
#: What makes a list one that cannot be gone on with.
NO_TOKEN_AFTER = {"orderBy", "privateExtendedProperty", "q", "updatedMin"}


def events(account: "Account", calendar: "Calendar", query: list[tuple[str, str]]) -> dict:
    """One page.

    Raises:
        Refusal: The query makes no sense, or its token is too old.
    """
    asked = dict(query)
    place = _place(account, calendar, asked)
    changed = sorted(
        (version, event_id)
        for event_id, version in calendar.versions.items()
        if max(place["since"], place["after"]) < version <= place["until"]
    )
    chosen = [
        (version, calendar.events[event_id])
        for version, event_id in changed
        if _is_wanted(calendar.events[event_id], query, place["since"])
    ]
    page = chosen[: _size(asked)]
    answer = {"kind": "calendar#events", "summary": calendar.id, "timeZone": "UTC",
              "items": [_shown(event) for _, event in page]}  # fmt: skip
    if len(page) < len(chosen):
        return answer | {"nextPageToken": _token(place | {"after": page[-1][0]})}
    if NO_TOKEN_AFTER & asked.keys():
        return answer
    return answer | {"nextSyncToken": _token({"c": calendar.id, "version": place["until"]})}


def _place(account: "Account", calendar: "Calendar", asked: dict) -> dict:
    since = 0
    if "syncToken" in asked:
        if wrong := NOT_WITH_TOKEN & asked.keys():
            raise invalid(f"Sync token cannot be used with {', '.join(sorted(wrong))}.")
        token = _parsed(asked["syncToken"])
        since = token.get("version", -1)
        if since < account.oldest_token or token.get("c") != calendar.id:
            raise Refusal(
                410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required."
            )
    start = {"since": since, "after": 0, "until": account.version}
    return _parsed(asked["pageToken"]) if asked.get("pageToken") else start


def _size(asked: dict) -> int:
    text = asked.get("maxResults", str(USUAL_PAGE))
    if not (text.isascii() and text.isdigit() and int(text)):
        raise invalid("Invalid value for: maxResults")
    return min(int(text), LARGEST_PAGE)


def _is_wanted(event: dict, query: list[tuple[str, str]], since: int) -> bool:
    asked = dict(query)
    if event["status"] == "cancelled" and not since and asked.get("showDeleted") != "true":
        return False
    private = event.get("extendedProperties", {}).get("private", {})
    for name, wanted in query:
        if name == "privateExtendedProperty":
            key, _, value = wanted.partition("=")
            if private.get(key) != value:
                return False
    return _is_in_time(event, asked)


def _is_in_time(event: dict, asked: dict) -> bool:
    start, end = times.span(event)
    if "timeMin" in asked and end <= times.moment(asked["timeMin"], "timeMin"):
        return False
    return not ("timeMax" in asked and start >= times.moment(asked["timeMax"], "timeMax"))


def _shown(event: dict) -> dict:
    """Of a deleted one little is told."""
    if event["status"] != "cancelled":
        return event
    told = {"kind", "etag", "id", "status", "updated", "created", "htmlLink", "organizer"}
    return {key: value for key, value in event.items() if key in told}


def _token(place: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _parsed(token: str) -> dict:
    try:
        place = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        place = None
    if not isinstance(place, dict):
        raise invalid("Invalid sync or page token value.")
    return place
