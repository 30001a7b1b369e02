"""What every admin page stands on. The only module that knows the admin's theme."""

from __future__ import annotations

from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connections, models
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.sites import UnfoldAdminSite
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from hermes.document_field import DocumentField
from hermes.refusals import refusals
from hermes.words import with_abbreviations

__all__ = [
    "EngineAdmin",
    "EstimatedPaginator",
    "LogInChangeForm",
    "LogInForm",
    "OneLine",
    "PasswordForm",
    "RecordAdmin",
    "StackedInline",
    "TabularInline",
    "ThemedAdminSite",
    "TickBoxes",
    "choices",
    "search_ids",
]

#: An unfiltered table with more rows is not counted: PostgreSQL's estimate will do.
COUNTED_UP_TO = 10_000

#: A search that finds more than this wants a better word, not more pages.
FOUND_AT_MOST = 1_000

ThemedAdminSite = UnfoldAdminSite

#: The input of a text without a limit that people write in one line.
OneLine = UnfoldAdminTextInputWidget

#: The inputs of several out of a few.
TickBoxes = UnfoldAdminCheckboxSelectMultipleWidget

#: The forms of a new log-in, of one there is, and of its password.
LogInForm, LogInChangeForm = UserCreationForm, UserChangeForm
PasswordForm = AdminPasswordChangeForm

# The theme makes its site itself, so this is the one place to say what its first page is.
ThemedAdminSite.index_template = "admin/dashboard.html"
ThemedAdminSite.index_title = "Dashboard"


class AtLeast(int):
    """A count that stopped counting: reads ``10,000+``."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class EstimatedPaginator(Paginator):
    """Opens a list of a million rows without counting them."""

    @cached_property
    def count(self) -> int:
        """Exact while it is cheap, else PostgreSQL's estimate, else ``10,000+``."""
        rows = self.object_list
        if not isinstance(rows, models.QuerySet):
            return len(rows)
        if not rows.query.where and not rows.query.distinct:
            estimate = estimated_rows(rows)
            if estimate > COUNTED_UP_TO:
                return estimate
        found = rows.order_by()[: COUNTED_UP_TO + 1].count()
        return AtLeast(COUNTED_UP_TO) if found > COUNTED_UP_TO else found


def estimated_rows(rows: models.QuerySet) -> int:
    """How many rows PostgreSQL thinks the table has; -1 before it was analysed."""
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
            [f'"{rows.model._meta.db_table}"'],
        )
        row = cursor.fetchone()
    return row[0] if row else -1


def search_ids(*found: models.QuerySet, limit: int = FOUND_AT_MOST) -> list[Any]:
    """Ids that any of these one-column querysets finds, in one query.

    One OR across joined tables can use no index; each of these uses its own.
    """
    first, *rest = [rows.order_by() for rows in found]
    union = first.union(*rest) if rest else first
    return [row[0] for row in union[:limit]]


def choices(request: HttpRequest, model: Any, parent: str = "") -> list[tuple[int, str]]:
    """All records of a kind to choose from, read once for all the fields of a page.

    Args:
        parent: What each belongs to and is named with, where names alone do not tell them apart.
    """
    lists = request.__dict__.setdefault("hermes_choices", {})
    if model not in lists:
        order = [f"{parent}_id", "pk"] if parent else ["pk"]
        rows = model._base_manager.order_by(models.F("archived_at").asc(nulls_first=True), *order)
        rows = rows.select_related(parent) if parent else rows
        lists[model] = [(row.pk, _choice(row, parent)) for row in rows]
    return lists[model]


def _choice(row: Any, parent: str) -> str:
    name = f"{getattr(row, parent)}: {row}" if parent else str(row)
    return f"{name} (archived)" if row.archived_at else name


class Worded:
    """A model's options with the words that staff use for it."""

    def __init__(self, options: Any, one: str, many: str) -> None:
        self._options = options
        self.verbose_name, self.verbose_name_plural = one, many

    def __getattr__(self, name: str) -> Any:
        return getattr(self._options, name)


