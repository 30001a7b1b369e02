"""The calendars of one Workspace: their events, what is drawn into them, mails to guests."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from integrations.sandbox.clock import Clock, stamp_with_milliseconds
from integrations.sandbox.google.errors import not_found
from integrations.sandbox.journal import Journal
from integrations.sandbox.people import founders
from integrations.sandbox.routing import dump


@dataclass
class Calendar:
    """One person's."""

    id: str
    #: Whether its owner can be asked about it; else Google answers "not found".
    readable: bool = True
    #: Drawn by hand: id, start and end.
    busy: list[dict] = field(default_factory=list)
    #: Event id to the event; deleted ones stay, as cancelled.
    events: dict[str, dict] = field(default_factory=dict)
    #: Event id to the account's version at its last change.
    versions: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict:
        """Without its events."""
        return {"id": self.id, "readable": self.readable, "busy": self.busy}


class Account:
    """Everything of the Workspace. ``lock`` guards all of it."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self.clock, self.journal = clock, journal
        self.lock = threading.RLock()
        self._clear()

    def _clear(self) -> None:
        self.calendars: dict[str, Calendar] = {}
        self.mails: list[dict] = []
        self.version = 0
        #: Sync tokens of before this version are too old.
        self.oldest_token = 0

    def open(self) -> None:
        """Load what the journal has, or start anew."""
        with self.writing():
            for key, body in self.journal.read("calendar"):
                self.calendars[key] = Calendar(**json.loads(body))
            for _, body in self.journal.read("event"):
                kept = json.loads(body)
                self._take(self.calendars[kept["calendar"]], kept["event"], kept["version"])
            kept_mails = (json.loads(body) for _, body in self.journal.read("mail"))
            self.mails = sorted(kept_mails, key=lambda mail: mail["number"])
            if not self.calendars:
                self._found()

    def reset(self) -> None:
        """The calendars of the first day, empty."""
        with self.writing():
            self.journal.clear()
            self._clear()
            self._found()

    def _found(self) -> None:
        for _, email in founders():
            self.add_calendar(email)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock; at the end all of it is on disk."""
        with self.lock:
            try:
                yield
            finally:
                self.journal.commit()

    def add_calendar(self, email: str) -> Calendar:
        """A person's calendar; the one that is there already if there is one."""
        with self.writing():
            calendar = self.calendars.setdefault(email.lower(), Calendar(email.lower()))
            self.keep_calendar(calendar)
            return calendar

    def keep_calendar(self, calendar: Calendar) -> None:
        """Write it down, without its events."""
        self.journal.put("calendar", calendar.id, dump(calendar.as_json()))

    def calendar(self, email: str) -> Calendar:
        """One that can be read.

        Raises:
            Refusal: There is none.
        """
        calendar = self.calendars.get(email.lower())
        if calendar is None or not calendar.readable:
            raise not_found()
        return calendar

    def event(self, calendar: Calendar, event_id: str) -> dict:
        """One event, cancelled or not.

        Raises:
            Refusal: There is none.
        """
        if event_id not in calendar.events:
            raise not_found()
        return calendar.events[event_id]

    def store(self, calendar: Calendar, event: dict) -> dict:
        """Keep an event as it is now: a new version of it."""
        self.version += 1
        stamp = stamp_with_milliseconds(self.clock.now())
        kept = event | {"etag": f'"{self.version}"', "updated": stamp}
        self._take(calendar, kept, self.version)
        whole = {"calendar": calendar.id, "event": kept, "version": self.version}
        self.journal.put("event", f"{calendar.id}/{kept['id']}", dump(whole))
        return kept

    def _take(self, calendar: Calendar, event: dict, version: int) -> None:
        calendar.events[event["id"]] = event
        calendar.versions[event["id"]] = version
        self.version = max(self.version, version)

    def mail(self, calendar: Calendar, event: dict, kind: str, guests: set[str]) -> None:
        """What these guests would have got."""
        for guest in sorted(guests - {calendar.id}):
            letter = {
                "number": len(self.mails) + 1,
                "at": stamp_with_milliseconds(self.clock.now()),
                "kind": kind,
                "to": guest,
                "calendar": calendar.id,
                "event": event["id"],
            }
            self.mails.append(letter)
            self.journal.put("mail", letter["number"], dump(letter))
