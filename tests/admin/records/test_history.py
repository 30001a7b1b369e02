"""What was changed, and by whom: in the timeline for records, in a list of its own elsewhere."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from companies.models import Company
from integrations.models import ExternalLink
from meetings.models import BookingRules
from tests.admin.engine import rows
from tests.factories import CompanyFactory, ContactFactory, MeetingFactory, TeamMemberFactory

from .forms import opened, page, save

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("factory", [CompanyFactory, MeetingFactory, TeamMemberFactory])
def test_a_records_history_is_its_timeline(client, staff, factory):
    staff()
    record = factory()
    history = page(record).replace("/change/", "/history/")

    assert history not in client.get(page(record)).content.decode()
    assert "#timeline" in client.get(page(record)).content.decode()
    response = client.get(history, follow=True)
    assert response.status_code == 200
    assert response.request["PATH_INFO"].endswith(f"/{record.pk}/timeline/")


def test_the_timeline_that_history_leads_to_shows_changes_alone(client, staff):
    staff()
    company = CompanyFactory(name="Larkfield")
    save(client, company, name="Larkfield Ltd")
    rows.message(subject=f"company {company.pk}")

    response = client.get(page(company).replace("/change/", "/history/"), follow=True)

    lines = response.context["lines"]
    assert [change.new for line in lines for change in line.changes] == ["Larkfield Ltd"]
    assert {line.sentence for line in lines} == {"", "The record was made in Hermes"}


def test_what_only_archiving_sets_is_not_offered_to_be_put_back(client, staff):
    staff()
    company = CompanyFactory(name="Larkfield")
    save(client, company, name="Larkfield Ltd")
    Company.objects.filter(pk=company.pk).update(archived_at=timezone.now())

    text = client.get(reverse("record-timeline", args=["company", company.pk])).content.decode()

    assert "archived at" in text
    assert text.count("Put this value back") == 1


def test_a_stranger_to_a_kind_does_not_read_its_history(client, staff):
    staff("read only").groups.clear()
    response = client.get(page(CompanyFactory()).replace("/change/", "/history/"), follow=True)

    assert response.status_code == 403


def test_a_page_without_a_timeline_tells_who_saved_it_once_in_each_row(client, staff):
    staff()
    rules = BookingRules.load()
    client.post(page(rules), {**opened(client, rules), "buffer": "00:20:00"})
    history = reverse("admin:meetings_bookingrules_history", args=[rules.pk])
    assert history in client.get(page(rules)).content.decode()

    text = client.get(history).content.decode()

    assert LogEntry.objects.count() == 1
    assert "Changed Buffer." in text
    assert text.count("<h1") == 1
    assert text.count('<th scope="col">Who</th>') == 1
    assert "before:content" not in text[text.index("<table") : text.index("</table>")]


def test_what_the_engine_wrote_offers_no_history(client, staff):
    staff()
    message = rows.message()
    assert "/history/" not in client.get(page(message)).content.decode()


@pytest.mark.parametrize(
    ("field", "both", "told"),
    [
        ("name", False, "Pipedrive."),
        ("name", True, "Pipedrive."),
        ("sales_person", False, "Pipedrive."),
        ("sales_person", True, "Pipedrive, TC2."),
        ("industry", True, None),
    ],
)
def test_before_a_value_is_put_back_only_who_will_be_told_is_named(
    client, staff, pipedrive, tc2, field, both, told
):
    staff()
    company = CompanyFactory(name="Larkfield")
    systems = ["pipedrive", "tc2"] if both else ["pipedrive"]
    for number, system in enumerate(systems, 900):
        ExternalLink.objects.create(
            system=system, kind="company", record_id=company.pk, remote_id=str(number)
        )
    new = {"name": "Mistake", "sales_person": TeamMemberFactory().pk, "industry": "Schools"}
    save(client, company, **{field: new[field]})
    event = company.events.latest("pgh_id").pgh_id

    text = client.get(reverse("record-put-back", args=["company", company.pk, field, event]))

    said = text.context["sentences"][1:]
    assert said == ([f"The change is then sent to {told}"] if told else [])


def test_a_part_of_a_contacts_name_that_is_put_back_is_told(client, staff, pipedrive):
    staff()
    contact = ContactFactory(last_name="Quill")
    save(client, contact, last_name="Quilt")
    event = contact.events.latest("pgh_id").pgh_id

    page = client.get(reverse("record-put-back", args=["contact", contact.pk, "last_name", event]))

    assert "The change is then sent to Pipedrive." in page.context["sentences"]
