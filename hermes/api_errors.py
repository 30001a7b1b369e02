"""JSON errors: one shape for every caller that is no browser."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from rest_framework.response import Response
from rest_framework.views import exception_handler


def as_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer, in our shape, with the fields where there are any."""
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    fields = getattr(error, "fields", {}) if detail else response.data
    response.data = {
        "status": "error",
        "message": str(detail or "Please correct the fields below."),
        "code": getattr(detail, "code", "invalid"),
        **({"errors": fields} if fields else {}),
    }
    return response


def _page(status: int, message: str) -> Any:
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        return JsonResponse({"status": "error", "message": message}, status=status)

    return page


bad_request = _page(400, "The request could not be read.")
forbidden = _page(403, "Not allowed.")
not_found = _page(404, "There is nothing at this address.")
server_error = _page(500, "Something went wrong here; it was logged.")
database_away = _page(
    503,
    "The database cannot be reached at the moment; nothing was saved; try again in a minute.",
)
