"""Booking a call: one visitor's request, in steps of which any may be the last.

Company, contact and deal are kept first, as a call that cannot be had is news of a customer
all the same. Then the host's calendar is asked, without a transaction; the call is kept as
planned, which the database allows once for each time of a host; and then it is written to
the calendar. A process that dies in between leaves a planned call that awaits its calendar,
which ``settling`` brings to an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from companies.models import Company, TeamMember
from contacts.models import Contact
from deals.models import Deal
from deals.services import deal_for_call

from . import matching
from .calendars import CalendarUnavailable, Span
from .free_times import free_slots
from .models import BookingRules, Meeting, MeetingStatus
from .requests import CallRequest, Refusal
from .settling import write_or_cancel
from .signals import for_staff

#: Two calls of one contact closer than this are the same call.
SAME_CALL = timedelta(hours=2)

#: The constraints that two bookings at one moment may meet.
ONE_AT_A_TIME = {"host_is_in_one_meeting_at_a_time", "one_meeting_per_booking_request"}


def book(call: CallRequest, *, within: Span | None = None) -> Meeting:
    """Book a call, or return the one that the same request has booked before.

    Never inside a transaction: calendars are asked and written to.

    Args:
        within: The time that was offered, where less is offered than is free.

    Raises:
        Refusal: There is no call. Company, contact and deal may have been kept.

    Source: contract, "Safe order of work" and "Meeting rules"; workflows, "Sales call booked"
    and "Support call booked".
    """
    try:
        return _book(call, within)
    except Refusal:
        # The same request may have been faster, and is itself what stands in the way.
        if first := _first_of(call):
            return write_or_cancel(first) if first.awaits_calendar else first
        raise


def _book(call: CallRequest, within: Span | None) -> Meeting:
    if first := _first_of(call):
        return write_or_cancel(first) if first.awaits_calendar else first
    host = TeamMember.objects.filter(pk=call.host_id, is_active=True).first()
    if host is None:
        raise _refusal_without_host(call)
    guest, deal = _keep_visitor(call, host)
    span = Span(call.starts_at, call.starts_at + BookingRules.load().duration)
    refuse_same_call(guest.contact, span)
    refuse_busy(host, span, within=within)
    meeting = Meeting(
        kind=call.kind,
        host=host,
        contact=guest.contact,
        company=guest.company,
        deal=deal,
        starts_at=span.start,
        ends_at=span.end,
        guest_timezone=call.guest_timezone,
        booking_key=call.booking_key,
        awaits_calendar=True,
    )
    return write_or_cancel(_plan(meeting))


def _first_of(call: CallRequest) -> Meeting | None:
    """The call that this very request has booked, while it is planned and as was asked for."""
    same = Meeting.objects.filter(booking_key=call.booking_key, status=MeetingStatus.PLANNED)
    return same.filter(host_id=call.host_id, starts_at=call.starts_at).first()


def _refusal_without_host(call: CallRequest) -> Refusal:
    """Why there is no call, in the order of the rules. Nothing of the visitor is kept."""
    _company, contact = matching.find(call)
    if not (call.email or (contact and contact.email)):
        return Refusal("no_email", field="email")
    if contact is not None and _has_call_around(contact, call.starts_at):
        return Refusal("meeting_exists", field="meeting_dt")
    return Refusal("admin_not_found", field="admin_id")


@transaction.atomic
def _keep_visitor(call: CallRequest, host: TeamMember) -> tuple[matching.Guest, Deal | None]:
    """Find or make who visits and, for a sales call, the deal."""
    guest = matching.find_or_make(call, host)
    if not guest.contact.email:
        raise Refusal("no_email", field="email")
    if not call.is_sales:
        return guest, None
    unmarked = Company.objects.filter(pk=guest.company.pk, has_booked_call=False)
    unmarked.update(has_booked_call=True, updated_at=timezone.now())
    deal = deal_for_call(guest.company, guest.contact, plan=call.plan)
    if deal is None:
        for_staff.send(
            sender=Company,
            record=guest.company,
            topic="no_pipeline",
            message="A call was asked for, but no deal was opened: choose the pipeline that new "
            "deals of the plan enter, and its first stage",
        )
    return guest, deal


def refuse_same_call(contact: Contact | None, span: Span, *, moving: Meeting | None = None) -> None:
    """One call of a contact at a time.

    Raises:
        Refusal: The contact has another one around that time.
    """
    if contact is not None and _has_call_around(contact, span.start, moving):
        raise Refusal("meeting_exists", field="meeting_dt")


def _has_call_around(contact: Contact, at: datetime, moving: Meeting | None = None) -> bool:
    planned = Meeting.objects.filter(
        contact=contact,
        status=MeetingStatus.PLANNED,
        starts_at__range=(at - SAME_CALL, at + SAME_CALL),
    )
    return planned.exclude(pk=moving.pk if moving else None).exists()


def refuse_busy(
    host: TeamMember, span: Span, *, within: Span | None = None, moving: Meeting | None = None
) -> None:
    """Ask the host's calendar, by the rule that also lists what can be booked.

    Raises:
        Refusal: The host is busy, does not work then, or nobody can tell.
    """
    try:
        free = free_slots([host], span, moving=moving)
    except CalendarUnavailable as error:
        raise Refusal("calendar_error") from error
    if host.pk not in free:
        raise Refusal("calendar_error")
    offered = within is None or (within.start <= span.start and span.end <= within.end)
    if not offered or span not in free[host.pk]:
        raise Refusal("admin_busy", field="meeting_dt")


def hold_people(contact: Contact | None, host: TeamMember) -> None:
    """Have one booking at a time for each of them, until the transaction ends."""
    if contact is not None:
        Contact.all_objects.select_for_update(of=("self",), no_key=True).get(pk=contact.pk)
    TeamMember.all_objects.select_for_update(of=("self",), no_key=True).get(pk=host.pk)


def refuse_own_calls(meeting: Meeting) -> None:
    """What the calendar may not know of yet.

    Raises:
        Refusal: The host has another call that meets or touches this one.
    """
    others = Meeting.objects.filter(
        host_id=meeting.host_id,
        status__in=[MeetingStatus.PLANNED, MeetingStatus.COMPLETED],
        starts_at__lte=meeting.ends_at,
        ends_at__gte=meeting.starts_at,
    )
    if others.exclude(pk=meeting.pk).exists():
        raise Refusal("admin_busy", field="meeting_dt")


@contextmanager
def one_call_at_a_time() -> Iterator[None]:
    """A transaction in which the database's refusal of a second call of a host is ours.

    Somebody who takes no lock may have been faster: a page of staff, or another system.

    Raises:
        Refusal: The host has another call.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if broken not in ONE_AT_A_TIME:
            raise
        raise Refusal("admin_busy", field="meeting_dt") from error


def _plan(meeting: Meeting) -> Meeting:
    """Keep the call, if nobody was faster."""
    with one_call_at_a_time():
        hold_people(meeting.contact, meeting.host)
        used = Meeting.all_objects.filter(booking_key=meeting.booking_key)
        planned = used.live().filter(status=MeetingStatus.PLANNED)
        if first := planned.filter(host=meeting.host, starts_at=meeting.starts_at).first():
            return first
        # Of a call that did not come to be, or is with another host or at another time by now.
        was_it = Concat(Value("call "), "pk", output_field=TextField())
        used.update(booking_key=was_it, updated_at=timezone.now())
        refuse_same_call(meeting.contact, Span(meeting.starts_at, meeting.ends_at))
        refuse_own_calls(meeting)
        meeting.save()
    return meeting
