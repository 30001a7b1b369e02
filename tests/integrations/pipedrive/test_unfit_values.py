"""Values that the hub cannot keep: each is reported, and the rest of the record goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from companies.models import Company, TeamMember
from contacts.models import Contact
from deals.models import Deal
from integrations.models import OutboxEntry, RemoteField, SyncLog, WebhookEvent
from integrations.pipedrive import SYSTEM, keys
from integrations.sync import brake, poll, reconcile
from tests.factories import MeetingFactory

pytestmark = pytest.mark.django_db

#: Of characters that take four bytes and that PostgreSQL cannot make smaller.
LONG = "".join(chr(0x20000 + n * 7919 % 40_000) for n in range(20_000))


def known(pipedrive, **values):
    """An organization that both sides know."""
    org = pipedrive.create("organization", **{"name": "Larkfield", **values})
    pipedrive.tell("create", "organization", org["id"])
    return org


def tell_with(pipedrive, entity, pk, **values):
    """Deliver a change with values that the account itself would not make."""
    event = pipedrive.event("change", entity, pk)
    pipedrive.deliver({**event, "data": {**event["data"], **values}})


def states() -> set[str]:
    return set(WebhookEvent.objects.values_list("state", flat=True))


def test_a_name_that_is_too_long_is_reported_and_the_other_fields_are_taken(pipedrive):
    org = known(pipedrive)
    website = {pipedrive.key("company", "website"): "https://larkfield.example"}
    tell_with(pipedrive, "organization", org["id"], name=LONG, custom_fields=website)

    company = Company.objects.get()
    assert (company.name, company.website) == ("Larkfield", "https://larkfield.example")
    assert SyncLog.objects.get().message == "name was left as it is: longer than 500 characters"
    assert states() == {"done"}
    assert pipedrive.send() == []


def test_a_new_organization_whose_name_is_too_long_waits_for_a_person(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    tell_with(pipedrive, "organization", org["id"], name=LONG)

    event = WebhookEvent.objects.get()
    assert (event.state, event.reason) == ("dead", "rejected")
    assert "longer than 500 characters" in event.last_error
    assert not Company.objects.exists()


def test_a_new_person_with_a_name_and_an_address_that_are_too_long_is_made_without_them(pipedrive):
    org = known(pipedrive)
    person = pipedrive.create("person", name="Priya", org_id=org["id"])
    event = pipedrive.event("create", "person", person["id"])
    event["data"] |= {
        "name": f"Priya {LONG}", "emails": [{"value": LONG, "primary": True}],
        "phones": [{"value": "+44 113 496 0000", "primary": True}],
    }  # fmt: skip
    pipedrive.deliver(event)

    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.phone) == ("", "", "+44 113 496 0000")
    assert sorted(SyncLog.objects.values_list("message", flat=True)) == [
        "email was left as it is: longer than 320 characters",
        "name was left as it is: longer than 300 characters",
    ]
    assert states() == {"done"}


def test_names_as_long_as_they_may_be_are_kept_whole(pipedrive):
    org = known(pipedrive)
    person = pipedrive.create("person", name="Priya", org_id=org["id"])
    pipedrive.tell("create", "person", person["id"])
    tell_with(pipedrive, "organization", org["id"], name=LONG[:500])
    tell_with(pipedrive, "person", person["id"], name=f"{LONG[:300]} {LONG[300:600]}")

    assert Company.objects.get().name == LONG[:500]
    assert Contact.objects.get().name == f"{LONG[:300]} {LONG[300:600]}"
    assert states() == {"done"}


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_date_in_a_year_that_cannot_be_meant_is_reported_and_the_rest_is_taken(pipedrive, day):
    org = known(pipedrive)
    deal = pipedrive.create("deal", title="Onboarding", org_id=org["id"])
    pipedrive.tell("create", "deal", deal["id"])
    tell_with(pipedrive, "deal", deal["id"], title="Renewal", expected_close_date=day)

    taken = Deal.objects.get()
    assert (taken.name, taken.expected_close_on) == ("Renewal", None)
    assert SyncLog.objects.get().message == (
        "expected close on was left as it is: the year must be between 1900 and 2200"
    )
    assert states() == {"done"}


def test_what_is_left_as_it_is_holds_up_no_comparison(pipedrive):
    org = known(pipedrive)
    for number in range(brake.BRAKE_AT_LEAST + 1):
        pipedrive.create(
            "deal", title=f"Deal {number}", org_id=org["id"], expected_close_date="2201-01-01"
        )
    poll.backfill(SYSTEM)

    row = reconcile.reconcile(SYSTEM)

    number = brake.BRAKE_AT_LEAST + 1
    assert Deal.objects.count() == number
    assert f"deal: {number} there, {number} linked; 0 differed" in row.report


@pytest.mark.parametrize(
    ("pay0", "said"),
    [
        ("0001-01-01", "pay0 at was left as it is: the year must be between 1900 and 2200"),
        ("0001-01-01T00:00:00+05:00", "Pay0 date holds '0001-01-01T00:00:00+05:00'"),
    ],
)
def test_a_custom_date_in_such_a_year_is_reported_too(pipedrive, pay0, said):
    org = known(pipedrive)
    custom = {pipedrive.key("company", "pay0_at"): pay0}
    tell_with(pipedrive, "organization", org["id"], name="Larkfield Tutors", custom_fields=custom)

    company = Company.objects.get()
    assert (company.name, company.pay0_at) == ("Larkfield Tutors", None)
    assert SyncLog.objects.get().message.startswith(said)


@pytest.mark.parametrize("time", ["9999:00", "99999999999999:00"])
def test_a_call_at_the_end_of_all_time_changes_nothing(pipedrive, time):
    meeting = MeetingFactory(host=TeamMember.objects.exclude(email="").first())
    pipedrive.send()
    activity = pipedrive.remote(meeting)
    pipedrive.sandbox.clock.advance(2)
    values = {"due_date": "9999-12-31", "due_time": time, "update_time": "2031-01-01T00:00:00Z"}
    tell_with(pipedrive, "activity", activity["id"], **values)

    before = meeting.starts_at
    meeting.refresh_from_db()
    assert meeting.starts_at == before
    assert states() == {"done"}
    assert SyncLog.objects.get().topic == "bad_value"


def test_a_year_of_one_digit_goes_out_with_four(pipedrive):
    known(pipedrive)
    company = Company.objects.get()
    Company.objects.update(pay0_at=datetime(1, 1, 1, tzinfo=UTC), website="https://new.example")

    (call,) = pipedrive.send()

    custom = call.body["custom_fields"]
    assert custom[pipedrive.key("company", "pay0_at")] == "0001-01-01"
    assert pipedrive.remote(company)["custom_fields"].items() >= custom.items()


def test_a_refusal_names_a_custom_field_by_its_label(pipedrive):
    known(pipedrive)
    key = pipedrive.key("company", "price_plan")
    # The option was taken away there since set-up read the list.
    RemoteField.objects.filter(field="price_plan").update(options={"payg": 999_999})
    keys.forget()
    Company.objects.update(price_plan="payg")

    pipedrive.send()

    error = OutboxEntry.objects.get(state="dead").last_error
    assert "Price plan: option" in error
    assert key not in error


def test_staff_are_told_of_a_value_in_plain_words(pipedrive):
    deal = pipedrive.create("deal", title="Onboarding")
    tell_with(pipedrive, "deal", deal["id"], expected_close_date="soon")

    told = "expected close date holds 'soon' in Pipedrive, which does not fit here"
    assert SyncLog.objects.get().message == told
