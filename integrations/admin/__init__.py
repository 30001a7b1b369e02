"""The pages of the engine."""

from . import conflicts, connections, entries, events, runs, stage_mappings

__all__ = ["conflicts", "connections", "entries", "events", "runs", "stage_mappings"]
