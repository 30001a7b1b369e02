"""NUL bytes in addresses: PostgreSQL has no place for them in any text."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hermes.error_pages import bad_request


class NulByteMiddleware:
    """Refuse a query that holds one, where the query is looked up. The doors read none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if request.path.startswith("/admin/") and ("%00" in query or "\x00" in query):
            return bad_request(request)
        return self.get_response(request)
