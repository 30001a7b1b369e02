"""What a person does in Google's own pages."""

import itertools
from typing import TYPE_CHECKING

from integrations.sandbox.google import events, times
from integrations.sandbox.google.errors import invalid, not_found

if TYPE_CHECKING:
    from integrations.sandbox.google.account import Account, Calendar

#: People are asked whether guests are to be told, and say yes.
TELL = {"sendUpdates": "all"}


def calendar(account: "Account", email: str) -> "Calendar":
    """A person's calendar, whether the API can read it or not.

    Raises:
        Refusal: There is none.
    """
    if email.lower() not in account.calendars:
        raise not_found()
    return account.calendars[email.lower()]


def draw(account: "Account", email: str, start: object, end: object) -> dict:
    """A time at which the person is busy.

    Raises:
        Refusal: No such calendar, or no such time.
    """
    with account.writing():
        one = calendar(account, email)
        if times.moment(end, "end") <= times.moment(start, "start"):
            raise invalid("The end must be after the start.")
        taken = {each["id"] for each in one.busy}
        free = next(number for number in itertools.count(1) if number not in taken)
        drawn = {"id": free, "start": str(start), "end": str(end)}
        one.busy.append(drawn)
        account.keep_calendar(one)
        return drawn


def erase(account: "Account", email: str, number: int) -> None:
    """The person is not busy then.

    Raises:
        Refusal: No such calendar.
    """
    with account.writing():
        one = calendar(account, email)
        one.busy = [each for each in one.busy if each["id"] != number]
        account.keep_calendar(one)


def set_readable(account: "Account", email: str, readable: bool) -> None:
    """Whether the API finds the calendar.

    Raises:
        Refusal: No such calendar.
    """
    with account.writing():
        one = calendar(account, email)
        one.readable = readable
        account.keep_calendar(one)


def move(account: "Account", email: str, event_id: str, start: object, end: object) -> dict:
    """Drag an event to another time.

    Raises:
        Refusal: No such event, or no such time.
    """
    body = {"start": {"dateTime": str(start)}, "end": {"dateTime": str(end)}}
    with account.writing():
        times.moment(start, "start")
        return events.patch(account, calendar(account, email), event_id, body, TELL)


def change(account: "Account", email: str, event_id: str, body: object) -> dict:
    """Write something else into an event.

    Raises:
        Refusal: No such event, or it cannot be so.
    """
    with account.writing():
        return events.patch(account, calendar(account, email), event_id, body, TELL)


def add(account: "Account", email: str, body: object) -> dict:
    """An event of the person's own.

    Raises:
        Refusal: It cannot be so.
    """
    with account.writing():
        return events.insert(account, calendar(account, email), body, TELL)


def cancel(account: "Account", email: str, event_id: str) -> dict:
    """Delete an event.

    Raises:
        Refusal: No such event.
    """
    with account.writing():
        return events.delete(account, calendar(account, email), event_id, TELL)


def restore(account: "Account", email: str, event_id: str) -> dict:
    """Take a deleted event out of the bin.

    Raises:
        Refusal: No such event.
    """
    with account.writing():
        one = calendar(account, email)
        return account.store(one, account.event(one, event_id) | {"status": "confirmed"})
