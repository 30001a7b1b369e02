"""What a system no longer shows, and nobody is known to have deleted: told to staff once."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from integrations.models import ExternalLink, LinkState, SyncLog

from .chunks import chunks
from .records import RemoteRecord
from .system import System

#: On the link, so that the record's page says it too.
NOT_SHOWN = "It is not shown there any more: we may no longer see it. It stays as it was here"

#: So many links at once.
CHUNK = 500


def tell(system: System, kind: str, found: Iterable[RemoteRecord]) -> None:
    """Say it of those that are hidden, unless it was said."""
    hidden = [record.remote_id for record in found if record.hidden]
    links = ExternalLink.objects.filter(
        system=system.name, kind=kind, remote_id__in=hidden, state=LinkState.LIVE
    )
    news = list(links.exclude(last_error=NOT_SHOWN))
    SyncLog.objects.bulk_create(
        SyncLog(
            level=SyncLog.Level.WARNING, system=system.name, kind=kind, topic="not_shown",
            record_id=link.record_id, message=f"{system.label}: {NOT_SHOWN}",
        )
        for link in news
    )  # fmt: skip
    ExternalLink.objects.filter(pk__in=[link.pk for link in news]).update(last_error=NOT_SHOWN)


def forget(system: System, kind: str, shown: Collection[str]) -> None:
    """These are shown, again or still."""
    links = ExternalLink.objects.filter(system=system.name, kind=kind, last_error=NOT_SHOWN)
    again = [pk for pk, remote_id in links.values_list("pk", "remote_id") if remote_id in shown]
    for some in chunks(again, CHUNK):
        ExternalLink.objects.filter(pk__in=some).update(last_error="")
