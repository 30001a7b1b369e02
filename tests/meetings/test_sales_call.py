"""A sales call is booked: who the visitor is, the deal, and the call. Seed, "Sales call booked"."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal, Status
from integrations.models import SyncLog
from meetings.models import Meeting
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    PipelineFactory,
    StageFactory,
    TeamMemberFactory,
)
from tests.meetings.website import INES, NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(entry):
    """A company with a contact and an open deal, of another sales person."""
    company = CompanyFactory(
        name="Brightpath", sales_person=TeamMemberFactory(), price_plan="startup", country="ES"
    )
    contact = ContactFactory(
        company=company, first_name="Inês", last_name="D.", email="Ines@Brightpath.example",
        phone="00351 (21) 555-0100",
    )  # fmt: skip
    DealFactory(company=company, stage=entry)
    return contact


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


# -- who the visitor is ---------------------------------------------------------------------


def test_the_company_is_known_by_its_id_before_all_else(website, host, known, entry):
    named = CompanyFactory(name="Other")

    website.book(host, company_id=named.pk)

    meeting = Meeting.objects.get()
    assert meeting.company == named
    assert meeting.contact.company == named
    assert Company.objects.count() == 2


def test_an_unknown_id_counts_for_nothing(website, host, known):
    for number, pk in enumerate([999_999, -5, 10**30]):
        response = website.book(host, NINE + timedelta(days=number), company_id=pk)
        assert response.status_code == 200

    assert set(Meeting.objects.values_list("company", flat=True)) == {known.company_id}


def test_an_id_that_was_merged_away_means_the_survivor(website, host, known):
    gone = CompanyFactory(merged_into=known.company, archived_at=NINE)

    website.book(host, company_id=gone.pk, email="new@brightpath.example", phone="")

    assert Meeting.objects.get().company == known.company


def test_the_company_is_known_by_the_email_of_a_contact_before_its_name(website, host, known):
    CompanyFactory(name="Elsewhere")

    website.book(host, company_name="Elsewhere", email="INES@brightpath.EXAMPLE")

    meeting = Meeting.objects.get()
    assert (meeting.company, meeting.contact) == (known.company, known)


def test_of_several_contacts_with_an_email_the_newest_counts(website, host, known):
    newest = ContactFactory(email=known.email)

    website.book(host)

    assert Meeting.objects.get().contact == newest


def test_the_company_is_known_by_the_digits_of_a_phone(website, host, known):
    Contact.objects.update(phone="+351 (21) 555-0100")

    website.book(host, email="reception@brightpath.example", company_name="Elsewhere",
                 phone="351 215550100")  # fmt: skip

    meeting = Meeting.objects.get()
    assert (meeting.company, meeting.contact) == (known.company, known)


def test_a_phone_of_few_digits_is_nobodys(website, host, entry):
    ContactFactory(phone="12")

    website.book(host, phone="1 2")

    assert Meeting.objects.get().company.name == "Brightpath"


def test_the_newest_company_of_a_name_is_known_by_it_whatever_its_case(website, host, entry):
    CompanyFactory(name="Brightpath")
    newest = CompanyFactory(name="BRIGHTPATH")

    website.book(host, company_name=" brightPath ")

    assert Meeting.objects.get().company == newest
    assert Contact.objects.get().company == newest


def test_within_a_company_a_contact_is_known_by_the_email(website, host, entry):
    company = CompanyFactory(name="Brightpath")
    ContactFactory(company=company, last_name="Duarte", email="other@brightpath.example")

    website.book(host)

    assert Contact.objects.filter(company=company).count() == 2


def test_without_an_email_a_contact_is_known_by_the_last_name(website, host, entry):
    company = CompanyFactory(name="Brightpath")
    contact = ContactFactory(company=company, last_name="DUARTE", email="i@brightpath.example")

    response = website.book(host, email="", phone="")

    assert response.status_code == 200
    assert Meeting.objects.get().contact == contact


def test_a_contact_without_an_email_gets_the_one_given(website, host, entry):
    company = CompanyFactory(name="Other")
    contact = ContactFactory(company=company, email="", phone=INES["phone"], last_name="Reis")

    website.book(host)

    contact.refresh_from_db()
    assert (contact.email, contact.last_name) == (INES["email"], "Reis")


def test_within_a_company_somebody_of_the_same_name_without_an_email_is_the_visitor(
    website, host, entry
):
    company = CompanyFactory(name="Brightpath")
    contact = ContactFactory(company=company, first_name="INES", last_name="Duarte", email="")

    website.book(host)

    contact.refresh_from_db()
    assert Meeting.objects.get().contact == contact
    assert contact.email == INES["email"]


@pytest.mark.parametrize("state", [{"archived_at": NINE}, {"narc": True}])
def test_a_company_that_is_archived_or_no_customer_is_nobodys(website, host, known, state):
    Company.objects.filter(pk=known.company_id).update(**state)

    website.book(host, company_id=known.company_id)

    assert Meeting.objects.get().company != known.company


def test_somebody_of_no_company_is_still_that_person(website, host, entry):
    alone = ContactFactory(company=None, email=INES["email"])

    website.book(host)

    alone.refresh_from_db()
    assert Meeting.objects.get().contact == alone
    assert alone.company == Company.objects.get()


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("ines duarte", "Ines", "Duarte"),
        ("INES DUARTE", "Ines", "Duarte"),
        ("Conor McKay", "Conor", "McKay"),
        ("duarte", "", "Duarte"),
        ("Ines de la Cruz", "Ines", "de la Cruz"),
    ],
)
def test_a_name_is_split_at_its_first_blank_and_mended_only_where_it_has_one_case(
    website, host, entry, typed, first, last
):
    website.book(host, name=typed)

    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == (first, last)


# -- a BDR person's old links ---------------------------------------------------------------


def test_an_old_link_names_a_bdr_person_by_their_number_in_tc2(website, host, entry):
    from integrations.models import ExternalLink

    bdr = TeamMemberFactory(is_bdr_person=True)
    ExternalLink.objects.create(
        system="tc2", kind="team_member", remote_id="700501", record_id=bdr.pk
    )

    website.book(host, bdr_person_id=700501)

    assert Company.objects.get().bdr_person == bdr


@pytest.mark.parametrize("wrong", [999_999, "mia", "²", 10**40, -1, {"a": 1}, [7], True, 1.5, ""])
def test_a_wrong_bdr_person_does_not_cost_the_call(website, host, entry, wrong):
    assert website.book(host, bdr_person_id=wrong).status_code == 200
    assert Company.objects.get().bdr_person is None


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
        host, estimated_income=4000, website=None, utm_source=None, company_id=None,
        bdr_person_id=None, phone=None, meeting_dt=int(NINE.timestamp()),
    )  # fmt: skip

    assert response.status_code == 200
    assert Company.objects.get().estimated_income == "4000"
    assert Meeting.objects.get().starts_at == NINE


def test_a_time_with_another_offset_is_the_same_moment(website, host, entry):
    assert website.book(host, meeting_dt="2030-06-04T05:00:00-04:00").status_code == 200
    assert Meeting.objects.get().starts_at == NINE
