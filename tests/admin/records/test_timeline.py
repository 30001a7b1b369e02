"""What happened to a record, in one list; and where each field's value comes from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.merging import merge
from companies.models import Company
from integrations.models import ExternalLink, OutboxEntry, SyncLog
from tests.admin.engine import rows
from tests.factories import CompanyFactory, ContactFactory, DealFactory, TeamMemberFactory

from .forms import page, save
from .timelines import sentences, timeline

pytestmark = pytest.mark.django_db


def backdate() -> None:
    """What is there was made before all that follows; in one transaction the clock stands still."""
    before = timezone.now() - timedelta(hours=1)
    Company.objects.update(created_at=before)
    ExternalLink.objects.update(created_at=before)


def old_company(name="Acme"):
    company = rows.company(name)
    backdate()
    company.refresh_from_db()
    return company


@pytest.fixture
def larkfield(pipedrive):
    """A company that came from Pipedrive."""
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    backdate()
    return Company.objects.get()


def test_changes_messages_sends_notes_and_merges_stand_in_one_list_newest_first(
    client, staff, pipedrive, larkfield
):
    staff()
    save(client, larkfield, name="Larkfield Ltd")
    pipedrive.send()
    SyncLog.objects.create(kind="company", record_id=larkfield.pk, topic="x", message="A note")
    merge(winner=larkfield, losers=[CompanyFactory()], by="Sam")

    assert sentences(timeline(client, larkfield)) == [
        "Merged with another record by Sam",
        "A note",
        "Sent to Pipedrive: name",
        "admin changed name from Larkfield to Larkfield Ltd",
        "Pipedrive says that it was created there. It was made here",
        f"Linked with number {pipedrive.link(larkfield).remote_id} in Pipedrive",
        "The record was made in Hermes",
    ]


@pytest.mark.parametrize(
    ("chip", "expected"),
    [
        ("changes", ["admin changed name from Acme to Acme Ltd", "The record was made in Hermes"]),
        ("messages", ["Pipedrive says that it was changed there. Nobody knows stage 9"]),
        ("sends", ["Could not be sent to Pipedrive: Pipedrive refuses country"]),
        ("errors", ["Could not be sent to Pipedrive: Pipedrive refuses country",
                    "Pipedrive says that it was changed there. Nobody knows stage 9"]),
        ("notes", ["A note", "Linked with number 42 in Pipedrive"]),
    ],
)  # fmt: skip
def test_one_sort_can_be_asked_for(client, staff, chip, expected):
    staff()
    company = old_company()
    rows.linked(company)
    backdate()
    ExternalLink.objects.update(remote_id="42")
    rows.message(subject="company 42", action="change")
    save(client, company, name="Acme Ltd")
    rows.change(company)
    SyncLog.objects.create(kind="company", record_id=company.pk, topic="x", message="A note")

    assert sentences(timeline(client, company, show=chip)) == expected


def test_what_happened_to_others_is_not_shown(client, staff):
    staff()
    company, other = old_company(), old_company("Other")
    rows.change(other)
    rows.message(subject="company 77")

    assert sentences(timeline(client, company)) == ["The record was made in Hermes"]
    messages = timeline(client, company, show="messages")
    assert "Nothing of this sort has happened yet" in messages.content.decode()


def test_older_pages_follow_without_a_gap_or_a_double(client, staff):
    staff()
    company = old_company()
    for number in range(40):
        SyncLog.objects.create(
            kind="company", record_id=company.pk, topic="x", message=f"note {number}"
        )
        rows.change(company, state="done", action="update", fields_sent=[f"field {number}"])
    at = timezone.now()
    # All at one moment: the place in the list decides, not the time alone.
    SyncLog.objects.update(at=at)
    OutboxEntry.objects.update(done_at=at)

    found, address = [], reverse("record-timeline", args=["company", company.pk]) + "?show=all"
    while address:
        response = client.get(address)
        found += sentences(response)
        address = response.context["more"]

    assert len(found) == len(set(found)) == 81
    assert found[0] == "Sent to Pipedrive: field 39"
    assert found[-2:] == ["note 0", "The record was made in Hermes"]


def test_pages_of_changes_show_what_each_became(client, staff):
    staff()
    company = old_company("name 0")
    for number in range(1, 36):
        company.name = f"name {number}"
        company.save()

    first = timeline(client, company, show="changes")
    second = client.get(first.context["more"])

    assert sentences(first)[0].endswith("changed name from name 34 to name 35")
    assert sentences(second)[0].endswith("changed name from name 4 to name 5")
    assert len(sentences(second)) == 6
    assert second.context["more"] == ""


MOMENT = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "after",
    ["", "x", "~~", "2026-01-01~1~1", "2026-13-45T00:00Z~1~1", f"{MOMENT}~1~²",
     f"{MOMENT}~1~{'9' * 40}"],
)  # fmt: skip
def test_nonsense_for_a_place_starts_at_the_newest(client, staff, after):
    staff()
    company = old_company()
    rows.change(company)

    assert len(sentences(timeline(client, company, after=after, show="nonsense"))) == 2


def test_a_stuck_change_is_tried_again_from_the_records_page(client, staff):
    staff("sales")
    company = old_company()
    entry = rows.change(company)
    line, *_ = client.get(page(company)).context["lines"]

    response = client.post(line.again, {"next": page(company)})

    entry.refresh_from_db()
    assert (entry.state, response["Location"]) == ("waiting", page(company))


@pytest.mark.parametrize(
    ("role", "send", "message"),
    [("read only", False, False), ("sales", True, False), ("operations", True, True)],
)
def test_trying_again_is_offered_to_those_who_may(client, staff, role, send, message):
    staff(role)
    company = old_company()
    link = rows.linked(company)
    rows.message(subject=f"company {link.remote_id}")
    rows.change(company)

    sent, received, *_ = timeline(client, company).context["lines"]

    assert (bool(sent.again), bool(received.again)) == (send, message)


def test_those_who_may_not_see_the_record_do_not_see_its_timeline(client, staff):
    user = staff("read only")
    user.groups.clear()

    assert timeline(client, old_company()).status_code == 403


@pytest.mark.parametrize(
    ("factory", "change"),
    [
        (CompanyFactory, lambda number: {"region": f"region {number}"}),
        (ContactFactory, lambda number: {"job_title": f"title {number}"}),
        (DealFactory, lambda number: {"value": number}),
    ],
)
def test_the_page_of_a_record_with_much_behind_it_asks_few_questions(
    client, staff, factory, change, pipedrive, django_assert_max_num_queries
):
    staff("sales")
    record = factory()
    kind = record._meta.model_name
    for number in range(40):
        type(record).objects.filter(pk=record.pk).update(**change(number))
        SyncLog.objects.create(kind=kind, record_id=record.pk, topic="x", message="A note")
        OutboxEntry.objects.create(system="pipedrive", kind=kind, record_id=record.pk, state="done")
    # A process learns some things once, such as the kinds' own numbers.
    client.get(page(record))

    with django_assert_max_num_queries(15):
        client.get(page(record))
    with django_assert_max_num_queries(15):
        timeline(client, record)


def mark(client, record, field):
    return str(client.get(page(record)).context["adminform"].form.fields[field].help_text)


def test_a_field_says_which_system_its_value_came_from(client, staff, pipedrive, larkfield):
    staff("sales")
    org = int(pipedrive.link(larkfield).remote_id)
    pipedrive.account.update("organization", org, name="From there")
    pipedrive.tell("change", "organization", org)

    assert "from Pipedrive, " in mark(client, larkfield, "name")

    save(client, larkfield, name="From here")
    assert mark(client, larkfield, "name") == ""


def test_a_field_that_the_other_system_decides_says_so_and_where_to_change_it(
    client, staff, pipedrive, larkfield
):
    staff("sales")
    org = pipedrive.link(larkfield).remote_id

    said = mark(client, larkfield, "country")

    assert "Pipedrive decides this." in said
    assert f"https://larkfield.pipedrive.com/organization/{org}" in said
    assert mark(client, larkfield, "website") == ""


def test_a_record_that_no_system_has_bears_no_such_warning(client, staff, pipedrive):
    staff("sales")

    assert mark(client, CompanyFactory(), "country") == ""


def test_a_team_member_from_pipedrive_says_that_the_name_is_decided_there(client, staff, pipedrive):
    staff("sales lead")
    member = TeamMemberFactory()
    ExternalLink.objects.create(
        system="pipedrive", kind="team_member", remote_id="77", record_id=member.pk
    )

    assert "Pipedrive decides this." in mark(client, member, "first_name")


def test_the_part_alone_is_only_the_list(client, staff):
    staff("sales")
    company = old_company()

    text = timeline(client, company, part="1").content.decode()

    assert text.strip().startswith('<div class="hermes-timeline">')
    assert "<html" not in text


def test_another_systems_message_about_a_record_of_the_same_number_is_not_shown(
    client, staff, larkfield
):
    staff()
    remote_id = ExternalLink.objects.get(kind="company").remote_id
    rows.message(system="other", subject=f"company {remote_id}", state="done", note="Changed")

    assert sentences(timeline(client, larkfield, show="messages")) == [
        "Pipedrive says that it was created there. It was made here"
    ]
