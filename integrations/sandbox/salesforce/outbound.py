"""Outbound Messages: SOAP that a flow posts, and goes on posting until it is acknowledged."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from integrations.sandbox.salesforce.ids import numbered

#: Notifications in a message.
MOST = 100
#: Not by a flow's own choice: all that a record has, but for these.
_LEFT_OUT = {"IsDeleted"}
_ACK = re.compile(r"<(?:\w+:)?Ack>\s*true\s*</(?:\w+:)?Ack>")
_MESSAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
    "<OrganizationId>{org}</OrganizationId><ActionId>{action}</ActionId>"
    '<SessionId xsi:nil="true"/><EnterpriseUrl>{url}/services/Soap/c/62.0</EnterpriseUrl>'
    "<PartnerUrl>{url}/services/Soap/u/62.0</PartnerUrl>{notifications}</notifications>"
    "</soapenv:Body></soapenv:Envelope>"
)
_NOTIFICATION = (
    '<Notification><Id>{id}</Id><sObject xsi:type="sf:{kind}" '
    'xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{fields}</sObject></Notification>'
)
_ACTION_ID = numbered("04k", 1)


def acknowledged(answer: str) -> bool:
    """Whether the receiver says that it has it."""
    return bool(_ACK.search(answer))


def message(org: str, url: str, kind: str, notifications: Iterable[tuple[str, dict]]) -> bytes:
    """The whole, of notification ids and rows."""
    inner = "".join(
        _NOTIFICATION.format(id=each, kind=kind, fields=_fields(row)) for each, row in notifications
    )
    whole = _MESSAGE.format(org=org, action=_ACTION_ID, url=url, notifications=inner)
    return whole.encode()


def _fields(row: dict) -> str:
    # The id comes first.
    names = ["Id", *(name for name in row if name not in _LEFT_OUT and name != "Id")]
    return "".join(f"<sf:{name}>{escape(_text(row[name]))}</sf:{name}>" for name in names)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
