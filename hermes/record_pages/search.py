"""Finding records among millions: each table by its own index, ids joined afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from companies.models import Company, TeamMember
from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink, LinkState
from meetings.models import Meeting

#: No more than this from each index: nobody pages through what they searched for.
MOST = 300

#: Shorter terms have no trigram, so they are looked for at the beginning only.
SHORTEST_INSIDE = 3

#: More of a text is not searched for: no name is longer, and each word costs a look.
LONGEST_TERM = 500

Ids = QuerySet


def _like(column: str, text: str) -> Q:
    how = "icontains" if len(text) >= SHORTEST_INSIDE else "istartswith"
    return Q(**{f"{column}__{how}": text})


def _words(column: str, text: str) -> Q:
    """Every word of the text, in any order. Beside a longer one a short one costs no look."""
    first, *others = sorted(text.split(), key=len, reverse=True)
    found = _like(column, first)
    for word in others:
        found &= Q(**{f"{column}__icontains": word})
    return found


def _people(text: str) -> list[QuerySet]:
    contacts = Contact.all_objects.order_by()
    if "@" in text and (exact := contacts.filter(email_key=text.lower())).exists():
        # The trigrams of an e-mail's end are those of a million others.
        return [exact]
    found = [contacts.filter(_words("name_key", text))]
    if " " not in text.strip():
        found.append(contacts.filter(_like("email", text)))
    if any(character.isdigit() for character in text):
        found.append(contacts.filter(_like("phone", text)))
    return found


def _linked(kind: str, text: str) -> QuerySet:
    links = ExternalLink.objects.filter(kind=kind, remote_id=text, record_id__isnull=False)
    return links.order_by().values_list("record_id", flat=True)[:MOST]


def _companies(text: str) -> QuerySet:
    return Company.all_objects.order_by().filter(_words("name", text))


def company_parts(text: str) -> list[Ids]:
    """Companies by name, by their people, and by their numbers elsewhere."""
    people = [
        found.filter(company__isnull=False).values_list("company_id", flat=True)[:MOST]
        for found in _people(text)
    ]
    own = _companies(text).values_list("pk", flat=True)[:MOST]
    return [own, *people, _linked("company", text)]


def contact_parts(text: str) -> list[Ids]:
    """Contacts by name, e-mail, phone, company, and by their numbers elsewhere."""
    own = [found.values_list("pk", flat=True)[:MOST] for found in _people(text)]
    companies = _companies(text).values_list("pk", flat=True)[:MOST]
    theirs = Contact.all_objects.order_by().filter(company_id__in=companies)
    return [*own, theirs.values_list("pk", flat=True)[:MOST], _linked("contact", text)]


def deal_parts(text: str) -> list[Ids]:
    """Deals by name, company, person, and by their numbers elsewhere."""
    deals = Deal.all_objects.order_by()
    found = [deals.filter(_words("name", text)), *_theirs(deals, text)]
    return [*(one.values_list("pk", flat=True)[:MOST] for one in found), _linked("deal", text)]


def meeting_parts(text: str) -> list[Ids]:
    """Calls by the company, the contact, and by their numbers elsewhere."""
    found = _theirs(Meeting.all_objects.order_by(), text)
    return [*(one.values_list("pk", flat=True)[:MOST] for one in found), _linked("meeting", text)]


def _theirs(rows: QuerySet, text: str) -> list[QuerySet]:
    """Those of the companies and of the people that the text fits."""
    people = [
        rows.filter(contact_id__in=found.values_list("pk", flat=True)[:MOST])
        for found in _people(text)
    ]
    companies = _companies(text).values_list("pk", flat=True)[:MOST]
    return [rows.filter(company_id__in=companies), *people]


def team_member_parts(text: str) -> list[Ids]:
    """Team members: there are few, so one look at all of them is fine."""
    words = _words("first_name", text) | _words("last_name", text) | _like("email", text)
    return [
        TeamMember.all_objects.order_by().filter(words).values_list("pk", flat=True)[:MOST],
        _linked("team_member", text),
    ]


PARTS: dict[str, Callable[[str], list[Ids]]] = {
    "company": company_parts,
    "contact": contact_parts,
    "deal": deal_parts,
    "meeting": meeting_parts,
    "team_member": team_member_parts,
}


def ids(kind: str, text: str) -> list[int]:
    """Ids of the records that the text fits, in one query."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST_TERM].rstrip()
    if not text:
        return []
    first, *rest = PARTS[kind](text)
    return list(first.union(*rest))


def by_remote_id(remote_id: str) -> list[ExternalLink]:
    """Links that carry this number, of every kind and system."""
    links = ExternalLink.objects.filter(remote_id=remote_id, record_id__isnull=False)
    return list(links.exclude(state=LinkState.GONE).order_by("kind", "system")[:20])


def narrow(queryset: Any, kind: str, text: str) -> Any:
    """The rows of a list that the text fits."""
    return queryset.filter(pk__in=ids(kind, text))
