"""One event for each call: in its host's calendar, and in no other."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.models import TeamMember
from integrations.models import ExternalLink, LinkState, SyncLog
from integrations.sync import changes
from integrations.sync.errors import Rejected, RemoteGone
from meetings.models import Meeting

from . import SYSTEM, event_ids
from .client import Client, IdTaken
from .credentials import NoSuchPerson
from .event_ids import EventId
from .inbound import KIND, is_alive
from .outbound import room

logger = logging.getLogger(__name__)

#: A call's event may be deleted and come back so often.
MOST_TURNS = 50


def place(api: Client, meeting: Meeting, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Have the call's event in its host's calendar, and take it out of any other.

    Safe to repeat, whatever came of an earlier try: an event is named on the call before it
    is made. One that is there is left as it is.

    Args:
        body: All of the event but its id and its room.

    Returns:
        The event as Google has it, and whether it was made just now.
    """
    linked, intended = _linked(meeting), _intended(meeting)
    known = [one for one in dict.fromkeys([intended, linked]) if one is not None]
    elsewhere = [one for one in known if one.host_id != meeting.host_id]
    event = _first_alive(api, [one for one in known if one not in elsewhere])
    made = event is None
    if event is None:
        # It may be there. Once another event is named on the call, nobody would know of it.
        _take_out(api, meeting, [one for one in elsewhere if one != linked])
        event, made = _make(api, meeting, body)
    _take_out(api, meeting, elsewhere)
    return event, made


def take_out(api: Client, meeting: Meeting) -> None:
    """Have the call's event in no calendar."""
    known = dict.fromkeys([_intended(meeting), _linked(meeting)])
    _take_out(api, meeting, [one for one in known if one is not None])


def calendar_of(event_id: EventId) -> str:
    """The e-mail address of the host in whose calendar it is.

    Raises:
        Rejected: There is no such host.
    """
    host = TeamMember.all_objects.filter(pk=event_id.host_id).first()
    if host is None:
        raise Rejected(f"The event {event_id} is in the calendar of nobody whom Hermes knows")
    return host.email


def _linked(meeting: Meeting) -> EventId | None:
    link = ExternalLink.objects.filter(
        system=SYSTEM.name, kind=KIND, record_id=meeting.pk, state=LinkState.LIVE
    ).first()
    return event_ids.parse(link.remote_id) if link else None


def _intended(meeting: Meeting) -> EventId | None:
    known = event_ids.parse(meeting.calendar_event_id)
    return known if known is not None and known.is_of(meeting) else None


def _first_alive(api: Client, known: Iterable[EventId]) -> dict[str, Any] | None:
    found = (alive(api, one) for one in known)
    return next((event for event in found if event is not None), None)


def alive(api: Client, event_id: EventId) -> dict[str, Any] | None:
    """The event, if it is there and was not cancelled."""
    try:
        event = api.get(calendar_of(event_id), str(event_id))
    except RemoteGone:
        return None
    return event if is_alive(event) else None


def _make(api: Client, meeting: Meeting, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    person = meeting.host.email
    for turn in range(MOST_TURNS):
        event_id = event_ids.of(meeting, turn)
        _intend(meeting, event_id)
        own = {"id": str(event_id), "conferenceData": room(str(event_id))}
        try:
            return api.insert(person, {**body, **own}), True
        except IdTaken:
            if (event := alive(api, event_id)) is not None:
                return event, False
    raise Rejected(f"The call was taken out of the calendar {MOST_TURNS} times")


def _intend(meeting: Meeting, event_id: EventId) -> None:
    """Name the event on the call before it is made. Google itself need not be told of that."""
    meeting.calendar_event_id = str(event_id)
    rows = Meeting.all_objects.filter(pk=meeting.pk)
    with transaction.atomic(), changes.made_by(SYSTEM):
        rows.exclude(calendar_event_id=str(event_id)).update(calendar_event_id=str(event_id))


def _take_out(api: Client, meeting: Meeting, events: Iterable[EventId]) -> None:
    for one in events:
        try:
            # Guests of a call that is over need not hear that its event went.
            api.delete(calendar_of(one), str(one), tell=meeting.ends_at > timezone.now())
        except RemoteGone:
            logger.info("%s is gone already", one)
        except NoSuchPerson as error:
            _tell_left_behind(meeting, one, error)


def _tell_left_behind(meeting: Meeting, event_id: EventId, error: NoSuchPerson) -> None:
    SyncLog.objects.create(
        level=SyncLog.Level.ERROR,
        system=SYSTEM.name,
        kind=KIND,
        record_id=meeting.pk,
        topic="calendar",
        message=f"The event {event_id} may still be in the calendar of "
        f"{calendar_of(event_id)}, which cannot be opened: {error}",
    )
