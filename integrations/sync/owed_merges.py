"""Merges made here of which a remote has not heard yet."""

from __future__ import annotations

import logging

from integrations.models import ExternalLink

from .apply import apply
from .errors import RemoteGone
from .heirs import bury, send_children_again
from .records import RemoteRecord
from .system import Remote, System

logger = logging.getLogger(__name__)


def carry_out(system: System, remote: Remote, survivor: ExternalLink) -> bool:
    """Have the records merged there that became this one here.

    Returns whether the survivor is still there. If not, one of the others stands for it now.
    """
    assert survivor.record_id is not None
    kind = survivor.kind
    owed = ExternalLink.objects.filter(
        system=system.name, kind=kind, record_id=survivor.record_id, merge_owed=True
    )
    for loser in owed:
        try:
            remote.merge(kind, loser.remote_id, survivor.remote_id)
        except RemoteGone:
            if not remote.fetch(kind, [survivor.remote_id]):
                end = RemoteRecord(system.name, kind, survivor.remote_id, deleted=True)
                apply([end], system=system)
                return False
            logger.info("%s is gone already, nothing to merge", loser)
            bury(loser)
            send_children_again(system, kind, survivor.record_id)
        else:
            loser.merge_owed = False
            loser.save(update_fields=["merge_owed"])
    return True
