"""Reading a record there before we write over it, where nothing tells of changes in time."""

from __future__ import annotations

from integrations.models import ExternalLink

from .apply import apply
from .errors import Rejected
from .parents import with_missing_parents
from .records import RemoteRecord
from .system import Remote, System


def settle(system: System, remote: Remote, link: ExternalLink) -> None:
    """Apply what the record is by now: of what both sides changed, the field's policy decides.

    Raises:
        Rejected: It is there, and not shown to us; or a rule of ours forbids what it has.
    """
    told = remote.fetch(link.kind, [link.remote_id])
    own = [one for one in told if one.key == (link.kind, link.remote_id)]
    if any(one.hidden for one in own):
        raise Rejected(f"{system.label} does not show it to us, so nothing is sent")
    ended = [] if own else [RemoteRecord(system.name, link.kind, link.remote_id, deleted=True)]
    apply(with_missing_parents(system, [*told, *ended]), system=system)
