"""The pages of the hub's records. Here and not in the apps: they show the systems too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from companies.models import Company, TeamMember
from contacts.models import Contact
from deals.models import Deal, Pipeline, Stage
from hermes import booking_admin, people_admin, schedule_admin  # noqa: F401
from hermes.calls import change_views
from hermes.record_pages.editing import DealForm
from hermes.record_pages.parts import kept_with, parts_of
from hermes.record_pages.record_admin import ArchivedFilter, RecordPage
from meetings.models import Meeting


@admin.register(Company)
class CompanyPage(RecordPage):
    kind = "company"
    list_display = ["name", "sales_person", "country", "price_plan", "tc2_status", "systems",
                    "changed"]  # fmt: skip
    list_select_related = ["sales_person"]
    list_filter = [ArchivedFilter, "price_plan", "tc2_status", "sales_person"]
    search_fields = ["name"]
    search_help_text = "Name, or a contact's name, e-mail or phone, or a number elsewhere"
    ordering = ["-updated_at", "-id"]
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = [*RecordPage.readonly_fields, "merged_into"]
    fieldsets = [
        (None, {"fields": ["name", "website", "country", "currency", "industry", "region"]}),
        ("People", {"fields": ["sales_person", "support_person", "bdr_person"]}),
        (
            "Customer",
            {
                "fields": [
                    "price_plan", "tc2_status", "has_booked_call", "has_signed_up", "signed_up_at",
                    "narc", "estimated_income", "account_value", "paid_invoice_count", "pay0_at",
                    "pay1_at", "pay3_at", "card_saved_at", "email_confirmed_at",
                    "signup_questionnaire",
                ]
            },
        ),
        ("Where from", {"fields": ["utm_source", "utm_campaign", "gclid", "gclid_expires_at"]}),
        ("Record", {"fields": ["created_at", "updated_at", "archived_at", "merged_into"]}),
    ]  # fmt: skip

    def children(self, record: Any) -> list[tuple[str, Any]]:
        return [
            ("Contacts", record.contacts.live().order_by("pk")[:20]),
            ("Deals", record.deals.live().order_by("-pk")[:20]),
            ("Calls", record.meetings.live().order_by("-starts_at")[:20]),
        ]


@admin.register(Contact)
class ContactPage(RecordPage):
    kind = "contact"
    list_display = ["name", "email", "phone", "company", "systems", "changed"]
    list_select_related = ["company"]
    list_filter = [ArchivedFilter, "role"]
    search_fields = ["last_name"]
    search_help_text = "Name, e-mail, phone, company, or a number elsewhere"
    ordering = ["-id"]
    show_facets = admin.ShowFacets.NEVER
    autocomplete_fields = ["company"]
    readonly_fields = [*RecordPage.readonly_fields, "merged_into"]
    exclude = ["extra", "loan_details"]

    def children(self, record: Any) -> list[tuple[str, Any]]:
        return [
            ("Deals", record.deals.live().order_by("-pk")[:20]),
            *parts_of("contact", record.pk),
            *kept_with("contact", record.pk),
        ]


@admin.register(Deal)
class DealPage(RecordPage):
    kind = "deal"
    form = DealForm
    named_with = {"stage": "pipeline"}
    list_display = ["name", "customer", "status", "pipeline", "stage", "amount", "owner",
                    "systems", "changed"]  # fmt: skip
    list_select_related = ["company", "contact", "pipeline", "stage", "owner"]
    list_filter = [ArchivedFilter, "status", "pipeline", "owner"]
    search_fields = ["name"]
    search_help_text = "Name, company, person, or a number elsewhere"
    ordering = ["-updated_at", "-id"]
    show_facets = admin.ShowFacets.NEVER
    autocomplete_fields = ["company", "contact"]
    readonly_fields = [*RecordPage.readonly_fields, "merged_into"]
    exclude = ["extra", "loan_details"]

    @admin.display(description="Company or person", ordering="company")
    def customer(self, deal: Deal) -> Any:
        """A loan is a person's, without a company."""
        return deal.company or deal.contact or "–"

    @admin.display(description="Value", ordering="value")
    def amount(self, deal: Deal) -> str:
        return "–" if deal.value is None else f"{deal.value:,.2f} {deal.currency}"

    def children(self, record: Any) -> list[tuple[str, Any]]:
        return parts_of("contact", record.contact_id)


