"""What every page for visitors has: its look, its language, and where it may be shown."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from ..throttling import Limit, Reads

LANGUAGES = ["en", "fr", "fa"]

#: What a page keeps from its address when it leads to another one.
CARRIED = ["lang", "site", "accent"]

#: A colour of the site around the page: red, green and blue.
COLOUR = re.compile(r"[0-9a-fA-F]{6}", re.ASCII)

#: Where clocks are read with twelve hours, as browsers name their languages.
TWELVE_HOURS = ("en-us", "en-ca", "en-au", "en-in", "en-nz")


class Problem(Exception):
    """Ends in a page of its own, which says what to do."""

    def __init__(self, status: int, heading: str, sentence: str, wait: float = 0) -> None:
        super().__init__(heading)
        self.status, self.heading, self.sentence, self.wait = status, heading, sentence, wait


# No cookie counts here: what a visitor may do, the form itself or a signed link says.
@method_decorator(csrf_exempt, name="dispatch")
class PublicPage(View):
    """Anybody may open it, so often, and the sites of the settings may show it."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        framed = csp_replace(_policy())(xframe_options_exempt(self._answer))
        return framed(request, *args, **kwargs)

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with translation.override(_language(request)):
            try:
                count(request, Reads())
                response: Any = super().dispatch(request, *args, **kwargs)
            except Problem as problem:
                response = _problem_page(request, problem)
        add_never_cache_headers(response)
        return response


class NotThere(PublicPage):
    """Every other address under /book/."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise not_there()

    post = get


def not_there() -> Problem:
    sentence = _("It may have been mistyped. Start again from the first page.")
    return Problem(404, _("There is nothing at this address"), sentence)


def page(request: HttpRequest, template: str, words: dict[str, Any], status: int = 200) -> Any:
    """A page with what each of them needs."""
    site, accent = request.GET.get("site", ""), request.GET.get("accent", "")
    shared = {
        "team": settings.CALLS_TEAM_NAME,
        "site": site if site in settings.CALLBOOKER_ALLOWED_ORIGINS else "",
        "accent": accent if COLOUR.fullmatch(accent) else "",
        "carried": carried(request),
        "clock": clock(request),
        "is_rtl": translation.get_language_bidi(),
        "language": translation.get_language(),
    }
    return render(request, template, {**shared, **words}, status=status)


def carried(request: HttpRequest) -> str:
    """What an address goes on with, question mark and all."""
    kept = {name: request.GET[name] for name in CARRIED if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def clock(request: HttpRequest) -> str:
    """How times are written, as ``date`` formats."""
    wanted = request.headers.get("Accept-Language", "").strip().lower()
    twelve = _language(request) == "en" and wanted.startswith(TWELVE_HOURS)
    return "g:i A" if twelve else "H:i"


def count(request: HttpRequest, limit: Limit) -> None:
    """One more request of this visitor.

    Raises:
        Problem: There were too many.
    """
    if not limit.allow_request(request):
        heading = _("Too many requests")
        sentence = _("Please wait a minute, then load this page again.")
        raise Problem(429, heading, sentence, limit.wait())


def _language(request: HttpRequest) -> str:
    wanted = request.GET.get("lang", "")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def _problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    response: HttpResponse = page(
        request, "book/problem.html", {"problem": problem}, problem.status
    )
    if problem.wait:
        response.headers["Retry-After"] = str(int(problem.wait) + 1)
    return response


def _policy() -> dict[str, list[str]]:
    """Scripts and styles of our own files only; inside of the allowed sites only."""
    return {
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "frame-ancestors": ["'self'", *settings.CALLBOOKER_ALLOWED_ORIGINS],
    }
