"""What tells us that something changed in Salesforce: verify, take apart, keep, answer.

What it means is read in ``events``.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.sync import signs_of_life
from integrations.sync.door import MEBIBYTE, Door, Event, Refusal
from integrations.sync.system import get
from meetings.throttling import Limit, address_of, who

from . import events, outbound_messages, relay
from .schemas import NAME

logger = logging.getLogger(__name__)

#: The relay tries again after so long: the bus keeps what it could not deliver for three days.
RETRY_AFTER = {"Retry-After": "60"}


class Strangers(Limit):
    """Messages with a wrong signature or at a wrong address, of one sender's address."""

    def limit(self) -> int:
        return int(settings.SALESFORCE_REFUSALS_PER_MINUTE)

    def counted(self, request: HttpRequest | Request) -> Iterator[tuple[str, str]]:
        yield "strangers", who(address_of(request))


class SalesforceDoor(Door):
    """Both kinds of messages, up to 5 MiB. What was not kept is not acknowledged."""

    system = NAME
    strangers = Strangers
    longest = 5 * MEBIBYTE
    #: Of the answer when the database is down, or something that nobody foresaw goes wrong.
    unavailable = 500

    def post(self, request: Request, **named: str) -> HttpResponseBase:
        try:
            return super().post(request, **named)
        except (OperationalError, InterfaceError):
            return self.error(self.unavailable, "The database is down", RETRY_AFTER)
        except Exception as error:
            # Its sender reads these words and comes again.
            logger.error("A message to Salesforce's door was not kept", exc_info=error)
            return self.error(self.unavailable, "Something unexpected went wrong", RETRY_AFTER)


class ChangeEvents(SalesforceDoor):
    """A relay's messages; 401 without a good signature, 503 without a secret."""

    unavailable = 503

    def refusal(self, request: Request, body: bytes | None) -> Refusal | None:
        if not settings.SALESFORCE_ENABLED or not relay.secrets():
            return Refusal(503, "No secret of the relay's is set", RETRY_AFTER)
        signature = request.headers.get("X-Hermes-Signature", "")
        if body is None or relay.is_authentic(body, _time_of(request), signature):
            return None
        return Refusal(401, "signature")

    def events(self, body: bytes) -> list[Event]:
        message = relay.parsed(body)
        parts = relay.taken_apart(message, _time_of(self.request))
        if message.get("type") == relay.HEARTBEAT:
            signs_of_life.seen(get(NAME))
        return parts

    def answer(self, kept: Sequence[Event], new: Collection[str]) -> HttpResponseBase:
        """Ignored is what is kept too, and says nothing to us."""
        ignored = sum(key in new and bool(events.read(body).ignored) for key, body in kept)
        counts = {
            "accepted": len(new) - ignored,
            "duplicates": len(kept) - len(new),
            "ignored": ignored,
        }
        return Response(counts, status=202)

    def error(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> HttpResponseBase:
        return Response({"error": message}, status=status, headers=dict(headers or {}))


def _time_of(request: Request) -> str:
    return str(request.headers.get("X-Hermes-Timestamp", ""))


class OutboundMessages(SalesforceDoor):
    """A flow's messages; 404 to whoever does not know the address."""

    def refusal(self, request: Request, body: bytes | None) -> Refusal | None:
        expected = settings.SALESFORCE_OUTBOUND_TOKEN.encode()
        given = self.kwargs["token"].encode("utf-8", "replace")
        if settings.SALESFORCE_ENABLED and expected and hmac.compare_digest(given, expected):
            return None
        return Refusal(404, "Not found")

    def events(self, body: bytes) -> list[Event]:
        return outbound_messages.taken_apart(body)

    def answer(self, kept: Sequence[Event], new: Collection[str]) -> HttpResponseBase:
        return HttpResponse(outbound_messages.ACKNOWLEDGED, content_type="text/xml; charset=utf-8")

    def error(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> HttpResponseBase:
        return HttpResponse(
            message, status=status, content_type="text/plain; charset=utf-8", headers=headers
        )
