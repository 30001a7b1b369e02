"""The kinds of record that have a page, and where it is."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.urls import reverse

from companies.history import document_in_words
from hermes.words import with_abbreviations
from integrations.sync import hub

#: What a person needs, beside changing such records, to merge them.
MERGE = "companies.merge_records"

#: Kinds whose records can be merged.
MERGEABLE = ("company", "contact", "deal")

#: How people call one of each kind.
NOUNS = {
    "company": "company",
    "contact": "contact",
    "deal": "deal",
    "meeting": "call",
    "pipeline": "pipeline",
    "stage": "stage",
    "team_member": "team member",
}


def model_of(kind: str) -> type[Model]:
    """The model behind a kind.

    Raises:
        Http404: There is no such kind.
    """
    if kind not in hub.KINDS:
        raise Http404(f"No records of the kind {kind}")
    return hub.KINDS[kind].model


def kind_of(record: Model) -> str:
    """The engine's name for a record's kind."""
    found = hub.kind_of(record)
    assert found is not None, f"{record._meta.label} has no kind"
    return found.name


def page_of(kind: str, pk: int) -> str:
    """The address of a record's page."""
    meta = model_of(kind)._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])


def list_of(kind: str) -> str:
    """The address of a kind's list."""
    meta = model_of(kind)._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def may(request: HttpRequest, action: str, kind: str) -> bool:
    """Whether this person may view, change, … records of a kind."""
    meta = model_of(kind)._meta
    return request.user.has_perm(f"{meta.app_label}.{action}_{meta.model_name}")


def may_merge(request: HttpRequest, kind: str) -> bool:
    """Whether this person may make records of a kind one."""
    return kind in MERGEABLE and request.user.has_perm(MERGE) and may(request, "change", kind)


def record_for(request: HttpRequest, kind: str, pk: int, *, action: str = "view") -> Any:
    """A record, archived ones too, for someone who may do that with it.

    Raises:
        PermissionDenied: They may not.
        Http404: There is no such record.
    """
    model = model_of(kind)
    allowed = may(request, action, kind) or (action == "view" and may(request, "change", kind))
    if not allowed:
        raise PermissionDenied
    record = model._base_manager.filter(pk=pk).first()
    if record is None:
        raise Http404(f"No {NOUNS[kind]} {pk}")
    return record


def names_of(kind: str, ids: set[int]) -> dict[int, str]:
    """The names of records by id, in one query."""
    records = model_of(kind)._base_manager.filter(pk__in=ids) if ids else []
    return {record.pk: str(record) for record in records}


def shown(kind: str, field: str, value: Any) -> str:
    """A field's value as people read it; a parent by its name."""
    if value in (None, "", [], {}):
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    parent = hub.KINDS[kind].parents.get(field)
    if parent and isinstance(value, int):
        return names_of(parent, {value}).get(value, f"number {value}")
    if isinstance(value, dict):
        return document_in_words(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def field_label(kind: str, field: str) -> str:
    """A field's name as the page shows it."""
    model = model_of(kind)
    known = {column.name: column for column in model._meta.get_fields()}
    column = known.get(field)
    label = getattr(column, "verbose_name", field.replace("_", " "))
    return with_abbreviations(str(label)[:1].upper() + str(label)[1:])
