"""Deliveries at the same instant, over real connections of their own."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from companies.models import Company
from integrations.models import ExternalLink, OutboxEntry, WebhookEvent
from integrations.pipedrive import SYSTEM
from integrations.sync import inbox
from integrations.sync.apply import apply
from integrations.sync.records import RemoteRecord
from tests.at_once import is_waited_for, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_delivery_five_times_at_once_is_kept_once(authorised):
    body = json.dumps({"meta": {"id": "event-1"}}).encode()

    answers = together(
        lambda _: Client().post(
            "/pipedrive/callback/", body, content_type="application/json", **authorised
        ),
        5,
    )

    assert [answer.status_code for answer in answers] == [200] * 5
    assert WebhookEvent.objects.count() == 1


def test_twenty_first_messages_of_one_organization_make_one_company():
    def tell(number):
        record = RemoteRecord("pipedrive", "company", "5012", {"name": f"Larkfield {number}"})
        apply([record], system=SYSTEM)

    together(tell, 20)

    assert Company.objects.count() == 1
    assert ExternalLink.objects.count() == 1


def test_several_drains_at_once_apply_each_event_once(authorised):
    for number in range(60):
        meta = {"id": f"e{number}", "entity": "organization", "action": "create",
                "timestamp": f"2026-01-01T00:00:{number:02}Z"}  # fmt: skip
        data = {"id": number % 6 + 1, "name": f"Name {number}"}
        body = json.dumps({"meta": meta, "data": data}).encode()
        inbox.receive(system="pipedrive", events=[(f"e{number}", body)], headers={})

    together(lambda _: inbox.drain(), 4)

    assert set(Company.objects.values_list("name", flat=True)) == {
        f"Name {number}" for number in range(54, 60)
    }
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"done"}


def test_a_merge_and_the_answer_to_a_change_never_wait_for_each_other(pipedrive):
    """A merge holds the records and then their links; an answer takes the same way."""
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    Company.objects.update(name="Changed here")

    def send(_):
        pipedrive.send()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            company = Company.objects.select_for_update().get()
            sending = pool.submit(send, None)
            until = time.monotonic() + 20
            while not is_waited_for():
                assert time.monotonic() < until, "the answer did not wait for the record"
            ExternalLink.objects.select_for_update(nowait=True).get(
                kind="company", record_id=company.pk
            )
        sending.result(timeout=20)

    assert pipedrive.account.record("organization", org["id"])["name"] == "Changed here"


def test_trying_again_while_its_record_gets_a_new_entry_leaves_the_new_one_alone(pipedrive):
    entry = {"system": "pipedrive", "kind": "company"}
    for record_id in (1, 2):
        OutboxEntry.objects.create(**entry, record_id=record_id, state="dead")

    def retry(_):
        try:
            return OutboxEntry.objects.filter(state="dead").retry()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            newer = OutboxEntry.objects.create(**entry, record_id=1)
            retrying = pool.submit(retry, None)
            until = time.monotonic() + 20
            while not is_waited_for():
                assert time.monotonic() < until, "trying again did not wait for the new entry"
        assert retrying.result(timeout=20) == 1

    states = OutboxEntry.objects.order_by("pk").values_list("record_id", "state")
    assert list(states) == [(1, "dead"), (2, "waiting"), (1, "waiting")]
    assert OutboxEntry.objects.latest("pk") == newer
