"""What no database can keep comes to the door, and the client is kept without it."""

from __future__ import annotations

import pytest

from companies.models import Company
from contacts.models import Contact
from integrations.models import RemotePerson, SyncLog, WebhookEvent

pytestmark = pytest.mark.django_db


def nested(levels):
    answers = {}
    for _ in range(levels):
        answers = {"a": answers}
    return answers


@pytest.fixture
def event(tc2, sales_person):
    """A customer's sign-up that has not been told yet."""
    signed_up = tc2.account.sign_up(first_name="Ada", last_name="Quill", email="ada@quill.example")
    tc2.happened()
    return tc2.event(signed_up["id"], "CLIENT_SIGN_UP")


def assert_kept():
    assert WebhookEvent.objects.get().state == "done"
    assert Company.objects.get().name == "Ada Quill Tutors"
    assert Contact.objects.get().name == "Ada Quill"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("last_name", "Quill\u0000"), ("last_name", {"a": ["\u0000"]}), ("last_name", 1e400),
        ("email", "ada\ud800@quill.example"), ("email", ["\ud800"]), ("phone", "\u0000"),
        ("model", None),
    ],
)  # fmt: skip
def test_a_client_s_own_values_cannot_keep_it_out(tc2, event, key, value):
    event["subject"][key] = value

    tc2.deliver(event)

    assert_kept()


@pytest.mark.parametrize(
    "answers", [{"q": 1e400}, {"q": [float("nan")]}, nested(480), [nested(300)]]
)
def test_answers_that_are_none_are_left_out_and_told(tc2, event, answers):
    event["subject"]["meta_agency"]["signup_questionnaire"] = answers

    tc2.deliver(event)

    assert_kept()
    assert Company.objects.get().signup_questionnaire == {}
    (told,) = SyncLog.objects.filter(topic="bad_value")
    assert "signup questionnaire holds" in told.message


@pytest.mark.parametrize("email", ["a\u0000@x.example", "\ud800@x.example", "\u0000", "\ud800"])
def test_a_member_of_the_staff_with_a_broken_address_is_a_stranger_and_no_obstacle(
    tc2, event, email
):
    event["subject"]["bdr_person"] = {"id": 77, "email": email, "last_name": "Ek\u0000"}

    tc2.deliver(event)

    assert_kept()
    assert RemotePerson.objects.get().remote_id == "77"


@pytest.mark.parametrize("key", ["machine_name", "value", "type"])
@pytest.mark.parametrize("value", [None, 1e400, "\u0000", "\ud800", {}, [], nested(300)])
def test_no_custom_field_can_keep_a_client_out(tc2, event, key, value):
    (field,) = [
        each
        for each in event["subject"]["extra_attrs"]
        if each["machine_name"] == "pipedrive_pipeline"
    ]
    field[key] = value

    tc2.deliver(event)

    assert_kept()
