"""On a record's page: whether its changes go to another system."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import Company
from integrations.models import Direction, SyncLog
from tests.factories import CompanyFactory, DealFactory

from .forms import page

pytestmark = pytest.mark.django_db


def say(client, record, answer, system="pipedrive", kind="company"):
    """Save the answer; what the record's page says then."""
    address = reverse("record-direction", args=[kind, record.pk, system])
    response = client.post(address, {"sends": answer} if answer is not None else {}, follow=True)
    return " ".join(map(str, response.context["messages"]))


def text_of(client, record):
    return client.get(page(record)).content.decode()


@pytest.fixture
def larkfield(pipedrive):
    company = CompanyFactory(name="Larkfield")
    pipedrive.send()
    return company


def test_a_record_that_is_switched_off_says_so_and_offers_no_sending(
    client, staff, pipedrive, larkfield
):
    staff("sales")
    assert "Send now" in text_of(client, larkfield)

    assert "do not go to Pipedrive from now on" in say(client, larkfield, "no")

    text = text_of(client, larkfield)
    assert "Changes here do not go to Pipedrive." in text
    assert "As for all companies: yes" in text
    assert '<option value="no" selected>' in text
    assert "Send now" not in text
    assert "not sent to Pipedrive" in text
    assert (
        "sales said whether changes here go to Pipedrive: no"
        in SyncLog.objects.latest("pk").message
    )
    Company.objects.filter(pk=larkfield.pk).update(name="Larkfield Ltd")
    assert pipedrive.send() == []


def test_switched_on_again_what_differs_is_sent(client, staff, pipedrive, larkfield):
    staff("sales")
    say(client, larkfield, "no")
    Company.objects.filter(pk=larkfield.pk).update(name="Larkfield Ltd")
    pipedrive.send()

    assert "go to Pipedrive from now on" in say(client, larkfield, "")

    assert not Direction.objects.exists()
    assert [call.body for call in pipedrive.send()] == [{"name": "Larkfield Ltd"}]


def test_a_record_that_nobody_sends_there_says_so_before_it_is_linked(client, staff, salesforce):
    staff("sales")
    deal = DealFactory()

    text = text_of(client, deal)

    assert "Changes here do not go to Salesforce." in text
    assert "As for all deals: no" in text


@pytest.mark.parametrize("answer", [None, "maybe"])
def test_another_answer_is_refused(client, staff, pipedrive, larkfield, answer):
    staff("sales")

    assert "Say yes, no, or as for all" in say(client, larkfield, answer)
    assert not Direction.objects.exists()


def test_who_may_not_change_the_record_cannot_say_it(client, staff, pipedrive, larkfield):
    staff("read only")
    address = reverse("record-direction", args=["company", larkfield.pk, "pipedrive"])

    assert client.post(address, {"sends": "no"}).status_code == 403
    assert not Direction.objects.exists()
    assert 'name="sends"' not in text_of(client, larkfield)


def test_what_a_system_does_not_take_cannot_be_said_of_it(client, staff, pipedrive, larkfield):
    staff()
    stage = DealFactory().stage

    assert "does not send this kind" in say(client, stage, "no", kind="stage")
    address = reverse("record-direction", args=["company", larkfield.pk, "nobody"])
    assert client.post(address, {"sends": "no"}).status_code == 404
    assert not Direction.objects.exists()


def test_putting_a_value_back_does_not_promise_to_send_it(client, staff, pipedrive, larkfield):
    staff("sales")
    Company.objects.filter(pk=larkfield.pk).update(name="Larkfield Ltd")
    event = larkfield.events.order_by("-pgh_id").first()
    address = reverse("record-put-back", args=["company", larkfield.pk, "name", event.pgh_id])
    assert "sent to Pipedrive" in client.get(address).content.decode()

    say(client, larkfield, "no")

    assert "sent to Pipedrive" not in client.get(address).content.decode()
