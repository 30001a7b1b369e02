"""How often one visitor may ask."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)

SECONDS = 60

#: A household has so much of the newer addresses, to change among as it likes.
HOUSEHOLD = 64


def address_of(request: HttpRequest | Request) -> str:
    """The visitor's address. What forwards it is believed only of the proxies in the settings."""
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while forwarded and _is_trusted(address):
        nearer = forwarded.pop().strip()
        if _read(nearer) is None:
            break
        address = nearer
    return address


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """The address; an older one in the newer ones' dress as what it is."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(text: str) -> bool:
    address = _read(text)
    return address is not None and any(address in each for each in settings.TRUSTED_PROXIES)


def who(text: str) -> str:
    address = _read(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((str(address).partition("%")[0], HOUSEHOLD), strict=False))
    return str(address or text)


class Limit(BaseThrottle):
    """So many requests a minute, counted from the first one, for all processes together."""

    _wait = 0.0

    def limit(self) -> int:
        raise NotImplementedError

    def counted(self, request: HttpRequest | Request) -> Iterator[tuple[str, str]]:
        """What is counted, and of whom. Who is refused by one is not counted by the next."""
        raise NotImplementedError

    def allow_request(self, request: HttpRequest | Request, view: object = None) -> bool:
        return all(self._count(what, who) <= self.limit() for what, who in self.counted(request))

    def wait(self) -> float:
        return self._wait

    def _count(self, what: str, who: str) -> int:
        named = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()
        key = f"limit:{what}:{named}"
        try:
            since = float(cache.get_or_set(f"{key}:since", time.time, SECONDS) or time.time())
            cache.add(f"{key}:{since}", 0, SECONDS * 2)
            number = cache.incr(f"{key}:{since}")
        except (RedisError, OSError, ValueError):
            logger.warning("The cache is unreachable: visitors are not counted")
            return 0
        self._wait = max(1.0, since + SECONDS - time.time())
        return int(number)


class Reads(Limit):
    """Of one address."""

    def limit(self) -> int:
        return int(settings.CALLBOOKER_READS_PER_MINUTE)

    def counted(self, request: HttpRequest | Request) -> Iterator[tuple[str, str]]:
        yield "reads", who(address_of(request))


class Bookings(Limit):
    """Of one address; and of one e-mail address, wherever the requests come from."""

    def limit(self) -> int:
        return int(settings.CALLBOOKER_BOOKINGS_PER_MINUTE)

    def counted(self, request: HttpRequest | Request) -> Iterator[tuple[str, str]]:
        yield "bookings", who(address_of(request))
        sent = request.data if isinstance(request, Request) else request.POST
        given = sent.get("email") if isinstance(sent, dict) else None
        if isinstance(given, str) and given.strip():
            yield "email", given.strip().lower()
