"""The engine's tables."""

from .connections import Connection, Heartbeat, RemoteField, StageMapping
from .directions import Direction
from .links import ExternalLink, KeptApart, LinkState, RemotePerson
from .logs import RunState, SyncCursor, SyncLog, SyncRun
from .questions import Conflict, PossibleDuplicate, QuestionState
from .queues import EventState, OutboxEntry, OutboxState, Reason, RecordChange, WebhookEvent

__all__ = [
    "Conflict",
    "Connection",
    "Direction",
    "EventState",
    "ExternalLink",
    "Heartbeat",
    "KeptApart",
    "LinkState",
    "OutboxEntry",
    "OutboxState",
    "PossibleDuplicate",
    "QuestionState",
    "Reason",
    "RecordChange",
    "RemoteField",
    "RemotePerson",
    "RunState",
    "StageMapping",
    "SyncCursor",
    "SyncLog",
    "SyncRun",
    "WebhookEvent",
]
