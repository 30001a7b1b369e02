"""Visitors at the same instant, over real connections of their own."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from http.client import HTTPConnection

import pytest
from django.db import transaction

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.sync.apply import apply
from integrations.sync.records import RemoteRecord
from meetings import guest_links, services
from meetings.booking import one_call_at_a_time
from meetings.models import Meeting
from meetings.requests import Refusal
from tests.at_once import overtaken, together
from tests.factories import MeetingFactory, TeamMemberFactory
from tests.meetings.visitor import Visitor
from tests.meetings.website import NINE, sales_call

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def book(live_server, calendar):
    """Books over HTTP; returns status and code."""
    address = live_server.url.removeprefix("http://")

    def post(body):
        door = HTTPConnection(address, timeout=60)
        headers = {"Content-Type": "application/json"}
        door.request("POST", "/callbooker/sales/book/", json.dumps(body), headers)
        response = door.getresponse()
        answer = json.loads(response.read())
        door.close()
        return response.status, answer.get("code", "")

    return post


def somebody(number):
    return {
        "name": f"Ines Duarte {number}", "email": f"ines{number}@brightpath.example",
        "phone": "", "company_name": f"Brightpath {number}",
    }  # fmt: skip


def test_of_fifty_bookings_of_one_slot_one_is_kept_and_the_others_are_told(
    book, host, entry, calendar
):
    answers = together(lambda n: book(sales_call(host, **somebody(n))), 50)

    assert Counter(answers) == {(200, ""): 1, (400, "admin_busy"): 49}
    assert calendar.inserted() == [Meeting.objects.get().pk]
    assert Company.objects.count() == 50, "whoever was refused is news all the same"


def test_one_visitor_five_times_at_once_has_one_call_and_every_answer_says_so(
    book, host, entry, calendar
):
    answers = together(lambda _: book(sales_call(host)), 5)

    assert answers == [(200, "")] * 5
    assert Meeting.objects.count() == 1
    assert len(calendar.events()) == 1
    assert (Company.objects.count(), Contact.objects.count(), Deal.objects.count()) == (1, 1, 1)


def test_two_bookings_of_a_new_visitor_make_one_company_one_contact_and_one_deal(book, host, entry):
    answers = together(lambda n: book(sales_call(host, NINE + timedelta(days=n))), 2)

    assert answers == [(200, "")] * 2
    assert (Company.objects.count(), Contact.objects.count(), Deal.objects.count()) == (1, 1, 1)
    assert Meeting.objects.count() == 2


def test_two_people_of_one_new_company_make_one_company(book, host, entry):
    days = {0: NINE, 1: NINE + timedelta(days=1)}

    together(
        lambda n: book(sales_call(host, days[n], **somebody(n) | {"company_name": "Brightpath"})),
        2,
    )

    assert (Company.objects.count(), Contact.objects.count(), Deal.objects.count()) == (1, 2, 1)


def test_a_visitor_and_a_message_of_the_same_company_at_once_make_one_company(book, host, entry):
    def tell(number):
        if number:
            told = {"name": "Brightpath"}
            return apply([RemoteRecord("pipedrive", "company", f"40{number}", told)],
                         system=PIPEDRIVE)  # fmt: skip
        return book(sales_call(host))

    answers = together(tell, 2)

    assert answers[0] == (200, "")
    assert Company.objects.count() == 1


def test_one_visitor_with_two_hosts_at_once_has_one_call(book, host, entry):
    hosts = [host, TeamMemberFactory()]

    answers = together(lambda n: book(sales_call(hosts[n])), 2)

    assert Counter(answers) == {(200, ""): 1, (400, "meeting_exists"): 1}


def test_of_two_calls_moved_to_one_time_one_arrives(host, calendar):
    calls = [
        MeetingFactory(host=host, starts_at=NINE + timedelta(days=n),
                       ends_at=NINE + timedelta(days=n, minutes=30))
        for n in range(1, 4)
    ]  # fmt: skip

    def move(number):
        try:
            services.move(calls[number], NINE)
        except Refusal as refusal:
            return refusal.code
        return "moved"

    assert Counter(together(move, 3)) == {"moved": 1, "admin_busy": 2}


def test_a_call_that_gets_another_host_while_it_is_moved_stays_at_its_time(host, calendar):
    """Whether the new one is free then, nobody has asked."""
    call = MeetingFactory(host=host, starts_at=NINE, ends_at=NINE + timedelta(minutes=30))
    other = TeamMemberFactory()

    def move():
        with pytest.raises(Refusal) as refused:
            services.move(call, NINE + timedelta(minutes=45))
        return refused.value.code

    assert overtaken(move, by=lambda: Meeting.objects.update(host=other)) == "admin_busy"
    call.refresh_from_db()
    assert (call.host, call.starts_at) == (other, NINE)


@pytest.mark.parametrize(
    ("change", "title"),
    [({"archived_at": NINE}, "This call is cancelled"),
     ({"status": "completed"}, "This call has started already")],
)  # fmt: skip
def test_a_guest_who_cancels_what_staff_end_meanwhile_is_told_so(host, change, title):
    call = MeetingFactory(host=host, starts_at=NINE, ends_at=NINE + timedelta(minutes=30))
    guest = Visitor()
    guest.open(f"{guest_links.path(call)}cancel/")

    overtaken(lambda: guest.press("cancel"), by=lambda: Meeting.objects.update(**change))

    assert (guest.response.status_code, guest.title) == (409, title)
    call.refresh_from_db()
    assert call.status == change.get("status", "planned")


def test_what_the_database_refuses_is_a_plain_no(host):
    """Whoever writes without our locks may be faster than our own look."""
    times = {"starts_at": NINE, "ends_at": NINE + timedelta(minutes=30)}
    MeetingFactory(host=host, **times)

    with pytest.raises(Refusal) as refused, one_call_at_a_time():
        Meeting.objects.create(host=host, **times)

    assert refused.value.code == "admin_busy"
    with transaction.atomic():
        assert Meeting.objects.count() == 1
