"""The page "apply again since a time", for the day after an outage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http import HttpResponseRedirect as Redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from hermes.words import counted
from integrations.models import WebhookEvent
from integrations.sync import wake

from .records import system_choices


class SinceForm(forms.Form):
    """Which messages to apply again."""

    since = forms.DateTimeField(
        label="Received since",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="UTC",
    )
    system = forms.ChoiceField(label="From", required=False)
    only_stuck = forms.BooleanField(label="Only those that are stuck", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = [("", "every system"), *system_choices()]

    def events(self) -> Any:
        """The messages meant."""
        wanted = self.cleaned_data
        events = WebhookEvent.objects.filter(received_at__gte=wanted["since"])
        if wanted["system"]:
            events = events.filter(system=wanted["system"])
        return events.filter(state="dead") if wanted["only_stuck"] else events


def replay_since(page: Any, request: HttpRequest) -> HttpResponse:
    """Ask since when; count first, apply on the second yes."""
    if not request.user.has_perm("integrations.change_webhookevent"):
        raise PermissionDenied
    form = SinceForm(request.POST or None)
    count = None
    if request.method == "POST" and form.is_valid():
        if "sure" in request.POST:
            replayed = counted(form.events().replay(), "message", "messages")
            wake.inbox()
            page.message_user(request, f"{replayed} will be applied again.")
            return Redirect(reverse("admin:integrations_webhookevent_changelist"))
        count = form.events().count()
    context = {
        **page.admin_site.each_context(request),
        "title": "Apply messages again since a time",
        "form": form,
        "count": count,
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/integrations/replay_since.html", context)
