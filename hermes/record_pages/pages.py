"""What every page of this package has: the admin's frame, and errors in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integrations.sync.errors import (
    Held,
    Misconfigured,
    RateLimited,
    Rejected,
    RemoteGone,
    SyncError,
    Unauthorised,
    Unavailable,
)

View = Callable[..., HttpResponse]

#: What an error means to a person, and what can be done.
SENTENCES: list[tuple[type[SyncError], str]] = [
    (Held, "No calls go out to that system at the moment: see Connections for the reason."),
    (RateLimited, "We have asked too often for now. Try again in a few minutes."),
    (Unauthorised, "The other system refuses our log-in. Please tell whoever runs Hermes."),
    (Unavailable, "The other system does not answer at the moment. Try again later."),
]


def in_admin(view: View) -> View:
    """Only for people who may use the admin, with its headers."""
    return admin.site.admin_view(view)


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A page in the admin's frame. The title is its one main heading."""
    frame = admin.site.each_context(request)
    return render(request, template, {**frame, "title": title, "content_title": title, **context})


def sentence_for(error: SyncError) -> str:
    """The error as a person can act on it."""
    if isinstance(error, RemoteGone | Rejected | Misconfigured):
        return str(error)
    for kind, sentence in SENTENCES:
        if isinstance(error, kind):
            return sentence
    return f"It did not work: {error}"


@contextmanager
def told_plainly(request: HttpRequest) -> Iterator[None]:
    """Turn what may go wrong with another system into a message."""
    try:
        yield
    except SyncError as error:
        messages.error(request, sentence_for(error))
