"""Writing down which person made a change."""

from __future__ import annotations

from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse


class HistoryMiddleware:
    """Whatever a logged-in person's request writes carries the person's name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path.startswith("/admin/"):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return self.get_response(request)
        name = request.user.get_full_name() or request.user.get_username()
        with pghistory.context(user=request.user.pk, name=name):
            return self.get_response(request)
