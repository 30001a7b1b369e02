"""Calls that fail: how long they wait, what they cost, and what is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from integrations.models import Connection, ExternalLink, OutboxEntry, SyncLog
from integrations.pipedrive import SYSTEM
from integrations.sync import changes, connections, outbox, outbox_claims
from integrations.sync.errors import RateLimited
from tests.factories import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


def test_retries_wait_longer_each_time_and_then_stop(pipedrive):
    company = CompanyFactory()
    pipedrive.sandbox.trouble.add("error", method="POST", times=None, status=500)
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(8):
            Connection.objects.update(broken_until=None, failures_in_row=0)
            outbox.drain()
            entry = OutboxEntry.objects.get(record_id=company.pk)
            if entry.state == "dead":
                break
            waits.append((entry.next_attempt_at - timezone.now()).total_seconds())
            clock.shift(entry.next_attempt_at - timezone.now() + timedelta(seconds=1))

    due = [10, 60, 300, 1800, 7200, 21600, 43200]
    assert len(waits) == len(due)
    assert all(0.8 * d <= w <= 1.2 * d for w, d in zip(waits, due, strict=True))
    assert (entry.state, entry.reason) == ("dead", "exceeded")


def test_a_rate_limit_costs_no_attempt(pipedrive):
    CompanyFactory()
    pipedrive.sandbox.trouble.add("daily", method="POST")
    pipedrive.send()

    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.attempts) == ("retrying", 0)
    assert Connection.objects.get().paused_until > timezone.now()
    assert SyncLog.objects.get(topic="budget")


def test_a_shorter_wait_told_later_does_not_end_a_longer_one(pipedrive):
    connections.of(SYSTEM)
    for wait in [timedelta(hours=1), timedelta(seconds=2)]:
        connections.limited(SYSTEM, RateLimited("429", retry_after=wait))

    assert connections.held_for(SYSTEM) > timedelta(minutes=59)


def test_a_contact_that_waits_for_its_company_does_not_hurry_the_companys_retries(pipedrive):
    contact = ContactFactory()
    pipedrive.sandbox.trouble.add("error", method="POST", times=None, status=500)
    pipedrive.send()
    for seconds in [2, 4, 6]:
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
            pipedrive.send()

    assert OutboxEntry.objects.get(kind="company").attempts == 1
    assert OutboxEntry.objects.get(kind="contact").attempts == 0

    pipedrive.sandbox.trouble.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        pipedrive.send()
        pipedrive.send()
    assert pipedrive.remote(contact)["org_id"]


def test_bad_credentials_pause_the_connection_and_tell_staff_once(pipedrive):
    CompanyFactory.create_batch(3)
    pipedrive.sandbox.trouble.add("unauthorized", method="POST", times=None)
    pipedrive.send()
    pipedrive.send()

    assert Connection.objects.get().paused
    assert SyncLog.objects.filter(topic="credentials").count() == 1
    assert set(OutboxEntry.objects.values_list("attempts", flat=True)) == {0}


def test_the_breaker_opens_keeps_the_backlog_and_closes_by_itself(pipedrive):
    CompanyFactory.create_batch(12)
    rule = pipedrive.sandbox.trouble.add("error", times=None, status=503)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        outbox.drain()
        assert Connection.objects.get().broken_until > timezone.now()
        calls = len(pipedrive.sandbox.calls)
        outbox.drain()
        assert len(pipedrive.sandbox.calls) == calls

        pipedrive.sandbox.trouble.clear()
        clock.shift(timedelta(seconds=90))
        outbox.drain()

    assert rule
    assert Connection.objects.get().broken_until is None
    assert len(pipedrive.account.records("organization")) == 12


def test_a_dead_workers_claim_is_taken_up_again_and_counts_as_an_attempt(pipedrive):
    company = CompanyFactory()
    changes.spread()
    assert outbox_claims.claim(SYSTEM, 10)
    assert pipedrive.send() == []

    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert len(pipedrive.send()) == 1
    assert OutboxEntry.objects.get(record_id=company.pk).attempts == 2


def test_a_rejected_record_says_why_and_is_sent_after_it_was_mended(pipedrive):
    pipedrive.sandbox.trouble.add("error", method="POST", status=400)
    contact = ContactFactory(company=None)
    pipedrive.send()
    entry = OutboxEntry.objects.get(kind="contact")
    assert (entry.state, entry.reason) == ("dead", "rejected")

    contact.first_name = "Mended"
    contact.save()
    pipedrive.send()

    assert pipedrive.remote(contact)["name"].startswith("Mended")
    assert not OutboxEntry.objects.filter(state="dead").exists()
    assert ExternalLink.objects.filter(kind="contact").count() == 1
