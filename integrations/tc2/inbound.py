"""TC2's clients to neutral records. Pure: what comes in is read without trust.

Both versions of a role are read, in answers and in webhooks alike. A value that does not
fit is left out and reported; the rest goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from integrations.sync.errors import Rejected
from integrations.sync.plain_values import identity, misfit, moment, shown, whole
from integrations.sync.records import RemoteRecord, clean_text

from . import values
from .schemas import (
    AGENCY_DATES,
    AGENCY_TEXTS,
    CRM,
    CRM_FIELDS,
    CUSTOM_FIELDS,
    DROPDOWN,
    LABEL,
    LONGEST_NAME,
    NAME,
    PEOPLE,
    machine_names,
)

#: A client that is gone is told of with these only.
THIN = {"id", "model", "url", "title", "first_name", "last_name", "email"}

#: The plan of those whose plan we do not know.
USUAL_PLAN = "payg"

#: The number in an organization's address in Pipedrive.
ORGANIZATION = re.compile(r"/organization/([0-9]+)")


@dataclass
class Draft:
    """A record in the making: values that fit, and sentences about those that do not."""

    fields: dict[str, Any] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, name: str, held: Mapping[str, Any], key: str, fit: Callable[[Any], Any]) -> None:
        """Read one value if it was carried."""
        if key not in held:
            return
        try:
            self.fields[name] = fit(held[key])
        except (ValueError, TypeError, OverflowError, RecursionError):
            self.problems.append(misfit(LABEL, key, held[key]))


def remote_id(held: Any) -> str:
    """The id of an object as text.

    Raises:
        Rejected: It has none, so it can be neither matched nor kept.
    """
    value = held.get("id") if isinstance(held, Mapping) else None
    if (pk := _id(value)) is None:
        raise Rejected(f"The record has no number: its id is {shown(value)}")
    return pk


def _id(value: Any) -> str | None:
    try:
        return identity(value)
    except ValueError:
        return None


def flat(role: Any) -> dict[str, Any]:
    """A role as version 2 has it, whichever version and wrapping it came in."""
    held = dict(role) if isinstance(role, Mapping) else {}
    if isinstance(held.get("role"), Mapping) and "id" in held["role"]:
        held = dict(held["role"])
    user = held.pop("user", None)
    return {**user, **held} if isinstance(user, Mapping) else held


def is_thin(role: Any) -> bool:
    """Whether it only says who, and nothing of the client itself."""
    return flat(role).keys() <= THIN


def client(role: Any, *, event_at: datetime | None = None) -> list[RemoteRecord]:
    """A client's company, its contacts and the people who look after it.

    Nothing for a client without an agency, which is none of our customers.

    Raises:
        Rejected: It has no id.
    """
    held = flat(role)
    pk, agency = remote_id(held), held.get("meta_agency")
    if not isinstance(agency, Mapping):
        return []
    people = _recipients(held)
    company = _company(pk, held, agency, people, event_at)
    contacts = [_contact(pk, held, each, event_at, first=not at) for at, each in enumerate(people)]
    return [company, *contacts, *_team_members(held, event_at)]


# -- the company ----------------------------------------------------------------------------


def _company(
    pk: str,
    held: Mapping[str, Any],
    agency: Mapping[str, Any],
    people: list[Mapping[str, Any]],
    event_at: datetime | None,
) -> RemoteRecord:
    draft = Draft(fields={"has_signed_up": True})
    _read_agency(draft, agency)
    entries = _entries(held)
    attributes = {name: entry.get("value") for name, entry in entries.items()}
    crm = _shown(attributes)
    for name, key in machine_names(CUSTOM_FIELDS).items():
        draft.take(name, attributes, key, values.choice)
    for name, key in PEOPLE.items():
        if key in held:
            draft.parents[name] = _id(held[key])
    return RemoteRecord(
        system=NAME,
        kind="company",
        remote_id=pk,
        fields=draft.fields,
        parents=draft.parents,
        event_at=event_at,
        emails=tuple(_emails(held, people)),
        known_as=tuple((CRM, pk) for pk in organizations(crm)),
        shown=crm,
        remote_state=_choices(entries, crm),
        other_id=_id(agency) or "",
        problems=tuple(draft.problems),
    )


def _read_agency(draft: Draft, agency: Mapping[str, Any]) -> None:
    draft.take("name", agency, "name", lambda value: values.text(value)[:LONGEST_NAME].strip())
    for name, key in AGENCY_TEXTS.items():
        draft.take(name, agency, key, values.text)
    for name, key in AGENCY_DATES.items():
        draft.take(name, agency, key, moment)
    draft.take("country", agency, "country", values.country)
    draft.take("price_plan", agency, "price_plan", values.plan)
    draft.take("paid_invoice_count", agency, "paid_invoice_count", lambda n: whole(n) or 0)
    draft.take("narc", agency, "narc", values.flag)
    draft.take("signup_questionnaire", agency, "signup_questionnaire", values.document)
    if "price_plan" in agency and draft.fields.get("price_plan") is None:
        draft.problems.append(misfit(LABEL, "price_plan", agency["price_plan"], "which is no plan"))
        draft.fields["price_plan"] = USUAL_PLAN


def _entries(held: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Machine name to the custom fields that came."""
    listed = held.get("extra_attrs")
    return {
        each["machine_name"]: each
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, Mapping) and isinstance(each.get("machine_name"), str)
    }


