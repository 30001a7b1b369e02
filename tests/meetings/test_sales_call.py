"""A sales call is booked: company, contact, deal and call. Workflows, "Sales call booked"."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal, Status
from integrations.models import SyncLog
from meetings.models import Meeting
from tests.factories import (
    DealFactory,
    PipelineFactory,
    StageFactory,
    TeamMemberFactory,
)
from tests.meetings.website import INES, NINE, sales_call

pytestmark = pytest.mark.django_db


def values(record):
    """All that a person may have typed into it."""
    own = ["updated_at", "has_booked_call"]
    return {f.name: getattr(record, f.attname) for f in record._meta.concrete_fields
            if f.name not in own}  # fmt: skip


def test_a_visitor_whom_nobody_knows_becomes_company_contact_deal_and_call(
    website, host, entry, calendar
):
    response = website.book(host)

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "meeting": {
            "start": "2030-06-04T09:00:00+00:00", "end": "2030-06-04T09:30:00+00:00",
            "admin": host.pk,
        },
    }  # fmt: skip
    company, contact, deal = Company.objects.get(), Contact.objects.get(), Deal.objects.get()
    meeting = Meeting.objects.get()
    assert (meeting.host, meeting.contact, meeting.company, meeting.deal) == (
        host, contact, company, deal,
    )  # fmt: skip
    assert (meeting.kind, meeting.status, meeting.awaits_calendar) == ("sales", "planned", False)
    assert calendar.events() == [
        {"host": host.pk, "start": NINE.isoformat(),
         "end": (NINE + timedelta(minutes=30)).isoformat()}
    ]  # fmt: skip


def test_a_new_company_is_the_hosts_and_has_what_was_said(website, host, entry):
    bdr = TeamMemberFactory(is_bdr_person=True)
    website.book(host, bdr_person_id=bdr.pk)

    company = Company.objects.get()
    assert (company.sales_person, company.bdr_person) == (host, bdr)
    assert company.name == "Brightpath"
    assert (company.country, company.currency, company.price_plan) == ("PT", "EUR", "payg")
    assert (company.website, company.estimated_income) == (INES["website"], "4000")
    assert (company.utm_source, company.utm_campaign) == ("search", "autumn")
    assert company.has_booked_call


def test_a_new_contact_has_name_email_and_phone(website, host, entry):
    website.book(host, name=" Ines  Duarte Reis ", email=" INES@Brightpath.example ")

    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == ("Ines", "Duarte Reis")
    assert contact.email == "ines@brightpath.example"
    assert contact.phone == INES["phone"]


def test_a_new_deal_enters_the_plans_pipeline_with_the_companys_sales_person(website, host, entry):
    website.book(host)

    deal = Deal.objects.get()
    assert (deal.name, deal.status, deal.owner) == ("Brightpath", "open", host)
    assert (deal.pipeline, deal.stage) == (entry.pipeline, entry)
    assert (deal.company, deal.contact) == (Company.objects.get(), Contact.objects.get())


def test_nothing_of_what_exists_is_changed_but_that_a_call_was_booked(website, host, known):
    company, deal = known.company, Deal.objects.get()
    before = [values(record) for record in (company, known, deal)]

    assert website.book(host).status_code == 200

    for record in (company, known, deal):
        record.refresh_from_db()
    assert [values(record) for record in (company, known, deal)] == before
    assert company.has_booked_call
    assert Meeting.objects.get().deal == deal
    assert (Company.objects.count(), Contact.objects.count(), Deal.objects.count()) == (1, 1, 1)


# -- a BDR person's old links ---------------------------------------------------------------


def test_an_old_link_names_a_bdr_person_by_their_number_in_tc2(website, host, entry):
    from integrations.models import ExternalLink

    bdr = TeamMemberFactory(is_bdr_person=True)
    ExternalLink.objects.create(
        system="tc2", kind="team_member", remote_id="700501", record_id=bdr.pk
    )

    website.book(host, bdr_person_id=700501)

    assert Company.objects.get().bdr_person == bdr


@pytest.mark.parametrize(
    "wrong",
    [999_999, "mia", "²", 10**40, -1, {"a": 1}, [7], True, 1.5, "", "7\x00", "\ud800", "7\n"],
)
def test_a_wrong_bdr_person_does_not_cost_the_call(website, host, entry, wrong):
    body = json.dumps(sales_call(host, bdr_person_id=wrong))

    assert website.post("/callbooker/sales/book/", body).status_code == 200
    assert Company.objects.get().bdr_person is None


@pytest.mark.parametrize(
    "word", ["EURO", "€", "pounds sterling", "E" * 300, "<b>", "\ud800", "E\x00R"]
)
def test_a_currency_that_is_no_code_does_not_cost_the_call(website, host, entry, word):
    body = json.dumps(sales_call(host, currency=word))

    assert website.post("/callbooker/sales/book/", body).status_code == 200
    assert Company.objects.get().currency == ""


def test_somebody_who_is_no_bdr_person_is_not_made_one(website, host, entry):
    website.book(host, bdr_person_id=host.pk)

    assert Company.objects.get().bdr_person is None


# -- the deal -------------------------------------------------------------------------------


def test_the_newest_open_deal_is_the_calls(website, host, known, entry):
    newest = DealFactory(company=known.company, stage=entry)

    website.book(host)

    assert Meeting.objects.get().deal == newest


@pytest.mark.parametrize("ended", [Status.WON, Status.LOST])
def test_a_deal_that_ended_stays_so_and_a_new_one_is_opened(website, host, known, entry, ended):
    Company.objects.update(price_plan="payg")
    Deal.objects.update(status=ended)

    website.book(host)

    old, new = Deal.objects.order_by("pk")
    assert (old.status, new.status) == (ended, "open")
    assert (Meeting.objects.get().deal, new.owner) == (new, known.company.sales_person)


def test_without_a_pipeline_the_call_is_booked_and_staff_are_told(website, host, admin_client):
    response = website.book(host)

    assert response.status_code == 200
    assert Meeting.objects.get().deal is None
    note = SyncLog.objects.get()
    assert (note.kind, note.record_id) == ("company", Company.objects.get().pk)
    assert (note.level, note.topic) == ("warning", "no_pipeline")
    for page in ["/admin/integrations/synclog/",
                 f"/admin/companies/company/{note.record_id}/change/"]:  # fmt: skip
        assert "no deal was opened" in admin_client.get(page).content.decode()


def test_each_plan_has_its_own_pipeline(website, host, entry):
    startup = PipelineFactory(plan="startup")
    startup.default_stage = StageFactory(pipeline=startup)
    startup.save()

    website.book(host, price_plan="startup")

    assert Deal.objects.get().pipeline == startup


# -- unusual but right ----------------------------------------------------------------------


def test_unknown_keys_are_ignored_and_long_text_is_cut(website, host, entry):
    response = website.book(host, company_name="B" * 10_000, name="I " + "D" * 10_000,
                            utm_source="s" * 300, surprise={"a": [1]})  # fmt: skip

    assert response.status_code == 200
    assert Company.objects.get().name == "B" * 255
    assert len(Contact.objects.get().name) == 255
    assert len(Company.objects.get().utm_source) == 255


def test_numbers_nulls_and_unix_times_are_taken(website, host, entry):
    response = website.book(
        host, estimated_income=4000, website=None, utm_source=None, company_id="",
        bdr_person_id=None, phone=None, meeting_dt=int(NINE.timestamp()),
    )  # fmt: skip

    assert response.status_code == 200
    assert Company.objects.get().estimated_income == "4000"
    assert Meeting.objects.get().starts_at == NINE


def test_a_time_with_another_offset_is_the_same_moment(website, host, entry):
    assert website.book(host, meeting_dt="2030-06-04T05:00:00-04:00").status_code == 200
    assert Meeting.objects.get().starts_at == NINE
