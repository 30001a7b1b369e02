"""What guests of booked calls are owed in e-mails, and the sending of it.

A letter is owed because the call is no longer as its guest was last told: whoever changed
it, and wherever, need not remember to say so, and a process that dies loses no letter. That
it was sent stands in its row; a row that somebody is at is nobody else's until its time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPConnectError, SMTPRecipientsRefused, SMTPServerDisconnected
from socket import gaierror

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower, Trim
from django.utils import timezone

from . import invitations, letter_texts
from .models import Letter, LetterKind, LetterState, Meeting, MeetingStatus
from .models.letter import NEWS
from .settling import held
from .signals import for_staff

logger = logging.getLogger(__name__)

#: How long before a call its guest is reminded, the later one last.
REMINDERS = [
    (LetterKind.DAY_BEFORE, timedelta(days=1)),
    (LetterKind.HOUR_BEFORE, timedelta(hours=1)),
]

#: One sweep owes and sends so many; the next one takes the others.
BATCH = 100

#: Whoever is at a letter is done with it after so long, or dead.
LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
MOST_ATTEMPTS = 12

#: The mail server cannot be spoken to, whatever the letter.
SERVER_AWAY = (ConnectionError, TimeoutError, gaierror, SMTPConnectError, SMTPServerDisconnected)


def write_to_guests() -> int:
    """Find out what guests are owed, and send what is due. Returns how many letters went out."""
    if not settings.GUEST_MAILS:
        return 0
    owe_news()
    owe_reminders()
    return send_due()


# -- what is owed ------------------------------------------------------------------------


def owe_news() -> None:
    """A letter for each call to come that is not as its guest was last told."""
    ids = _changed().order_by("starts_at").values_list("pk", flat=True)[:BATCH]
    for pk in list(ids):
        _owe_news(pk)


def _changed() -> QuerySet[Meeting]:
    last = Letter.objects.filter(meeting=OuterRef("pk"), kind__in=NEWS).order_by("-sequence")
    told = {
        f"told_{name}": Subquery(last.values(name)[:1])
        for name in ("kind", "starts_at", "ends_at", "host", "to", "uid")
    }
    is_on = Q(status=MeetingStatus.PLANNED, archived_at=None)
    is_off = Q(status=MeetingStatus.CANCELLED) | Q(archived_at__isnull=False)
    thought_on = Q(told_kind__isnull=False) & ~Q(told_kind=LetterKind.CANCELLED)
    # Only of calls that guests booked themselves; what staff plan they tell of as they like.
    unheard = Q(told_kind=None) & ~Q(booking_key="")
    other = ~Q(starts_at=F("told_starts_at"), ends_at=F("told_ends_at"), host=F("told_host"),
               uid=F("told_uid"), contact__email_key=Lower(Trim("told_to")))  # fmt: skip
    nobody = Q(contact=None) | Q(contact__email_key="")
    to_come = Meeting.all_objects.filter(starts_at__gt=timezone.now(), awaits_calendar=False)
    return to_come.annotate(**told, uid=invitations.uid_of_row()).filter(
        (is_on & ~nobody & (unheard | Q(told_kind=LetterKind.CANCELLED) | (thought_on & other)))
        | ((is_off | nobody) & thought_on)
    )


@transaction.atomic
def _owe_news(pk: int) -> None:
    """Of a call that nobody changes meanwhile."""
    meeting = held(pk)
    if not _changed().filter(pk=pk).exists():
        return
    last = meeting.letters.filter(kind__in=NEWS).order_by("-sequence").first()
    sequence = max(meeting.sequence, last.sequence + 1 if last else 0)
    Meeting.all_objects.filter(pk=pk, sequence__lt=sequence).update(sequence=sequence)
    _owe(meeting, _news(meeting, last), sequence=sequence, last=last)


def _news(meeting: Meeting, last: Letter | None) -> LetterKind:
    if last is None or last.kind == LetterKind.CANCELLED:
        return LetterKind.CONFIRMATION
    # For another guest, and in another entry of the calendar, it is off first: the letter
    # after this one tells of it anew.
    same_guest = _address(meeting).lower() == last.to.lower()
    is_same = same_guest and invitations.uid(meeting) == last.uid
    return LetterKind.MOVED if meeting.is_on and is_same else LetterKind.CANCELLED


def _address(meeting: Meeting) -> str:
    """The guest's, without the blanks that the database overlooks."""
    return meeting.contact.email.strip(" ") if meeting.contact else ""


def _owe(meeting: Meeting, kind: LetterKind, *, sequence: int, last: Letter | None) -> None:
    """What is off is told to whom it was told, and as it was told."""
    told = {
        "to": _address(meeting),
        "uid": invitations.uid(meeting),
        "host": meeting.host,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
    }
    if last is not None and kind == LetterKind.CANCELLED:
        told = {name: getattr(last, name) for name in told}
    Letter.objects.get_or_create(meeting=meeting, kind=kind, sequence=sequence, defaults=told)


