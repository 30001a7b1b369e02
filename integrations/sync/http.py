"""One way to call a remote: budget, time-outs, few retries, typed errors."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from .budget import Window
from .errors import (
    Misconfigured,
    RateLimited,
    Rejected,
    RemoteGone,
    SyncError,
    Unauthorised,
    Unavailable,
)

#: Seconds to connect, and to wait for an answer.
TIMEOUT = (3.05, 30)

#: Tries within one call. The queues have their own, longer schedule.
TRIES = 3

#: A wait asked for that is longer than this is the queue's to keep.
LONGEST_WAIT = timedelta(seconds=5)

REPEATABLE = {"GET", "PUT", "PATCH", "DELETE"}

_EMAIL = re.compile(r"[^\s@\"']+@[^\s@\"']+")

Classify = Callable[[requests.Response], SyncError | None]
Observe = Callable[[requests.Response], None]


def _ignore(response: requests.Response) -> None:
    return None


@dataclass
class Http:
    """Calls to one remote.

    Attributes:
        classify: The remote's own table of errors; None leaves an answer to ours.
        observe: Sees every answer, for what its headers say.
    """

    base_url: str
    headers: dict[str, str]
    classify: Classify
    observe: Observe = _ignore
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=16)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        body: Any = None,
        windows: Sequence[Window] = (),
    ) -> Any:
        """Call and return the parsed answer.

        A call that may not be repeated is tried again only if it cannot have arrived.

        Raises:
            SyncError: Anything but a well-formed 2xx.
        """
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(method, path, params, body, windows)
            except (RateLimited, Unavailable) as error:
                wait = _wait(error, attempt)
                if attempt == TRIES or wait is None or not _may_repeat(method, error):
                    raise
                time.sleep(wait.total_seconds())
        raise AssertionError("unreachable")

    def _once(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None,
        body: Any,
        windows: Sequence[Window],
    ) -> Any:
        for window in windows:
            window.take()
        try:
            response = self.session.request(
                method,
                self.base_url + path,
                params=params,
                json=body,
                headers=self.headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.ConnectTimeout as error:
            raise NeverArrived(f"{method} {path}: no connection") from error
        except requests.ConnectionError as error:
            raise _not_connected(f"{method} {path}", error) from error
        except requests.RequestException as error:
            raise Unavailable(f"{method} {path}: {type(error).__name__}") from error
        self.observe(response)
        self._check(response, f"{method} {path}")
        return _parsed(response, f"{method} {path}")

    def _check(self, response: requests.Response, what: str) -> None:
        if response.ok and not response.is_redirect:
            return
        error = self.classify(response) or _by_status(response)
        error.args = (f"{what}: {error.args[0]}",)
        raise error


class NeverArrived(Unavailable):
    """No connection was made, so the remote did nothing."""


def _not_connected(what: str, error: requests.ConnectionError) -> Unavailable:
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    refused = isinstance(cause, NewConnectionError)
    kind = NeverArrived if refused else Unavailable
    return kind(f"{what}: {'no connection' if refused else 'the connection broke'}")


def _may_repeat(method: str, error: SyncError) -> bool:
    return method in REPEATABLE or isinstance(error, RateLimited | NeverArrived)


def _wait(error: SyncError, attempt: int) -> timedelta | None:
    """How long before the next try; None if that is too long to stand waiting."""
    if isinstance(error, RateLimited):
        jitter = timedelta(seconds=random.uniform(0, 0.3))
        return error.retry_after + jitter if error.retry_after <= LONGEST_WAIT else None
    return timedelta(seconds=random.uniform(0, 0.5 * 2**attempt))


def _by_status(response: requests.Response) -> SyncError:
    message = said(response)
    match response.status_code:
        case 401 | 402:
            return Unauthorised(message)
        case 404 | 410:
            return RemoteGone(message)
        case 429:
            return RateLimited(message, retry_after=retry_after(response))
        case status if 300 <= status < 400:
            return Misconfigured(f"{message}: redirects to {urlsplit(response.url).netloc}")
        case status if status >= 500:
            return Unavailable(message)
        case _:
            return Rejected(message)


def retry_after(response: requests.Response, *headers: str) -> timedelta:
    """The longest wait that the answer asks for; two seconds where it names none."""
    asked = [response.headers.get(name, "") for name in ["Retry-After", *headers]]
    return timedelta(seconds=max([2.0, *(float(text) for text in asked if _is_number(text))]))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def said(response: requests.Response) -> str:
    """Status and the remote's own message, short and without addresses of people."""
    message = ""
    if "json" in response.headers.get("Content-Type", ""):
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            message = str(answer.get("error") or answer.get("message") or "")
    return _EMAIL.sub("…@…", f"{response.status_code} {message}".strip())[:300]


def _parsed(response: requests.Response, what: str) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise Unavailable(f"{what}: {response.status_code} with an answer that is no JSON") from error
