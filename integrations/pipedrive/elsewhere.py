"""What other systems have of a record, as Pipedrive shows it: where it is, or its number there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.models import ExternalLink, LinkState
from integrations.sync import system as systems
from integrations.sync.spoke_kinds import Derived
from integrations.sync.system import System

#: The system in which customers have their accounts.
ACCOUNTS = "tc2"

#: The system that keeps loans, and their borrowers.
LOANS = "salesforce"


@dataclass(frozen=True)
class Shown:
    """A custom field that says where another system has the record.

    Attributes:
        text: What stands in it, by that system and the remote id; empty for what is no id.
        names: Whether a person who fills it in says which record there is meant.
    """

    field: str
    system: str
    text: Callable[[System, str], str]
    names: bool = False


def _address(accounts: System, client_id: str) -> str:
    return accounts.web_url("company", client_id)


def _number(loans: System, remote_id: str) -> str:
    return loans.read_id(remote_id)


#: The custom field of each kind that shows what another system has of it.
SHOWN = {
    "company": Shown("tc2_url", ACCOUNTS, _address),
    "contact": Shown("salesforce_id", LOANS, _number, names=True),
    "deal": Shown("salesforce_id", LOANS, _number, names=True),
}


def is_on(name: str) -> bool:
    """Whether there is such a system, and it is connected."""
    system = systems.find(name)
    return system is not None and system.is_on()


def derived(kind: str) -> Derived:
    """What is sent of a record's link elsewhere, beside its fields."""
    return Derived(values=lambda records: values(kind, records), links={SHOWN[kind].system})


def values(kind: str, records: Iterable[Any]) -> dict[int, dict[str, str]]:
    """By record and custom field; nothing while there is no place for it."""
    from .keys import keys

    shown = SHOWN[kind]
    if not is_on(shown.system) or shown.field not in keys()[kind]:
        return {}
    ids = [record.pk for record in records]
    texts = _texts(kind, ids, shown)
    without = [pk for pk in ids if not texts.get(pk)]
    # Who put a number there may know of a record that we have yet to hear of.
    emptied = _of_others(kind, without, shown) if shown.names else without
    return {pk: {shown.field: text} for pk, text in (dict.fromkeys(emptied, "") | texts).items()}


def _texts(kind: str, ids: Collection[int], shown: Shown) -> dict[int, str]:
    """Record to what is to stand in its field, of those that the other system has."""
    other = systems.get(shown.system)
    links = live(shown.system, kind).filter(record_id__in=ids)
    found = links.values_list("record_id", "remote_id")
    return {pk: text for pk, remote_id in found if (text := shown.text(other, remote_id))}


def _of_others(kind: str, ids: Collection[int], shown: Shown) -> list[int]:
    """Those in whose field the number of another record of ours stands."""
    from .schemas import NAME

    links = live(NAME, kind).filter(record_id__in=ids).values_list("record_id", "snapshot")
    there = {pk: snapshot.get(shown.field) for pk, snapshot in links}
    known = live(shown.system, kind).filter(remote_id__in=list(filter(None, there.values())))
    taken = set(known.values_list("remote_id", flat=True))
    return [pk for pk, text in there.items() if text in taken]


def live(system: str, kind: str) -> Any:
    """The links of records that the system has now."""
    return ExternalLink.objects.filter(system=system, kind=kind, state=LinkState.LIVE)


def as_read(kind: str, texts: Mapping[str, str]) -> dict[str, str]:
    """What stands in the fields, a number in the form that links have."""
    shown = SHOWN.get(kind)
    if shown is None or not shown.names or not is_on(shown.system):
        return dict(texts)
    read = systems.get(shown.system).read_id
    return {
        name: (read(text) or text) if name == shown.field else text for name, text in texts.items()
    }


def known_as(kind: str, texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(system, remote id) of the record that the field names, where it names one."""
    shown = SHOWN.get(kind)
    if shown is None or not shown.names or not is_on(shown.system):
        return ()
    remote_id = systems.get(shown.system).read_id(texts.get(shown.field, ""))
    return ((shown.system, remote_id),) if remote_id else ()
