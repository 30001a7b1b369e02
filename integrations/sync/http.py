"""One way to call a remote: budget, time-outs, few retries, typed errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from . import budget
from .errors import (
    Misconfigured,
    RateLimited,
    Rejected,
    RemoteGone,
    SyncError,
    Unauthorised,
    Unavailable,
)
from .patience import PATIENCE, TRIES, patiently

#: Seconds to connect, and to wait for an answer.
TIMEOUT = (3.05, 30)

#: Calls that do no harm when they are made twice.
REPEATABLE = {"GET", "PUT", "PATCH", "DELETE"}

#: The longest answer that is read: a page of 500 records with all their fields has some 4 MiB.
LARGEST_ANSWER = 64 * 1024 * 1024

#: Read so much at once.
CHUNK = 64 * 1024

#: The longest text that we quote of a remote.
LONGEST_QUOTE = 300

_EMAIL = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+")

Parse = Callable[[requests.Response, str], Any]
Classify = Callable[[requests.Response], SyncError | None]
Observe = Callable[[requests.Response], None]


class NeverArrived(Unavailable):
    """No connection was made, so the remote did nothing."""


def no_table(response: requests.Response) -> SyncError | None:
    """For a remote without error statuses of its own."""
    return None


def no_observer(response: requests.Response) -> None:
    """For a remote whose headers say nothing."""


def new_session() -> requests.Session:
    """A session with a pool; it keeps no cookies, so threads may share it."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=16)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def parsed_json(response: requests.Response, what: str) -> Any:
    """What an answer says in JSON; None for an empty one.

    Raises:
        Unavailable: It cannot be read.
    """
    if not response.content:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise Unavailable(
            f"{what}: {response.status_code} with an answer that cannot be read"
        ) from None


@dataclass
class Http:
    """Calls to one remote.

    Attributes:
        classify: The remote's own table of errors; None leaves an answer to ours.
        observe: Sees every answer, for what its headers say.
        parse: What becomes of a 2xx; called with what was called.
        timeout: Seconds to connect, and to wait for an answer.
        tries: How often a call is made at most.
        patience: No new try later than this after the first one began.
    """

    base_url: str
    headers: dict[str, str]
    classify: Classify = no_table
    observe: Observe = no_observer
    session: requests.Session = field(default_factory=new_session)
    parse: Parse = parsed_json
    timeout: tuple[float, float] = TIMEOUT
    tries: int = TRIES
    patience: timedelta = PATIENCE

    def call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        body: Any = None,
        form: dict[str, str] | None = None,
        raw: bytes | None = None,
        windows: Sequence[budget.Window] = (),
        repeatable: bool = False,
    ) -> Any:
        """Call and return the parsed answer; None for an empty one.

        A call that may not be repeated is tried again only if it cannot have arrived.

        Args:
            form: Sent in place of a JSON body.
            raw: Sent as it is, for what is neither.
            repeatable: Whether a POST does no harm when it is made twice.

        Raises:
            SyncError: Anything but a well-formed 2xx.
        """
        other = form if raw is None else raw
        content = {"data": other} if other is not None else {"json": body}
        return patiently(
            lambda: self._once(method, path, params, content, windows),
            may_repeat=lambda error: repeatable or _may_repeat(method, error),
            tries=self.tries,
            patience=self.patience,
        )

    def _once(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None,
        content: dict[str, Any],
        windows: Sequence[budget.Window],
    ) -> Any:
        budget.take(windows)
        what = f"{method} {path}"
        try:
            response = self.session.request(
                method,
                self.base_url + path,
                params=params,
                headers=self.headers,
                timeout=self.timeout,
                allow_redirects=False,
                stream=True,
                **content,
            )
            _read(response, what)
        except (requests.RequestException, UnicodeEncodeError) as error:
            # Not chained: its text holds the whole address, query and all.
            raise not_answered(what, error) from None
        self.observe(response)
        if not 200 <= response.status_code < 300:
            refusal = self.classify(response) or by_status(response)
            refusal.args = (f"{what}: {refusal}",)
            raise refusal
        return self.parse(response, what)


def _read(response: requests.Response, what: str) -> None:
    """Fetch the answer's body.

    Raises:
        Unavailable: It is too large to hold; what the call did is not known.
    """
    # Counted as it comes out of decompression: a small answer can hold a large one.
    chunks, size = [], 0
    for chunk in response.iter_content(CHUNK):
        size += len(chunk)
        if size > LARGEST_ANSWER:
            response.close()
            raise Unavailable(f"{what}: the answer is larger than {LARGEST_ANSWER >> 20} MiB")
        chunks.append(chunk)
    # Where requests keeps what it has read itself, for ``json`` and ``text``.
    response._content = b"".join(chunks)


def not_answered(what: str, error: Exception) -> SyncError:
    """What it means that a call brought no answer."""
    match error:
        case requests.exceptions.InvalidJSONError():
            return Rejected(f"{what}: a value cannot be written as the other system wants it")
        case (
            requests.exceptions.MissingSchema()
            | requests.exceptions.InvalidSchema()
            | requests.exceptions.InvalidURL()
        ):
            return Misconfigured(f"{what}: the address in the settings is not one")
        case requests.ConnectTimeout():
            return NeverArrived(f"{what}: no connection")
        case requests.ConnectionError() if _was_refused(error):
            return NeverArrived(f"{what}: no connection")
        case requests.exceptions.InvalidHeader() | UnicodeEncodeError():
            return Unauthorised(f"{what}: the credentials in the settings cannot be sent")
        case requests.exceptions.SSLError():
            return Unavailable(f"{what}: no secure connection; look at its certificate")
        case requests.Timeout():
            return Unavailable(f"{what}: no answer in time")
        case _:
            return Unavailable(f"{what}: the connection broke off")


def _was_refused(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _may_repeat(method: str, error: SyncError) -> bool:
    return method in REPEATABLE or isinstance(error, RateLimited | NeverArrived)


def by_status(response: requests.Response) -> SyncError:
    """What a status means where a remote has no meaning of its own for it."""
    message = said(response)
    match response.status_code:
        case 401 | 402:
            return Unauthorised(message)
        case 404 | 410:
            return RemoteGone(message)
        case 429:
            return RateLimited(message, retry_after=retry_after(response))
        case status if status < 400:
            target = urlsplit(response.headers.get("Location", "")).netloc or "another address"
            return Misconfigured(f"{message} redirects to {target}; check the address")
        case 501:
            return Rejected(message)
        case status if status >= 500:
            return Unavailable(message)
        case _:
            return Rejected(message)


def retry_after(response: requests.Response, *headers: str) -> timedelta:
    """The longest wait in seconds that the answer asks for; two where it names none."""
    asked = [response.headers.get(name, "") for name in ["Retry-After", *headers]]
    return timedelta(seconds=max([2.0, *(float(text) for text in asked if _is_seconds(text))]))


def _is_seconds(text: str) -> bool:
    return re.fullmatch(r"\d{1,6}(\.\d+)?", text.strip()) is not None


def said(response: requests.Response) -> str:
    """Status and the remote's own message, short and without addresses of people."""
    text = f"{response.status_code} {_message(response)}".strip()
    return _EMAIL.sub("…@…", text)[:LONGEST_QUOTE]


def json_object(response: requests.Response) -> Mapping[str, Any]:
    """The answer's JSON object; empty where it is none."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _message(response: requests.Response) -> str:
    answer = json_object(response)
    for key in ("error", "message", "errors"):
        if told := answer.get(key):
            return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    return ""
