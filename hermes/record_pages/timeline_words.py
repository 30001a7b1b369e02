"""A timeline's items in sentences, with what can be done about each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from companies import history
from hermes.words import badge, plain_error
from integrations.admin.records import label_of
from integrations.models import EventState, OutboxState, SyncLog

from . import timeline
from .timeline import CHANGE, LINKED, MADE, MERGE, MESSAGE, SEND, TROUBLED, Item

#: What a message says of the record, by the word for it there in small letters.
TOLD = {
    "create": "says that it was created there",
    "change": "says that it was changed there",
    "update": "says that it was changed there",
    "delete": "says that it was deleted there",
    "undelete": "says that it is there again",
}

#: What a message did here.
RESULTS = {
    "Created": "It was made here",
    "Changed": "It was changed here",
    "Unchanged": "Nothing was new",
    "Stale": "What is here is newer",
    "Removed": "It was archived here",
}

#: Those of them that brought something.
NEWS = {"Created", "Changed", "Removed"}

#: What a finished send did there.
DID = {
    "create": "Created in {}",
    "delete": "Deleted in {}",
    "refused": "{} did not take what was sent",
    "nothing": "{} had all of it that goes there; nothing was sent",
    "absent": "It is not in {}, and is not to be; nothing was sent",
    "asked": "Nothing was sent to {}: somebody has to say first which value is right",
    "read": "It was read again in {}",
    "withheld": "Nothing was sent to {}: what was changed stays here",
}


#: Of a change that does not go to a system, before that system's name.
NOT_SENT = "Not sent to"


@dataclass(frozen=True)
class Line:
    """An item as the page shows it. ``again`` is where "Try again" goes."""

    at: datetime
    badge: Any
    sentence: str
    changes: list[history.FieldChange]
    url: str = ""
    again: str = ""
    again_label: str = ""


def lines(request: HttpRequest, page: timeline.TimelinePage) -> list[Line]:
    """The page's items for this person; what tells people nothing new is left out."""
    told = [
        _line(request, item) for item in page.items if item.changes or item.place.rank != CHANGE
    ]
    return [next(alike) for _, alike in groupby(told, key=_as_told)]


def _as_told(line: Line) -> Line | tuple[datetime, str]:
    """Changes of one minute that do not go there have one reason, which is said once."""
    if not line.sentence.startswith(NOT_SENT):
        return line
    return line.at.replace(second=0, microsecond=0), line.sentence


def _line(request: HttpRequest, item: Item) -> Line:
    rank = item.place.rank
    if rank == CHANGE:
        return Line(item.place.at, badge("Change", "edit", "calm"), "", item.changes)
    if rank == MESSAGE:
        return _message(request, item)
    if rank == SEND:
        return _send(request, item)
    if rank == MERGE:
        return _merge(item)
    if rank == LINKED:
        sentence = f"Linked with number {item.note} in {label_of(item.system)}"
        return Line(item.place.at, badge("Link", "link", "calm"), sentence, [])
    if rank == MADE:
        sentence = "The record was made in Hermes"
        return Line(item.place.at, badge("Made", "add_circle", "calm"), sentence, [])
    return Line(
        item.place.at,
        badge(SyncLog.Level(item.state).label),
        item.note,
        [],
        url=_page(request, "synclog", item.place.pk),
    )


def _message(request: HttpRequest, item: Item) -> Line:
    sentence = f"{label_of(item.system)} {TOLD.get(item.action.lower(), 'sent a message about it')}"
    if detail := _result(item.note) or plain_error(item.error):
        sentence += f". {detail}"
    return Line(
        item.place.at,
        _state("Message received", "inbox", EventState(item.state), item.state),
        sentence,
        [],
        url=_page(request, "webhookevent", item.place.pk),
        again=_again(request, "webhookevent", item, "replay"),
        again_label="Apply again",
    )


def _result(note: str) -> str:
    """In words. Of a message about several records it is not said which of them was news."""
    parts = note.split(", ")
    if len(parts) == 1:
        return RESULTS.get(note, note)
    # A reason may have commas of its own.
    reasons = ", ".join(part for part in parts if part not in RESULTS)
    news = "Some of it was new" if NEWS & set(parts) else ""
    return ". ".join(filter(None, [news, reasons])) or "Nothing was new"


def _send(request: HttpRequest, item: Item) -> Line:
    return Line(
        item.place.at,
        _state("Sent", "upload", OutboxState(item.state), item.state),
        _sent_sentence(item),
        [],
        url=_page(request, "outboxentry", item.place.pk),
        again=_again(request, "outboxentry", item, "retry"),
        again_label="Try again",
    )


def _sent_sentence(item: Item) -> str:
    label = label_of(item.system)
    if item.state == OutboxState.DONE:
        if item.action in DID:
            return DID[item.action].format(label)
        return f"Sent to {label}: {', '.join(item.fields_sent) or 'its number here'}"
    if item.state == OutboxState.DISCARDED:
        return f"{NOT_SENT} {label}. {item.error}".strip()
    if item.state in TROUBLED:
        return f"Could not be sent to {label}: {plain_error(item.error) or 'no reason was given'}"
    return f"A change waits to be sent to {label}"


def _merge(item: Item) -> Line:
    sentence = f"Merged with another record by {item.action or 'a system'}"
    if item.state == "undone":
        sentence += ", and parted again"
    url = reverse("merged", args=[item.place.pk])
    return Line(item.place.at, badge("Merge", "merge", "calm"), sentence, [], url=url)


def _state(word: str, icon: str, state: Any, value: str) -> Any:
    """The sort of item while all is well, else its state."""
    return badge(word, icon, "calm") if value == "done" else badge(state.label)


def _page(request: HttpRequest, model: str, pk: int) -> str:
    if not request.user.has_perm(f"integrations.view_{model}"):
        return ""
    return reverse(f"admin:integrations_{model}_change", args=[pk])


def _again(request: HttpRequest, model: str, item: Item, button: str) -> str:
    may = request.user.has_perm(f"integrations.change_{model}")
    if item.state not in TROUBLED or not may:
        return ""
    return reverse(f"admin:integrations_{model}_do", args=[item.place.pk, button])
