"""The calls of the team: everybody's week at a desk and on a phone, and a call that is moved."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from companies.models import TeamMember
from meetings.calendars import Span
from meetings.free_times import free_slots, offered
from meetings.models import DayOff, HostChoice, Meeting, WorkingHours
from tests.browser.barriers import barriers, too_wide
from tests.factories import ContactFactory, MeetingFactory, TeamMemberFactory

LONDON = ZoneInfo("Europe/London")
NEXT_MONDAY = date.today() + timedelta(days=7 - date.today().weekday())


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of next week in London."""
    return datetime.combine(NEXT_MONDAY + timedelta(days=day), time(hour, minute), LONDON)


@pytest.fixture
def team(transactional_db, calendar):
    """Three hosts with a usual week, one of whose calendars cannot be read."""
    names = [("Mia", "Lind"), ("Sol", "Berg"), ("Noor", "Haddad")]
    mia, sol, noor = (TeamMemberFactory(first_name=f, last_name=n) for f, n in names)
    guests = [("Ines", "Duarte", "Brightpath"), ("Tomas", "Vega", "Larkfield Tutors"),
              ("Aiko", "Mori", "Kyoto Study House")]  # fmt: skip
    starts = [(mia, 0, 10), (mia, 2, 14), (sol, 1, 11)]
    for (host, day, hour), (first, last, company) in zip(starts, guests, strict=True):
        guest = ContactFactory(first_name=first, last_name=last, company__name=company)
        call = MeetingFactory(host=host, contact=guest, company=guest.company,
                              starts_at=at(day, hour), ends_at=at(day, hour, 30))  # fmt: skip
        calendar.insert(call)
    calendar.take(mia, at(0, 12), at(0, 13))
    calendar.take(mia, at(1, 9), at(1, 17, 30))
    calendar.take(sol, at(2, 0), at(3, 0))
    calendar.take(sol, at(3, 13, 15), at(3, 14, 45))
    DayOff.objects.create(host=sol, first_day=at(4, 0), last_day=at(4, 0), note="Wedding")
    calendar.hide(noor)
    HostChoice.objects.create(host=mia, plan="payg", country="PT", reason="Sells in Europe",
                              meeting=Meeting.objects.first())  # fmt: skip
    return mia, sol, noor


@pytest.fixture
def mia_sees(as_, team, live_server):
    """Mia, logged in, before the page of an address."""
    page = as_("sales")
    TeamMember.objects.filter(pk=team[0].pk).update(user=User.objects.get(username="sales"))

    def open_page(address: str):
        page.goto(f"{live_server.url}{address}")
        return page

    return open_page


def week_of() -> str:
    return f"{reverse('calls')}?week={NEXT_MONDAY}"


def test_the_week_of_all_hosts_is_a_table_at_a_desk(mia_sees):
    page = mia_sees(week_of())
    table = page.get_by_role("table", name="Each host's calls, busy and free times by day")

    mia = table.get_by_role("row").filter(has_text="Mia Lind")
    expect(mia.get_by_role("link", name="10:00–10:30 Ines Duarte")).to_be_visible()
    expect(mia.get_by_text("12:00–13:00 Busy")).to_be_visible()
    expect(
        page.get_by_role("heading", name="The calendar of Noor Haddad cannot be read")
    ).to_be_visible()
    expect(page.get_by_text("Times are in Europe/London")).to_be_visible()

    mia.get_by_role("link", name="10:00–10:30 Ines Duarte").click()

    expect(page.get_by_role("link", name="Move …")).to_be_visible()


def test_a_phone_shows_the_same_week_day_by_day(mia_sees):
    page = mia_sees(week_of())
    page.set_viewport_size({"width": 390, "height": 844})

    expect(page.get_by_role("table")).to_have_count(0)
    monday = page.get_by_role("region", name=f"Monday {at(0, 0):%-d %B}")
    expect(monday.get_by_role("link", name="10:00–10:30 Ines Duarte")).to_be_visible()
    expect(monday.get_by_text("Mia Lind").first).to_be_visible()


def test_a_host_is_chosen_and_the_address_keeps_it(mia_sees, team):
    page = mia_sees(week_of())
    page.get_by_text("Hosts: everyone").click()
    page.get_by_role("checkbox", name="Sol Berg").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("rowheader", name="Mia Lind")).to_have_count(0)

    page.get_by_role("link", name="Week after").click()

    expect(page.get_by_role("rowheader", name="Sol Berg")).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_count(1)


def test_a_host_copies_their_own_link(mia_sees, team, context, live_server):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = mia_sees(week_of())

    page.get_by_role("button", name="Copy my link").click()

    expect(page.get_by_role("status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/book/{team[0].pk}/")


def test_a_call_is_moved_and_cancelled_from_its_page(mia_sees, team):
    call = Meeting.objects.filter(host=team[0]).earliest("starts_at")
    free = free_slots([team[0]], offered(), moving=call)[team[0].pk]
    page = mia_sees(reverse("admin:meetings_meeting_change", args=[call.pk]))

    page.get_by_role("link", name="Move …").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Move the call").click()

    expect(page.get_by_text("The call is moved.")).to_be_visible()
    call.refresh_from_db()
    assert Span(call.starts_at, call.ends_at) == free[0]

    page.get_by_role("link", name="Cancel the call …").click()
    page.get_by_role("button", name="Cancel the call").click()
    expect(page.get_by_text("The call is cancelled.")).to_be_visible()


def test_every_page_about_calls_fits_a_phone_and_a_desk_and_keeps_nobody_out(mia_sees, team):
    call, faults = Meeting.objects.filter(host=team[0]).earliest("starts_at"), []
    begun = MeetingFactory(host=team[1], starts_at=timezone.now() - timedelta(hours=1),
                           ends_at=timezone.now())  # fmt: skip
    hours = WorkingHours.objects.create(host=team[0], weekday=0, starts=time(8), ends=time(12))
    addresses = [
        week_of(), f"{week_of()}&view=agenda", f"{week_of()}&host={team[0].pk}",
        reverse("call-move", args=[call.pk]), reverse("call-cancel", args=[call.pk]),
        reverse("admin:meetings_meeting_change", args=[begun.pk]),
        reverse("admin:companies_teammember_change", args=[team[0].pk]),
        reverse("admin:meetings_dayoff_changelist"), reverse("admin:meetings_dayoff_add"),
        reverse("admin:meetings_workinghours_change", args=[hours.pk]),
        reverse("admin:meetings_hostchoice_changelist"),
    ]  # fmt: skip
    for address in addresses:
        page = mia_sees(address)
        said = []
        for width in (1280, 390, 320):
            over = too_wide(page, width)
            said += [f"{over} px too wide at {width}"] * (over > 0)
            said += barriers(page) if width > 320 else []
        page.set_viewport_size({"width": 1280, "height": 900})
        headings = page.get_by_role("heading", level=1).count()
        said += [f"{headings} main headings"] * (headings != 1)
        faults += [f"{address}: {each}" for each in said]

    assert not faults, "\n".join(faults)
