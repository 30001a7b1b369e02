"""What a hub record has that a remote lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from integrations.models import Conflict, ExternalLink, LinkState, QuestionState

from . import directions, hub
from .system import Outgoing, System

Parent = tuple[str, int]


def build(system: System, kind: str, record: Any, link: ExternalLink | None) -> Outgoing:
    """The record on its way to the system; without a link, on its way to be created."""
    hub_kind = hub.KINDS[kind]
    names = system.travelling(kind)
    parents, shown = _parents(system, kind, record), _shown(system, kind, record)
    snapshot = link.snapshot if link else {}
    changed = differing(system, kind, record, snapshot, shown, creating=link is None)
    # A parent that the remote does not have cannot be sent, so it is not owed either.
    changed -= {
        name
        for name, parent_kind in hub_kind.parents.items()
        if parent_kind in system.kinds
        and parents.get(name) is None
        and hub_kind.value(record, name) is not None
    }
    changed -= set(open_questions(system, kind, record.pk))
    held = link.snapshot.get("hub_id", "") if link else ""
    outgoing = Outgoing(
        kind=kind,
        record_id=record.pk,
        values={name: hub_kind.value(record, name) for name in names} | dict(shown),
        changed=frozenset(changed),
        parents=parents,
        remote_state=link.remote_state if link else {},
        creating=link is None,
        send_hub_id=link is None or (bool(held) and held != str(record.pk)),
    )
    return _in_turn(system, outgoing)


def _shown(system: System, kind: str, record: Any) -> Mapping[str, Any]:
    return system.kinds[kind].derive([record]).get(record.pk, {})


def _in_turn(system: System, outgoing: Outgoing) -> Outgoing:
    """Without what goes in a call of its own, as long as there is something else to say."""
    derived = system.kinds[outgoing.kind].derived
    apart = outgoing.changed.intersection(derived.apart if derived else ())
    if not apart:
        return outgoing
    others = replace(outgoing, changed=outgoing.changed - apart, left=apart)
    return others if outgoing.creating or system.payload(others) else outgoing


def sent_fields(system: System, outgoing: Outgoing) -> frozenset[str]:
    """The changed fields that the payload really carries.

    A remote cannot take every value (an owner set to none, say). What was left out is not
    agreed upon, so the remote's old value must not come back as if it were news.
    """
    return frozenset(
        name
        for name in outgoing.changed
        if system.payload(
            replace(outgoing, changed=frozenset({name}), creating=False, send_hub_id=False)
        )
    )


def lacks(system: System, kind: str, record: Any, link: ExternalLink) -> bool:
    """Whether one of its fields that go there is not there as it is here."""
    return record.pk in lacking(system, kind, [(record, link)])


def lacking(
    system: System, kind: str, pairs: Iterable[tuple[Any, ExternalLink]]
) -> Collection[int]:
    """Ids of the records, given with their links, of which that can be said."""
    # Asked once: before an account is set up each asking is a query.
    names = system.travelling(kind)
    return {
        record.pk for record, link in pairs if _changed(system, kind, record, link.snapshot, names)
    }


def differing(
    system: System,
    kind: str,
    record: Any,
    snapshot: dict[str, Any],
    shown: Mapping[str, Any],
    *,
    creating: bool,
) -> set[str]:
    """Fields in which the hub differs from what the remote was last known to hold.

    Args:
        shown: What others say of the record.
    """
    names = system.travelling(kind)
    changed = _changed(system, kind, record, snapshot, names, creating=creating)
    return changed | {name for name, ours in shown.items() if (snapshot.get(name) or "") != ours}


def _changed(
    system: System,
    kind: str,
    record: Any,
    snapshot: Mapping[str, Any],
    names: Iterable[str],
    *,
    creating: bool = False,
) -> set[str]:
    hub_kind, rules = hub.KINDS[kind], system.kinds[kind].fields
    changed = set()
    for name in names:
        ours = hub_kind.json_value(record, name)
        if not rules[name].push or (creating and ours in ("", None)):
            continue
        if creating or not rules[name].same(ours, snapshot.get(name)):
            changed.add(name)
    return changed


def _parents(system: System, kind: str, record: Any) -> dict[str, str | None]:
    ids = _parent_ids(system, kind, record)
    links = {
        (link.kind, link.record_id): link.remote_id
        for link in ExternalLink.objects.filter(
            system=system.name,
            state=LinkState.LIVE,
            record_id__in=[pk for _, pk in ids.values()],
        )
    }
    return {name: links.get(ids[name]) if name in ids else None for name in hub.KINDS[kind].parents}


def _parent_ids(system: System, kind: str, record: Any) -> dict[str, Parent]:
    hub_kind = hub.KINDS[kind]
    return {
        name: (parent_kind, hub_kind.value(record, name))
        for name, parent_kind in hub_kind.parents.items()
        if name in system.kinds[kind].fields and hub_kind.value(record, name) is not None
    }


def missing_parent(system: System, record: Any, kind: str) -> Parent | None:
    """A live parent that the system should have and was never given, or None."""
    for parent_kind, pk in _parent_ids(system, kind, record).values():
        if not system.pushes(parent_kind):
            continue
        linked = ExternalLink.objects.filter(
            system=system.name, kind=parent_kind, record_id=pk
        ).exclude(state=LinkState.ALIAS)
        if linked.exists() or not _is_made_there(system, parent_kind, pk):
            continue
        model = hub.KINDS[parent_kind].model
        parent = model._base_manager.filter(pk=pk, archived_at__isnull=True).first()
        if parent is not None and system.kinds[parent_kind].wanted(parent):
            return parent_kind, pk
    return None


def _is_made_there(system: System, kind: str, record_id: int) -> bool:
    return system.kinds[kind].create_there and directions.is_sent(system, kind, record_id)


def open_questions(system: System, kind: str, record_id: int) -> list[str]:
    """Fields that a person has yet to settle: nothing of them goes out before."""
    questions = Conflict.objects.filter(
        system=system.name, kind=kind, record_id=record_id, state=QuestionState.OPEN
    )
    return list(questions.values_list("field", flat=True))
