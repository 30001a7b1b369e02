"""What Pipedrive hears of a call that a visitor books. Workflows, "Actions from the Callbooker"."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companies.models import Company, TeamMember
from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink
from meetings import services
from meetings.models import Meeting
from tests.factories import CompanyFactory, ContactFactory
from tests.meetings.website import INES, NINE, Website

pytestmark = pytest.mark.django_db

PATHS = {
    "organization": "/api/v2/organizations",
    "person": "/api/v2/persons",
    "deal": "/api/v2/deals",
    "activity": "/api/v2/activities",
}


@pytest.fixture
def website(calendar, settings):
    settings.CALLBOOKER_BOOKINGS_PER_MINUTE = 100_000
    return Website()


@pytest.fixture
def host(pipedrive):
    """Somebody who has a user in Pipedrive."""
    return TeamMember.objects.exclude(email="")[0]


@pytest.fixture
def entry(pipedrive):
    """A pipeline of Pipedrive's, where new deals of the plan enter."""
    return pipedrive.enter_deals_at("Asked for a call")


@pytest.fixture
def known(pipedrive, host, entry):
    """A contact of a company with an open deal; Pipedrive has all three."""
    company = CompanyFactory(name="Brightpath", sales_person=host, price_plan="payg")
    contact = ContactFactory(company=company, email=INES["email"], phone=INES["phone"])
    Deal.objects.create(
        name="Brightpath", company=company, pipeline=entry.pipeline, stage=entry, owner=host
    )
    pipedrive.send()
    return contact


@pytest.fixture(params=["sales", "support"])
def book(request, website):
    """Books a call of either kind with the known company."""
    if request.param == "sales":
        return website.book
    return lambda host, *args, **values: website.book_support(
        host, Company.objects.get(), *args, **values
    )


def writes(calls, entity):
    return [call for call in calls if call.path.startswith(PATHS[entity])]


def counted(pipedrive):
    return {entity: len(pipedrive.account.records(entity)) for entity in PATHS}


def test_a_sales_call_of_somebody_new_makes_one_of_each(pipedrive, website, host, entry):
    assert website.book(host).status_code == 200
    pipedrive.send()
    pipedrive.send()

    assert counted(pipedrive) == {"organization": 1, "person": 1, "deal": 1, "activity": 1}
    organization = pipedrive.remote(Company.objects.get())
    person, deal = pipedrive.remote(Contact.objects.get()), pipedrive.remote(Deal.objects.get())
    assert organization["name"] == "Brightpath"
    assert person["org_id"] == organization["id"]
    assert (deal["org_id"], deal["person_id"]) == (organization["id"], person["id"])


def test_the_activity_names_its_people_its_deal_and_its_time(pipedrive, website, host, entry):
    website.book(host)
    pipedrive.send()
    pipedrive.send()

    activity = pipedrive.remote(Meeting.objects.get())
    assert activity["type"] == "meeting"
    assert activity["subject"] == f"Product demo with {host}"
    assert (activity["due_date"], activity["due_time"][:5]) == ("2030-06-04", "09:00")
    assert activity["duration"][:5] == "00:30"
    assert activity["deal_id"] == pipedrive.remote(Deal.objects.get())["id"]
    assert activity["person_id"] == pipedrive.remote(Contact.objects.get())["id"]
    user = ExternalLink.objects.get(system="pipedrive", kind="team_member", record_id=host.pk)
    assert str(activity["owner_id"]) == user.remote_id


def test_what_pipedrive_has_already_is_not_sent_again(pipedrive, book, host, known):
    assert book(host).status_code == 200

    calls = pipedrive.send()

    assert [call.method for call in calls] == ["POST"]
    assert len(writes(calls, "activity")) == 1


def test_an_organization_that_differs_is_updated(pipedrive, book, host, known):
    Company.objects.update(website="https://new.example")
    book(host)

    calls = pipedrive.send()

    assert [call.method for call in writes(calls, "organization")] == ["PATCH"]
    key = pipedrive.key("company", "website")
    organization = pipedrive.remote(known.company)
    assert organization["custom_fields"][key] == "https://new.example"


def test_a_person_that_gets_an_email_address_is_updated(pipedrive, website, host, known):
    Contact.objects.update(email="")
    pipedrive.send()
    website.book(host)

    calls = pipedrive.send()

    assert [call.method for call in writes(calls, "person")] == ["PATCH"]
    assert pipedrive.remote(known)["emails"][0]["value"] == INES["email"]


def test_a_support_call_updates_a_person_that_differs(pipedrive, website, host, known):
    Contact.objects.update(phone="+351 21 555 0199")
    website.book_support(host, known.company)

    calls = pipedrive.send()

    assert [call.method for call in writes(calls, "person")] == ["PATCH"]
    assert pipedrive.remote(known)["phones"][0]["value"] == "+351 21 555 0199"


def test_a_support_call_of_somebody_new_makes_no_deal(pipedrive, website, host, entry):
    website.book_support(host, None, company_name="Brightpath")
    pipedrive.send()
    pipedrive.send()

    assert counted(pipedrive) == {"organization": 1, "person": 1, "deal": 0, "activity": 1}
    assert pipedrive.remote(Meeting.objects.get()).get("deal_id") is None


def test_a_call_that_is_refused_still_brings_organization_person_and_deal(
    pipedrive, website, host, entry, calendar
):
    calendar.take(host, NINE, NINE + timedelta(hours=1))
    assert website.book(host).json()["code"] == "admin_busy"
    pipedrive.send()
    pipedrive.send()

    assert counted(pipedrive) == {"organization": 1, "person": 1, "deal": 1, "activity": 0}


def test_a_second_call_around_the_first_one_makes_no_activity(pipedrive, book, host, known):
    book(host)
    pipedrive.send()
    assert book(host, NINE + timedelta(minutes=90)).json()["code"] == "meeting_exists"

    assert pipedrive.send() == []
    assert len(pipedrive.account.records("activity")) == 1


def test_a_call_that_its_calendar_did_not_take_makes_no_activity(
    pipedrive, book, host, known, calendar
):
    calendar.set("no-answer")
    assert book(host).json()["code"] == "calendar_error"

    assert pipedrive.send() == []
    assert pipedrive.account.records("activity") == []


def test_a_host_without_a_user_there_is_left_out(pipedrive, website, host, known):
    ExternalLink.objects.filter(kind="team_member", record_id=host.pk).delete()

    website.book_support(host, known.company)
    pipedrive.send()

    assert len(pipedrive.account.records("activity")) == 1


def test_a_call_that_is_moved_and_called_off_is_so_there(pipedrive, book, host, known):
    book(host)
    pipedrive.send()
    meeting = Meeting.objects.get()
    services.move(meeting, NINE + timedelta(hours=3))
    pipedrive.send()
    assert pipedrive.remote(meeting)["due_time"][:5] == "12:00"

    services.cancel(meeting)

    assert [call.method for call in pipedrive.send()] == ["DELETE"]
