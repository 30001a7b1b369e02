"""What a timeline says of a change of which nothing was sent."""

from __future__ import annotations

import pytest
from django.utils import timezone

from companies.models import Company
from integrations.models import Conflict
from tests.factories import CompanyFactory, MeetingFactory

from .forms import save
from .timelines import sentences, timeline

pytestmark = pytest.mark.django_db


def test_what_waits_for_an_answer_says_so(client, staff, pipedrive):
    staff()
    pipedrive.tell("create", "organization", pipedrive.create("organization", name="Acme")["id"])
    company = Company.objects.get()
    Conflict.objects.create(system="pipedrive", kind="company", record_id=company.pk, field="name")
    save(client, company, name="Acme Ltd")

    assert pipedrive.send() == []

    assert sentences(timeline(client, company, show="sends")) == [
        "Nothing was sent to Pipedrive: somebody has to say first which value is right"
    ]


def test_what_was_archived_before_it_was_made_there_is_said_not_to_be_there(
    client, staff, pipedrive
):
    staff()
    company = CompanyFactory()
    Company.objects.filter(pk=company.pk).update(archived_at=timezone.now())

    assert pipedrive.send() == []

    assert sentences(timeline(client, company, show="sends")) == [
        "It is not in Pipedrive, and is not to be; nothing was sent"
    ]


def test_a_call_of_which_nobody_knows_yet_whether_it_is_kept_waits(client, staff, pipedrive):
    staff()
    meeting = MeetingFactory(awaits_calendar=True)

    assert not [call for call in pipedrive.send() if "activities" in call.path]

    assert sentences(timeline(client, meeting, show="sends")) == [
        "Not sent to Pipedrive. It is not known yet whether it is to be there."
    ]
