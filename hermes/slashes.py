"""Addresses without the slash at their end."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.common import CommonMiddleware


class SlashesMiddleware(CommonMiddleware):
    """Only who reads is led on: what was sent along would not go with them."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)
