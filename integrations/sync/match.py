"""Which hub record a remote record is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.models import ExternalLink, LinkState

from . import links, named, sure
from .merge import Match
from .records import RemoteRecord
from .sure import EMAIL_KEY, NAME_KEY

#: A person is asked about so many likely ones at most: an address like info@… may be everywhere.
MOST_DOUBTS = 5

#: Of those whom neither an address nor the same name brought up.
SAME_PHONE = "the same phone number"

#: Remote id to the hub ids that it may be, the best first, and why.
Candidates = dict[str, tuple[list[int], str]]


@dataclass
class Found:
    """How a remote record was identified. ``others`` are further candidates."""

    record_id: int | None
    how: Match
    others: list[int] = field(default_factory=list)
    why: str = ""


def identify(
    system: str, kind: str, records: Sequence[RemoteRecord], *, guess: bool = True
) -> dict[str, Found]:
    """Find the hub records of remote ones that have no link yet.

    The order is: what the remote names outright, then the contact's e-mail, then the name; of who
    is of no company, the phone number with a name that is alike.
    A candidate that is linked to another living record of the same system is a different
    record, and a possible duplicate. One that a person took apart is no candidate. What is
    not made here is only what it names outright.

    Args:
        guess: Whether likeness will do, and of several the first; else only what is sure.
    """
    by_hub_id = named.outright(system, kind, records)
    likely = [record for record in records if not record.not_made]
    same_name = sure.companies_named_so(likely) if kind == "company" else []
    natural = _grouped(same_name, "the same name")
    natural |= NATURAL_KEYS.get(kind, _no_candidates)(likely)
    sources = [] if guess else sure.sources(kind, likely)
    apart = links.apart(system, kind, [record.remote_id for record in records])
    _drop(apart, by_hub_id, natural)
    candidates = {pk for ids, _ in natural.values() for pk in ids} | set(by_hub_id.values())
    candidates.update(pk for pairs in sources for _, pk in pairs)
    taken = _linked_elsewhere(system, kind, candidates)
    certain = _certain([*sources, same_name], taken, set(apart)) if sources else None
    found = {}
    for remote_id in (record.remote_id for record in records):
        chosen = _choose(by_hub_id.get(remote_id), natural.get(remote_id), taken)
        if certain is not None:
            chosen = _doubted(chosen, certain.get(remote_id, set()), taken)
        found[remote_id] = chosen
        if chosen.record_id is not None:
            taken.add(chosen.record_id)
    return found


def _drop(apart: list[tuple[str, int]], by_hub_id: dict[str, int], natural: Candidates) -> None:
    for remote_id, pk in apart:
        if by_hub_id.get(remote_id) == pk:
            del by_hub_id[remote_id]
        if remote_id in natural:
            ids, why = natural[remote_id]
            natural[remote_id] = [each for each in ids if each != pk], why


def _choose(own_id: int | None, natural: tuple[list[int], str] | None, taken: set[int]) -> Found:
    ids, why = natural or ([], "")
    if own_id is not None:
        if own_id not in taken:
            return Found(own_id, Match.HUB_ID)
        ids, why = [own_id, *ids], why or "the same Hermes id"
    free = [pk for pk in ids if pk not in taken]
    if not free:
        return Found(None, Match.NEW, others=ids[:1], why=why)
    return Found(free[0], Match.NATURAL, others=[pk for pk in ids if pk != free[0]], why=why)


def _certain(
    sources: Sequence[sure.Pairs], taken: set[int], apart: set[tuple[str, int]]
) -> dict[str, set[int]]:
    """Those that can be it by the first of the sources that knows any."""
    certain: dict[str, set[int]] = {}
    for pairs in sources:
        by_this: dict[str, set[int]] = defaultdict(set)
        for remote_id, pk in pairs:
            if pk not in taken and (remote_id, pk) not in apart:
                by_this[remote_id].add(pk)
        certain = {**by_this, **certain}
    return certain


def _doubted(chosen: Found, certain: set[int], taken: set[int]) -> Found:
    """The one that is sure, or none: what is only likely is left to a person."""
    if chosen.how is Match.HUB_ID:
        return chosen
    free = certain - taken
    if len(free) == 1:
        return Found(free.pop(), Match.NATURAL)
    guessed = [] if chosen.record_id is None else [chosen.record_id]
    likely = dict.fromkeys([*sorted(free), *guessed, *chosen.others])
    return Found(None, Match.NEW, others=list(likely)[:MOST_DOUBTS], why=chosen.why or SAME_PHONE)


def _linked_elsewhere(system: str, kind: str, candidates: set[int]) -> set[int]:
    living = ExternalLink.objects.filter(
        system=system, kind=kind, record_id__any=candidates, state=LinkState.LIVE
    )
    return {pk for pk in living.values_list("record_id", flat=True) if pk is not None}


def _no_candidates(records: Sequence[RemoteRecord]) -> Candidates:
    return {}


def _grouped(rows: list[tuple[Any, ...]], why: str) -> Candidates:
    grouped: dict[str, list[int]] = defaultdict(list)
    for remote_id, pk in rows:
        if pk not in grouped[remote_id]:
            grouped[remote_id].append(pk)
    return {remote_id: (ids, why) for remote_id, ids in grouped.items()}


def _companies(records: Sequence[RemoteRecord]) -> Candidates:
    """By a contact's e-mail; the oldest live company first."""
    emails = [(r.remote_id, email) for r in records for email in r.emails]
    by_email = links.rows(
        f"""
        SELECT k.remote_id, c.id FROM unnest(%s::text[], %s::text[]) AS k (remote_id, email)
        JOIN contacts_contact p ON p.email_key = {EMAIL_KEY.format("k.email")}
            AND p.archived_at IS NULL
        JOIN companies_company c ON c.id = p.company_id AND c.archived_at IS NULL
        WHERE btrim(k.email) <> '' ORDER BY c.id
        """,
        *_columns(emails),
    )
    return _grouped(by_email, "the same e-mail address")


