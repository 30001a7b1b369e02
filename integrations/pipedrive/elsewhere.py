"""What other systems have of a record, as Pipedrive shows it: where it is, or its number there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    return Derived(values=lambda record: values(kind, record), links={SHOWN[kind].system})


def values(kind: str, record: Any) -> dict[str, str]:
    """By custom field; nothing while there is no place for it."""
    from .keys import keys

    shown = SHOWN[kind]
    if not is_on(shown.system) or shown.field not in keys()[kind]:
        return {}
    other = systems.get(shown.system)
    links = _live(shown.system, kind).filter(record_id=record.pk).order_by("pk")
    texts = [
        shown.text(other, remote_id) for remote_id in links.values_list("remote_id", flat=True)
    ]
    if text := next(filter(None, texts), ""):
        return {shown.field: text}
    if shown.names and not _is_of_another(kind, record, shown):
        # Who put it there may know of a record that we have yet to hear of.
        return {}
    return {shown.field: ""}


def _is_of_another(kind: str, record: Any, shown: Shown) -> bool:
    """Whether what stands in the field is the number of another record of ours."""
    from .schemas import NAME

    snapshots = _live(NAME, kind).filter(record_id=record.pk).values_list("snapshot", flat=True)
    there = [snapshot.get(shown.field) for snapshot in snapshots]
    return _live(shown.system, kind).filter(remote_id__in=filter(None, there)).exists()


def _live(system: str, kind: str) -> Any:
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
