"""What the org really has: objects and fields as it describes them, kept for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from integrations.sync import not_kept, shared_cache
from integrations.sync.errors import Misconfigured, RemoteGone
from integrations.sync.system import get

from .client import Client
from .field_map import LOAN_NUMBER, LOAN_OFFICER, Entries, Entry
from .names import COBORROWER_FIELDS, CONTACT, CONTACT_FIELDS, MODIFIED, STAMP, TAKEN, Names
from .schemas import NAME
from .whose import officer_names

#: Contract, section 2.2.
KEPT_SECONDS = 24 * 3600

#: What lacked something is asked for again after so long: it may have been given back.
KEPT_INCOMPLETE_SECONDS = 15 * 60

#: The fields of an object, as far as we use them: name to its facts.
Fields = Mapping[str, Mapping[str, Any]]

#: Those that are texts, and the others.
TEXTS = ("label", "type", "relationshipName")
FACTS = ("calculated", "updateable", "picklistValues")


@dataclass(frozen=True)
class Schema:
    """Both objects, and what of them can be asked for."""

    names: Names
    loan: Fields
    contact: Fields

    def named(self, meaning: str) -> str:
        """The loan's field of this meaning; empty where the org has none."""
        name = self.names.fields.get(meaning, "")
        return name if name in self.loan else ""

    def relationship(self, meaning: str) -> str:
        """How a lookup's own fields are reached; empty for what is no lookup."""
        return str(self.loan.get(self.named(meaning), {}).get("relationshipName") or "")

    def choices(self, meaning: str) -> list[Mapping[str, Any]]:
        """What may be picked in a field, as far as it has a value."""
        listed = self.loan.get(self.named(meaning), {}).get("picklistValues")
        if not isinstance(listed, list):
            return []
        return [
            each for each in listed if isinstance(each, Mapping) and type(each.get("value")) is str
        ]

    @property
    def coborrower(self) -> dict[str, str]:
        """Those fields of a co-borrower that the org has."""
        named = self.names.coborrower.items()
        return {part: name for part, name in named if name in self.contact}

    @property
    def officer_mode(self) -> str:
        """text, lookup or owner."""
        mode = settings.SALESFORCE_LOAN_OFFICER_MODE
        if mode != "auto":
            return str(mode)
        field = self.named("officer")
        if field == "OwnerId":
            return "owner"
        is_lookup = self.loan.get(field, {}).get("type") == "reference"
        return "lookup" if is_lookup else "text"

    @property
    def officer_column(self) -> str:
        """Where a loan's row has the officer's name; empty where it has none."""
        if self.officer_mode == "text":
            return self.named("officer")
        other = "Owner" if self.officer_mode == "owner" else self.relationship("officer")
        return f"{other}.Name" if other else ""

    def has(self, kind: str, name: str) -> bool:
        """Whether rows of the loan, or of the borrower's contact, can have this."""
        fields = self.loan if kind == "deal" else self.contact
        other, _, own = name.rpartition(".")
        if kind == "deal" and other and other == self.relationship("borrower"):
            return own in self.contact
        return name in fields or (kind == "deal" and name == self.officer_column)

    def facts(self, kind: str, name: str) -> Mapping[str, Any]:
        """What the org says of a field; nothing of another object's than these two."""
        other, _, own = name.rpartition(".")
        if kind == "contact" or (other and other == self.relationship("borrower")):
            return self.contact.get(own, {})
        return self.loan.get(name, {})

    def details(self, kind: str) -> Entries:
        """What is read for a kind beside the fields, as far as the org has it."""
        named = dict(self.names.details[kind])
        if kind == "deal":
            named = self._own_details() | named
        found = {}
        for target, entry in named.items():
            there = {part: name for part, name in entry.sources.items() if self.has(kind, name)}
            if there:
                found[target] = replace(entry, sources=there)
        return found

    def _own_details(self) -> dict[str, Entry]:
        """What has a setting of its own."""
        said_in = self.names.said_in
        own = {
            LOAN_NUMBER: (said_in["loan_number"], self.named("loan_number")),
            LOAN_OFFICER: (said_in["officer"], self.officer_column),
        }
        return {
            target: Entry(target, setting, {"": column})
            for target, (setting, column) in own.items()
            if column
        }

    def columns(self) -> list[str]:
        """What is asked for of each loan, and of its borrower."""
        own = ["Id", "Name", STAMP, MODIFIED]
        own += [name for meaning in self.names.fields if (name := self.named(meaning))]
        own += [name for name in ("OwnerId", "CurrencyIsoCode") if name in self.loan]
        officer = self.relationship("officer")
        own += [f"{officer}.Name"] if officer else []
        own += ["Owner.Name"] if self.officer_mode == "owner" else []
        borrower = self.relationship("borrower")
        own += [f"{borrower}.{name}" for name in self.contact_columns()]
        own += _sources(self.details("deal"))
        return list(dict.fromkeys(own))

    def contact_columns(self) -> list[str]:
        """What is asked for of each borrower's contact."""
        own = [*CONTACT_FIELDS, STAMP, *self.coborrower.values()]
        own = [name for name in own if name in self.contact]
        return list(dict.fromkeys([*own, *_sources(self.details("contact"))]))


