"""What sales staff do on the pages of companies, contacts and deals."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from companies.merging import merge
from companies.models import Company, Merge
from contacts.models import Contact
from deals.models import Deal
from integrations.models import Connection
from integrations.pipedrive import SYSTEM
from integrations.sync import connections
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    MeetingFactory,
    TeamMemberFactory,
)

from .forms import page, save

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "kind", ["companies_company", "contacts_contact", "deals_deal", "deals_pipeline",
             "deals_stage", "companies_teammember", "meetings_meeting"],
)  # fmt: skip
def test_every_list_opens_and_searches_in_few_queries(
    kind, client, staff, django_assert_max_num_queries
):
    staff()
    MeetingFactory(deal=DealFactory())
    with django_assert_max_num_queries(14):
        assert client.get(reverse(f"admin:{kind}_changelist")).status_code == 200
    with django_assert_max_num_queries(14):
        assert client.get(reverse(f"admin:{kind}_changelist"), {"q": "sam"}).status_code == 200


@pytest.mark.parametrize("text", ["LARKFIELD", "priya@", "5012"])
def test_a_company_is_found_by_name_by_its_peoples_email_and_by_its_number_elsewhere(
    text, client, staff, pipedrive
):
    staff()
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    company = Company.objects.get()
    ContactFactory(company=company, email="priya@larkfield.example")
    text = str(org["id"]) if text == "5012" else text

    response = client.get(reverse("admin:companies_company_changelist"), {"q": text})

    assert list(response.context["cl"].result_list) == [company]


def test_the_company_page_shows_links_history_and_children(
    client, staff, pipedrive, tc2, django_assert_max_num_queries
):
    staff("sales")
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    company = Company.objects.get()
    ContactFactory(company=company, last_name="Nair")
    save(client, company, name="Larkfield Ltd")

    with django_assert_max_num_queries(14):
        text = client.get(page(company)).content.decode()

    assert f"/organization/{org['id']}" in text
    assert "changed <strong>name</strong> from Larkfield to Larkfield Ltd" in text
    assert "Nair" in text


def test_a_value_is_put_back_and_the_change_is_sent(client, staff, pipedrive):
    staff()
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    company = Company.objects.get()
    save(client, company, name="Mistake")
    pipedrive.send()
    event = company.events.get()
    address = reverse("record-put-back", args=["company", company.pk, "name", event.pgh_id])
    assert "Larkfield" in client.get(address).content.decode()

    client.post(address)

    assert Company.objects.get().name == "Larkfield"
    assert [call.body for call in pipedrive.send()] == [{"name": "Larkfield"}]


def test_two_companies_are_merged_after_a_look_and_parted_again(client, staff):
    staff("sales lead")
    winner, loser = CompanyFactory(website="https://a.example"), CompanyFactory()
    contact = ContactFactory(company=loser)
    address = reverse("merge", args=["company"])
    ids = f"{winner.pk},{loser.pk}"
    assert "1 contact" in client.get(address, {"ids": ids, "winner": winner.pk}).content.decode()

    client.post(address, {"ids": ids, "winner": winner.pk})

    contact.refresh_from_db()
    loser.refresh_from_db()
    assert (contact.company, loser.merged_into) == (winner, winner)

    client.post(reverse("merge-undo", args=[Merge.objects.get().pk]))

    contact.refresh_from_db()
    loser.refresh_from_db()
    assert (contact.company, loser.archived_at) == (loser, None)


def test_sales_may_not_merge_or_undo(client, staff):
    staff("sales")
    one, other = CompanyFactory(), CompanyFactory()
    row = merge(winner=one, losers=[other])

    assert client.get(reverse("merge", args=["company"]), {"ids": "1,2"}).status_code == 403
    assert client.post(reverse("merge-undo", args=[row.pk])).status_code == 403


def test_read_only_staff_cannot_change_send_or_put_back(client, staff):
    staff("read only")
    company = CompanyFactory()

    assert client.get(page(company)).status_code == 200
    assert client.post(page(company), {"name": "x"}).status_code == 403
    for address in [
        reverse("record-send", args=["company", company.pk, "pipedrive"]),
        reverse("record-put-back", args=["company", company.pk, "name", 1]),
    ]:
        assert client.post(address).status_code == 403


def test_archiving_and_restoring_are_actions_of_the_list(client, staff):
    staff("sales")
    company = CompanyFactory()
    address = reverse("admin:companies_company_changelist")
    client.post(address, {"action": "archive_selected", "_selected_action": [company.pk]})
    assert not Company.objects.exists()

    client.post(
        f"{address}?archived=yes",
        {"action": "restore_selected", "_selected_action": [company.pk]},
    )

    assert Company.objects.get() == company


def test_pasting_an_address_jumps_to_the_record(client, staff, pipedrive):
    staff()
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])

    response = client.get(
        reverse("find"), {"q": f"https://larkfield.pipedrive.com/organization/{org['id']}"}
    )

    assert response["Location"] == page(Company.objects.get())


def test_comparing_shows_both_sides(client, staff, pipedrive):
    staff()
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    company = Company.objects.get()
    Company.objects.update(name="Here")
    address = reverse("record-compare", args=["company", company.pk, pipedrive.link(company).pk])

    text = client.get(address).content.decode()

    assert "Here" in text
    assert "Larkfield" in text
    assert not Contact.objects.exists()


def test_an_archived_sales_person_stays_when_a_company_is_saved(client, staff):
    staff()
    company = CompanyFactory(sales_person=TeamMemberFactory())
    company.sales_person.archive()

    opened = client.get(page(company))
    form = opened.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    client.post(page(company), {**sent, "name": "Renamed"})

    company.refresh_from_db()
    assert "(archived)" in opened.content.decode()
    assert (company.name, company.sales_person_id is None) == ("Renamed", False)


def test_a_whole_email_finds_its_contact_and_no_other_that_ends_so(client, staff):
    staff()
    ContactFactory(email="Priya@Larkfield.example", last_name="Nair")
    ContactFactory(email="notpriya@larkfield.example", last_name="Okoro")

    found = client.get(
        reverse("admin:contacts_contact_changelist"), {"q": "priya@larkfield.example"}
    )

    assert [contact.last_name for contact in found.context["cl"].result_list] == ["Nair"]


@pytest.mark.parametrize("text", ["Kill loan 5", "5 loan", "loan", "Ki"])
def test_a_deal_is_found_by_its_words_however_short(text, client, staff):
    staff()
    deal = DealFactory(name="Kill loan 5")
    DealFactory(name="Keep it")

    found = client.get(reverse("admin:deals_deal_changelist"), {"q": text})

    assert list(found.context["cl"].result_list) == [deal]


def test_a_full_company_page_opens_in_few_queries(client, staff, django_assert_max_num_queries):
    staff("sales")
    people = {name: TeamMemberFactory() for name in ["sales_person", "support_person"]}
    company = CompanyFactory(**people, bdr_person=TeamMemberFactory())
    MeetingFactory(contact=ContactFactory(company=company), deal=DealFactory(company=company))
    Company.objects.update(website="https://larkfield.example", sales_person=TeamMemberFactory())
    # A process learns some things once, such as the kinds' own numbers.
    client.get(page(company))

    with django_assert_max_num_queries(14):
        assert client.get(page(company)).status_code == 200


@pytest.mark.parametrize("kind", ["team_member", "pipeline", "stage", "meeting", "nothing"])
def test_kinds_that_are_never_merged_have_no_page_for_it(client, staff, kind):
    staff()

    assert client.get(reverse("merge", args=[kind]), {"ids": "1,2"}).status_code == 404


def test_who_may_merge_but_not_change_deals_merges_no_deals(client, staff):
    user = staff("read only")
    user.user_permissions.add(Permission.objects.get(codename="merge_records"))
    one, other = DealFactory(), DealFactory()
    ids = {"ids": f"{one.pk},{other.pk}"}

    assert client.get(reverse("merge", args=["deal"]), ids).status_code == 403
    assert client.post(reverse("merge", args=["deal"]), ids).status_code == 403
    assert Deal.objects.count() == 2


def test_numbers_that_no_record_can_have_merge_nothing(client, staff):
    staff()
    ids = f"{CompanyFactory().pk},{'9' * 30}"

    assert client.get(reverse("merge", args=["company"]), {"ids": ids}).status_code == 404


def test_deals_are_not_merged_into_a_stage_of_another_pipeline(client, staff):
    staff()
    one, other = DealFactory(), DealFactory()
    choice = {"winner": one.pk, "field:stage": other.pk, "field:pipeline": one.pk}

    response = client.post(
        reverse("merge", args=["deal"]), {"ids": f"{one.pk},{other.pk}", **choice}, follow=True
    )

    assert "is not a stage of" in response.content.decode()
    assert Deal.objects.count() == 2


def test_a_call_is_not_restored_into_the_time_of_another(client, staff):
    staff()
    call = MeetingFactory()
    call.archive()
    MeetingFactory(host=call.host, starts_at=call.starts_at, ends_at=call.ends_at)

    response = client.post(
        reverse("admin:meetings_meeting_changelist") + "?archived=yes",
        {"action": "restore_selected", "_selected_action": [call.pk]},
        follow=True,
    )

    call.refresh_from_db()
    assert call.archived_at is not None
    assert "the host has another call at that time" in response.content.decode()


def test_comparing_while_the_connection_is_paused_calls_nobody_and_says_so(
    client, staff, pipedrive
):
    staff()
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    link = pipedrive.link(Company.objects.get())
    connections.of(SYSTEM)
    Connection.objects.update(paused=True)
    pipedrive.sandbox.forget_calls()

    page = client.get(reverse("record-compare", args=["company", link.record_id, link.pk]))

    assert "No calls go out to that system at the moment" in page.content.decode()
    assert pipedrive.sandbox.calls == []


def test_of_two_merges_in_a_row_the_later_is_undone_first(client, staff):
    staff()
    first, second, third = (CompanyFactory(name=name) for name in ["Ash", "Birch", "Cedar"])
    earlier = merge(winner=first, losers=[second])
    later = merge(winner=third, losers=[first])

    refused = client.post(reverse("merge-undo", args=[earlier.pk]), follow=True)

    assert "Ash was merged into Cedar since: undo that first." in refused.content.decode()
    for row in (later, earlier):
        client.post(reverse("merge-undo", args=[row.pk]))
    assert Company.objects.live().count() == 3
