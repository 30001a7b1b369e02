"""What a visitor's request tells of the visitor."""

from __future__ import annotations

import logging

from django.http import HttpRequest
from rest_framework.request import Request

from companies.models import TeamMember

from . import choosing
from .elsewhere import directory

logger = logging.getLogger(__name__)

#: What Cloudflare says of who cannot be placed, and of who hides.
NO_COUNTRY = {"XX", "T1"}


def country_of(request: HttpRequest | Request) -> str:
    """Where the visitor is, as far as Cloudflare tells."""
    code = request.META.get("HTTP_CF_IPCOUNTRY", "").strip().upper()
    known = len(code) == 2 and code.isascii() and code.isalpha() and code not in NO_COUNTRY
    return code if known else choosing.USUAL_COUNTRY


def cased(name: str) -> str:
    """As a person writes it, where it was typed without care; else as it was typed."""
    return name.title() if name in (name.lower(), name.upper()) else name


def bdr_person(hint: str | None) -> int | None:
    """Whom an id means: one of ours, or TC2's of an old link. A wrong one costs nothing."""
    if not hint:
        return None
    members = TeamMember.objects.filter(is_bdr_person=True)
    own = members.filter(pk=int(hint)).first() if hint.isdecimal() else None
    theirs = own or directory().member("tc2", hint)
    if theirs is not None and theirs.is_bdr_person:
        return theirs.pk
    logger.warning("A call was booked through a BDR person whom nobody knows")
    return None
