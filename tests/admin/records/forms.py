"""A record's page as a browser fills it in and sends it back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse


def page(record: Any) -> str:
    """The address of a record's page."""
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])


def opened(client: Any, record: Any) -> dict:
    """Open the page; what its form holds, as the browser would send it back."""
    context = client.get(page(record)).context
    form = context["adminform"].form
    data = {"_opened": context.get("opened", 0)}
    for name, field in form.fields.items():
        value = field.prepare_value(form.get_initial_for_field(field, name))
        if hasattr(field.widget, "decompress"):
            for index, part in enumerate(field.widget.decompress(value)):
                data[f"{name}_{index}"] = "" if part is None else str(part)
        elif value is not None and value is not False:
            data[name] = value
    return data


def save(client: Any, record: Any, **changes: Any) -> None:
    """Change fields on the record's page and press Save."""
    response = client.post(page(record), {**opened(client, record), **changes})
    assert response.status_code == 302, response.context["adminform"].form.errors
