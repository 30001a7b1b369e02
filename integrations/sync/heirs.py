"""Records there that take the place of one that ended, and what hangs on them."""

from __future__ import annotations

from integrations.models import ExternalLink, LinkState

from . import hub, outbox_entries
from .system import System


def succeeded(system: System, ended: ExternalLink) -> bool:
    """Whether a record there that was to be merged into the ended one takes its place."""
    owed = ExternalLink.objects.filter(
        system=system.name, kind=ended.kind, record_id=ended.record_id, merge_owed=True
    )
    heir = owed.order_by("pk").first()
    if heir is None or heir.record_id is None or ended.state != LinkState.LIVE:
        return False
    # In this order: a record has one living link of a system.
    bury(ended)
    heir.state, heir.merge_owed = LinkState.LIVE, False
    heir.save(update_fields=["state", "merge_owed"])
    outbox_entries.add(system, [(heir.kind, heir.record_id)])
    send_children_again(system, heir.kind, heir.record_id)
    return True


def take_place(system: System, kind: str, record_id: int) -> None:
    """The record lives on under a new remote id; late messages of the old one follow."""
    ended = ExternalLink.objects.filter(
        system=system.name, kind=kind, record_id=record_id, state=LinkState.GONE
    )
    ended.update(state=LinkState.ALIAS)


def bury(link: ExternalLink) -> None:
    """It ended there, and leads to nothing here: what still names it names nothing we know."""
    link.state, link.record_id, link.merge_owed = LinkState.GONE, None, False
    link.save(update_fields=["state", "record_id", "merge_owed"])


def send_children_again(system: System, kind: str, record_id: int) -> None:
    """Say anew whose they are: some of them hang there on a record that is gone."""
    for child, spoke_kind in system.kinds.items():
        for name, parent in hub.KINDS[child].parents.items():
            rule = spoke_kind.fields.get(name)
            if parent == kind and spoke_kind.push and rule is not None and rule.push:
                _send_again(system, child, name, record_id)


def _send_again(system: System, child: str, name: str, record_id: int) -> None:
    rows = hub.KINDS[child].model._base_manager.filter(
        archived_at=None, **{f"{name}_id": record_id}
    )
    links = ExternalLink.objects.filter(
        system=system.name,
        kind=child,
        state=LinkState.LIVE,
        record_id__in=rows.values_list("pk", flat=True),
    )
    for link in links:
        # What stands there is not known any more, so it differs from ours.
        link.snapshot.pop(name, None)
        link.save(update_fields=["snapshot"])
    outbox_entries.add(system, [(child, link.record_id) for link in links if link.record_id])
