"""When hosts take calls: everybody keeps their own hours and days off, a lead keeps all."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.urls import reverse

from meetings.models import DayOff, HostChoice, WorkingHours
from tests.factories import MeetingFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db

WEDDING = {"first_day": "2030-06-04", "last_day": "2030-06-05", "note": "Wedding"}
MONDAY = {"weekday": "0", "starts": "08:00", "ends": "12:00"}


@pytest.fixture
def other(db):
    return TeamMemberFactory(first_name="Sol", last_name="Berg")


def add(client, model: str, host, **values):
    return client.post(reverse(f"admin:meetings_{model}_add"), {"host": host.pk, **values})


def day_off(host) -> DayOff:
    return DayOff.objects.create(host=host, first_day=date(2030, 6, 4), last_day=date(2030, 6, 4))


def errors(response) -> dict:
    return response.context["adminform"].form.errors


def test_a_host_enters_their_own_days_off_and_hours(client, staff, host):
    staff("sales", host)

    assert add(client, "dayoff", host, **WEDDING).status_code == 302
    assert add(client, "workinghours", host, **MONDAY).status_code == 302

    assert DayOff.objects.get().host == host
    assert str(WorkingHours.objects.get()) == "Monday, 08:00 to 12:00"


def test_a_host_enters_nothing_for_another(client, staff, host, other):
    staff("sales", host)

    response = add(client, "dayoff", other, **WEDDING)

    assert "host" in errors(response)
    assert not DayOff.objects.exists()


@pytest.mark.parametrize("action", ["change", "delete"])
def test_another_hosts_days_off_are_seen_and_left_alone(client, staff, host, other, action):
    staff("sales", host)
    off = day_off(other)

    assert client.get(reverse("admin:meetings_dayoff_change", args=[off.pk])).status_code == 200
    address = reverse(f"admin:meetings_dayoff_{action}", args=[off.pk])
    response = client.post(address, {"host": host.pk, **WEDDING, "post": "yes"})

    assert response.status_code == 403
    off.refresh_from_db()
    assert (off.host, off.note) == (other, "")


def test_another_hosts_days_off_do_not_go_with_ones_own(client, staff, host, other):
    staff("sales", host)
    chosen = [day_off(host).pk, day_off(other).pk]

    response = client.post(
        reverse("admin:meetings_dayoff_changelist"),
        {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
    )

    assert response.status_code == 403
    assert DayOff.objects.count() == 2


def test_what_is_over_is_deleted(client, staff, host):
    staff("sales", host)
    off = day_off(host)

    client.post(reverse("admin:meetings_dayoff_delete", args=[off.pk]), {"post": "yes"})

    assert not DayOff.objects.exists()


def test_a_lead_enters_them_for_everybody(client, staff, other):
    staff("sales lead")

    assert add(client, "dayoff", other, **WEDDING).status_code == 302
    assert DayOff.objects.get().host == other


@pytest.mark.parametrize("model", ["dayoff", "workinghours"])
def test_who_only_reads_enters_none(client, staff, host, model):
    staff("read only", host)
    assert client.get(reverse(f"admin:meetings_{model}_changelist")).status_code == 200
    assert add(client, model, host, **WEDDING, **MONDAY).status_code == 403


@pytest.mark.parametrize("model", ["dayoff", "workinghours"])
def test_who_is_no_team_member_enters_none_and_is_told_why(client, staff, host, model):
    staff("sales")

    response = add(client, model, host, **WEDDING, **MONDAY)

    list_page = reverse(f"admin:meetings_{model}_changelist")
    assert response["Location"] == list_page
    assert "belongs to no team member" in client.get(list_page).content.decode()
    assert not DayOff.objects.exists()
    assert not WorkingHours.objects.exists()


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        ("dayoff", {**WEDDING, "last_day": "2030-06-03"}, "last_day"),
        ("dayoff", {**WEDDING, "first_day": "soon"}, "first_day"),
        ("dayoff", {**WEDDING, "note": "x" * 10_000}, "note"),
        ("workinghours", {**MONDAY, "ends": "08:00"}, "ends"),
        ("workinghours", {**MONDAY, "weekday": "7"}, "weekday"),
        ("workinghours", {**MONDAY, "starts": "25:00"}, "starts"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, staff, host, model, values, field):
    staff("sales", host)

    response = add(client, model, host, **values)

    assert (response.status_code, list(errors(response))) == (200, [field])


@pytest.mark.parametrize(
    ("starts", "ends"), [("09:00", "10:00"), ("07:00", "13:00"), ("11:00", "13:00")]
)
def test_hours_that_overlap_others_of_the_day_are_refused(client, staff, host, starts, ends):
    staff("sales", host)
    WorkingHours.objects.create(host=host, weekday=0, starts=time(8), ends=time(12))

    response = add(client, "workinghours", host, weekday="0", starts=starts, ends=ends)

    assert "These hours meet others of that day: 08:00 to 12:00." in str(errors(response)["starts"])
    assert (
        add(client, "workinghours", host, weekday="0", starts="12:00", ends="13:00").status_code
        == 302
    )


def test_a_team_members_page_has_their_times_and_their_link(client, staff, host, settings):
    settings.CALLBOOKER_BASE_URL = "https://www.example.org/book"
    staff("sales", host)
    WorkingHours.objects.create(host=host, weekday=0, starts=time(8), ends=time(12))
    day_off(host)

    page = client.get(reverse("admin:companies_teammember_change", args=[host.pk])).content.decode()

    assert f'value="https://www.example.org/book/{host.pk}/"' in page
    assert "Monday, 08:00 to 12:00" in page
    assert "2030-06-04 to 2030-06-04" in page
    assert f"{reverse('admin:meetings_dayoff_add')}?host={host.pk}" in page


def test_who_left_has_no_link_any_more(client, staff, host):
    staff("sales")
    host.is_active = False
    host.save()

    page = client.get(reverse("admin:companies_teammember_change", args=[host.pk])).content.decode()

    assert f"/book/{host.pk}/" not in page


def test_who_was_chosen_and_why_is_read_and_not_written(client, staff, host, calendar):
    staff("operations")
    reason = "Sells “Pay as you go” in Europe; was never booked"
    call = MeetingFactory(host=host)
    choice = HostChoice.objects.create(
        host=host, plan="payg", country="PT", reason=reason, meeting=call
    )

    listed = client.get(reverse("admin:meetings_hostchoice_changelist"))

    assert reason in listed.content.decode()
    assert str(call) in listed.content.decode()
    address = reverse("admin:meetings_hostchoice_change", args=[choice.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": "x"}).status_code == 403
    assert client.get(reverse("admin:meetings_hostchoice_add")).status_code == 403
