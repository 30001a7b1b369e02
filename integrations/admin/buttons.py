"""Buttons on the engine's pages: each one a POST to a method of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from hermes.admin_base import EngineAdmin

#: What is said where a button no longer makes sense.
TOO_LATE = (messages.WARNING, "That cannot be done as things are now. Nothing was changed.")


@dataclass(frozen=True)
class Button:
    """One button.

    Attributes:
        name: The page's method is ``do_<name>``, which returns the sentence to show.
        permission: Who may press it.
        asks: A question in one line that the button sends as ``text``.
    """

    name: str
    label: str
    icon: str
    permission: str
    asks: str = ""
    url: str = ""


class ButtonsAdmin(EngineAdmin):
    """A page of the engine with buttons for one row, and for all that a filter shows."""

    change_form_outer_before_template = "admin/integrations/buttons.html"
    list_before_template = "admin/integrations/list_buttons.html"
    buttons: tuple[Button, ...] = ()
    list_buttons: tuple[Button, ...] = ()

    def shows(self, button: Button, obj: Any) -> bool:
        """Whether the button makes sense for this row as it is."""
        return True

    def buttons_for(self, request: HttpRequest, obj: Any) -> list[Button]:
        """The row's buttons that this person may press."""
        return [
            replace(button, url=self._url("do", obj.pk, button.name))
            for button in self.buttons
            if request.user.has_perm(button.permission) and self.shows(button, obj)
        ]

    def links_for(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Further pages about the row that this person may open: (address, label)."""
        return []

    def _url(self, what: str, *args: Any) -> str:
        meta = self.opts
        name = f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_{what}"
        return reverse(name, args=args)

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("all/do/<str:name>/", view(self.press_for_all), name=f"{prefix}_do_all"),
            path("<path:object_id>/do/<str:name>/", view(self.press), name=f"{prefix}_do"),
            *super().get_urls(),
        ]

    def press(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A button of one row."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        button = self._pressed(request, self.buttons, name)
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        # Somebody else may have been quicker, or the page may be an old one.
        shown = self.shows(button, obj)
        said = getattr(self, f"do_{button.name}")(request, obj) if shown else TOO_LATE
        self._tell(request, said)
        return Redirect(self._back(request, self._url("change", obj.pk)))

    def press_for_all(self, request: HttpRequest, name: str) -> HttpResponse:
        """A button for everything that the list's filters show."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        button = self._pressed(request, self.list_buttons, name)
        rows = self.get_changelist_instance(request).get_queryset(request).order_by()
        self._tell(request, getattr(self, f"do_{button.name}")(request, rows))
        return Redirect(f"{self._url('changelist')}?{request.GET.urlencode()}")

    def _pressed(self, request: HttpRequest, buttons: tuple[Button, ...], name: str) -> Button:
        button = next((each for each in buttons if each.name == name), None)
        if button is None:
            raise Http404
        if not request.user.has_perm(button.permission):
            raise PermissionDenied
        return button

    def _tell(self, request: HttpRequest, said: str | tuple[int, str]) -> None:
        level, sentence = said if isinstance(said, tuple) else (messages.SUCCESS, said)
        self.message_user(request, sentence, level)

    def _back(self, request: HttpRequest, default: str) -> str:
        """Where the button stood, if that is a page of ours."""
        target = request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
            return target
        return default

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**(extra_context or {})}
        if object_id and (obj := self.get_object(request, unquote(object_id))):
            context["buttons"] = self.buttons_for(request, obj)
            context["row_links"] = self.links_for(request, obj)
        return super().changeform_view(request, object_id, form_url, context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        query = request.GET.urlencode()
        shown = [
            replace(button, url=f"{self._url('do_all', button.name)}?{query}")
            for button in self.list_buttons
            if request.user.has_perm(button.permission)
        ]
        return super().changelist_view(
            request,
            {**(extra_context or {}), "list_buttons": shown, "list_links": self.links(request)},
        )

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Further pages beside the list that this person may open: (address, label)."""
        return []
