"""What TC2 only names is read from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from companies.models import Company
from integrations.models import (
    Connection,
    EventState,
    RemotePerson,
    WebhookEvent,
)
from integrations.sandbox.tc2 import by_hand as tc2_staff
from integrations.sync import by_hand, connections, inbox
from integrations.tc2 import SYSTEM
from tests.factories import TeamMemberFactory

pytestmark = pytest.mark.django_db


def test_a_paid_invoice_reads_its_client_once_for_all_events_of_a_batch(tc2, customer):
    tc2_staff.pay_invoice(tc2.account.account, customer)
    tc2_staff.pay_invoice(tc2.account.account, customer)
    tc2.deliver()

    assert [call.path for call in tc2.calls] == [f"/tc2/api/clients/{customer}/"]
    assert Company.objects.get().paid_invoice_count == 2
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"done"}


def test_an_event_that_only_names_a_client_has_it_read(tc2, customer):
    tc2.account.edit(customer, agency={"status": "active"})
    tc2.happened()
    event = tc2.event(customer)
    event["subject"] = {"model": "Client", "id": customer, "last_name": "Quill"}

    tc2.deliver(event)

    assert Company.objects.get().tc2_status == "active"


def test_what_was_read_again_is_newer_than_the_messages_before_it(tc2, customer):
    tc2.account.edit(customer, agency={"status": "active"})
    tc2_staff.pay_invoice(tc2.account.account, customer)

    tc2.deliver()

    company = Company.objects.get()
    assert (company.tc2_status, company.paid_invoice_count) == ("active", 1)


def test_a_second_invoice_within_the_minute_is_looked_at_when_it_is_over(tc2, customer):
    tc2_staff.pay_invoice(tc2.account.account, customer)
    tc2.deliver()
    tc2_staff.pay_invoice(tc2.account.account, customer)
    tc2.deliver()
    assert len(tc2.calls) == 1
    waiting = WebhookEvent.objects.get(state=EventState.RETRYING)
    assert waiting.attempts == 0

    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=True):
        cache.clear()
        inbox.drain()

    assert len(tc2.calls) == 2
    assert Company.objects.get().paid_invoice_count == 2


def test_while_tc2_does_not_answer_an_invoice_waits_and_other_events_go_on(tc2, customer):
    tc2_staff.pay_invoice(tc2.account.account, customer)
    tc2.sandbox.trouble.add("error", system="tc2", times=None, status=503)
    tc2.account.sign_up(first_name="Bo", last_name="Hale", email="bo@hale.example")

    tc2.deliver()

    assert Company.objects.count() == 2
    assert sorted(WebhookEvent.objects.values_list("state", flat=True)) == [
        "done", "done", "retrying",
    ]  # fmt: skip


def test_a_wrong_key_pauses_the_connection_and_loses_no_event(tc2, customer):
    tc2_staff.pay_invoice(tc2.account.account, customer)
    tc2.sandbox.trouble.add("blocked", system="tc2", times=None)

    tc2.deliver()

    assert WebhookEvent.objects.latest("pk").state == "retrying"
    assert Connection.objects.get(system="tc2").paused


def test_a_pause_holds_nobody_whom_tc2_could_not_show_anyway(tc2, sales_person, entry):
    connections.of(SYSTEM)
    Connection.objects.update(paused=True)
    signed_up = tc2.account.sign_up(last_name="Quill", email="ada@quill.example")
    tc2.happened()
    event = tc2.event(signed_up["id"])
    event["subject"]["associated_admin"] = {"id": 77}

    tc2.deliver(event)

    assert WebhookEvent.objects.get().state == "done"
    assert Company.objects.get().sales_person == sales_person
    assert RemotePerson.objects.get().remote_id == "77"


def test_a_person_is_paired_by_hand_while_tc2_is_not_to_be_asked(tc2, sales_person, customer):
    connections.of(SYSTEM)
    Connection.objects.update(paused=True)
    member = TeamMemberFactory()

    by_hand.link_to(member, SYSTEM, "77", by="ann")

    assert tc2.linked("team_member", 77) == member


def test_a_role_that_is_wrapped_is_read_like_any_other(tc2, customer):
    tc2.account.edit(customer, agency={"status": "active"})
    tc2.happened()
    event = tc2.event(customer)
    event["subject"] = {"model": "Client", "role": event["subject"]}

    tc2.deliver(event)

    assert Company.objects.get().tc2_status == "active"
