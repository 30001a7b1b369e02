"""Tokens: the service account signs that it speaks for one of our hosts."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from google.auth import crypt, jwt

from integrations.sync import shared_cache
from integrations.sync.errors import Misconfigured, Rejected, SyncError, Unauthorised, Unavailable
from integrations.sync.http import LONGEST_QUOTE, Http, json_object, new_session, said

SCOPE = "https://www.googleapis.com/auth/calendar"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

#: Where Google gives tokens, unless the service account's key says otherwise.
TOKEN_URI = "https://oauth2.googleapis.com/token"

#: For how long an assertion is good; Google allows an hour.
ASSERTION_SECONDS = 3600

#: A token is used until this long before its end.
MARGIN_SECONDS = 60


class NoSuchPerson(Rejected):
    """Google knows nobody of this address whom we may speak for."""


@dataclass(frozen=True)
class ServiceAccount:
    """Who signs, with what, and who takes the signature for a token."""

    email: str
    token_uri: str
    signer: Any = field(repr=False)

    def assertion(self, person: str) -> str:
        """A signed statement that we speak for this person."""
        now = int(time.time())
        claims = {
            "iss": self.email,
            "sub": person,
            "scope": SCOPE,
            "aud": self.token_uri,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        return jwt.encode(self.signer, claims).decode()


def service_account() -> ServiceAccount:
    """The one of the settings.

    Raises:
        Misconfigured: They have none that can be used. Nothing of the key is quoted.
    """
    return _parsed(settings.GOOGLE_SERVICE_ACCOUNT)


@lru_cache(maxsize=2)
def _parsed(given: str) -> ServiceAccount:
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text()
        key = json.loads(text)
        signer = crypt.RSASigner.from_service_account_info(key)
        return ServiceAccount(key["client_email"], key.get("token_uri") or TOKEN_URI, signer)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        why = type(error).__name__
    raise Misconfigured(
        "GOOGLE_SERVICE_ACCOUNT is neither the JSON key of a service account nor a path to one "
        f"({why})"
    )


def token(person: str, *, timeout: tuple[float, float], anew: bool = False) -> str:
    """A token for this person's calendar; one that any process has is used until it ends.

    Args:
        anew: Google no longer takes the one we have.

    Raises:
        NoSuchPerson: There is nobody of this address whom we may speak for.
        Unauthorised: We may speak for nobody.
        SyncError: There is none to be had now.
    """
    account = service_account()
    key = _cache_key(account, person)
    held = None if anew else shared_cache.held(key)
    if held is not None:
        return str(held)
    fresh, seconds = _asked_for(account, person, timeout)
    if seconds > MARGIN_SECONDS:
        shared_cache.hold(key, fresh, seconds - MARGIN_SECONDS)
    return fresh


def _asked_for(
    account: ServiceAccount, person: str, timeout: tuple[float, float]
) -> tuple[str, int]:
    address = urlsplit(account.token_uri)
    http = Http(
        base_url=f"{address.scheme}://{address.netloc}",
        headers={"Accept": "application/json"},
        classify=classify,
        session=_session(account.token_uri),
        timeout=timeout,
        tries=2,
    )
    form = {"grant_type": GRANT, "assertion": account.assertion(person)}
    answer = http.call("POST", address.path, form=form, repeatable=True)
    try:
        return str(answer["access_token"]), int(answer["expires_in"])
    except (LookupError, TypeError, ValueError):
        raise Unavailable(f"POST {address.path}: an answer without a token") from None


@lru_cache(maxsize=4)
def _session(token_uri: str) -> requests.Session:
    """One for each process, so that connections are used again."""
    return new_session()


def classify(response: requests.Response) -> SyncError | None:
    """OAuth's own codes: what is wrong with us, and what with the person's address."""
    answer = json_object(response)
    words = f"{said(response)}: {str(answer.get('error_description', ''))[:LONGEST_QUOTE]}"
    match answer.get("error"):
        case "unauthorized_client" | "invalid_client":
            return Unauthorised(words)
        case "invalid_grant":
            return NoSuchPerson(words)
        case _:
            return None


def _cache_key(account: ServiceAccount, person: str) -> str:
    named = f"{account.token_uri} {account.email} {person.lower()}"
    return f"google-token:{sha256(named.encode()).hexdigest()}"
