"""Tokens of the API: one for all processes, until Salesforce no longer takes it."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache as once
from hashlib import sha256
from pathlib import Path

import redis
import requests
from django.conf import settings
from google.auth import crypt, jwt
from redis.exceptions import LockError, RedisError

from integrations.sync import shared_cache
from integrations.sync.errors import Misconfigured, SyncError, Unauthorised, Unavailable
from integrations.sync.http import LONGEST_QUOTE, Http, json_object, new_session, said

from . import flows, soap_log_in

logger = logging.getLogger(__name__)

PATH = "/services/oauth2/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

#: A session has no set end; it is not believed for longer than this. Contract, section 4.3.
KEPT_SECONDS = 90 * 60

#: Salesforce takes an assertion of a few minutes.
ASSERTION_SECONDS = 180

#: Who waits for another process that asks waits so long at most.
LOCK_SECONDS = 20

_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Token:
    """A session, and where it is good."""

    secret: str
    instance_url: str

    def __repr__(self) -> str:
        return f"Token({self.instance_url})"


def token(seconds: float, *, instead_of: Token | None = None) -> Token:
    """The token that all processes use.

    Args:
        seconds: How long an answer may take.
        instead_of: Salesforce no longer takes this one.

    Raises:
        Unauthorised: It gives us none.
        Misconfigured: The settings lack what the flow needs.
        SyncError: There is none to be had now.
    """
    flows.check()
    if settings.SALESFORCE_AUTH_FLOW == "access_token":
        if instead_of is not None:
            raise Unauthorised("Salesforce no longer takes SALESFORCE_ACCESS_TOKEN")
        return Token(settings.SALESFORCE_ACCESS_TOKEN, settings.SALESFORCE_INSTANCE_URL)
    held = _held()
    if held is not None and held != instead_of:
        return held
    with _one_at_a_time():
        # Another process may have asked meanwhile.
        held = _held()
        if held is not None and held != instead_of:
            return held
        fresh = _asked_for(seconds)
        shared_cache.hold(_key(), (fresh.secret, fresh.instance_url), KEPT_SECONDS)
        return fresh


def log_in_url() -> str:
    """Where the token is asked for.

    Raises:
        Misconfigured: SALESFORCE_DOMAIN is no part of a host's name.
    """
    domain = settings.SALESFORCE_DOMAIN
    if not domain or settings.SALESFORCE_AUTH_FLOW not in flows.WITH_PASSWORD:
        return str(settings.SALESFORCE_LOGIN_URL)
    if not _DOMAIN.fullmatch(domain):
        raise Misconfigured("SALESFORCE_DOMAIN is what stands before .salesforce.com")
    return f"https://{domain}.salesforce.com"


def _asked_for(seconds: float) -> Token:
    if settings.SALESFORCE_AUTH_FLOW == "soap":
        return _token(*soap_log_in.log_in(log_in_url(), seconds))
    http = Http(
        base_url=log_in_url(),
        headers={"Accept": "application/json"},
        classify=classify,
        session=_session(),
        timeout=(3.05, seconds),
    )
    answer = http.call("POST", PATH, form=_form(), repeatable=True)
    try:
        return _token(str(answer["access_token"]), str(answer["instance_url"]))
    except (LookupError, TypeError):
        raise Unavailable(f"POST {PATH}: an answer without a token") from None


def _token(secret: str, instance: str) -> Token:
    return Token(secret, settings.SALESFORCE_INSTANCE_URL or instance.rstrip("/"))


@once
def _session() -> requests.Session:
    return new_session()


def _form() -> dict[str, str]:
    key, secret = settings.SALESFORCE_CONSUMER_KEY, settings.SALESFORCE_CONSUMER_SECRET
    client = {"client_id": key, **({"client_secret": secret} if secret else {})}
    match settings.SALESFORCE_AUTH_FLOW:
        case "jwt_bearer":
            return {"grant_type": JWT_BEARER, "assertion": _assertion()}
        case "refresh_token":
            return {
                "grant_type": "refresh_token",
                "refresh_token": settings.SALESFORCE_REFRESH_TOKEN,
                **client,
            }
        case "password":
            password = settings.SALESFORCE_PASSWORD + settings.SALESFORCE_SECURITY_TOKEN
            name = settings.SALESFORCE_USERNAME
            return {"grant_type": "password", "username": name, "password": password, **client}
        case _:
            return {"grant_type": "client_credentials", **client}


def _assertion() -> str:
    claims = {
        "iss": settings.SALESFORCE_CONSUMER_KEY,
        "sub": settings.SALESFORCE_USERNAME,
        "aud": settings.SALESFORCE_LOGIN_URL,
        "exp": int(time.time()) + ASSERTION_SECONDS,
    }
    given = settings.SALESFORCE_PRIVATE_KEY
    try:
        pem = given if given.lstrip().startswith("-----") else Path(given).read_text()
        return jwt.encode(crypt.RSASigner.from_string(pem), claims).decode()
    except (OSError, ValueError) as error:
        why = type(error).__name__
    raise Misconfigured(f"SALESFORCE_PRIVATE_KEY is neither a PEM key nor a path to one ({why})")


def classify(response: requests.Response) -> SyncError | None:
    """A refusal to give a token is for a person to mend; asking again would lock the user out."""
    if response.status_code not in (400, 401):
        return None
    answer = json_object(response)
    if answer.get("error") == "rate_limit_exceeded":
        return Unavailable(said(response))
    why = str(answer.get("error_description", ""))[:LONGEST_QUOTE]
    return Unauthorised(f"{said(response)} {why}".strip())


# -- kept for all processes ---------------------------------------------------------------


def _key() -> str:
    named = [
        log_in_url(),
        settings.SALESFORCE_AUTH_FLOW,
        settings.SALESFORCE_CONSUMER_KEY,
        settings.SALESFORCE_USERNAME,
    ]
    return f"salesforce-token:{sha256(json.dumps(named).encode()).hexdigest()}"


def _held() -> Token | None:
    held = shared_cache.held(_key())
    return Token(*held) if held else None


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """While one process asks, the others wait for what it gets."""
    lock = _server().lock(f"{_key()}:lock", timeout=LOCK_SECONDS, blocking_timeout=LOCK_SECONDS)
    try:
        taken = lock.acquire()
    except RedisError:
        taken = False
    try:
        yield
    finally:
        if taken:
            try:
                lock.release()
            except (LockError, RedisError):
                logger.info("The lock on the token had ended")


@once
def _server() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=30, socket_connect_timeout=0.5)
