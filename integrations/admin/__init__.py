"""The pages of the engine."""

from hermes.admin_site import dress

from . import conflicts, connections, entries, events, runs

dress()

__all__ = ["conflicts", "connections", "entries", "events", "runs"]