@admin.register(Pipeline)
class PipelinePage(RecordPage):
    kind = "pipeline"
    named_with = {"default_stage": "pipeline"}
    list_display = ["name", "plan", "default_stage", "systems"]
    list_select_related = ["default_stage"]
    exclude = ["extra"]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if field := form.base_fields.get("default_stage"):
            _offer_own_stages(field, obj)
        return form


def _offer_own_stages(field: Any, pipeline: Pipeline | None) -> None:
    """Beside them the one that it has: saving must not take that away."""
    own = Q(pipeline=pipeline) | Q(pk=pipeline.default_stage_id) if pipeline else Q(pk=None)
    named = field.choices
    field.queryset = Stage._base_manager.filter(own)
    offered = {"", *field.queryset.values_list("pk", flat=True)}
    field.choices = [(value, name) for value, name in named if value in offered]


@admin.register(Stage)
class StagePage(RecordPage):
    kind = "stage"
    list_display = ["name", "pipeline", "position", "systems"]
    list_select_related = ["pipeline"]
    list_filter = [ArchivedFilter, "pipeline"]
    ordering = ["pipeline", "position"]
    exclude = ["extra"]


@admin.register(TeamMember)
class TeamMemberPage(RecordPage):
    kind = "team_member"
    list_display = ["name", "email", "is_sales_person", "is_support_person", "is_bdr_person",
                    "is_active", "systems"]  # fmt: skip
    list_filter = [ArchivedFilter, "is_active"]
    search_fields = ["email"]
    exclude = ["extra"]
    list_before_template = "admin/integrations/list_buttons.html"
    change_form_outer_before_template = "admin/calls/above_host.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """A link to "Who is who" for those who may open it."""
        links = []
        if request.user.has_perm("integrations.change_connection"):
            links.append((reverse("admin:integrations_connection_team"), "Who is who …"))
        return super().changelist_view(request, {**(extra_context or {}), "list_links": links})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose log-in it is says one who may see the log-ins."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.has_perm("auth.view_user") else [*fixed, "user"]

    def _panel(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        takes_calls = record.is_active and record.archived_at is None
        booking = booking_admin.time_of(request, record) if takes_calls else {}
        return {**super()._panel(request, record), **booking}

    def page_links(self, request: HttpRequest, record: Any) -> list[tuple[str, str, str]]:
        links = super().page_links(request, record)
        if request.user.has_perm("meetings.view_meeting"):
            week = f"{reverse('calls')}?host={record.pk}"
            links.append((week, "Calls calendar", "calendar_month"))
        if not self.has_change_permission(request, record):
            return links
        address = reverse("reassign", args=[record.pk])
        return [*links, (address, "Reassign everything …", "move_group")]


@admin.register(Meeting)
class MeetingPage(RecordPage):
    kind = "meeting"
    list_display = ["__str__", "host", "company", "contact", "status", "systems"]
    list_select_related = ["host", "company", "contact"]
    list_filter = [ArchivedFilter, "status", "host"]
    search_fields = ["calendar_event_id"]
    autocomplete_fields = ["company", "contact", "deal"]
    # By these the event is found again.
    readonly_fields = [
        *RecordPage.readonly_fields, "failure", "calendar_event_id", "calendar_link",
    ]  # fmt: skip
    exclude = ["extra"]

    def _panel(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        may_change = self.has_change_permission(request, record)
        buttons = change_views.buttons(record) if may_change else []
        return {**super()._panel(request, record), "page_buttons": buttons}

    def page_links(self, request: HttpRequest, record: Any) -> list[tuple[str, str, str]]:
        links = super().page_links(request, record)
        if not self.has_change_permission(request, record):
            return links
        return [*change_views.links(record), *links]
