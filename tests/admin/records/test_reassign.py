"""A team member leaves: everything goes to another in one step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.models import Company
from integrations.models import OutboxEntry
from integrations.sync import changes
from tests.factories import CompanyFactory, DealFactory, MeetingFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db

EVERYTHING = ["sales", "support", "bdr", "open", "closed", "calls"]


@pytest.fixture
def two():
    """Somebody who leaves, and somebody who stays."""
    return TeamMemberFactory(), TeamMemberFactory()


def page_for(member):
    return reverse("reassign", args=[member.pk])


def give(client, source, target, groups=EVERYTHING):
    return client.post(page_for(source), {"to": target.pk, "group": groups})


def own_everything(member):
    """One record of each sort that belongs to the person."""
    return [
        (CompanyFactory(sales_person=member), "sales_person"),
        (CompanyFactory(support_person=member), "support_person"),
        (CompanyFactory(bdr_person=member), "bdr_person"),
        (DealFactory(owner=member), "owner"),
        (DealFactory(owner=member, status="won"), "owner"),
        (MeetingFactory(host=member), "host"),
    ]


def test_companies_deals_and_calls_to_come_all_go_to_the_other(client, staff, two):
    staff("sales lead")
    source, target = two
    owned = own_everything(source)

    response = give(client, source, target)

    assert response["Location"] == reverse("admin:companies_teammember_change", args=[source.pk])
    for record, field in owned:
        record.refresh_from_db()
        assert getattr(record, field) == target, field


def test_the_history_of_each_record_names_who_did_it(client, staff, two):
    staff("sales lead")
    source, target = two
    company = CompanyFactory(sales_person=source)

    give(client, source, target)

    event = company.events.get()
    assert (event.sales_person_id, event.pgh_context["name"]) == (source.pk, "sales lead")


def test_each_changed_record_is_sent_once(client, staff, two, pipedrive):
    staff("sales lead")
    source, target = two
    both = CompanyFactory(sales_person=source, support_person=source)
    deals = [DealFactory(owner=source, company=both) for _ in range(3)]
    CompanyFactory()
    changes.spread()
    OutboxEntry.objects.all().delete()

    give(client, source, target)
    changes.spread()

    entries = OutboxEntry.objects.values_list("kind", "record_id")
    assert sorted(entries) == sorted([("company", both.pk), *(("deal", d.pk) for d in deals)])


def test_a_look_shows_counts_names_and_who_is_told_and_writes_nothing(
    client, staff, two, pipedrive, django_assert_max_num_queries
):
    staff("sales lead")
    source, target = two
    companies = [CompanyFactory(sales_person=source) for _ in range(7)]

    with django_assert_max_num_queries(25):
        response = client.get(page_for(source), {"to": target.pk})

    text = response.content.decode()
    assert "Companies they sell to: 7" in text
    assert companies[0].name in text
    assert companies[6].name not in text
    assert "Pipedrive will be told." in text
    assert f"{target} has no account in Pipedrive" in text
    assert Company.objects.filter(sales_person=source).count() == 7


def test_what_is_not_ticked_stays(client, staff, two):
    staff("sales lead")
    source, target = two
    company, deal = CompanyFactory(sales_person=source), DealFactory(owner=source)

    give(client, source, target, ["open"])

    company.refresh_from_db()
    deal.refresh_from_db()
    assert (company.sales_person, deal.owner) == (source, target)


def test_past_calls_and_archived_records_keep_their_person(client, staff, two):
    staff("sales lead")
    source, target = two
    now = timezone.now()
    past = MeetingFactory(
        host=source, starts_at=now - timedelta(days=1), ends_at=now - timedelta(hours=23)
    )
    archived = CompanyFactory(sales_person=source, archived_at=now)

    give(client, source, target)

    past.refresh_from_db()
    archived.refresh_from_db()
    assert (past.host, archived.sales_person) == (source, source)


def test_a_call_at_whose_time_the_other_has_one_stays_and_is_shown(client, staff, two):
    staff("sales lead")
    source, target = two
    theirs = MeetingFactory(host=target)
    clash = MeetingFactory(host=source, starts_at=theirs.starts_at, ends_at=theirs.ends_at)
    free = MeetingFactory(
        host=source, starts_at=theirs.ends_at, ends_at=theirs.ends_at + timedelta(minutes=30)
    )
    text = client.get(page_for(source), {"to": target.pk}).content.decode()
    assert f"they stay: {clash}" in text

    give(client, source, target)

    clash.refresh_from_db()
    free.refresh_from_db()
    assert (clash.host, free.host) == (source, target)


@pytest.mark.parametrize("field", ["is_active", "archived_at"])
def test_nothing_goes_to_somebody_who_has_left(client, staff, two, field):
    staff("sales lead")
    source, target = two
    setattr(target, field, timezone.now() if field == "archived_at" else False)
    target.save()
    company = CompanyFactory(sales_person=source)

    response = give(client, source, target)

    company.refresh_from_db()
    assert company.sales_person == source
    assert "is not active" in response.content.decode()


@pytest.mark.parametrize("to", ["", "x", "9" * 30, "²"])
def test_nonsense_for_the_other_asks_again(client, staff, two, to):
    staff("sales lead")

    assert client.post(page_for(two[0]), {"to": to, "group": EVERYTHING}).status_code == 200


@pytest.mark.parametrize("role", ["read only", "sales"])
def test_those_who_may_not_change_team_members_reassign_nothing(client, staff, two, role):
    staff(role)
    source, target = two
    company = CompanyFactory(sales_person=source)

    assert client.get(page_for(source)).status_code == 403
    assert give(client, source, target).status_code == 403
    company.refresh_from_db()
    assert company.sales_person == source


def test_one_who_may_not_change_deals_hands_none_over(client, staff, two):
    user = staff("sales lead")
    group = user.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="change_deal"))
    source, target = two
    deal = DealFactory(owner=source)

    assert (
        "You may not change these"
        in client.get(page_for(source), {"to": target.pk}).content.decode()
    )
    assert give(client, source, target, ["open"]).status_code == 403
    deal.refresh_from_db()
    assert deal.owner == source


@pytest.mark.parametrize(("role", "offered"), [("sales", False), ("sales lead", True)])
def test_the_team_members_page_offers_it_to_those_who_may(client, staff, two, role, offered):
    staff(role)
    address = reverse("admin:companies_teammember_change", args=[two[0].pk])

    assert (page_for(two[0]) in client.get(address).content.decode()) is offered


def test_nothing_ticked_is_an_error_and_moves_nothing(client, staff, two):
    staff("sales lead")
    source, target = two
    company = CompanyFactory(sales_person=source)

    response = give(client, source, target, groups=[])

    text = response.content.decode()
    assert "Nothing is ticked, so nothing was moved." in text
    assert f"From {source} to {target}" in text
    company.refresh_from_db()
    assert company.sales_person == source


def test_one_archived_record_is_counted_as_one(client, staff):
    staff("sales")
    company = CompanyFactory()
    data = {"action": "archive_selected", "_selected_action": [company.pk]}

    response = client.post(reverse("admin:companies_company_changelist"), data, follow=True)

    assert [str(each) for each in response.context["messages"]] == ["1 record was archived."]
