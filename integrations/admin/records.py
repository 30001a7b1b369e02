"""The hub records that the engine's rows are about: names and links for one page of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.sync import hub
from integrations.sync.system import everyone, find


def label_of(system: str) -> str:
    """The system's name as staff know it."""
    found = find(system)
    return found.label if found else system


def system_choices() -> list[tuple[str, str]]:
    """Every system there is, for filters: a DISTINCT over a million rows is no way."""
    return [(system.name, system.label) for system in everyone()]


def kind_label(kind: str) -> str:
    """``team_member`` as words."""
    return kind.replace("_", " ")


def names_of(pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Names of many records: one query for each kind."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in pairs:
        if kind in hub.KINDS and pk is not None:
            by_kind.setdefault(kind, set()).add(pk)
    return {
        (kind, pk): str(record)
        for kind, ids in by_kind.items()
        for pk, record in hub.KINDS[kind].model._base_manager.in_bulk(ids).items()
    }


def page_of(kind: str, pk: int | None) -> str:
    """The record's admin page, or nothing where there is none."""
    if kind not in hub.KINDS or pk is None:
        return ""
    meta = hub.KINDS[kind].model._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        return ""


def list_of(kind: str) -> str:
    """The admin list of a kind, or nothing where there is none."""
    if kind not in hub.KINDS:
        return ""
    meta = hub.KINDS[kind].model._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    except NoReverseMatch:
        return ""


def record_link(kind: str, pk: int | None, name: str = "") -> SafeString | str:
    """A link to the record by its name."""
    if pk is None:
        return "–"
    text = name or f"{kind_label(kind)} {pk}"
    address = page_of(kind, pk)
    return (
        format_html('<a class="hermes-link" href="{}">{}</a>', address, text) if address else text
    )


class NamedRecords:
    """For a list's admin: the names of the page's records, read once for the page."""

    def record_pairs(self, rows: Iterable[Any]) -> list[tuple[str, int]]:
        return [(row.kind, row.record_id) for row in rows]

    def get_changelist_instance(self, request: Any) -> Any:
        cl = super().get_changelist_instance(request)  # type: ignore[misc]
        cl.result_list = list(cl.result_list)
        names = names_of(self.record_pairs(cl.result_list))
        for row in cl.result_list:
            row.record_names = names
        return cl

    def named(self, row: Any, kind: str, pk: int | None) -> SafeString | str:
        """A link, with the name read for the whole page, or alone on a single one."""
        if pk is None:
            return "–"
        names = getattr(row, "record_names", None)
        if names is None:
            names = names_of([(kind, pk)])
        return record_link(kind, pk, names.get((kind, pk), ""))
