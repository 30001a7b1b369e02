"""Links with which a customer books a support call: signed, and good for some days."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from companies.models import Company, TeamMember


class NoKey(Exception):
    """Support links are off: there is no key to sign them with."""


class WrongSignature(Exception):
    """Somebody else made the link, or changed it."""


class Expired(Exception):
    """The link was good once."""


def signature(host_id: int, company_id: int, expires: int) -> str:
    """Of the three numbers that a link holds.

    Raises:
        NoKey: There is nothing to sign with.

    Source: contract, "Signature".
    """
    key = settings.SUPPORT_LINK_KEY.encode()
    if not key:
        raise NoKey
    said = f"{host_id}-{company_id}-{expires}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def link(host: TeamMember, company: Company) -> str:
    """The address to send to a customer.

    Raises:
        NoKey: There is nothing to sign with.
    """
    lives = timedelta(days=settings.SUPPORT_LINK_TTL_DAYS)
    expires = int((timezone.now() + lives).timestamp())
    query = {
        "s": signature(host.pk, company.pk, expires),
        "admin_id": host.pk,
        "company_id": company.pk,
        "e": expires,
    }
    base_url = settings.CALLBOOKER_BASE_URL or f"{settings.SITE_URL}/book"
    return f"{base_url}/{host.pk}/?{urlencode(query)}"


def check_signature(host_id: int, company_id: int, expires: int, given: str) -> None:
    """Whether we made the link.

    Raises:
        NoKey: There is nothing to check with.
        WrongSignature: It is not what we sign these numbers with.
    """
    # As bytes: a signature with letters that are not ASCII is wrong, and no error.
    expected = signature(host_id, company_id, expires).encode()
    if not hmac.compare_digest(expected, given.encode("utf-8", "replace")):
        raise WrongSignature


def check_time(expires: int) -> None:
    """Whether it is still good.

    Raises:
        Expired: The time is over.
    """
    if expires < timezone.now().timestamp():
        raise Expired
