"""The hosts' calendars in a folder, which a test and any process of Hermes can look into.

What a test puts beside the events says how the calendar behaves:

=================  ====================================================================
``busy.json``      host id to pairs of times: when hosts are taken by others
``unreadable``     the ids of hosts whose calendars cannot be read, one a line
``away``           nothing can be read
``refuses``        nothing is taken
``no-answer``      nothing is taken, and nobody can tell
``lost-answer``    it is taken, and nobody can tell
``stuck``          nothing can be taken out
``keeps``          nothing can ever be taken out
``breaks``         taking out ends in an error that nobody foresaw
``hold-before``    a write waits before it does anything, while this is there
``hold-after``     a write waits after the event is there
=================  ====================================================================
"""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from pathlib import Path

from meetings.calendars import CalendarRefused, CalendarUnavailable, Span

#: Names the folder.
FOLDER = "TEST_CALENDAR_FOLDER"

LONGEST_HOLD = 30


class FolderCalendar:
    """A ``meetings.calendars.Calendar``."""

    @property
    def folder(self) -> Path:
        return Path(os.environ[FOLDER])

    # -- what Hermes calls ---------------------------------------------------------------

    def busy(self, hosts, span, *, glance=False):
        with (self.folder / "questions").open("a") as log:
            log.write(f"{sorted(host.pk for host in hosts)}\n")
        if self.has("away"):
            raise CalendarUnavailable("the calendars are away")
        unreadable = self.read("unreadable").split()
        taken = json.loads(self.read("busy.json") or "{}")
        for event in self.events():
            taken.setdefault(str(event["host"]), []).append([event["start"], event["end"]])
        return {
            host.pk: [
                Span(*map(datetime.fromisoformat, times)) for times in taken.get(str(host.pk), [])
            ]
            for host in hosts
            if str(host.pk) not in unreadable
        }

    def write(self, meeting):
        self.hold("hold-before")
        if self.has("refuses"):
            raise CalendarRefused("the calendar takes no calls")
        if self.has("no-answer"):
            raise CalendarUnavailable("no answer in time", may_be_there=True)
        meeting.calendar_event_id = f"event{meeting.pk}"
        meeting.save(update_fields=["calendar_event_id", "updated_at"])
        self.insert(meeting)
        self.hold("hold-after")
        if self.has("lost-answer"):
            raise CalendarUnavailable("no answer in time", may_be_there=True)
        meeting.awaits_calendar = False
        meeting.save(update_fields=["awaits_calendar", "updated_at"])

    def remove(self, meeting):
        if self.has("stuck"):
            raise CalendarUnavailable("no answer in time")
        if self.has("keeps"):
            raise CalendarRefused("the calendar gives nothing back")
        if self.has("breaks"):
            raise ZeroDivisionError("nobody foresaw this")
        self.path(meeting).unlink(missing_ok=True)
        meeting.awaits_calendar = False
        meeting.save(update_fields=["awaits_calendar", "updated_at"])

    # -- the folder ----------------------------------------------------------------------

    def path(self, meeting):
        return self.folder / f"event{meeting.pk}"

    def insert(self, meeting):
        """Once, however often: a second event of one id is none, as in the real one.

        What was asked for is counted all the same.
        """
        with (self.folder / "inserted").open("a") as log:
            log.write(f"{meeting.pk}\n")
        if self.path(meeting).exists():
            return
        event = {
            "host": meeting.host_id,
            "start": meeting.starts_at.isoformat(),
            "end": meeting.ends_at.isoformat(),
        }
        part = self.folder / f"part-{os.getpid()}-{meeting.pk}-{time.monotonic_ns()}"
        part.write_text(json.dumps(event))
        part.rename(self.path(meeting))

    def events(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("event*"))]

    def has(self, name):
        return (self.folder / name).exists()

    def read(self, name):
        return (self.folder / name).read_text() if self.has(name) else ""

    def hold(self, name):
        until = time.monotonic() + LONGEST_HOLD
        while self.has(name) and time.monotonic() < until:
            (self.folder / f"{name}-reached").touch()
            time.sleep(0.02)

    # -- what a test calls ---------------------------------------------------------------

    def set(self, *names):
        for name in names:
            (self.folder / name).touch()

    def clear(self, *names):
        for name in names:
            (self.folder / name).unlink()

    def take(self, host, start, end):
        """Somebody else has the host's time."""
        taken = json.loads(self.read("busy.json") or "{}")
        taken.setdefault(str(host.pk), []).append([start.isoformat(), end.isoformat()])
        (self.folder / "busy.json").write_text(json.dumps(taken))

    def hide(self, host):
        (self.folder / "unreadable").write_text(f"{host.pk}\n")

    def inserted(self):
        """The call of each event that was asked for, also of those that were there."""
        return [int(line) for line in self.read("inserted").split()]

    def questions(self):
        """The host ids of each question about busy times."""
        return [json.loads(line) for line in self.read("questions").splitlines()]