def _choices(entries: Mapping[str, Mapping[str, Any]], crm: Mapping[str, str]) -> dict[str, Any]:
    """Which option each dropdown among the CRM's fields has; nothing if no type came along."""
    names = machine_names(CRM_FIELDS)
    types = {name: entries[names[name]].get("type") for name in crm}
    if not any(types.values()):
        return {}
    return {"choices": {name: slugify(crm[name]) for name in crm if types[name] == DROPDOWN}}


def _shown(attributes: Mapping[str, Any]) -> dict[str, str]:
    """What it shows of the CRM at this moment."""
    return {
        name: values.choice(value) if isinstance(value := attributes[key], str | int) else ""
        for name, key in machine_names(CRM_FIELDS).items()
        if key in attributes
    }


def organizations(shown: Mapping[str, Any]) -> list[str]:
    """The organizations that a client names, by a number or an address, the number's first."""
    found = ORGANIZATION.search(str(shown.get("crm_url") or ""))
    named = [_id(shown.get("crm_id")), _id(found.group(1)) if found else None]
    return list(dict.fromkeys(pk for pk in named if pk))


# -- people ---------------------------------------------------------------------------------


def _recipients(held: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those who can be told apart: each has an id."""
    listed = held.get("paid_recipients")
    entries = listed if isinstance(listed, list) else []
    return [each for each in entries if isinstance(each, Mapping) and _id(each.get("id"))]


def _emails(held: Mapping[str, Any], people: list[Mapping[str, Any]]) -> list[str]:
    own = [each.get("email") for each in [held, *people]]
    return list(dict.fromkeys(clean_text(e).strip() for e in own if isinstance(e, str) and e))


def _contact(
    client_id: str | None,
    held: Mapping[str, Any],
    person: Mapping[str, Any],
    event_at: datetime | None,
    *,
    first: bool,
) -> RemoteRecord:
    """A recipient. They have no phone: the client's stands in, and for the first its e-mail."""
    draft = Draft()
    draft.fields["name"] = _name(person)
    draft.take("email", person, "email", values.text)
    if first and not draft.fields.get("email"):
        draft.take("email", held, "email", values.text)
    for key in ["phone", "mobile"]:
        if not draft.fields.get("phone"):
            draft.take("phone", held, key, values.text)
    return RemoteRecord(
        system=NAME,
        kind="contact",
        remote_id=remote_id(person),
        fields=draft.fields,
        parents={"company": client_id} if client_id else {},
        event_at=event_at,
        problems=tuple(draft.problems),
    )


def recipient(role: Any) -> list[RemoteRecord]:
    """A recipient as it is read by itself, with an e-mail address and phones of its own."""
    held = flat(role)
    payer = _id(held.get("paying_client"))
    return [_contact(payer, held, held, None, first=False)]


def _name(person: Mapping[str, Any]) -> str:
    parts = [person.get("first_name"), person.get("last_name")]
    return " ".join(clean_text(each).strip() for each in parts if isinstance(each, str)).strip()


def team_member(pk: str, **fields: str) -> RemoteRecord:
    """A member of the staff; without an address only a person can say who of us it is."""
    known = {name: value for name, value in fields.items() if value}
    return RemoteRecord(system=NAME, kind="team_member", remote_id=pk, fields=known)


def _team_members(held: Mapping[str, Any], event_at: datetime | None) -> list[RemoteRecord]:
    """Those who look after the client: an e-mail address tells who of us each is."""
    people = {_id(held.get(key)): held.get(key) for key in PEOPLE.values()}
    return [
        replace(
            team_member(pk, email=clean_text(person["email"]).strip(), name=_name(person)),
            event_at=event_at,
        )
        for pk, person in people.items()
        if pk and isinstance(person, Mapping) and isinstance(person.get("email"), str)
    ]
