"""Where deliveries come in: verify, keep, answer, with the limits that hold for every system."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from meetings.throttling import Limit

from . import inbox

MEBIBYTE = 1024 * 1024

#: The longest delivery that is kept, where a system has no limit of its own.
LONGEST = MEBIBYTE

#: So much of a longer one is read and dropped: a sender that is cut off reads no answer.
DROPPED = 16 * MEBIBYTE

#: Dedupe key and body of an event.
Event = tuple[str, bytes]


@dataclass(frozen=True)
class Refusal:
    """What a sender with wrong credentials is told."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


class WrongShape(Exception):
    """A delivery in which not all can be kept, to a sender that is to hear of it.

    Attributes:
        kept: Those of its events that can be kept, and are.
    """

    def __init__(self, message: str, *, status: int = 400, kept: Sequence[Event] = ()) -> None:
        super().__init__(message)
        self.status, self.kept = status, kept


class Door(APIView):
    """Keep a delivery; 413 for a longer one. Whose it is and what is kept, a system says."""

    system = ""
    longest = LONGEST
    #: How often one address may come with wrong credentials before it is only told to wait.
    strangers: type[Limit] | None = None
    authentication_classes: list = []
    permission_classes: list = []
    throttle_classes: list = []
    http_method_names = ["post"]
    schema = None

    def refusal(self, request: Request, body: bytes | None) -> Refusal | None:
        """Why this delivery is not the system's own, or None. A body that is too long is None."""
        raise NotImplementedError

    def events(self, body: bytes) -> list[Event]:
        """Dedupe key and body of each event that the delivery brings.

        Raises:
            WrongShape: Not all of it can be kept.
        """
        raise NotImplementedError

    def answer(self, kept: Sequence[Event], new: Collection[str]) -> HttpResponseBase:
        """What is said of events that are kept; those with the keys ``new`` are no repeats."""
        return Response({"status": "ok"})

    def error(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> HttpResponseBase:
        """What is said when something is wrong."""
        content = {"status": "error", "message": message}
        return Response(content, status=status, headers=dict(headers or {}))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in JSON whatever the sender accepts: a 406 would lose the delivery."""
        return super().perform_content_negotiation(request, force=True)

    def post(self, request: Request, **named: str) -> HttpResponseBase:
        body = _body(request, self.longest)
        if refusal := self.refusal(request, body):
            return self._refused(request, refusal)
        if body is None:
            return self.error(413, f"Larger than {self.longest // MEBIBYTE} MiB")
        if len(body) < _length(request):
            return self.error(400, "The body ends before its Content-Length")
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            events = self.events(body)
        except WrongShape as wrong:
            inbox.receive(system=self.system, events=wrong.kept, headers=headers)
            return self.error(wrong.status, str(wrong))
        new = inbox.receive(system=self.system, events=events, headers=headers)
        return self.answer(events, new)

    def _refused(self, request: Request, refusal: Refusal) -> HttpResponseBase:
        """Who comes too often is only told to wait, and that costs no write.

        Asked after the look at the credentials: behind one proxy all have one address, and nobody's
        mistakes are to keep out a sender with the right ones.
        """
        limit = self.strangers() if self.strangers and refusal.status < 500 else None
        if limit is not None and not limit.allow_request(request):
            after = {"Retry-After": str(ceil(limit.wait()))}
            return self.error(429, "Too many deliveries with wrong credentials", after)
        inbox.refused(self.system)
        return self.error(refusal.status, refusal.message, refusal.headers)


def _body(request: Request, longest: int) -> bytes | None:
    """The raw body, or None if it is too long."""
    if _length(request) > longest:
        _drop(request, _length(request))
        return None
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Django reads nothing of a body that does not tell its length.
        body: bytes = request.META["wsgi.input"].read(longest + 1)
    else:
        # Not its ``body``: that is never longer than what a form may have.
        body = request._request.read(longest + 1)
    if len(body) <= longest:
        return body
    _drop(request, DROPPED)
    return None


def _drop(request: Request, length: int) -> None:
    left = min(length, DROPPED)
    while left > 0 and (read := request.META["wsgi.input"].read(min(left, 65536))):
        left -= len(read)


def _length(request: Request) -> int:
    """What the sender says of the body's length; 0 for nothing that can be read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() else 0