def _sources(entries: Entries) -> list[str]:
    return [name for entry in entries.values() for name in entry.sources.values()]


def schema(client: Client, names: Names) -> Schema:
    """The org's objects, from the cache or asked for.

    Raises:
        Misconfigured: It has no such object, or lacks a field without which nothing goes.
    """
    found = look(client, names)
    problems = missing(found)
    if problems and not all(shared_cache.held(_fresh(each)) for each in (names.loan, CONTACT)):
        forget(names)
        found = look(client, names)
        problems = missing(found)
    lacking = [sentence for place, sentence in problems.items() if place in names.required]
    if lacking:
        forget(names)
        raise Misconfigured(" ".join(lacking))
    for sentence in problems.values():
        not_kept.tell(get(NAME), "deal", sentence)
    return found


def look(client: Client, names: Names) -> Schema:
    """The org's objects, whether or not they are as they should be.

    Raises:
        Misconfigured: It has no such object.
    """
    return Schema(names, fields(client, names.loan), fields(client, CONTACT))


def missing(found: Schema) -> dict[str, str]:
    """Meaning, or where it is said, to a sentence for each field that the org lacks or is unfit."""
    loan, said_in = found.names.loan, found.names.said_in
    problems = {
        meaning: f"{loan} has no field {name} that we may see ({said_in[meaning]})."
        for meaning, name in found.names.fields.items()
        if name not in found.loan
    }
    if "borrower" not in problems and not found.relationship("borrower"):
        name = found.names.fields["borrower"]
        problems["borrower"] = f"{name} of {loan} is no lookup ({said_in['borrower']})."
    if "officer" not in problems and (unfit := _unfit_officer(found)):
        problems["officer"] = unfit
    problems |= {
        f"borrower's {name}": f"{CONTACT} has no field {name} that we may see."
        for name in TAKEN
        if name not in found.contact
    }
    problems |= {
        f"co-borrower's {part}": f"{CONTACT} has no field {name} that we may see "
        f"({COBORROWER_FIELDS}.{part})."
        for part, name in found.names.coborrower.items()
        if name not in found.contact
    }
    return problems | _missing_details(found)


def _missing_details(found: Schema) -> dict[str, str]:
    called = {"deal": found.names.loan, "contact": CONTACT}
    return {
        said: f"{called[kind]} has no field {lacking[0]} that we may see ({said})."
        for kind, entries in found.names.details.items()
        for entry in entries.values()
        if entry.name != LOAN_NUMBER and (said := entry.said_in)
        if (lacking := [name for name in entry.sources.values() if not found.has(kind, name)])
    }


def _unfit_officer(found: Schema) -> str:
    """Why loans cannot be chosen by the officer's field as they are to be; empty if they can."""
    name, mode = found.names.fields["officer"], found.officer_mode
    is_lookup, where = found.loan[name].get("type") == "reference", f"{name} of {found.names.loan}"
    if mode == "lookup" and not is_lookup:
        return f"{where} is no lookup (SALESFORCE_LOAN_OFFICER_MODE)."
    if mode == "text" and is_lookup:
        return f"{where} is a lookup (SALESFORCE_LOAN_OFFICER_MODE)."
    if mode == "text" and not officer_names():
        return f"{where} is a text: SALESFORCE_LOAN_OFFICER must be set."
    return ""


def forget(names: Names) -> None:
    """Ask anew at the next use: the org has changed."""
    shared_cache.forget([_key(names.loan), _key(CONTACT)])


def fields(client: Client, name: str) -> Fields:
    """What an object has, from the cache or asked for.

    Raises:
        Misconfigured: The org has no such object, or we may not see it.
    """
    held = shared_cache.held(_key(name))
    if held is None:
        held = _described(client, name)
        shared_cache.hold(_key(name), held, KEPT_SECONDS)
        shared_cache.hold(_fresh(name), True, KEPT_INCOMPLETE_SECONDS)
    return held


def _described(client: Client, name: str) -> Fields:
    try:
        fields = client.described(name)["fields"]
    except RemoteGone:
        raise Misconfigured(f"Salesforce has no object {name} that we may see") from None
    return {
        str(field["name"]): {
            **{fact: _text(field.get(fact)) for fact in TEXTS},
            **{fact: field.get(fact) for fact in FACTS},
        }
        for field in fields
        if isinstance(field, Mapping) and field.get("name")
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _fresh(name: str) -> str:
    return f"{_key(name)}:fresh"


def _key(name: str) -> str:
    return f"salesforce-object:{settings.SALESFORCE_LOGIN_URL}:{name}"
