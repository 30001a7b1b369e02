"""Records that a list shows and that Hermes cannot keep: told to staff, once a day."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from integrations.models import SyncLog

from .system import System

#: Lists show the same record again and again; staff hear of it once in this time.
TOLD_AGAIN_AFTER = timedelta(days=1)


def tell(system: System, kind: str, sentence: str) -> None:
    """Put the sentence before staff, unless they have it."""
    told = SyncLog.objects.filter(
        system=system.name, message=sentence, at__gte=timezone.now() - TOLD_AGAIN_AFTER
    )
    if not told.exists():
        SyncLog.objects.create(
            level=SyncLog.Level.ERROR,
            system=system.name,
            kind=kind,
            topic="not_kept",
            message=sentence,
        )
