"""The pages of the engine."""

from . import conflicts, connections, entries, events, runs

__all__ = ["conflicts", "connections", "entries", "events", "runs"]
