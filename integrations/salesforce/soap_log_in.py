"""The old way to log in, by SOAP, of which no library's loop is any part. Contract, section 4.2."""

from __future__ import annotations

from xml.sax.saxutils import escape

import requests
from django.conf import settings

from integrations.sync.errors import Misconfigured, SyncError, Unauthorised, Unavailable
from integrations.sync.http import Http, new_session

from . import soap

HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": "login", "Accept": "text/xml"}

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:urn="urn:partner.soap.sforce.com"><soapenv:Body><urn:login>'
    "<urn:username>{name}</urn:username><urn:password>{password}</urn:password>"
    "</urn:login></soapenv:Body></soapenv:Envelope>"
)

#: Salesforce gave it up with version 65.
TOO_NEW = "UNSUPPORTED_API_VERSION"

#: What has nothing to do with who logs in.
PASSES = {"SERVER_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "LOGIN_RATE_EXCEEDED"}


def log_in(base_url: str, seconds: float) -> tuple[str, str]:
    """A session, and the address at which it is good.

    Asked once: whoever is refused and tries again is locked out in the end.

    Raises:
        Unauthorised: There is none for this user.
        Misconfigured: There is none in this version of the API.
        SyncError: There is none to be had now.
    """
    path = f"/services/Soap/u/{settings.SALESFORCE_API_VERSION}"
    http = Http(
        base_url, HEADERS, classify=classify, session=new_session(), parse=_log_in_of, tries=1,
        timeout=(3.05, seconds),
    )  # fmt: skip
    secret, server = http.call("POST", path, raw=_envelope())
    return secret, server.partition("/services/")[0]


def _envelope() -> bytes:
    password = settings.SALESFORCE_PASSWORD + settings.SALESFORCE_SECURITY_TOKEN
    name = escape(settings.SALESFORCE_USERNAME)
    return ENVELOPE.format(name=name, password=escape(password)).encode()


def _log_in_of(response: requests.Response, what: str) -> tuple[str, str]:
    secret, server = (_said(response, name) for name in ("sessionId", "serverUrl"))
    if not secret or not server.startswith(("https://", "http://")):
        raise Unavailable(f"{what}: an answer without a session")
    return secret, server


def classify(response: requests.Response) -> SyncError | None:
    """By the code of the fault, of which no other word is told on: it may name the user."""
    code = _said(response, "exceptionCode")[:60]
    if not code:
        return None
    said = f"{response.status_code} {code}"
    if code == TOO_NEW:
        return Misconfigured(f"{said}: log in in another way, or set SALESFORCE_API_VERSION lower")
    return Unavailable(said) if code in PASSES else Unauthorised(said)


def _said(response: requests.Response, name: str) -> str:
    try:
        contents = soap.contents(response.content)
    except ValueError:
        return ""
    return next((text for each in contents if (text := soap.within(each, name))), "")
