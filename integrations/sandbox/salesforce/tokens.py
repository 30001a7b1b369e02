"""The token endpoint: four ways to log in."""

import base64
import binascii
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from integrations.sandbox.control_input import Refused
from integrations.sandbox.routing import Request, Response, json_response
from integrations.sandbox.salesforce.assertions import Assertions
from integrations.sandbox.salesforce.errors import TokenRefused
from integrations.sandbox.salesforce.founding import integration_user
from integrations.sandbox.salesforce.ids import ORG_ID
from integrations.sandbox.salesforce.schema import USER
from integrations.sandbox.salesforce.sessions import Sessions

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CONSUMER_KEY, CONSUMER_SECRET = "sandbox-consumer-key", "sandbox-consumer-secret"
REFRESH_TOKEN = "sandbox-refresh-token"
#: Of every user; the token goes behind the password.
PASSWORD, SECURITY_TOKEN = "sandbox-password", "sandbox-security-token"
#: What the endpoint can be made to answer.
REFUSALS = {
    "invalid_grant": "authentication failure",
    "invalid_client": "invalid client credentials",
    "invalid_client_id": "client identifier invalid",
    "inactive_user": "user is inactive",
    "inactive_org": "organization is inactive",
    "invalid_app_access": "user is not admin approved to access this app",
    "rate_limit_exceeded": "login rate exceeded",
}

Form = dict[str, str]


class Tokens:
    """Checks who asks, and opens a session."""

    def __init__(self, account: "Account", sessions: Sessions, assertions: Assertions) -> None:
        self._account, self._sessions, self._assertions = account, sessions, assertions
        self._flows = {
            "client_credentials": self._client_credentials,
            JWT_BEARER: self._bearer,
            "refresh_token": self._refresh,
            "password": self._password,
        }
        #: Where the org is; the system says so.
        self.instance_url = ""
        self.clear()

    def clear(self) -> None:
        """Who asks rightly gets one."""
        self.refusal = ""

    def refuse(self, error: object) -> None:
        """Answer so from now on; empty: give tokens again.

        Raises:
            Refused: There is no such answer.
        """
        if error not in ("", *REFUSALS):
            raise Refused(f"error is empty or one of {', '.join(REFUSALS)}")
        self.refusal = str(error)

    def answer(self, request: Request, *, own_domain: bool) -> Response:
        """Serve one call.

        Args:
            own_domain: Whether it came to the org's own domain, and not to the host at
                which every org logs in.
        """
        if request.method != "POST":
            return TokenRefused("invalid_request", "must use HTTP POST").response()
        try:
            return json_response(self._granted(_form(request), own_domain=own_domain))
        except TokenRefused as refusal:
            return refusal.response()

    def _granted(self, form: Form, *, own_domain: bool) -> dict:
        if self.refusal:
            raise TokenRefused(self.refusal, REFUSALS[self.refusal])
        grant = form.get("grant_type", "")
        if grant not in self._flows:
            raise TokenRefused("unsupported_grant_type", "grant type not supported")
        user = self._flows[grant](form, own_domain=own_domain)
        return self._session(user, grant.rpartition(":")[2])

    def _session(self, user: dict, flow: str) -> dict:
        return {
            "access_token": self._sessions.begin(user["Id"], flow),
            "signature": base64.b64encode(hmac.digest(b"", user["Id"].encode(), "sha256")).decode(),
            "scope": "api",
            "instance_url": self.instance_url,
            "id": f"{self.instance_url}/id/{ORG_ID}/{user['Id']}",
            "token_type": "Bearer",
            "issued_at": str(int(self._account.clock.time() * 1000)),
        }

    def _client_credentials(self, form: Form, *, own_domain: bool) -> dict:
        if self._account.switches.my_domain_only and not own_domain:
            raise TokenRefused("invalid_grant", "request not supported on this domain")
        _check_client(form)
        return integration_user(self._account)

    def _bearer(self, form: Form, **_where: bool) -> dict:
        subject = self._assertions.subject(form.get("assertion", ""), CONSUMER_KEY)
        return self._user(subject)

    def _refresh(self, form: Form, **_where: bool) -> dict:
        _check_client(form)
        if form.get("refresh_token") != REFRESH_TOKEN:
            raise TokenRefused("invalid_grant", "expired access/refresh token")
        return integration_user(self._account)

    def _password(self, form: Form, **_where: bool) -> dict:
        _check_client(form)
        if form.get("password") != PASSWORD + SECURITY_TOKEN:
            raise TokenRefused("invalid_grant", "authentication failure")
        return self._user(form.get("username", ""))

    def _user(self, username: str) -> dict:
        return user_by_name(self._account, username) or _nobody()


def user_by_name(account: "Account", username: str) -> dict | None:
    """Who logs in by this name."""
    users = account.tables[USER].values()
    return next((each for each in users if each["Username"] == username), None)


def _nobody() -> dict:
    raise TokenRefused("invalid_grant", "user hasn't approved this consumer")


def _form(request: Request) -> Form:
    given = parse_qs(request.body.decode(errors="replace"))
    return {name: values[0] for name, values in given.items()} | _basic(request)


def _basic(request: Request) -> Form:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        key, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": key, "client_secret": secret}


def _check_client(form: Form) -> None:
    if form.get("client_id") != CONSUMER_KEY:
        raise TokenRefused("invalid_client_id", "client identifier invalid")
    if form.get("client_secret") != CONSUMER_SECRET:
        raise TokenRefused("invalid_client", "invalid client credentials")
