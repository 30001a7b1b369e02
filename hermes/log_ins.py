"""Failed log-ins, as they are counted and kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from integrations.sync.records import clean_text

#: What the list of failed log-ins can hold of a name.
LONGEST_NAME = 255


def name_given(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The name that somebody tried, whatever they typed."""
    name = (credentials or {}).get("username") or request.POST.get("username") or ""
    return clean_text(str(name))[:LONGEST_NAME]
