"""TC2 may switch our webhook off: what only a comparison finds says so, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection, SyncLog
from integrations.sync import connections, poll, reconcile
from integrations.sync.brake import BrakePulled
from integrations.tc2 import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(tc2, sales_person, entry):
    """A customer whose sign-up was the last that TC2 told of, three hours ago."""
    connections.of(SYSTEM)
    customer = tc2.sign_up()["id"]
    poll.backfill(SYSTEM)
    Connection.objects.update(last_delivery_at=timezone.now() - timedelta(hours=3))
    return customer


def told():
    logs = SyncLog.objects.filter(topic="deliveries").order_by("pk")
    return list(logs.values_list("message", flat=True))


def sign_up_untold(tc2, number=1):
    client = tc2.account.sign_up(last_name="Ek", email=f"{number}@ek.example")
    tc2.happened()
    return client["id"]


def edit_untold(tc2, customer):
    tc2.account.edit(customer, agency={"status": "active"})


def delete_untold(tc2, customer):
    tc2.account.delete(customer)


@pytest.mark.parametrize(
    "happens", [lambda tc2, _: sign_up_untold(tc2), edit_untold, delete_untold]
)
def test_what_no_message_told_of_is_brought_and_staff_are_told_once(
    admin_client, tc2, loaded, happens
):
    happens(tc2, loaded)

    reconcile.reconcile(SYSTEM)
    sign_up_untold(tc2, 2)
    reconcile.reconcile(SYSTEM)

    (sentence,) = told()
    assert "TC2 no longer tells of changes" in sentence
    assert "switched on" in sentence
    page = admin_client.get("/admin/integrations/connection/").content.decode()
    assert "No messages arrive" in page
    assert "every minute" not in page


def test_when_messages_arrive_again_that_is_said_too(tc2, loaded):
    sign_up_untold(tc2)
    reconcile.reconcile(SYSTEM)
    Connection.objects.update(deliveries_missing_since=timezone.now() - timedelta(hours=1))

    tc2.edit(loaded, agency={"status": "active"})

    assert told()[-1] == "Messages arrive again"
    assert Connection.objects.get(system="tc2").deliveries_missing_since is None


def test_a_comparison_that_finds_nothing_says_nothing(tc2, loaded):
    reconcile.reconcile(SYSTEM)

    assert told() == []


def test_while_messages_come_one_that_was_lost_says_nothing(tc2, loaded):
    tc2.edit(loaded, agency={"status": "active"})
    sign_up_untold(tc2)

    reconcile.reconcile(SYSTEM)

    assert told() == []


def test_a_message_that_nobody_has_looked_into_yet_has_come(tc2, loaded):
    tc2.post(b'{"events": [{}]}')
    sign_up_untold(tc2)

    reconcile.reconcile(SYSTEM)

    assert told() == []


def test_the_first_load_says_nothing(tc2, sales_person, entry):
    sign_up_untold(tc2)

    reconcile.reconcile(SYSTEM)

    assert told() == []


def test_so_much_that_a_person_is_asked_first_says_it_too(tc2, sales_person, entry):
    customers = [sign_up_untold(tc2, n) for n in range(12)]
    poll.backfill(SYSTEM)
    for pk in customers:
        tc2.account.edit(pk, agency={"status": "active"})

    with pytest.raises(BrakePulled):
        reconcile.reconcile(SYSTEM)

    (sentence,) = told()
    assert "none has ever come" in sentence
