"""The one script with which another site shows the booking page inside of its own."""

from __future__ import annotations

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

SCRIPT = "book/embed.js"


@require_safe
@cache_control(public=True, max_age=3600)
def script(request: HttpRequest) -> HttpResponse:
    """At an address that stays, whatever the static files are called."""
    # Collected where it serves for real, else where it is written.
    found = finders.find(SCRIPT) or staticfiles_storage.path(SCRIPT)
    with open(found, encoding="utf-8") as text:
        return HttpResponse(text.read(), content_type="text/javascript; charset=utf-8")
