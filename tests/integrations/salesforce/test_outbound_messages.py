"""The door that a flow's Outbound Messages come to."""

from __future__ import annotations

import json
import logging

import pytest
from django.db import OperationalError

from integrations.models import Connection, WebhookEvent
from integrations.sandbox.salesforce import outbound
from integrations.sandbox.salesforce.demo_settings import OUTBOUND_TOKEN
from integrations.sandbox.salesforce.ids import ORG_ID, numbered
from integrations.sandbox.salesforce.jungo import NAME
from integrations.sync import inbox

pytestmark = pytest.mark.django_db

ACK = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>
</soapenv:Body></soapenv:Envelope>
"""

ENTITIES = (
    '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;">]>'
)


def message(*ids, org=ORG_ID, kind=NAME, first=1) -> bytes:
    """Of records, with notifications numbered from ``first``."""
    told = [(numbered("04l", number), {"Id": pk}) for number, pk in enumerate(ids, first)]
    return outbound.message(org, "https://acme.example", kind, told)


@pytest.fixture
def post(relayed):
    """Post XML, to the right address if no other is named."""

    def post(body, token=OUTBOUND_TOKEN):
        address = f"/salesforce/webhooks/outbound/{token}/"
        return relayed.client.post(address, body, content_type="text/xml; charset=utf-8")

    return post


def test_a_notification_is_acknowledged_in_the_words_that_salesforce_wants(post, loan, salesforce):
    salesforce.org.edit("loan", loan, amount=300_000)

    response = post(message(loan))

    assert (response.status_code, response["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert response.content.decode() == ACK
    inbox.drain()
    event = WebhookEvent.objects.get()
    assert (event.state, event.subject) == ("done", f"deal {loan}")
    assert salesforce.deal(loan).value == 300_000
    assert len(salesforce.queries()) == 1


def test_the_same_notification_again_is_acknowledged_and_kept_once(post, loan):
    for _ in range(3):
        assert post(message(loan)).content.decode() == ACK

    assert WebhookEvent.objects.count() == 1


def test_a_hundred_notifications_are_a_hundred_events(post, loan):
    post(message(loan))
    assert post(message(*[loan] * 100)).content.decode() == ACK

    assert WebhookEvent.objects.count() == 100


@pytest.mark.parametrize("token", ["guess", "é", "%00", OUTBOUND_TOKEN[:-1], OUTBOUND_TOKEN + "x"])
def test_at_a_wrong_address_there_is_nothing(post, loan, token):
    response = post(message(loan), token)

    assert response.status_code == 404
    assert not WebhookEvent.objects.exists()
    assert Connection.objects.get(system="salesforce").refused_deliveries == 1


@pytest.mark.parametrize(
    ("name", "value"), [("SALESFORCE_OUTBOUND_TOKEN", ""), ("SALESFORCE_ENABLED", False)]
)
def test_without_a_token_there_is_nothing_anywhere(post, loan, settings, name, value):
    setattr(settings, name, value)

    assert post(message(loan)).status_code == 404


def test_the_org_may_name_itself_in_fifteen_letters(post, loan):
    assert post(message(loan, org=ORG_ID[:15])).content.decode() == ACK


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no XML",
        b"\x00\x01\x02",
        b"<a>",
        b"<a/>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a>" * 200_000,
        b"<a>" * 100_000 + b"</a>" * 100_000,
        (ENTITIES + "<a>&z;</a>").encode(),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        message(),
        message("no id"),
        message("a0X5f000000EfGhEAK", org="00D000000000001"),
        message("a0X5f000000EfGhEAK", org=""),
        message("a0X5f000000EfGhEAK").replace(b"<Notification>", ENTITIES.encode()),
        message("a0X5f000000EfGhEAK").replace(b"<Id>", b"<Ident>").replace(b"</Id>", b"</Ident>"),
        message("a0X5f000000EfGhEAK").replace(b"sObject", b"other"),
    ],
)
def test_what_is_no_message_of_our_org_is_refused_and_not_acknowledged(post, body):
    response = post(body)

    assert response.status_code == 400
    assert b"Ack" not in response.content
    assert not WebhookEvent.objects.exists()


def test_a_notification_without_a_record_keeps_no_other_back(post, loan):
    assert post(message(loan, "no id", loan)).status_code == 400

    assert WebhookEvent.objects.count() == 2


def test_other_prefixes_mean_the_same(post, loan):
    body = message(loan).replace(b"sf:", b"ns9:").replace(b"xmlns:sf=", b"xmlns:ns9=")
    body = body.replace(b"soapenv:", b"S:").replace(b"xmlns:soapenv=", b"xmlns:S=")

    assert post(body).content.decode() == ACK
    assert json.loads(bytes(WebhookEvent.objects.get().body))["notification"]["object"] == NAME


def test_a_session_id_is_never_kept_nor_logged(post, loan, caplog):
    caplog.set_level(logging.DEBUG)
    session = b"<SessionId>00D5f000000aBcD!AQ4AQ-secret</SessionId>"
    body = message(loan).replace(b'<SessionId xsi:nil="true"/>', session)

    assert post(body).content.decode() == ACK
    post(body.replace(ORG_ID.encode(), b"00D000000000001"))
    inbox.drain()

    event = WebhookEvent.objects.get()
    assert b"secret" not in bytes(event.body)
    assert "secret" not in json.dumps(event.headers) + caplog.text


def test_the_address_is_never_logged(post, caplog):
    caplog.set_level(logging.DEBUG)

    assert post(b"no XML").status_code == 400

    assert OUTBOUND_TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("method", "end", "status"),
    [("get", "/", 405), ("head", "/", 405), ("put", "", 405), ("get", "/more/", 404)],
)
def test_what_django_refuses_is_logged_without_the_address(relayed, caplog, method, end, status):
    caplog.set_level(logging.DEBUG)
    address = f"/salesforce/webhooks/outbound/{OUTBOUND_TOKEN}{end}"

    answer = getattr(relayed.client, method)(address)

    assert answer.status_code == status
    assert "/salesforce/webhooks/outbound/…" in caplog.text
    assert OUTBOUND_TOKEN not in caplog.text


def test_what_nobody_foresaw_is_not_acknowledged_and_the_address_is_not_logged(
    post, loan, monkeypatch, caplog
):
    def odd(rows):
        raise TypeError("nobody foresaw this")

    monkeypatch.setattr(inbox, "_insert", odd)

    response = post(message(loan))

    assert (response.status_code, b"Ack" in response.content) == (500, False)
    assert "nobody foresaw this" in caplog.text
    assert OUTBOUND_TOKEN not in caplog.text


def test_while_the_database_is_down_nothing_is_acknowledged(post, loan, monkeypatch):
    def down(rows):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(inbox, "_insert", down)
    monkeypatch.setattr(inbox.connection, "close", lambda: None)

    response = post(message(loan))

    assert response.status_code == 500
    assert b"Ack" not in response.content


def test_a_message_of_another_object_says_nothing_to_hermes(post, loan):
    assert post(message(loan, kind="Account")).content.decode() == ACK

    inbox.drain()
    event = WebhookEvent.objects.get()
    assert (event.state, event.note) == ("ignored", "Hermes keeps no Account")


def test_more_than_five_mebibytes_are_refused(post):
    assert post(b" " * (5 * 1024 * 1024 + 1)).status_code == 413