class Named(str):
    """A row by its name alone, so that the path at the top uses the staff's words."""

    __slots__ = ("pk",)

    def __new__(cls, row: models.Model) -> Named:
        named = super().__new__(cls, str(row))
        named.pk = row.pk
        return named


#: Stands for a row's key in a checkbox that is rendered once.
_A_KEY = "primary-key-of-the-row"


@cache
def _a_checkbox(page: ModelAdmin) -> str:
    return ModelAdmin.action_checkbox(page, SimpleNamespace(pk=_A_KEY))


class _Page(ModelAdmin):
    """What the lists and pages of Hermes share."""

    #: What staff call one row and many, where the model is called otherwise.
    words: tuple[str, str] | None = None
    #: The list's heading, where the menu calls it otherwise than its rows.
    list_title = ""
    #: What an empty list says: what would be in it, and how it gets there.
    when_empty = "What you or a connected system add is shown here."
    #: Whether the page leads to a list of who pressed "Save".
    shows_history = True
    paginator = EstimatedPaginator
    show_full_result_count = False
    # Two screens full. The theme takes more than a millisecond for each row.
    list_per_page = 25
    list_max_show_all = 50
    list_filter_sheet = False
    compressed_fields = True
    warn_unsaved_form = True

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if self.words:
            self.opts = Worded(model._meta, *self.words)

    @admin.display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: models.Model) -> SafeString:
        """The theme's own, without rendering its template for each row."""
        return SafeString(_a_checkbox(self).replace(_A_KEY, escape(obj.pk)))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        cl = super().get_changelist_instance(request)
        if self.words:
            cl.opts, cl.title = self.opts, self.list_title or self.words[1].capitalize()
        return cl

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if self.words and context.get("original"):
            context["original"] = Named(context["original"])
        context["show_history"] = self.shows_history
        return super().render_change_form(request, context, *args, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """No patterns in an address: a wrong one is an error of PostgreSQL's."""
        if lookup.endswith("regex"):
            return False
        return super().lookup_allowed(lookup, value, request)

    def formfield_for_dbfield(self, db_field: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, models.JSONField):
            kwargs["form_class"] = DocumentField
        field = super().formfield_for_dbfield(db_field, *args, **kwargs)
        if field is not None and field.label:
            field.label = with_abbreviations(str(field.label))
            field.error_messages |= refusals(field.label)
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Records are archived, and the engine removes what is old by itself."""
        return False

    def search_querysets(self, term: str) -> list[models.QuerySet]:
        """One-column querysets of ids, each searching one table by its own index."""
        return []

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """Search table by table where a page says how."""
        term = search_term.strip()
        found = self.search_querysets(term) if term else []
        if not found:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(pk__in=search_ids(*found)), False


class RecordAdmin(_Page):
    """A page of a hub record that staff edit."""


class EngineAdmin(_Page):
    """A page of what the engine wrote: staff read it, and act on it through buttons."""

    warn_unsaved_form = False
    shows_history = False
    #: Rows of the page that are left out where they have nothing to say.
    optional_rows: tuple[str, ...] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.without_empty_rows(super().get_fieldsets(request, obj), obj)

    def without_empty_rows(self, fieldsets: Any, obj: Any) -> list[tuple[Any, dict[str, Any]]]:
        """The same, with those of the optional rows that say something."""
        if obj is None:
            return fieldsets
        empty = {name for name in self.optional_rows if self._is_empty(name, obj)}
        return [
            (title, {**options, "fields": [n for n in options["fields"] if n not in empty]})
            for title, options in fieldsets
        ]

    def _is_empty(self, name: str, obj: Any) -> bool:
        shown = getattr(self, name, None)
        return (shown(obj) if shown else getattr(obj, name)) in ("", "–", [])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
