"""While the database cannot be reached: a plain answer that asks to come again, and one line."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from hermes import error_pages

#: PostgreSQL's codes for a connection that is lost, is ended by the server, or is one too many.
CODES = ("08", "57P", "53300")


def is_away(error: BaseException) -> bool:
    """Whether this is no answer of the database's at all. Without a code, nobody answered."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return not code or code.startswith(CODES)


def answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """What the sender is told; None for an error of another sort."""
    if not is_away(error):
        return None
    response: HttpResponse = error_pages.database_away(request)
    response.headers["Retry-After"] = "60"
    # Django logs each answer of this sort with its reason: that is the one line.
    response.reason_phrase = "The database cannot be reached"
    return response


class DatabaseAwayMiddleware:
    """Answers for every view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer(request, error)
