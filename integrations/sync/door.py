"""Where deliveries come in: verify, keep, answer, with the limits that hold for every system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import inbox

#: The longest delivery that is kept.
LONGEST = 1024 * 1024

#: So much of a longer one is read and dropped: a sender that is cut off reads no answer.
DROPPED = 16 * LONGEST


@dataclass(frozen=True)
class Refusal:
    """What a sender with wrong credentials is told."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Door(APIView):
    """Keep a delivery; 413 over 1 MiB. Whose it is and what is kept of it, a system says."""

    system = ""
    authentication_classes: list = []
    permission_classes: list = []
    throttle_classes: list = []
    http_method_names = ["post"]
    schema = None

    def refusal(self, request: Request, body: bytes | None) -> Refusal | None:
        """Why this delivery is not the system's own, or None. A body that is too long is None."""
        raise NotImplementedError

    def events(self, body: bytes) -> list[tuple[str, bytes]]:
        """Dedupe key and body of each event that the delivery brings."""
        raise NotImplementedError

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in JSON whatever the sender accepts: a 406 would lose the delivery."""
        return super().perform_content_negotiation(request, force=True)

    def post(self, request: Request) -> Response:
        body = _body(request)
        if refusal := self.refusal(request, body):
            inbox.refused(self.system)
            return _error(refusal.status, refusal.message, dict(refusal.headers))
        if body is None:
            return _error(413, "Larger than 1 MiB")
        if len(body) < _length(request):
            return _error(400, "The body ends before its Content-Length")
        headers = {name.lower(): value for name, value in request.headers.items()}
        for key, event in self.events(body):
            inbox.receive(system=self.system, dedupe_key=key, body=event, headers=headers)
        return Response({"status": "ok"})


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return Response({"status": "error", "message": message}, status=status, headers=headers)


def _body(request: Request) -> bytes | None:
    """The raw body, or None if it is too long."""
    if _length(request) > LONGEST:
        _drop(request, _length(request))
        return None
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Django reads nothing of a body that does not tell its length.
        body: bytes = request.META["wsgi.input"].read(LONGEST + 1)
    else:
        body = request._request.body
    if len(body) <= LONGEST:
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
