"""Errors as a page for staff, and as JSON for every other caller."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.debug import SafeExceptionReporterFilter

from hermes import api_errors

#: Heading and sentence of each status.
WORDS = {
    400: ("This address cannot be read", "Something in it is not as it should be. Start again "
          "from the dashboard, or shorten what you searched for."),
    403: ("You may not open this", "Your role does not include this page. Ask operations if you "
          "need it."),
    404: ("There is nothing at this address", "It may have been mistyped, or what was here is no "
          "longer kept."),
    500: ("Something went wrong here", "It was logged. Try again in a minute, and tell operations "
          "if it happens again."),
    503: ("The database cannot be reached at the moment", "Nothing was saved. Try again in a "
          "minute."),
}  # fmt: skip

#: Where people look: the staff's pages, and those of visitors.
PAGES = ("/admin/", "/book/")


class HidesKeys(SafeExceptionReporterFilter):
    """With DEBUG, an error's page shows the settings: not those that open something."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|SERVICE_ACCOUNT|DATABASE_URL", re.I
    )


def _handler(status: int, as_json: Any) -> Any:
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return as_json(request)
        return _page(request, status)

    return handle


def _page(request: HttpRequest, status: int) -> HttpResponse:
    """Neither the log-in nor the database is asked: it shows whatever is broken."""
    heading, sentence = WORDS[status]
    words = {
        "heading": heading,
        "sentence": sentence,
        "for_visitors": not request.path.startswith("/admin/"),
    }
    return render(request, "error.html", words, status=status)


def database_away(request: HttpRequest) -> HttpResponse:
    """A page for people, JSON for programs."""
    if request.path.startswith(PAGES):
        return _page(request, 503)
    return api_errors.database_away(request)


bad_request = _handler(400, api_errors.bad_request)
forbidden = _handler(403, api_errors.forbidden)
not_found = _handler(404, api_errors.not_found)
server_error = _handler(500, api_errors.server_error)
