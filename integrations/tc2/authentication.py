"""Calls of TC2's own server, which shows the key that we share."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


def has_key(request: Request) -> bool:
    """Whether the second word of ``Authorization`` is our key. No key set: never."""
    _word, given, *_ = [*request.META.get("HTTP_AUTHORIZATION", "").split(), "", ""]
    key = settings.TC2_API_KEY.encode()
    # As bytes: letters that are not ASCII are wrong, and no error.
    return bool(key) and compare_digest(given.encode("utf-8", "replace"), key)


class HasKey(BasePermission):
    message = "Give the key of TC2."

    def has_permission(self, request: Request, view: object) -> bool:
        return has_key(request)


class HasKeyOrLogIn(HasKey):
    """TC2, or somebody of the team who may see companies."""

    message = "Log in, or give the key of TC2."

    def has_permission(self, request: Request, view: object) -> bool:
        user = request.user
        may_see = user is not None and user.is_staff and user.has_perm("companies.view_company")
        return may_see or has_key(request)