def owe_reminders() -> None:
    """One a day and one an hour before; none of what its guest has been told since."""
    now = timezone.now()
    calls = Meeting.objects.select_related("host", "contact").prefetch_related("letters")
    soon = calls.filter(
        status=MeetingStatus.PLANNED,
        awaits_calendar=False,
        starts_at__range=(now, now + REMINDERS[0][1]),
        letters__kind__in=NEWS,
    )
    for meeting in soon.distinct():
        _owe_reminder(meeting)


def _owe_reminder(meeting: Meeting) -> None:
    letters = meeting.letters.all()
    last = max((each for each in letters if each.is_news), key=lambda each: each.sequence)
    kind, before = next(each for each in reversed(REMINDERS) if _is_due(meeting, each[1]))
    is_owed = any((each.kind, each.sequence) == (kind, last.sequence) for each in letters)
    heard_since = last.created_at >= _at(meeting, before)
    if not (is_owed or heard_since or last.kind == LetterKind.CANCELLED):
        _owe(meeting, kind, sequence=last.sequence, last=None)


def _at(meeting: Meeting, before: timedelta) -> datetime:
    return meeting.starts_at - before


def _is_due(meeting: Meeting, before: timedelta) -> bool:
    return _at(meeting, before) <= timezone.now()


def is_cancelling_told(meeting: Meeting) -> bool:
    """Whether the guest hears of it if the call is cancelled now: from us, or from a calendar
    that invites guests by itself."""
    if meeting.ends_at <= timezone.now():
        return False
    if settings.CALENDAR_UID_DOMAIN and meeting.calendar_event_id and _address(meeting):
        return True
    last = meeting.letters.filter(kind__in=NEWS).order_by("-sequence").first()
    heard = last is not None and last.kind != LetterKind.CANCELLED
    return settings.GUEST_MAILS and heard and meeting.starts_at > timezone.now()


# -- the sending -------------------------------------------------------------------------


def send_due() -> int:
    """Send what is owed. Returns how many letters went out."""
    due = Letter.objects.filter(state=LetterState.OWED, next_attempt_at__lte=timezone.now())
    ids = due.order_by("pk").values_list("pk", flat=True)[:BATCH]
    sent = 0
    for letter in _claimed(list(ids)):
        try:
            sent += _send(letter)
        except SERVER_AWAY as error:
            # The others need not wait for the same: they are still due.
            _put_off(letter, error)
            break
    return sent


def _claimed(ids: Iterable[int]) -> Iterable[Letter]:
    """Those that nobody else is at."""
    people = Letter.objects.select_related("meeting__contact", "meeting__host", "host")
    for pk in ids:
        now = timezone.now()
        mine = Letter.objects.filter(pk=pk, state=LetterState.OWED, next_attempt_at__lte=now)
        if mine.update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1):
            yield people.get(pk=pk)


def _send(letter: Letter) -> bool:
    if _is_overtaken(letter):
        _close(letter, LetterState.DROPPED)
        return False
    if letter.starts_at <= timezone.now():
        _give_up(letter, letter.last_error or "the call began before it could be sent")
        return False
    try:
        letter_texts.message(letter).send()
    except SERVER_AWAY:
        raise
    except Exception as error:
        # Whatever it is: the other letters are sent all the same.
        logger.warning("Letter %s was not sent: %s", letter.pk, type(error).__name__)
        _put_off(letter, error)
        return False
    _close(letter, LetterState.SENT)
    return True


def _is_overtaken(letter: Letter) -> bool:
    """Whether something newer was told since, or there is nothing to remind of any more."""
    news = Letter.objects.filter(meeting=letter.meeting, kind__in=NEWS)
    if news.filter(sequence__gt=letter.sequence).exists():
        return True
    call = letter.meeting
    return not (letter.is_news or (call.is_on and call.starts_at == letter.starts_at))


def _close(letter: Letter, state: LetterState) -> None:
    letter.state, letter.last_error = state, ""
    letter.sent_at = timezone.now() if state == LetterState.SENT else None
    letter.save(update_fields=["state", "sent_at", "last_error"])


def _put_off(letter: Letter, error: Exception) -> None:
    """Try again later, or give up and tell staff."""
    said = f"{type(error).__name__}: {error}"
    if letter.attempts >= MOST_ATTEMPTS or _is_final(error):
        _give_up(letter, said)
        return
    wait = min(FIRST_WAIT * 2 ** (letter.attempts - 1), LONGEST_WAIT)
    letter.last_error, letter.next_attempt_at = said[:1000], timezone.now() + wait
    letter.save(update_fields=["last_error", "next_attempt_at"])


def _is_final(error: Exception) -> bool:
    """Whether it is the address or the letter that cannot be, however often it is sent."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    return isinstance(error, ValueError)


@transaction.atomic
def _give_up(letter: Letter, why: str) -> None:
    letter.state, letter.last_error = LetterState.FAILED, why[:1000]
    letter.save(update_fields=["state", "last_error"])
    said = f"The guest was not told ({letter.get_kind_display().lower()}): {letter.last_error}"
    for_staff.send(sender=Meeting, record=letter.meeting, topic="mail", message=said)
