"""Every call, kept for the page; those to Pipedrive also written down as JSON lines."""

import itertools
import os
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from integrations.sandbox.clock import stamp_with_milliseconds
from integrations.sandbox.routing import Request, Response, dump

SECRET_HEADERS = {"x-api-token", "authorization", "cookie", "proxy-authorization"}
SECRET_KEYS = {"http_auth_password", "api_token", "access_token", "refresh_token", "password"}
HIDDEN = "***"
#: Answers larger than this are left out of the list in memory: a page of 500 is 500 kB.
KEPT_ANSWER_BYTES = 32_768
KEPT_CALLS = 10_000


def without_secrets(value: object) -> object:
    """A copy in which passwords and tokens are masked."""
    if isinstance(value, dict):
        return {
            key: HIDDEN if key in SECRET_KEYS and inner is not None else without_secrets(inner)
            for key, inner in value.items()
        }
    return [without_secrets(inner) for inner in value] if isinstance(value, list) else value


def _safe_headers(headers: dict[str, str]) -> dict[str, str]:
    return {name: _masked(name, value) for name, value in headers.items()}


def _masked(name: str, value: str) -> str:
    if name not in SECRET_HEADERS:
        return value
    # The scheme is no secret, and tells which kind of credential was sent.
    scheme, _, credential = value.partition(" ")
    return f"{scheme} {HIDDEN}" if credential else HIDDEN


@dataclass
class Call:
    """One request to a simulated system and the answer it got."""

    number: int
    at: datetime
    system: str
    method: str
    url: str
    path: str
    #: The parameters, of which one may be a query's text.
    query: dict[str, str]
    headers: dict[str, str]
    body: object
    #: 0: no answer, the connection was cut before anything happened.
    status: int
    #: Parsed; None when it was no JSON or too large to keep.
    response: object
    milliseconds: float
    #: The trouble that was made, if any.
    trouble: str = ""

    def as_json(self) -> dict:
        """For the page and the control API."""
        return vars(self) | {"at": stamp_with_milliseconds(self.at)}


class Recorder:
    """The calls in memory, and the file that keeps those to be checked."""

    def __init__(self, path: str | os.PathLike | None) -> None:
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._file = None if path is None else _open(path)

    def add(self, request: Request, response: Response, *, written: bool, **about: object) -> None:
        """Keep one call, also in the file if it is to be ``written``.

        ``about``: at, system, milliseconds and trouble.
        """
        headers, body = _safe_headers(request.headers), _body(request)
        if written:
            self._write(request, headers, body, response)
        call = Call(
            number=next(self._numbers),
            method=request.method,
            url=request.url,
            path=request.path,
            query=without_secrets(dict(request.query)),
            headers=headers,
            body=body,
            status=response.status,
            response=_kept_answer(response),
            **about,
        )
        with self._lock:
            self.calls.append(call)

    def since(self, number: int) -> list[Call]:
        """Those after call ``number``, oldest first."""
        with self._lock:
            return [call for call in self.calls if call.number > number]

    def clear(self) -> None:
        """Forget the calls in memory; the file keeps its own."""
        with self._lock:
            self.calls.clear()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, request: Request, headers: dict, body: object, response: Response) -> None:
        if self._file is None:
            return
        line = b'{"method":%s,"url":%s,"headers":%s,"body":%s,"status":%d,"response":%s}\n' % (
            dump(request.method),
            dump(request.url),
            dump(headers),
            dump(body),
            response.status,
            _written_answer(response),
        )
        # One write per line, in append mode: other processes may use the same file.
        os.write(self._file, line)


def _open(path: str | os.PathLike) -> int:
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)


def _body(request: Request) -> object:
    try:
        return without_secrets(request.json())
    except ValueError:
        return None


def _written_answer(response: Response) -> bytes:
    if not response.is_json:
        return b"null"
    if b"password" not in response.body:
        return response.body
    return dump(without_secrets(_parsed(response)))


def _kept_answer(response: Response) -> object:
    if not response.is_json or len(response.body) > KEPT_ANSWER_BYTES:
        return None
    return without_secrets(_parsed(response))


def _parsed(response: Response) -> object:
    return Request("", "", {}, response.body).json()