def _contacts(records: Sequence[RemoteRecord]) -> Candidates:
    """By e-mail, then by name within the same company."""
    emails = [
        (r.remote_id, email)
        for r in records
        for email in dict.fromkeys([r.fields.get("email") or "", *r.emails])
    ]
    by_email = links.rows(
        f"""
        SELECT k.remote_id, p.id FROM unnest(%s::text[], %s::text[]) AS k (remote_id, email)
        JOIN contacts_contact p ON p.email_key = {EMAIL_KEY.format("k.email")}
            AND p.archived_at IS NULL
        WHERE btrim(k.email) <> '' ORDER BY p.id
        """,
        *_columns(emails),
    )
    named = [r for r in records if r.fields.get("name") and r.parents.get("company")]
    by_name = links.rows(
        f"""
        SELECT k.remote_id, p.id
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
            AS k (remote_id, name, system, company)
        JOIN integrations_externallink l ON l.system = k.system AND l.kind = 'company'
            AND l.remote_id = k.company
        JOIN contacts_contact p ON p.company_id = l.record_id AND p.archived_at IS NULL
            AND p.name_key = {NAME_KEY.format("k.name")}
        ORDER BY p.id
        """,
        [r.remote_id for r in named],
        [r.fields["name"] for r in named],
        [r.system for r in named],
        [r.parents["company"] for r in named],
    )
    return _grouped(by_name, "the same name") | _grouped(by_email, "the same e-mail address")


def _team_members(records: Sequence[RemoteRecord]) -> Candidates:
    emails = [(r.remote_id, r.fields["email"]) for r in records if r.fields.get("email")]
    rows = links.rows(
        f"""
        SELECT k.remote_id, m.id FROM unnest(%s::text[], %s::text[]) AS k (remote_id, email)
        JOIN companies_teammember m ON lower(m.email) = {EMAIL_KEY.format("k.email")}
        """,
        *_columns(emails),
    )
    return _grouped(rows, "the same e-mail address")


def _pipelines(records: Sequence[RemoteRecord]) -> Candidates:
    names = [(r.remote_id, r.fields["name"]) for r in records if r.fields.get("name")]
    rows = links.rows(
        f"""
        SELECT k.remote_id, p.id FROM unnest(%s::text[], %s::text[]) AS k (remote_id, name)
        JOIN deals_pipeline p ON {NAME_KEY.format("p.name")} = {NAME_KEY.format("k.name")}
            AND p.archived_at IS NULL ORDER BY p.id
        """,
        *_columns(names),
    )
    return _grouped(rows, "the same name")


def _stages(records: Sequence[RemoteRecord]) -> Candidates:
    """By name within the same pipeline."""
    named = [r for r in records if r.fields.get("name") and r.parents.get("pipeline")]
    rows = links.rows(
        f"""
        SELECT k.remote_id, s.id
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
            AS k (remote_id, name, system, pipeline)
        JOIN integrations_externallink l ON l.system = k.system AND l.kind = 'pipeline'
            AND l.remote_id = k.pipeline
        JOIN deals_stage s ON s.pipeline_id = l.record_id AND s.archived_at IS NULL
            AND {NAME_KEY.format("s.name")} = {NAME_KEY.format("k.name")}
        ORDER BY s.id
        """,
        [r.remote_id for r in named],
        [r.fields["name"] for r in named],
        [r.system for r in named],
        [r.parents["pipeline"] for r in named],
    )
    return _grouped(rows, "the same name")


def _columns(pairs: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [remote_id for remote_id, _ in pairs], [value for _, value in pairs]


NATURAL_KEYS: dict[str, Callable[[Sequence[RemoteRecord]], Candidates]] = {
    "company": _companies,
    "contact": _contacts,
    "team_member": _team_members,
    "pipeline": _pipelines,
    "stage": _stages,
}
