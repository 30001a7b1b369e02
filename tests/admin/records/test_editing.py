"""Two write one record at the same time: nothing is lost, and nothing is overwritten unseen."""

from __future__ import annotations

import pytest

from companies.models import Company
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    MeetingFactory,
    TeamMemberFactory,
)

from .forms import opened, page, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return CompanyFactory(name="Larkfield", website="https://old.example")


def post(client, record, form, **changes):
    return client.post(page(record), {**form, **changes})


def test_edits_of_different_fields_both_survive(client, staff, company):
    staff("sales")
    form = opened(client, company)
    save(client, company, name="By another")

    response = post(client, company, form, website="https://mine.example")

    company.refresh_from_db()
    assert response.status_code == 302
    assert (company.name, company.website) == ("By another", "https://mine.example")


def test_the_person_is_told_what_else_changed_meanwhile(client, staff, company):
    staff("sales")
    form = opened(client, company)
    save(client, company, name="By another")

    response = client.post(page(company), {**form, "website": "https://mine.example"}, follow=True)

    assert (
        "sales changed name from Larkfield to By another while you were editing. That stays."
        in [str(message) for message in response.context["messages"]]
    )


def test_edits_of_the_same_field_ask_and_show_both_values(client, staff, company):
    staff("sales")
    form = opened(client, company)
    save(client, company, name="By another")

    response = post(client, company, form, name="Mine", country="GB")

    text = response.content.decode()
    assert "sales changed name from Larkfield to By another at" in text
    assert "Mine: Mine" in text
    assert "Theirs: By another" in text
    company.refresh_from_db()
    assert (company.name, company.country) == ("By another", "")


def test_records_of_one_name_are_told_apart_when_both_were_chosen(client, staff):
    staff("sales")
    first, second, third = (CompanyFactory(name="Acme") for _ in range(3))
    contact = ContactFactory(company=first)
    form = opened(client, contact)
    save(client, contact, company=second.pk)

    response = post(client, contact, form, company=third.pk)

    told = f"changed company from Acme (number {first.pk}) to Acme (number {second.pk})"
    assert told in response.content.decode()
    contact.refresh_from_db()
    assert contact.company == second


@pytest.mark.parametrize(("answer", "name"), [("mine", "Mine"), ("theirs", "By another")])
def test_the_answer_decides_and_the_other_fields_are_saved_with_it(
    client, staff, company, answer, name
):
    staff("sales")
    form = opened(client, company) | {"country": "GB"}
    save(client, company, name="By another")
    seen = post(client, company, form, name="Mine").context["adminform"].form.newest

    post(client, company, form, name="Mine", _seen=seen, _keep_name=answer)

    company.refresh_from_db()
    assert (company.name, company.country) == (name, "GB")


def test_an_answer_to_an_older_question_is_asked_again(client, staff, company):
    staff("sales")
    form = opened(client, company)
    save(client, company, name="By another")
    seen = post(client, company, form, name="Mine").context["adminform"].form.newest
    save(client, company, name="By a third")

    response = post(client, company, form, name="Mine", _seen=seen, _keep_name="mine")

    assert "Theirs: By a third" in response.content.decode()
    assert Company.objects.get().name == "By a third"


def test_both_typing_the_same_is_no_question(client, staff, company):
    staff("sales")
    form = opened(client, company)
    save(client, company, name="The same")

    assert post(client, company, form, name="The same").status_code == 302
    assert company.events.count() == 1


def test_a_field_that_nobody_touched_keeps_what_a_sync_wrote_meanwhile(client, staff, pipedrive):
    staff("sales")
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    company = Company.objects.get()
    form = opened(client, company)
    pipedrive.account.update("organization", org["id"], name="From Pipedrive")
    pipedrive.tell("change", "organization", org["id"])

    post(client, company, form, website="https://mine.example")

    company.refresh_from_db()
    assert company.name == "From Pipedrive"
    [call] = pipedrive.send()
    assert "name" not in call.body
    assert "https://mine.example" in str(call.body)


def test_a_sync_that_changed_the_same_field_is_named(client, staff, pipedrive):
    staff("sales")
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    company = Company.objects.get()
    form = opened(client, company)
    pipedrive.account.update("organization", org["id"], name="From Pipedrive")
    pipedrive.tell("change", "organization", org["id"])

    response = post(client, company, form, name="Mine")

    assert "Pipedrive changed name from Larkfield to From Pipedrive at" in (
        response.content.decode()
    )


def test_saving_without_a_change_writes_and_sends_nothing(client, staff, company):
    staff("sales")
    before = company.updated_at

    client.post(page(company), opened(client, company), follow=True)

    company.refresh_from_db()
    assert company.updated_at == before
    assert not company.events.exists()


@pytest.mark.parametrize(
    ("factory", "field", "value"),
    [
        (ContactFactory, "phone", "+44 20 7946 0000"),
        (DealFactory, "lost_reason", "Too dear"),
        (MeetingFactory, "video_link", "room-1"),
    ],
)
def test_contacts_deals_and_calls_ask_too(client, staff, factory, field, value):
    staff("sales")
    record = factory()
    form = opened(client, record)
    save(client, record, **{field: "By another"})

    response = post(client, record, form, **{field: value})

    assert "Theirs: By another" in response.content.decode()
    record.refresh_from_db()
    assert getattr(record, field) == "By another"


@pytest.mark.parametrize("number", ["", "x", "²", "9" * 40, "-1"])
def test_a_page_that_does_not_say_when_it_was_opened_saves_what_differs(
    client, staff, company, number
):
    staff("sales")
    form = opened(client, company) | {"_opened": number}

    assert post(client, company, form, name="Mine").status_code == 302
    assert Company.objects.get().name == "Mine"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends_at_1": "00:00:00"}, "The call must end after it starts."),
        ({"status": "nonsense"}, "Select a valid choice."),
    ],
)
def test_a_call_that_cannot_be_says_why(client, staff, change, sentence):
    staff("sales")
    meeting = MeetingFactory()

    response = post(client, meeting, opened(client, meeting), **change)

    assert sentence in response.content.decode()


def test_a_call_at_the_time_of_another_says_so(client, staff):
    staff("sales")
    other = MeetingFactory()
    meeting = MeetingFactory(host=other.host, status="cancelled")
    form = opened(client, meeting) | {
        key: value for key, value in opened(client, other).items() if "s_at_" in key
    }

    response = post(client, meeting, form, status="planned")

    assert f"{other.host} has another call at that time." in response.content.decode()


def test_plans_and_territories_of_a_team_member_are_ticked(client, staff):
    staff("sales lead")
    member = TeamMemberFactory(plans=["payg"])

    save(client, member, plans=["startup", "enterprise"], territories=["GB"])

    member.refresh_from_db()
    assert (member.plans, member.territories) == (["startup", "enterprise"], ["GB"])
