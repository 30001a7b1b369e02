"""The old way to log in, by SOAP: in old versions only."""

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from integrations.sandbox.routing import Request, Response
from integrations.sandbox.salesforce.ids import ORG_ID
from integrations.sandbox.salesforce.sessions import Sessions
from integrations.sandbox.salesforce.tokens import PASSWORD, SECURITY_TOKEN, user_by_name

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

#: From this version on there is none.
FIRST_WITHOUT = 65.0
_PATH = re.compile(r"/services/Soap/u/(\d{2}\.0)/?")
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns="urn:partner.soap.sforce.com" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)
_FAULT = (
    "<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {why}</faultstring>"
    "<detail><sf:LoginFault><sf:exceptionCode>{code}</sf:exceptionCode>"
    "<sf:exceptionMessage>{why}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>"
)
_RESULT = (
    "<loginResponse><result><passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
    "<serverUrl>{url}/services/Soap/u/{version}/{org}</serverUrl><sessionId>{token}</sessionId>"
    "<userId>{user}</userId><userInfo><organizationId>{org}</organizationId></userInfo>"
    "</result></loginResponse>"
)


def soap_version(path: str) -> str:
    """Of a path that is one of SOAP's; empty: it is none."""
    found = _PATH.fullmatch(path)
    return found[1] if found else ""


class SoapLogIn:
    """``login``, and none of the other calls."""

    def __init__(self, account: "Account", sessions: Sessions) -> None:
        self._account, self._sessions = account, sessions

    def answer(self, request: Request, version: str, instance_url: str) -> Response:
        """Serve one call."""
        if float(version) >= FIRST_WITHOUT:
            return _fault("UNSUPPORTED_API_VERSION", f"login() is not there in {version}")
        given = _given(request.body)
        user = user_by_name(self._account, given.get("username", ""))
        if user is None or given.get("password") != PASSWORD + SECURITY_TOKEN:
            why = "Invalid username, password, security token; or user locked out."
            return _fault("INVALID_LOGIN", why)
        token = self._sessions.begin(user["Id"], "soap")
        result = _RESULT.format(
            url=instance_url, version=version, org=ORG_ID, token=escape(token), user=user["Id"]
        )
        return _xml(result, 200)


def _given(body: bytes) -> dict[str, str]:
    try:
        elements = ElementTree.fromstring(body).iter()
    except ElementTree.ParseError:
        return {}
    return {each.tag.rpartition("}")[2]: each.text or "" for each in elements}


def _fault(code: str, why: str) -> Response:
    return _xml(_FAULT.format(code=code, why=escape(why)), 500)


def _xml(content: str, status: int) -> Response:
    body = _ENVELOPE.format(content).encode()
    return Response(status, body, content_type="text/xml; charset=utf-8")
