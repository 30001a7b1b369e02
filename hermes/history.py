"""Writing down which person made a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from hermes import database_away


class HistoryMiddleware:
    """Whatever a logged-in person's request writes carries the person's name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path.startswith("/admin/"):
            return self.get_response(request)
        try:
            person = _person(request)
        except DatabaseError as error:
            # Before any view, so nobody else answers for it.
            if away := database_away.answer(request, error):
                return away
            raise
        if person is None:
            return self.get_response(request)
        with pghistory.context(**person):
            return self.get_response(request)


def _person(request: HttpRequest) -> dict[str, Any] | None:
    """Who is logged in; the session is read for it."""
    if not request.user.is_authenticated:
        return None
    name = request.user.get_full_name() or request.user.get_username()
    return {"user": request.user.pk, "name": name}
