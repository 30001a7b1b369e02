"""Salesforce's Outbound Messages: SOAP of which only the ids of what changed are kept.

Contract, section 10. Pure but for the settings.
"""

from __future__ import annotations

import json
from xml.etree.ElementTree import Element

from django.conf import settings

from integrations.sync.door import Event, WrongShape

from . import soap
from .ids import whole_id

#: The only answer after which Salesforce does not send it again.
ACKNOWLEDGED = b"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>
</soapenv:Body></soapenv:Envelope>
"""


def taken_apart(body: bytes) -> list[Event]:
    """Dedupe key and body of each notification.

    Raises:
        WrongShape: It is none of these messages, or another org's.
    """
    message = _message(body)
    _check_org(soap.text(message, "OrganizationId"))
    good, wrong = [], []
    for place, notification in enumerate(soap.children(message, "Notification")):
        try:
            good.append(_one(notification))
        except ValueError as error:
            wrong.append(f"Notification {place + 1}: {error}")
    if wrong or not good:
        raise WrongShape("; ".join(wrong[:5]) or "There is no Notification", kept=good)
    return good


def _message(body: bytes) -> Element:
    try:
        contents = soap.contents(body)
    except ValueError as error:
        raise WrongShape(f"The body is {error}") from None
    message = next((each for each in contents if soap.local(each.tag) == "notifications"), None)
    if message is None:
        raise WrongShape("There are no notifications in the body of an envelope")
    return message


def _check_org(given: str) -> None:
    ours = whole_id(settings.SALESFORCE_ORG_ID)
    if not ours or whole_id(given) != ours:
        raise WrongShape("OrganizationId is not that of our org")


def _one(notification: Element) -> Event:
    pk, record = (
        whole_id(soap.text(notification, "Id")),
        next(soap.children(notification, "sObject"), None),
    )
    if not pk:
        raise ValueError("it has no Id")
    changed = whole_id(soap.text(record, "Id")) if record is not None else ""
    if record is None or not changed:
        raise ValueError("its sObject has no Id")
    kept = {"notification": {"id": pk, "object": _type(record), "record": changed}}
    return f"notification:{pk}", json.dumps(kept).encode()


def _type(record: Element) -> str:
    """``sf:Contact`` of ``xsi:type``, without what stands before its colon."""
    named = (value for name, value in record.attrib.items() if soap.local(name) == "type")
    return next(named, "").rpartition(":")[2]
