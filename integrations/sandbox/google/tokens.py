"""The token endpoint: a signed assertion in, a token for one person's calendars out."""

import base64
import binascii
import json
import secrets
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from integrations.sandbox.clock import Clock
from integrations.sandbox.control_input import Refused
from integrations.sandbox.google.errors import TokenRefused
from integrations.sandbox.routing import Request, Response, json_response

if TYPE_CHECKING:
    from integrations.sandbox.google.account import Account

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/calendar"
LIFETIME_SECONDS = 3600
#: How far the clocks of a caller and of Google may differ.
SKEW_SECONDS = 300
#: What the endpoint can be made to answer, and with which status.
REFUSALS = {"unauthorized_client": 401, "invalid_grant": 400, "invalid_client": 401}


class Tokens:
    """The tokens that are valid, and whether there are any to be had."""

    def __init__(self, clock: Clock, account: "Account") -> None:
        self._clock, self._account = clock, account
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """None was given out; who asks gets one."""
        self._valid: dict[str, tuple[str, float]] = {}
        self.refusal = ""

    def refuse(self, error: object) -> None:
        """Answer so from now on; empty: give tokens again.

        Raises:
            Refused: There is no such answer.
        """
        if error not in ("", *REFUSALS):
            raise Refused(f"error is empty or one of {', '.join(REFUSALS)}")
        self.refusal = str(error)

    def forget(self) -> None:
        """No token that was given out is valid any more."""
        with self._lock:
            self._valid = {}

    def owner(self, token: str) -> str | None:
        """Whose calendars this opens; None where it is not valid."""
        with self._lock:
            person, until = self._valid.get(token, ("", 0.0))
        return person if until > self._clock.time() else None

    def answer(self, request: Request) -> Response:
        """Serve one call."""
        try:
            person = self._person(request)
        except TokenRefused as refusal:
            return refusal.response()
        token = f"ya29.{secrets.token_urlsafe(32)}"
        with self._lock:
            self._valid[token] = person, self._clock.time() + LIFETIME_SECONDS
        return json_response(
            {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"}
        )

    def _person(self, request: Request) -> str:
        if self.refusal:
            raise TokenRefused(self.refusal, "Asked for by a switch.", REFUSALS[self.refusal])
        form = parse_qs(request.body.decode(errors="replace"))
        if form.get("grant_type") != [GRANT]:
            raise TokenRefused("unsupported_grant_type", "Invalid grant_type")
        claims = self._claims(form.get("assertion", [""])[0])
        if claims.get("scope") != SCOPE:
            raise TokenRefused("invalid_scope", "Empty or missing scope not allowed.")
        person = str(claims.get("sub", "")).lower()
        if person not in self._account.calendars:
            raise TokenRefused("invalid_grant", "Invalid email or User ID")
        return person

    def _claims(self, assertion: str) -> dict:
        """What the assertion says. Its signature is not checked: the key is not known here."""
        try:
            head, body, signature = assertion.split(".")
            header, claims = _decoded(head), _decoded(body)
        except (ValueError, binascii.Error) as error:
            raise TokenRefused("invalid_grant", "Bad Request") from error
        if header.get("alg") != "RS256" or not signature:
            raise TokenRefused("invalid_grant", "Invalid JWT Signature.")
        if not claims.get("iss") or not str(claims.get("aud", "")).endswith("/token"):
            raise TokenRefused("invalid_grant", "Invalid JWT: Failed audience check.")
        self._check_times(claims)
        return claims

    def _check_times(self, claims: dict) -> None:
        issued, ends, now = claims.get("iat"), claims.get("exp"), self._clock.time()
        numbers = all(type(each) is int for each in (issued, ends))
        if not numbers or not 0 < ends - issued <= LIFETIME_SECONDS or ends < now - SKEW_SECONDS:
            raise TokenRefused("invalid_grant", "Invalid JWT: Token must be a short-lived token")


def _decoded(segment: str) -> dict:
    value = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value
