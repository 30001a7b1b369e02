"""Quick search: one box for companies, contacts, deals, e-mails and numbers elsewhere."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from integrations.models import ExternalLink
from integrations.sync import system as systems

from . import search
from .kinds import list_of, may, model_of, page_of
from .pages import in_admin, page

#: How many of each kind are listed.
SHOWN = 10

#: The kinds that are searched by words, in the order of the page.
SEARCHED = {"company": "Companies", "contact": "Contacts", "deal": "Deals"}


@in_admin
def find(request: HttpRequest) -> HttpResponse:
    """Jump to the one record that is meant, or list those that may be."""
    text = request.GET.get("q", "").strip()
    link = _meant(request, text) if text else None
    if link is not None and link.record_id is not None:
        return redirect(page_of(link.kind, link.record_id))
    groups = _groups(request, text) if text else []
    return page(request, "admin/record/find.html", "Find a record", text=text, groups=groups)


def _meant(request: HttpRequest, text: str) -> ExternalLink | None:
    """The one link that an address or a number stands for."""
    links = _by_address(text) if "://" in text else search.by_remote_id(text)
    seen = [link for link in links if may(request, "view", link.kind)]
    records = {(link.kind, link.record_id) for link in seen}
    return seen[0] if len(records) == 1 else None


def _by_address(text: str) -> list[ExternalLink]:
    """Links whose own address is this one, ignoring what follows it."""
    address = text.split("?")[0].split("#")[0].rstrip("/")
    found = []
    for remote_id in dict.fromkeys(re.findall(r"[\w-]+", address)[::-1][:4]):
        for link in search.by_remote_id(remote_id):
            if _address_of(link) == address:
                found.append(link)
    return found


def _address_of(link: ExternalLink) -> str:
    for each in systems.everyone():
        if each.name == link.system and link.kind in each.kinds:
            return each.web_url(link.kind, link.remote_id).rstrip("/")
    return ""


def _groups(request: HttpRequest, text: str) -> list[dict[str, Any]]:
    groups = []
    for kind, title in SEARCHED.items():
        if not may(request, "view", kind):
            continue
        found = search.ids(kind, text)
        rows = model_of(kind)._base_manager.filter(pk__in=found).order_by("archived_at", "-pk")
        records = [
            {"name": str(row), "url": page_of(kind, row.pk), "archived": row.archived_at}
            for row in rows[:SHOWN]
        ]
        if records:
            groups.append(
                {
                    "title": title,
                    "records": records,
                    "more": max(len(found) - SHOWN, 0),
                    "all": f"{list_of(kind)}?{urlencode({SEARCH_VAR: text})}",
                }
            )
    return groups
